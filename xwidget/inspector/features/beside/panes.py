"""The panes beside the evidence: what each computes next, and what the page is told of it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from xwidget.attribution import Attribution
from xwidget.engine.device import pick
from xwidget.engine.turns import GivenUp
from xwidget.errors import Cancelled
from xwidget.inspector.features.beside.job import Job
from xwidget.inspector.features.beside.kept import Kept
from xwidget.inspector.features.beside.lane import Lane, Work
from xwidget.inspector.features.beside.pane import Pane
from xwidget.inspector.features.beside.source import Source
from xwidget.inspector.features.beside.values import Found
from xwidget.inspector.page.drawn import Drawn
from xwidget.inspector.page.panel import Panel
from xwidget.inspector.work.inspected import Inspected
from xwidget.net.fingerprint import fingerprint
from xwidget.support import texts

MOST = 12
"""Panes."""

HEAD_START = 10.0
"""Seconds for which what is slow waits for the end of a run: from then on they take turns."""

_PAUSE = 0.1  # seconds between two looks whether it has ended
_MOST_BYTES = 300_000_000  # of values: those asked for longest ago go first
_TARGETS = 10  # classes drawn of late whose values are still computed


class Panes:
    """Compute the values of panes beside the run, for the class drawn before all others.

    Parameters
    ----------
    panel
        All that it sees of its Inspector; the traits ``_beside`` and ``_beside_kept`` are told its
        page.
    drawn
        What is drawn.
    """

    def __init__(self, panel: Panel, drawn: Drawn) -> None:
        self._panel = panel
        self._drawn = drawn
        self._panes: dict[int, Pane] = {}
        self._count = 0  # so far: each gets an id of its own
        self._seq = 0
        self._asked: deque[int] = deque(maxlen=_TARGETS)  # classes, the newest last
        self._jobs: set[Job] = set()
        self._lanes: dict[str, Lane] = {}
        self._inspected: Inspected | None = panel.subject
        self._frame = panel.subject.picture.shape[:2]
        self._looks = 0
        self._looked = 0.0
        self._looking = threading.Lock()  # taken before the panel's
        self._weights: str | None = None  # of the net when it was looked at last
        self._removed: dict[tuple[Any, ...], dict[int, Found]] = {}  # of methods, by key
        self._ended = threading.Event()
        self._kept = Kept(panel, self._drawn_values, self._ended)
        self.changed: Callable[[Pane], None] = lambda pane: None
        """Called with a pane that has other values, with the lock held."""

    # With the lock held.

    def __iter__(self) -> Iterator[Pane]:
        return iter(list(self._panes.values()))

    def get(self, id: int) -> Pane:
        """Return a pane.

        Raises
        ------
        ValueError
            If there is none of this id.
        """
        if id not in self._panes:
            raise ValueError(f"there is no pane {id}; it was removed, or the kernel is a new one")
        return self._panes[id]

    def add(self, source: Source) -> Pane:
        """Add a pane; where the same stands there, it is that one, tried again.

        Raises
        ------
        RuntimeError
            If there are too many, the Inspector is closed, or no thread can be started.
        """
        self._panel.check_open()
        self._lane(source.lane).wake()  # which chooses once the lock is free
        for pane in self:
            if source.key is not None and pane.source.key == source.key:
                source.close()
                self._again(pane)
                break
        else:
            if len(self._panes) >= MOST:
                raise RuntimeError(
                    f"there are {MOST} panes beside the evidence, which is the limit; remove one "
                    "first"
                )
            self._count += 1
            pane = Pane(self._count, source, self._own_label(source.label))
            pane.found |= self._removed.pop(source.key or (), {})
            self._panes[pane.id] = pane
        self.look()
        return pane

    def remove(self, pane: Pane) -> None:
        """Take a pane away."""
        pane.removed = True
        del self._panes[pane.id]
        self._end([job for job in self._jobs if job.pane is pane])
        pane.source.close()
        if pane.source.kind == "model":  # nobody else has its lane
            self._lanes.pop(pane.source.lane).close()
        if pane.source.kind == "method" and pane.source.key is not None:
            self._removed[pane.source.key] = {at: pane.found[at] for at in pane.final}
            if len(self._removed) > MOST:
                del self._removed[next(iter(self._removed))]
            self._forget()
        self.look()

    def stop(self, pane: Pane) -> None:
        """Stop what a pane is doing, or waits to do for the class drawn."""
        jobs = [job for job in self._jobs if job.pane is pane]
        pane.stopped.update(job.target for job in jobs)
        if jobs and pane.source.at_once:
            pane.stopped.update(self._panel.session.targets)
        if pane.state(self._drawn.target, self._weights) == "waiting":
            pane.stopped.add(self._drawn.target)
        self._end(jobs)
        self.tell()

    def retry(self, pane: Pane) -> None:
        """Try again what failed or was stopped in a pane."""
        self._again(pane)
        self.look()

    def _again(self, pane: Pane) -> None:
        if pane.source.at_once:
            pane.stopped.clear()
        pane.again(self._drawn.target)

    def look(self) -> None:
        """Compute what is missing, or is of other weights than the net has now."""
        target = self._drawn.target
        if target in self._asked:
            self._asked.remove(target)
        self._asked.append(target)
        self._looks += 1
        self._looked = time.monotonic()
        self._weights = None
        self.tell()
        for lane in self._lanes.values():
            lane.wake()

    def tell(self) -> None:
        """Tell the page of all panes."""
        if not self._ended.is_set():
            with self._panel.logged():
                self._panel.tell(_beside=self.describe())

    def why_missing(self, pane: Pane) -> str:
        """Return why a pane has no values of the class drawn, in words."""
        target = self._drawn.target
        if target in pane.failed:
            return pane.failed[target][0]
        if target in pane.stopped:
            return "it was stopped"
        return "they are computed now; wait() waits for them"

    def describe(self) -> list[dict[str, Any]]:
        """Return the trait ``_beside``."""
        return [pane.describe(self._drawn.target, self._weights) for pane in self]

    def end(self) -> None:
        """End all that is under way soon, and begin nothing more."""
        self._ended.set()
        self._end(self._jobs)

    def close(self) -> None:
        """Give up everything."""
        self.end()
        for lane in self._lanes.values():
            lane.close()
        self._kept.close()
        for pane in self:
            pane.removed = True
            pane.source.close()
        self._panes.clear()
        self._removed.clear()
        self._inspected = None

    # From Python, without the lock.

    def wait(self, timeout: float | None = None) -> bool:
        """Block until nothing is to be computed; return False where that took longer."""
        end = None if timeout is None else time.monotonic() + timeout

        def ended(each: Lane | Kept) -> bool:
            return each.wait(None if end is None else max(0.0, end - time.monotonic()))

        lanes = [*self._lanes.values()]
        while not all(lane.wait(0) for lane in lanes):  # what one does last may wake another
            if not all(map(ended, lanes)):
                return False
            lanes = [*self._lanes.values()]
        return ended(self._kept)

    # On the thread of a lane.

    def _lane(self, name: str) -> Lane:
        if name not in self._lanes:
            choose, end = partial(self._next, name), partial(self._end_lane, name)
            self._lanes[name] = Lane(f"xwidget {name}", choose, end)
        return self._lanes[name]

    def _end_lane(self, name: str) -> None:
        self._end([job for job in list(self._jobs) if job.pane.source.lane == name])
        self._ended.set()

    def _end(self, jobs: set[Job] | list[Job]) -> None:
        for job in list(jobs):
            job.ended = True

    def _next(self, lane: str) -> Work | None:
        """Return the next computation of a lane, of the class asked for last before all others."""
        weights = self._current()
        if weights is None:
            return None
        for source in [pane.source for pane in list(self._panes.values())]:
            if source.lane == lane:
                source.settle()
        with self._panel.lock:
            if self._ended.is_set():
                return None
            for target in reversed(self._asked):
                for pane in self:
                    if pane.source.lane == lane and pane.lacks(target, weights):
                        if self._lets_run(lane):
                            return self._pause
                        return self._begin(pane, target, weights)
            self.tell()
            if not self._jobs:
                self._kept.wake()
            return None

    def _current(self) -> str | None:
        """Return the fingerprint of the net, which is made once for all lanes; None at the end."""
        with self._looking:
            looks, weights, inspected = self._looks, self._weights, self._inspected
            if inspected is None or weights is not None:
                return weights
            weights = fingerprint(inspected.clf.net)
            with self._panel.lock:
                if looks == self._looks:
                    self._weights = weights
            return weights

    def _lets_run(self, lane: str) -> bool:
        """Return whether a lane waits for the run: what is slow would take half of its time."""
        waited = time.monotonic() - self._looked
        return lane == "slow" and waited < HEAD_START and not self._panel.session.idle

    def _pause(self) -> None:
        self._ended.wait(_PAUSE)

    def _begin(self, pane: Pane, target: int, weights: str) -> Work:
        job = Job(
            pane,
            target,
            weights,
            pane.source.stamp(weights),
            superseded=self._superseded,
            tell=self._tell_progress,
            show=self._show,
        )
        pane.doing, pane.progress = target, 0.0
        pane.failed.pop(target, None)
        self._jobs.add(job)
        self.tell()
        return partial(self._compute, job)

    def _superseded(self, job: Job) -> bool:
        """Return whether a job is in the way of the class drawn, or of what there is no more; asked
        without a lock.
        """
        target = self._drawn.target
        source = job.pane.source
        if source.at_once and source.stamp(job.net) != job.weights:
            return True
        if job.target == target or job.pane.source.at_once or job.pane.progress >= 1 / 2:
            return False
        lane = job.pane.source.lane
        return any(
            pane.source.lane == lane and pane.lacks(target, job.net)
            for pane in list(self._panes.values())
        )

    def _tell_progress(self) -> None:
        with self._panel.lock:
            self.tell()

    def _compute(self, job: Job) -> None:
        """Do a job, and tell the result."""
        panel, pane = self._panel, job.pane
        made, failure = None, ""
        given_up = False  # even if it is wanted again by now
        try:
            with job.in_turn(pick(panel.settings.device), panel.views.rank):
                found = pane.source.attribute(job.target, job)
            made = self._made(found, job, final=True)
        except (GivenUp, Cancelled):
            given_up = True
        except BaseException as error:  # the others are computed all the same
            failure = texts.text_of(error)
        with panel.lock:
            pane.doing = None
            self._jobs.discard(job)
            if made is not None:
                self._keep(pane, made)
            elif not (given_up or job.cancelled()):
                pane.failed[job.target] = failure, job.weights
            self.tell()

    def _show(self, job: Job, attribution: Attribution, note: str) -> None:
        made = self._made(attribution, job, note, final=False)
        with self._panel.lock:
            if not job.ended:
                self._keep(job.pane, made)
                self.tell()

    def _made(
        self, attribution: Attribution, job: Job, note: str | None = None, *, final: bool
    ) -> list[Found]:
        explained = self._panel.session.targets
        return job.found(attribution, note, final=final, frame=self._frame, explained=explained)

    def _keep(self, pane: Pane, made: list[Found]) -> None:
        for each in made:
            self._seq += 1
            each.seq = self._seq
            target = each.attribution.targets[0]
            pane.found.pop(target, None)
            pane.found[target] = each
            if each.final:
                pane.again(target)
        self._forget()
        self.changed(pane)

    def _forget(self) -> None:
        """Drop values where there are too many: those of panes that were removed, then those that
        were asked for longest ago.
        """
        removed = sum(each.size for found in self._removed.values() for each in found.values())
        held = [(pane, target, each) for pane in self for target, each in pane.found.items()]
        room = _MOST_BYTES - sum(each.size for *_, each in held)
        if room < removed:
            self._removed.clear()
        held.sort(key=lambda each: each[2].seq)
        for pane, target, each in held:
            if room >= 0:
                return
            if target != self._drawn.target:
                del pane.found[target]
                room += each.size
                if target in self._asked:  # else it would be computed again at once
                    self._asked.remove(target)

    def _drawn_values(self) -> dict[int, Found] | None:
        """Return the values of the class drawn by pane; None while more are computed."""
        if self._jobs:
            return None
        target = self._drawn.target
        return {pane.id: pane.found[target] for pane in self if target in pane.found}

    def _own_label(self, label: str) -> str:
        """Return a label that no other pane has."""
        taken = {pane.label for pane in self}
        number, found = 1, label
        while found in taken:
            number += 1
            found = f"{label} {number}"
        return found
