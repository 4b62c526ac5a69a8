"""One thread that looks, every now and then, at what other programs may have changed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeAlias

from xwidget.support.threads import EndingThread

SECONDS = 2.0
"""Time between two looks."""

Look: TypeAlias = Callable[[], bool]
"""Looks, and returns whether to look again; called without a lock."""


class Watch:
    """Call functions every two seconds, on one thread that lives while there are any.

    Parameters
    ----------
    seconds
        Time between two looks.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._looks: list[Look] = []
        self._ended = threading.Event()
        self._works = False

    def add(self, look: Look) -> None:
        """Call a function from now on, until it returns False."""
        with self._lock:
            if look in self._looks:
                return
            if not self._works:
                try:
                    EndingThread(self._work, self._ended.set, "xwidget-watch").start()
                except (RuntimeError, MemoryError):  # too many: the next word of a page tries again
                    return
                self._works = True
            self._looks.append(look)

    def _work(self) -> None:
        while not self._ended.wait(self._seconds):
            with self._lock:
                looks = tuple(self._looks)
            gone = [look for look in looks if not _looked(look)]
            with self._lock:
                self._looks = [look for look in self._looks if look not in gone]
                if not self._looks:
                    self._works = False
                    return


def _looked(look: Look) -> bool:
    try:
        return look()
    except Exception:  # locked for long, or gone: the next look may tell more
        logging.getLogger("xwidget").warning("a look at a store failed", exc_info=True)
        return True


WATCH = Watch()
"""One for all Inspectors of a process."""
