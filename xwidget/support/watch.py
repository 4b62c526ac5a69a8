"""One thread that looks, every now and then, at what other programs may have changed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from xwidget.support.threads import EndingThread

SECONDS = 2.0
"""Time between two looks."""

MOST_SECONDS = 60.0
"""Time to the next look after many in a row that failed."""

Look: TypeAlias = Callable[[], bool]
"""Looks, and returns whether to look again; called without a lock."""


@dataclass
class _Looking:
    """The state of a look.

    Attributes
    ----------
    asked
        How often it was asked for.
    failed
        How many in a row failed.
    due
        When the next is, monotonic.
    """

    asked: int = 0
    failed: int = 0
    due: float = 0.0


class Watch:
    """Call functions every two seconds, on one thread that lives while there are any.

    One that fails, as where a server is gone, is logged once until it works again, and called more
    and more rarely, down to once a minute.

    Parameters
    ----------
    seconds
        Time between two looks.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._looks: dict[Look, _Looking] = {}
        self._ended = threading.Event()
        self._works = False

    def add(self, look: Look) -> None:
        """Call a function from now on, until it returns False."""
        with self._lock:
            if look in self._looks:
                self._looks[look].asked += 1
                self._looks[look].due = 0.0  # somebody is there: perhaps it works again
                return
            if not self._works:
                try:
                    EndingThread(self._work, self._ended.set, "xwidget-watch").start()
                except (RuntimeError, MemoryError):  # too many: the next word of a page tries again
                    return
                self._works = True
            self._looks[look] = _Looking()

    def _work(self) -> None:
        while not self._ended.wait(self._seconds):
            with self._lock:
                now = time.monotonic()
                due = [(look, of, of.asked) for look, of in self._looks.items() if of.due <= now]
            for look, of, asked in due:
                again = self._looked(look, of)
                with self._lock:
                    if not again and of.asked == asked:  # else somebody wants it after all
                        del self._looks[look]
            with self._lock:
                if not self._looks:
                    self._works = False
                    return

    def _looked(self, look: Look, of: _Looking) -> bool:
        """Look once; return whether to look again."""
        try:
            again = look()
        except Exception:  # locked for long, or gone: the next look may tell more
            of.failed += 1
            of.due = time.monotonic() + min(MOST_SECONDS, self._seconds * 2 ** min(of.failed, 9))
            if of.failed == 1:
                logging.getLogger("xwidget").warning("a look at a store failed", exc_info=True)
            return True
        if of.failed:
            logging.getLogger("xwidget").warning("a store can be looked at again")
            of.failed = 0
        return again


WATCH = Watch()
"""One for all of a process."""
