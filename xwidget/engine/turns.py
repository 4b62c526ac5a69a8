"""Turns on a device: the runs of one process share it, a step at a time.

Two at a time on a CPU, one on any other device. More at once take as long together, and each
holds the memory of a step. What a person's own thread works on never waits, and counts.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias, TypeVar

import torch

from xwidget.engine.step_threads import StepThreads

T = TypeVar("T")

Rank: TypeAlias = tuple[int, int]
"""Urgency, 0 first; and the time of the last look, as a number that grows."""

#: Number of runs that work at once, by the kind of device.
AT_ONCE = {"cpu": 2}
# Seconds in which one that comes first is expected back from between two of its steps.
_BACK = 0.02
# Seconds after which one that returns has no time to make up for.
_AWAY = 1.0
_POLL = 0.25
_OUT, _WAITING, _WORKING = range(3)  # what a place is at


class GivenUp(BaseException):
    """The work was given up while it waited, or between two pieces of a step."""


class Turns:
    """The turns on one device.

    Of those who wait the most urgent come first; of equally urgent ones, who had the least time so
    far. What was looked at last is charged half, so that it has twice the time of each other.

    Parameters
    ----------
    at_once
        How many work at the same time.
    clock
        Seconds, monotonic.
    """

    def __init__(self, at_once: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once = at_once
        self._clock = clock
        # Nothing else is locked while this is held.
        self._changed = threading.Condition()
        self._version = 0
        self._places: list[Place] = []

    @contextlib.contextmanager
    def place(
        self, rank: Callable[[], Rank | None], meanwhile: Callable[[], None]
    ) -> Iterator[Place]:
        """Take part for a while.

        Parameters
        ----------
        rank
            How urgent it is now; None while it rests. Called often, with a lock held: it reads a
            few attributes and takes no lock.
        meanwhile
            Called again and again while it waits, without a lock: what it raises ends the wait.
        """
        with self._joined(Place(self, rank, meanwhile)) as place:
            yield place

    @contextlib.contextmanager
    def own(self, meanwhile: Callable[[], None] = lambda: None) -> Iterator[Place]:
        """Take part with a person's own thread, which never waits; others rest if need be.

        Parameters
        ----------
        meanwhile
            Called between two pieces of a long step: what it raises ends the step.
        """
        with self._joined(Place(self, lambda: (-1, 0), meanwhile, waits=False)) as place:
            yield place

    def nudge(self) -> None:
        """Wake all who wait. Takes no lock that a caller could hold."""
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    @contextlib.contextmanager
    def _joined(self, place: Place) -> Iterator[Place]:
        try:
            with self._changed:
                self._places.append(place)
            yield place
        finally:
            with self._changed:
                if place in self._places:
                    self._places.remove(place)
            self.nudge()

    # Of places.

    def _take(self, place: Place) -> None:
        with self._changed:
            self._admit(place)
        while True:
            version = self._version
            place._meanwhile()
            with self._changed:
                if self._may(place):
                    place._state, place._since = _WORKING, self._clock()
                    return
                if version == self._version:
                    self._changed.wait(self._patience())

    def _give(self, place: Place) -> None:
        with self._changed:
            now = self._clock()
            if place._state == _WORKING:
                spent = now - place._since
                place.used += spent / 2 if place is self._favorite(place) else spent
            place._state, place._since = _OUT, now
        self.nudge()

    def _admit(self, place: Place) -> None:
        now = self._clock()
        if place._state == _OUT and now - place._since > _AWAY:
            others = [p.used for p in self._places if p is not place and self._present(p, now)]
            place.used = max(place.used, min(others, default=place.used))
        place._state, place._since, place._asked = _WAITING, now, now

    def _may(self, place: Place) -> bool:
        if not place._waits:
            return True
        free = self._at_once - sum(p._state == _WORKING for p in self._places)
        return free > 0 and place in self._queue()[:free]

    def _queue(self) -> list[Place]:
        """Return who is next, the first first: those who wait, and who will be back at once."""
        now = self._clock()
        ready = []
        for place in self._places:
            if (self._returns(place, now) or place._state == _WAITING) and (
                rank := place._rank()
            ) is not None:
                ready.append((rank[0], place.used, place._number, place))
        return [place for *_, place in sorted(ready)]

    def _present(self, place: Place, now: float) -> bool:
        if place._rank() is None:
            return False
        return place._state != _OUT or now - place._since <= _AWAY

    def _favorite(self, place: Place) -> Place | None:
        """Return which of those as urgent as this one was looked at last; None for nobody."""
        rank = place._rank()
        if rank is None:
            return None
        ranks = [(other, other._rank()) for other in self._places]
        alike = [(r[1], other._number, other) for other, r in ranks if r and r[0] == rank[0]]
        return max(alike)[2] if len(alike) > 1 else None

    def _patience(self) -> float:
        now = self._clock()
        return _BACK if any(self._returns(place, now) for place in self._places) else _POLL

    @staticmethod
    def _returns(place: Place, now: float) -> bool:
        """Return True if a place is between two of its steps, and expected back at once."""
        return place._state == _OUT and now - place._since < _BACK


class Place:
    """One of those who take turns; made by ``Turns.place`` and ``Turns.own``."""

    _numbers = itertools.count()

    def __init__(
        self,
        turns: Turns,
        rank: Callable[[], Rank | None],
        meanwhile: Callable[[], None],
        *,
        waits: bool = True,
    ) -> None:
        self._turns = turns
        self._rank = rank
        self._meanwhile = meanwhile
        self._waits = waits
        self._number = next(self._numbers)
        self._state = _OUT
        self._since = self._asked = -float("inf")
        self.used = 0.0
        """Seconds charged so far."""

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and have it, briefly; within another one it is that one."""
        if getattr(_holding, "place", None) is not None:
            yield
            return
        try:
            _holding.place = self
            self._turns._take(self)
            yield
        finally:
            _holding.place = None
            self._turns._give(self)

    def do(self, work: Callable[[], T]) -> T:
        """Wait for a turn and have work done in it, by one of the threads that all share."""
        try:
            self._turns._take(self)
            return _step_threads.do(partial(self._at_work, work))
        finally:
            self._turns._give(self)

    def _at_work(self, work: Callable[[], T]) -> T:
        _holding.place = self
        try:
            return work()
        finally:
            _holding.place = None

    @property
    def waited(self) -> float:
        """For how many seconds it has waited, or did before the turn that it has."""
        end = self._turns._clock() if self._state == _WAITING else self._since
        return end - self._asked

    def nudge(self) -> None:
        """Wake it, if it waits."""
        self._turns.nudge()


_holding = threading.local()
_step_threads = StepThreads()
_all: dict[tuple[str, int], Turns] = {}
_making = threading.Lock()


def _forget() -> None:
    """Begin anew in a process that was forked: it has none of the threads that had a turn."""
    global _step_threads, _making
    _step_threads, _making = StepThreads(), threading.Lock()
    _all.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def turns_on(device: torch.device) -> Turns:
    """Return the turns on a device."""
    with _making:
        key = device.type, device.index or 0
        return _all.setdefault(key, Turns(AT_ONCE.get(device.type, 1)))


def nudge_all() -> None:
    """Wake all who wait, on any device."""
    for turns in list(_all.values()):
        turns.nudge()


def in_background_turn() -> bool:
    """Return whether the calling thread does a step for another: it must not wait for one that
    may need this step, or the turn, to end.
    """
    place = getattr(_holding, "place", None)
    return place is not None and place._waits


def breathe() -> None:
    """Let others have a turn between two pieces of a long step; see ``Place.turn``.

    Raises
    ------
    BaseException
        What ends the work, such as ``GivenUp``: nobody wants it any more.
    """
    place = getattr(_holding, "place", None)
    if place is None:
        return
    if place._waits:
        place._turns._give(place)
        place._turns._take(place)
    else:
        place._meanwhile()
