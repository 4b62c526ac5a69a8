"""The few threads that do the steps of all background runs.

An allocator keeps, for each thread, about what a step needs at its peak: 1 GiB for a network of the
size of EfficientNet-Lite0. So the steps of many runs share threads.
"""

from __future__ import annotations

import contextlib
import ctypes
import queue
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeAlias, TypeVar

from xwidget.support.threads import EndingThread

T = TypeVar("T")

THREAD = "steps of xwidget"
_LINGER_SECONDS = 5.0


class _Task(Generic[T]):
    def __init__(self, work: Callable[[], T]) -> None:
        self.work: Callable[[], T] | None = work
        self.done = threading.Event()
        self.error: BaseException | None = None
        self.result: T | None = None

    def run(self) -> None:
        assert self.work is not None
        try:
            self.result = self.work()
        except BaseException as error:
            self.error = error
        finally:
            self.work = None


_Inbox: TypeAlias = "queue.SimpleQueue[_Task[Any] | None]"


class StepThreads:
    """Threads that work for others, as many as have worked at once; idle ones end after a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free: list[_Inbox] = []  # the one that worked last is last
        self._ended = False

    def do(self, work: Callable[[], T]) -> T:
        """Run a function on another thread, and wait; return its result or raise its error.

        Raises
        ------
        RuntimeError
            If no thread can be started.
        """
        with self._lock:
            inbox = self._free.pop() if self._free else None
        if inbox is None:
            inbox = queue.SimpleQueue()
            EndingThread(self._work, self.end, THREAD, (inbox,)).start()
        task = _Task(work)
        inbox.put(task)
        task.done.wait()
        if task.error is not None:
            try:
                raise task.error
            finally:
                del task  # or the error would keep itself alive
        return task.result  # type: ignore[return-value]

    def end(self) -> None:
        """End all threads, each after the work in progress."""
        self._ended = True
        with self._lock:
            free, self._free = self._free, []
        for inbox in free:
            inbox.put(None)

    def _work(self, inbox: _Inbox) -> None:
        while True:
            try:
                task = inbox.get(timeout=_LINGER_SECONDS)
            except queue.Empty:
                with self._lock:
                    if inbox in self._free:
                        self._free.remove(inbox)
                        break
                continue  # a task is on its way
            if task is None:
                break
            task.run()
            with self._lock:
                going = not self._ended
                if going:
                    self._free.append(inbox)
            task.done.set()
            del task
            if not going:
                break
        release()


def release() -> None:
    """Give memory that is free back to the system, where the allocator (glibc's) does not."""
    with contextlib.suppress(Exception):
        ctypes.CDLL(None).malloc_trim(0)
