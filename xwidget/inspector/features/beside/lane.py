"""A lane: work done one piece after another on a thread of its own, the next chosen late."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TypeAlias

from xwidget.support.threads import EndingThread

Work: TypeAlias = Callable[[], None]


class Lane:
    """Do what there is to do; what comes next is asked for when the piece before is done.

    The thread lives while there is something to do.

    Parameters
    ----------
    name
        Of the thread.
    choose
        Returns the next piece, or None where there is none; called without a lock.
    end
        Has a piece under way end soon: at the end of the interpreter.
    """

    def __init__(
        self, name: str, choose: Callable[[], Work | None], end: Callable[[], None]
    ) -> None:
        self._name = name
        self._choose = choose
        self._end = end
        self._lock = threading.Lock()
        self._woken = self._works = self._closed = False
        self._idle = threading.Event()
        self._idle.set()

    def wake(self) -> None:
        """Look for something to do, now or after the piece under way.

        Raises
        ------
        RuntimeError
            If no thread can be started.
        """
        with self._lock:
            if self._closed:
                return
            self._woken = True
            if self._works:
                return
            try:
                EndingThread(self._work, self._ended, self._name).start()
            except (RuntimeError, MemoryError) as error:
                self._woken = False
                raise RuntimeError(f"there are too many threads: {error}") from error
            self._works = True
            self._idle.clear()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until there is nothing to do; return False where that took longer."""
        return self._idle.wait(timeout)

    def close(self) -> None:
        """Choose nothing more. The piece under way is the caller's to end."""
        with self._lock:
            self._closed = True

    def _ended(self) -> None:
        self.close()
        self._end()

    def _work(self) -> None:
        while True:
            with self._lock:
                if self._closed or not self._woken:
                    self._works = False
                    self._idle.set()
                    return
                self._woken = False
            self._do_all()

    def _do_all(self) -> None:
        while not self._closed:
            try:
                work = self._choose()
                if work is None:
                    return
                work()
            except BaseException:
                logging.getLogger("xwidget").exception("while working beside a run")
                return
