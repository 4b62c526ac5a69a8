"""Work that a page asks for: of each kind the newest, one at a time, on a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from xwidget.support.threads import EndingThread


class Desk:
    """Do what is asked soon, on a thread that lives while there is something to do.

    What waits is replaced by a newer task of its kind.

    Parameters
    ----------
    name
        Of the thread.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._waiting: dict[str, Callable[[], object]] = {}
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def here(self) -> bool:
        """True on its own thread."""
        return threading.current_thread() is self._thread

    def do(self, kind: str, task: Callable[[], object]) -> None:
        """Do a task soon, without a lock; log what it raises."""
        with self._lock:
            if self._closed:
                return
            self._waiting[kind] = task
            if self._thread is None:
                thread = EndingThread(self._work, self._drop, self._name)
                try:
                    thread.start()
                except (RuntimeError, MemoryError):  # there are too many: the next may succeed
                    logging.getLogger("xwidget").exception("while doing what a page asked")
                    return
                self._thread = thread

    def close(self) -> None:
        """Drop what waits, and take nothing more."""
        self._closed = True
        self._drop()

    def _drop(self) -> None:
        with self._lock:
            self._waiting.clear()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                task = self._waiting.pop(next(iter(self._waiting)))
            try:
                task()
            except BaseException:  # a net may call sys.exit: what waits is done all the same
                logging.getLogger("xwidget").exception("while doing what a page asked")
            del task
