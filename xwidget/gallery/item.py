"""One image of a Gallery: a task of its batch until it is opened, an Inspector's from then on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from xwidget.batch.result import failure
from xwidget.batch.task import Task, light
from xwidget.engine.turns import Place
from xwidget.explanation import Explanation
from xwidget.findings.spot import Spot, way_of
from xwidget.gallery.opened import OpenedInspector
from xwidget.gallery.thumbnails import data_url
from xwidget.origin import name_of
from xwidget.subject import Subject
from xwidget.support import texts

_NOWHERE = Spot("", (0, 0))
_TOP = 3  # classes that a thumbnail names

Inspect: TypeAlias = Callable[[Subject, "Sequence[int] | None"], OpenedInspector]
"""Makes the Inspector of an image; of these classes, or None: of those that the Gallery is of."""


@dataclass(eq=False)
class Item(Task):
    """One image, and what its thumbnail shows; the batch's thread alone changes it."""

    short: str = ""
    """The most likely class in few words."""
    top: list[tuple[str, float]] = field(default_factory=list)
    """The most likely classes, best first: name, score in [0, 1]."""
    picture: str = ""
    evidence: str = ""
    verdict: str = ""
    """The verdict on that evidence, and its sentences."""
    summary: str = ""
    spot: Spot = _NOWHERE
    """The image, and what the net sees of it; without a digest until it was looked at."""
    inspector: OpenedInspector | None = None
    """Once it was opened: it has the run from then on."""
    _ended: bool = False  # whether the evidence drawn small is that of the newest run

    @property
    def status(self) -> str:
        """Status of its Inspector, or of the run in the background."""
        return super().status if self.inspector is None else str(self.inspector.status)

    @property
    def file(self) -> str:
        """Name of the image's file, which ``name`` need not be; "" for none."""
        image = self.image
        return image.name if isinstance(image, Subject) else name_of(image)

    @property
    def startable(self) -> bool:
        """True if it has an Inspector whose run is to be started, or to go on."""
        if self.inspector is None:
            return False
        return self.status == "idle" or (self.status == "stopped" and self.paused)

    @property
    def error(self) -> str:
        """Error message; empty if there was no error."""
        if self.inspector is not None and self.status == "error":
            return str(self.inspector.error)
        return super().error

    @property
    def share(self) -> float:
        """Share of its run that is done, in [0, 1]."""
        return super().share if self.inspector is None else self.inspector.share

    @property
    def heavy(self) -> bool:
        """True if it holds a run or an Inspector."""
        return self.inspector is not None or super().heavy

    @property
    def explanation(self) -> Explanation | None:
        """The explanation so far; the previous one until a new run has ended."""
        inspector = self.inspector
        if inspector is None:
            return super().explanation
        if self.kept is not None and self.status in ("idle", "running"):
            return self.kept
        return inspector.explanation or self.kept

    def _look_at(self, subject: Subject) -> None:
        """Note the thumbnail and the most likely classes."""
        clf = self.common.clf
        super()._look_at(subject)
        best = clf.likeliest(self.scores, _TOP)
        self.spot = spot_of(subject)
        self.picture = data_url(subject.picture)
        self.short = clf.short_names[best[0]]
        self.top = [(clf.categories[index], self.scores[index]) for index in best]

    def read(self) -> Subject | None:
        """Return the image before the net, as the run has it or read anew; None where it cannot be
        read. From any thread.
        """
        try:
            return self.subject or self._read()
        except Exception:  # ``error`` says it
            return None

    def open(self, inspect: Inspect) -> OpenedInspector | None:
        """Make its Inspector, which takes over the run made so far, and return it; or note why that
        cannot be.
        """
        made = None
        try:
            run = self.run
            # The net may have been trained since: those most likely now need not be the run's.
            targets = None if run is None else run.history.targets
            made = inspect(self.subject or self._read(), targets or None)
            if run is not None:
                made.adopt(run, super().status, self.raised)
            self.inspector = made
            paused = self.paused
            self.hand_over()
            self.paused = paused
        except BaseException as error:  # even of a net that ends the interpreter
            self.failure = failure(error)
            if made is not None and self.inspector is None:
                made.close()
        return self.inspector

    def go(self, place: Place, between: Callable[[], None]) -> None:
        """Take the run to its end, or have its Inspector do so."""
        self._ended = False
        if self.inspector is None:
            super().go(place, between)
        else:
            self.start()

    def start(self) -> None:
        """Start the Inspector's run, or let a paused one go on to where it was to end."""
        inspector = self.inspector
        assert inspector is not None
        if not self.paused:
            with contextlib.suppress(Exception):  # the Inspector says it, in words
                inspector.wait(0)
            return
        self.paused = False
        explanation = inspector.explanation
        if explanation is None:  # stopped before its first iteration
            inspector.run()
            return
        left = inspector.goal - (len(explanation.trace) - 1)
        cut = explanation.diagnostics["stopped"] == "interrupted"  # perhaps during its checks
        if left > 0 or cut or np.isnan(explanation.trace.score[-1]).any():
            inspector.run_more(max(1, left))
        else:  # the run that was stopped had not begun: this is the one before
            inspector.run()

    def pause(self) -> None:
        """Stop the Inspector's run within one iteration."""
        assert self.inspector is not None
        self.look()  # which takes a run begun by a person for one that is not paused
        self.paused = True
        self.inspector.stop()

    def look(self) -> None:
        """Take note of runs that began or ended since; draw the evidence small after each."""
        status = self.status
        if status == "running" and self._ended:  # begun by a person, if not by ``start``
            self._ended = self.paused = False
        elif status in ("done", "stopped") and not self._ended:
            self._ended = True
            if status == "done":
                self.paused = False
            if (explanation := self.explanation) is not None:
                self.evidence = data_url(explanation.evidence[0])
                checks, name = explanation.checks[0], explanation.short_names[0]
                said = explanation.says() or f"{name}:"
                self.verdict, self.summary = checks.verdict, f"{said} {checks.summary}"

    def free(self) -> None:
        """Give the run's memory back and close the Inspector; the first and last masks are kept."""
        self.look()
        inspector, self.inspector = self.inspector, None
        if inspector is None:
            super().free()
        else:
            if inspector.status in ("done", "stopped") and not self.paused:
                found = inspector.explanation
                self.kept = self.kept if found is None else light(found)
            self.paused = False
            inspector.close()
        self._ended = False


def spot_of(subject: Subject) -> Spot:
    """Return an image and what the net sees of it; a geometry is not measured for it."""
    (height, width), geometry = subject.x.shape[-2:], subject.known_geometry
    way = way_of(None if geometry is None else geometry.describe())
    return Spot(subject.digest, (height, width), way)


def described(item: Item, findings: Sequence[tuple[str, int]] = ()) -> dict[str, Any]:
    """Return an item's values for the page, with the number of its findings by verdict;
    docs/protocol.md describes them.
    """
    return {
        "name": texts.shown(item.name, texts.NAME),
        "state": item.state,
        "error": item.error,
        "share": round(item.share, 2) if item.state == "running" else 0.0,
        "short": texts.shown(item.short, texts.NAME),
        "top": [[texts.shown(name, texts.NAME), round(score, 4)] for name, score in item.top],
        "verdict": item.verdict,
        "summary": item.summary,
        "findings": [[texts.shown(verdict, texts.NAME), count] for verdict, count in findings],
    }


def in_view(items: Sequence[Item], opened: int, visible: frozenset[int]) -> list[Item]:
    """Return items in order of view: from the open one on, first those that can be seen."""
    count = len(items)
    return sorted(items, key=lambda i: (i.index not in visible, (i.index - opened) % count))
