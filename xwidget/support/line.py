"""Tasks that are done one after another, all of them, on a thread of their own."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from xwidget.support.pace import Pace
from xwidget.support.threads import EndingThread

MOST = 300
"""Tasks that wait."""

MOST_BYTES = 100_000_000
"""Bytes of what they hold."""

PACE = Pace(200, 200)
"""Number of tasks that are done at once, and a second after that."""


class Line:
    """Do what is asked in the order in which it is asked, and drop nothing.

    The thread lives while there is something to do. At the end of the interpreter, what waits is
    done first.

    Parameters
    ----------
    name
        Of the thread.
    clock
        Seconds, monotonic.
    """

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._name = name
        self._clock = clock
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Callable[[], object], int, bool]] = deque()
        self._asked = 0  # of those that wait, which count
        self._bytes = 0
        self._works = False
        self._empty = threading.Event()
        self._empty.set()
        self._left, self._then = PACE.burst, clock()

    def add(self, task: Callable[[], object], size: int = 0, *, own: bool = False) -> None:
        """Do a task after those that wait; log what it raises.

        Parameters
        ----------
        task
            Called without a lock.
        size
            Bytes that it holds, about.
        own
            Whether it is the kernel's own: not refused, however many wait, nor slowed down.

        Raises
        ------
        RuntimeError
            If too many wait, or no thread can be started.
        """
        with self._lock:
            full = self._asked and self._bytes + size > MOST_BYTES
            if not own and (full or self._asked >= MOST):
                raise RuntimeError(
                    f"too many acts wait to be done ({self._asked}); try again in a moment"
                )
            if not self._works:
                try:
                    EndingThread(self._work, lambda: None, self._name).start()
                except (RuntimeError, MemoryError) as error:
                    raise RuntimeError(f"there are too many threads: {error}") from error
                self._works = True
            self._waiting.append((task, size, own))
            self._asked += not own
            self._bytes += size
            self._empty.clear()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until all is done; return False if that took longer than ``timeout`` seconds."""
        return self._empty.wait(timeout)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._works = False
                    self._empty.set()
                    return
                task, size, own = self._waiting.popleft()
                self._asked -= not own
                self._bytes -= size
            if not own:
                self._keep_pace()
            try:
                task()
            except BaseException:
                logging.getLogger("xwidget").exception("while doing what a page asked")
            del task

    def _keep_pace(self) -> None:
        now = self._clock()
        self._left = min(PACE.burst, self._left + (now - self._then) * PACE.rate) - 1
        self._then = now
        if self._left < 0:
            time.sleep(-self._left / PACE.rate)
