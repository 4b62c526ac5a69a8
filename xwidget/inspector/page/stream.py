"""The stream of an Inspector's session to its page, at a pace that the page bears."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from xwidget.catalog.comparisons import COMPARISONS
from xwidget.engine.history import History, Track
from xwidget.engine.run import Run
from xwidget.engine.step import Step
from xwidget.export.entries import checked, track_entry
from xwidget.frames import Frame, encode, pack, quick_size
from xwidget.inspector.page import status
from xwidget.inspector.page.classes import classes
from xwidget.inspector.page.drawn import Drawn
from xwidget.inspector.page.mailbox import Mailbox
from xwidget.inspector.page.panel import Panel
from xwidget.support import wire

_CURVE_SECONDS = 0.2
_VARIANT_SECONDS = 0.5
_KEPT_BYTES = 200_000  # of packed masks: a saved notebook stays well under 1 MB
_CURVE_POINTS = 5000  # with every so many points, the curves are sent less often


@dataclass(frozen=True)
class _Draw:
    """A wish to have the drawn class's mask sent, of the newest iteration where it is None."""

    iteration: int | None = None
    last: bool = False


class Stream:
    """Turn a session's steps into changes of the widget's traits, at the page's pace.

    Everything here but ``ending`` is called with the widget's lock held.

    Parameters
    ----------
    panel
        Whose traits are set, of the history of whose session, which tells this stream what happens.
    drawn
        What is drawn.
    clock
        Seconds, monotonic.
    """

    def __init__(
        self,
        panel: Panel,
        drawn: Drawn,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._panel = panel
        self._drawn = drawn
        self._session, self._runs = panel.session, panel.runs
        self._clock = clock
        self._mailbox = Mailbox(self._deliver, clock=clock)
        self._run = 0  # the main run of the last step
        self._scored: set[int] = set()  # classes whose scores of the image are that run's
        self._sent: tuple[int, int, int] | None = None  # (run, target, iteration) of _frame
        self._curves_due = self._variants_due = -float("inf")
        self._kept: dict[str, str] = {}  # as ``ending`` packed them
        drawn.changed = self.draw
        self._session.listen(self)

    def ack(self, seq: int) -> None:
        """Take the page's word that it has decoded a frame."""
        self._mailbox.ack(seq)

    def clear(self) -> None:
        """Drop what waits to be sent."""
        self._mailbox.clear()

    def draw(self) -> None:
        """Send the mask of the drawn class and iteration, unless it was sent last."""
        target, wanted = self._drawn.target, self._drawn.wanted
        found = self._runs.nearest(target, wanted)
        if found is None or (self._runs.number, target, found) == self._sent:
            self._mailbox.clear()
        else:
            self._mailbox.post(_Draw(wanted), asked=True)
            self._session.wake()

    # What the session tells.

    def began(self, added: int | None) -> None:
        """Send what came before; draw the class that was added, if no other was chosen since."""
        with self._panel.logged():
            if self._runs.starting:  # what came before stays in sight, but is tested no more
                self._panel.tell(_variants=[], _checks={})
            elif self._runs.history is not None and self._runs.history.targets:
                self.draw()  # the last of what came before, which may rest now
                self._send_curves()
            self._curves_due = self._variants_due = -float("inf")
            if added is not None and added == self._drawn.next_target:
                self._drawn.follow(added)

    def stepped(self, step: Step) -> None:
        """Send the newest mask if it is the one drawn, and the curves every now and then."""
        with self._panel.logged():
            if self._runs.number != self._run:
                self._run, self._scored = self._runs.number, set()
                self._send_variants()  # a new run has none
                if self._drawn.follows:  # what is linked sees each run begin, however short it is
                    self._drawn.step_to(step.iteration)
            if not self._scored.issuperset(step.targets):
                self._scored.update(step.targets)
                found = step.image_scores.tolist()
                if self._panel.subject.rescore(dict(zip(step.targets, found, strict=True))):
                    self._panel.tell(_classes=classes(self._panel))
            self._panel.tell(_live=self._drawn.target in step.targets)
            if self._drawn.follows and self._drawn.live:
                self._mailbox.post(_Draw())
            else:
                self._mailbox.poll()
            if self._clock() >= self._curves_due:
                self._send_curves()

    def varied(self, last: bool) -> None:
        """Send the variants every now and then, and at the end of each."""
        with self._panel.logged():
            self._panel.tell(_live=False)
            self._mailbox.poll()
            if last or self._clock() >= self._variants_due:
                self._send_variants()

    def ending(self) -> None:
        """Pack the last masks of all classes, as many as a saved notebook has room for."""
        with self._panel.logged():
            kept, room = {}, _KEPT_BYTES
            for frame in self._last_frames():
                # Packing well takes seconds where masks are large: not for what finds no room.
                if quick_size(frame) > room:
                    continue
                packed = pack(encode(frame))
                if len(packed) <= room:
                    room -= len(packed)
                    kept[str(frame.target)] = packed
            self._kept = kept

    def _last_frames(self) -> list[Frame]:
        with self._panel.lock:
            # The class drawn comes last: its mask is in `_frame` already.
            drawn = self._drawn.target
            targets = sorted(self._session.targets, key=lambda each: each == drawn)
            found = [self._runs.frame(target) for target in targets]
        return [frame for frame in found if frame is not None]

    def ended(self, how: str, error: str) -> None:
        """Send the last mask, the curves and the status, in this order."""
        with self._panel.logged():
            if self._runs.nearest(self._drawn.target) is not None:
                self._mailbox.finish(_Draw(last=True))
            self.draw()
        with self._panel.logged():
            self._send_curves()
        with self._panel.logged():
            self._send_variants()
        with self._panel.logged():
            self._panel.tell(_kept=self._kept)
        with self._panel.logged(), self._panel.together():
            self._send_progress()
            status.end(self._panel, how, error)

    def tick(self) -> float | None:
        """Send what had to wait for the page."""
        with self._panel.logged():
            if self._session.waits != self._panel.get("_progress").get("waits", ""):
                self._send_progress()
            self._mailbox.poll()
        return self._mailbox.due()

    # What is sent.

    def _deliver(self, draw: _Draw, seq: int) -> None:
        drawn = self._drawn
        frame = self._runs.frame(drawn.target, draw.iteration)
        if frame is None:
            return
        with self._panel.together():
            self._sent = (frame.run, frame.target, frame.iteration)
            self._panel.tell(_frame=encode(replace(frame, seq=seq, last=draw.last)))
            self._send_progress()
            # What is linked to a longer run may be ahead, where nothing goes on here.
            if drawn.follows and (drawn.live or drawn.iteration < frame.iteration):
                drawn.step_to(frame.iteration)

    def _send_progress(self) -> None:
        progress, main = self._runs.progress, self._runs.main
        if progress is not None and main is not None:
            told = {
                **{k: round(v, 3) for k, v in asdict(progress).items()},
                "settings": main.settings.in_panel(),
            }
        else:  # a run that has not begun: what is shown is still of the one before
            told = {k: v for k, v in self._panel.get("_progress").items() if k != "waits"}
        waits = self._session.waits
        self._panel.tell(_progress={**told, "waits": waits} if waits else told)

    def _send_curves(self) -> None:
        history = self._runs.history
        if history is None:
            return
        self._curves_due = self._clock() + _pause(_CURVE_SECONDS, [history])
        with self._panel.together():
            self._send_progress()
            checks = self._panel.more_checks(_checked(history))
            self._panel.tell(_trace=_curves(history), _checks=checks)

    def _send_variants(self) -> None:
        begun = [run for run in self._runs.variants if run.history.targets]
        pause = _pause(_VARIANT_SECONDS, [run.history for run in begun])
        self._variants_due = self._clock() + pause
        with self._panel.together():
            self._send_progress()
            self._panel.tell(_variants=[_variant(run) for run in begun])


def _variant(run: Run) -> dict[str, Any]:
    return {
        "run": run.number,
        **{by: getattr(run.settings, by) for by in COMPARISONS},
        "iteration": run.newest,
        "trace": _curves(run.history),
        "checks": _checked(run.history),
    }


def _pause(seconds: float, histories: Iterable[History]) -> float:
    """Return after how many seconds curves are sent again: the more points, the later."""
    points = sum(len(track.scores) for history in histories for track in _tracks(history))
    return seconds * (1 + points / _CURVE_POINTS)


def _curves(history: History) -> dict[str, dict[str, Any]]:
    return {
        str(track.target): {
            **track_entry(track.scores, track.means, track.frames),
            "lambdas": wire.figures(track.sparsity),
            "stopped": track.stopped,
        }
        for track in _tracks(history)
    }


def _checked(history: History) -> dict[str, dict[str, Any]]:
    """Return the checks that were made, by class: none of a mask that may still change."""
    return checked({track.target: track.checks for track in _tracks(history)})


def _tracks(history: History) -> list[Track]:
    return [history.track(target) for target in history.targets]
