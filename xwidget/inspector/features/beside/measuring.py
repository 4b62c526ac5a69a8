"""Measures of panes and of our own evidence, one after another beside the run."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, TypeAlias

import torch

from xwidget.engine.turns import GivenUp, breathe, turns_on
from xwidget.inspector.features.beside.lane import Lane, Work
from xwidget.inspector.features.beside.source import Doing
from xwidget.inspector.features.beside.values import Found
from xwidget.inspector.page.panel import Panel
from xwidget.support import texts

What: TypeAlias = Literal["measures", "randomized"]
Measure: TypeAlias = Callable[[Found, Doing], dict[str, Any]]
"""Measures values; returns what the page is told."""

_MOST = 40  # entries
_DIGITS = 4
_TELL_SECONDS = 0.25
_MOST_BYTES = 150_000  # of all entries: they stand in a saved notebook, too
_BYTES_PER_SECOND = 200_000  # while something is measured: all entries are told each time
_PAUSE = 0.1  # seconds between two looks whether values have become still
_BUSY = ("waiting", "running")


@dataclass(eq=False)
class Measurement:
    """Something to be measured.

    Attributes
    ----------
    pane, target
        Of which pane, and class.
    what
        What is measured.
    find
        Returns the values as they are; called with the lock held.
    still
        Returns whether nothing is at work on them; called with the lock held.
    measure
        Measures them.
    device
        Where it is measured.
    again
        Whether its values became others while they were measured.
    """

    pane: int
    target: int
    what: What
    find: Callable[[], Found]
    still: Callable[[], bool]
    measure: Measure
    device: torch.device
    again: bool = False
    ended: bool = False

    @property
    def place(self) -> tuple[int, int]:
        """The entry that tells of it."""
        return self.pane, self.target


class _UnderWay:
    """A measurement under way, a ``Doing``."""

    def __init__(
        self, asked: Measurement, tell: Callable[[Measurement, float], None], pace: float
    ) -> None:
        self._asked = asked
        self._tell = tell
        self._pace = pace
        self._told = time.monotonic()

    def cancelled(self) -> bool:
        return self._asked.ended

    def progress(self, share: float) -> None:
        if (now := time.monotonic()) - self._told >= self._pace:
            self._told = now
            self._tell(self._asked, share)
        breathe()
        self.check()

    def check(self) -> None:
        if self._asked.ended:
            raise GivenUp


class Measuring:
    """Measure what is asked for, in that order, on a thread of its own.

    Parameters
    ----------
    panel
        All that it sees of its Inspector; the trait ``_measured`` is told its page.
    """

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._entries: dict[tuple[int, int], dict[str, Any]] = {}
        self._of: dict[tuple[int, int], int] = {}  # seq of the values that an entry is of
        self._waiting: deque[Measurement] = deque()
        self._doing: Measurement | None = None
        self._lane = Lane("xwidget measures", self._next, self.stop)
        self._ended = threading.Event()

    # With the lock held.

    def add(self, asked: Measurement) -> None:
        """Measure something after what was asked for before; the same twice is once.

        Raises
        ------
        RuntimeError
            If too much waits, or no thread can be started.
        """
        self._panel.check_open()
        for each in (*self._waiting, self._doing):
            if each is not None and (each.place, each.what) == (asked.place, asked.what):
                return
        if len(self._waiting) >= _MOST:
            raise RuntimeError("too much waits to be measured; try again in a moment")
        self._lane.wake()
        self._waiting.append(asked)
        self._note(asked, state="waiting", progress=0.0, error="")
        self._tell()

    def forget(self, pane: int, current: Callable[[int], int | None]) -> None:
        """Drop what was measured of a pane's values that have changed.

        Parameters
        ----------
        pane
            Which.
        current
            Returns the seq of its values for a class as they are; None where there are none.
        """
        old = [at for at, seq in self._of.items() if at[0] == pane and current(at[1]) != seq]
        for at in old:
            del self._of[at]
            if self._entries[at]["state"] in _BUSY:
                self._entries[at].update(measures=None, randomized=None)
            else:
                del self._entries[at]
        if old:
            self._tell()

    def remove(self, pane: int) -> None:
        """Drop what was measured of a pane, and what waits."""
        self._give_up(lambda each: each.pane == pane)
        for at in [at for at in self._entries if at[0] == pane]:
            del self._entries[at]
            self._of.pop(at, None)
        self._tell()

    def stop(self) -> None:
        """Give up all that waits and is under way."""
        self._give_up(lambda each: True)
        self._tell()

    def end(self) -> None:
        """End what is under way soon, and begin nothing more."""
        self._give_up(lambda each: True)
        self._ended.set()

    def close(self) -> None:
        """Give up everything."""
        self.end()
        self._lane.close()
        self._entries.clear()

    def results(self) -> list[dict[str, Any]]:
        """Return the entries that hold a result."""
        return [
            dict(each)
            for each in self._entries.values()
            if each["measures"] is not None or each["randomized"] is not None
        ]

    # From Python, without the lock.

    def wait(self, timeout: float | None = None) -> bool:
        """Block until nothing is to be measured; return False where that took longer."""
        return self._lane.wait(timeout)

    def _give_up(self, which: Callable[[Measurement], bool]) -> None:
        for each in [each for each in self._waiting if which(each)]:
            self._waiting.remove(each)
            self._note(each, state="stopped", progress=0.0)
        if self._doing is not None and which(self._doing):
            self._doing.ended = True

    def _note(self, asked: Measurement, **fields: Any) -> None:
        entry = self._entries.pop(asked.place, None) or {
            "pane": asked.pane,
            "target": asked.target,
            "error": "",
            "measures": None,
            "randomized": None,
        }
        self._entries[asked.place] = {**entry, **fields}
        if len(self._entries) > _MOST:
            settled = (at for at, each in self._entries.items() if each["state"] not in _BUSY)
            if (oldest := next(settled, None)) is not None:
                del self._entries[oldest]
                self._of.pop(oldest, None)

    def _tell(self) -> None:
        if not self._ended.is_set():
            with self._panel.logged():
                self._panel.tell(_measured=[dict(each) for each in self._entries.values()])

    # On the thread.

    def _next(self) -> Work | None:
        with self._panel.lock:
            if self._ended.is_set() or not self._waiting:
                return None
            ready = (each for each in self._waiting if not each.again or each.still())
            self._doing = next(ready, None)
            if self._doing is None:
                return self._pause
            self._waiting.remove(self._doing)
            self._note(self._doing, state="running", progress=0.0)
            self._tell()
            return partial(self._do, self._doing)

    def _pause(self) -> None:
        self._ended.wait(_PAUSE)

    def _do(self, asked: Measurement) -> None:
        """Measure something, and tell the result."""
        panel, made, failure, seq = self._panel, None, "", 0
        under_way = _UnderWay(asked, self._tell_progress, self._pace())
        try:
            with panel.lock:
                found = asked.find()
            seq = found.seq
            turns = turns_on(asked.device)
            with turns.place(panel.views.rank, under_way.check) as place, place.turn():
                made = asked.measure(found, under_way)
        except BaseException as error:  # the others are measured all the same
            failure = texts.text_of(error)
        with panel.lock:
            self._doing = None
            if self._ended.is_set():
                return
            self._settle(asked, made, failure, seq)
            self._tell()

    def _tell_progress(self, asked: Measurement, share: float) -> None:
        with self._panel.lock:
            if not (self._ended.is_set() or asked.ended) and asked.place in self._entries:
                self._note(asked, progress=round(min(1.0, max(0.0, share)), 3))
                self._tell()

    def _settle(
        self, asked: Measurement, made: dict[str, Any] | None, failure: str, seq: int
    ) -> None:
        if asked.place not in self._entries:  # its pane was removed
            return
        if made is not None:
            self._of[asked.place] = seq
            if not asked.ended and self._seq(asked) != seq:  # others came meanwhile
                self._waiting.append(replace(asked, again=True))
            waits = any(each.place == asked.place for each in self._waiting)
            state = "waiting" if waits else "done"
            rounded = _rounded(made)
            self._note(asked, state=state, progress=1.0, error="", **{asked.what: rounded})
            self._fit(asked.place)
        elif asked.ended:
            self._note(asked, state="stopped", progress=0.0)
        else:
            self._note(asked, state="failed", progress=0.0, error=failure)

    def _fit(self, newest: tuple[int, int]) -> None:
        """Drop what was measured first, where it is too much."""
        sizes = {at: _size(each) for at, each in self._entries.items()}
        for at, each in [*self._entries.items()]:
            if sum(sizes.values()) <= _MOST_BYTES:
                return
            if at != newest and each["state"] not in _BUSY:
                del self._entries[at], sizes[at]
                self._of.pop(at, None)

    def _pace(self) -> float:
        """Return the seconds between two words on progress."""
        with self._panel.lock:
            told = sum(map(_size, self._entries.values()))
        return max(_TELL_SECONDS, told / _BYTES_PER_SECOND)

    @staticmethod
    def _seq(asked: Measurement) -> int | None:
        try:
            return asked.find().seq
        except Exception:  # there are none any more, which the next measurement says in words
            return None


def _size(entry: dict[str, Any]) -> int:
    return len(json.dumps(entry))


def _rounded(value: Any) -> Any:
    """Return values with figures of few digits: curves have many of them."""
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list) else value
