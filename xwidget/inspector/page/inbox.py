"""The requests of a page, done at once; of too many in a short time, the newest of each kind."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from xwidget.inspector.work.lock import OwnedLock
from xwidget.support.pace import Pace
from xwidget.support.threads import EndingThread

_SLEEP = 0.5  # seconds at most between two looks


@dataclass
class _Purse:
    """The remaining budget of a kind."""

    left: float
    since: float


@dataclass
class _Waiting:
    """The newest of a kind that could not be done at once."""

    act: Callable[[], None]
    cost: float
    pace: Pace


@dataclass
class Inbox:
    """Keep a page that floods its kernel from filling memory, and from starving who asks little.

    Each kind has one place to wait in, which a newer one takes; those that wait are done in the
    order in which their kinds came, by one thread that lives while there are any.

    Parameters
    ----------
    lock
        Held around every act; the caller of ``take`` holds it too.
    clock
        Seconds, monotonic.
    """

    lock: OwnedLock
    clock: Callable[[], float] = time.monotonic
    _purses: dict[Hashable, _Purse] = field(default_factory=dict)
    _waiting: dict[Hashable, _Waiting] = field(default_factory=dict)
    _thread: threading.Thread | None = None
    _wake: threading.Event = field(default_factory=threading.Event)

    def take(self, kind: Hashable, pace: Pace, act: Callable[[], None], cost: float = 1.0) -> None:
        """Act now, or once the kind's pace allows it, unless a newer one of its kind comes."""
        waits = self._waiting.pop(kind, None) is not None
        cost = min(cost, pace.burst)
        if not waits and self._spend(kind, cost, pace):
            act()
            return
        if self._thread is None:
            thread = EndingThread(self._work, self._end, "xwidget inbox")
            thread.start()  # where there are too many, whoever asked is told, and nothing waits
            self._thread = thread
        self._waiting[kind] = _Waiting(act, cost, pace)

    def drop(self, *kinds: Hashable) -> None:
        """Forget what waits of some kinds; of all where none is named."""
        for kind in kinds or tuple(self._waiting):
            self._waiting.pop(kind, None)
        if not self._waiting:
            self._wake.set()

    def _end(self) -> None:
        """Drop everything, unless somebody holds the lock."""
        if self.lock.acquire(timeout=0):
            try:
                self.drop()
            finally:
                self.lock.release()

    def _spend(self, kind: Hashable, cost: float, pace: Pace) -> bool:
        now = self.clock()
        purse = self._purses.setdefault(kind, _Purse(pace.burst, now))
        purse.left = min(pace.burst, purse.left + (now - purse.since) * pace.rate)
        purse.since = now
        if purse.left < cost:
            return False
        purse.left -= cost
        return True

    def _pause(self) -> float:
        """Return in how many seconds something can be done."""
        missing = [
            (each.cost - self._purses[kind].left) / each.pace.rate
            for kind, each in self._waiting.items()
        ]
        return min([_SLEEP, *missing])

    def _work(self) -> None:
        while True:
            with self.lock:
                for kind, each in list(self._waiting.items()):
                    # What was done may have dropped, or replaced, what waits.
                    if self._waiting.get(kind) is each and self._spend(kind, each.cost, each.pace):
                        del self._waiting[kind]
                        try:
                            each.act()
                        except Exception:
                            logging.getLogger("xwidget").exception("while doing what a page asked")
                if not self._waiting:
                    self._thread = None
                    return
                pause = self._pause()
            self._wake.wait(max(0.001, pause))
            self._wake.clear()
