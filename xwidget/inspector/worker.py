"""One thread that does one job after another, and small things in between.

Knows nothing of widgets. Whoever listens is called on the worker with the lock held.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from xwidget.engine.optimize import Step
from xwidget.inspector.lock import OwnedLock

_JOIN_SECONDS = 30.0
_POLL_SECONDS = 0.5
_LOCK_SECONDS = 0.05

Aside: TypeAlias = Callable[[], Callable[[], None]]
"""Something small to do: called without the lock; what it returns is called with it."""


class Listener(Protocol):
    """What a session tells, always with its lock held, on its worker."""

    def began(self, added: int | None) -> None:
        """A job starts; ``added`` is the class that it adds, if that is what it does."""

    def stepped(self, step: Step) -> None:
        """A step is in the main run's history."""

    def varied(self, last: bool) -> None:
        """A step is in a variant's history, its last for now or not."""

    def ended(self, status: str, error: str) -> None:
        """Nothing runs or waits any more: "done", "stopped", or "error" with the words."""

    def tick(self) -> float | None:
        """Nothing runs. Returns after how many seconds to be called again; None for never."""


@dataclass(eq=False)
class Job:
    """A command's work; returns whether it was done to its end."""

    work: Callable[[threading.Event], bool]
    cancel: threading.Event = field(default_factory=threading.Event)


class Closed(Exception):
    """The worker was closed while it was at work."""


class Worker:
    """A thread, a queue of jobs, and the thing to do aside, of which only the newest counts.

    Parameters
    ----------
    lock
        Held around every call of the listener.
    """

    def __init__(self, lock: OwnedLock) -> None:
        self._listener: Callable[[], Listener | None] = _nobody
        self._lock = lock
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._jobs: list[Job] = []  # those not settled, the one at work first
        self._aside: Aside | None = None
        self._idle = threading.Event()
        self._idle.set()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self.failure: Exception | None = None

    def listen(self, listener: Listener) -> None:
        """Tell this listener what happens; it is held weakly, and its end ends the work."""
        self._listener = weakref.ref(listener)

    @property
    def idle(self) -> bool:
        """Whether nothing runs or waits."""
        return self._idle.is_set()

    @property
    def promised(self) -> bool:
        """Whether something runs or waits that was not given up by ``stop``."""
        with self._lock:
            return any(not job.cancel.is_set() for job in self._jobs)

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called."""
        return self._closing.is_set()

    # Any thread; none of these waits for a job, save wait and close.

    def aside(self, task: Aside) -> None:
        """Have something done between two steps of what runs, or at once where nothing does.

        One that still waits is dropped.
        """
        with self._lock:
            self._check_open()
            self._aside = task
            self._start()
            self.wake()

    def stop(self) -> None:
        """End what runs, within one step, and give up what waits."""
        with self._lock:
            for job in self._jobs:
                job.cancel.set()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until nothing runs or waits; return whether that is so.

        Raises
        ------
        Exception
            The one that ended the work, with its traceback.
        RuntimeError
            If called from an observer, which the worker would have to wait for.
        """
        if self._thread is threading.current_thread() or self._lock.owned:
            raise RuntimeError("wait() inside an observer would wait for itself; call it elsewhere")
        end = None if timeout is None else time.monotonic() + timeout
        while not self._idle.is_set():
            # In slices: an endless wait cannot be interrupted on Windows.
            left = _POLL_SECONDS if end is None else min(_POLL_SECONDS, end - time.monotonic())
            if left <= 0:
                return False
            self._idle.wait(left)
        if self.failure is not None:
            raise self.failure
        return True

    def wake(self) -> None:
        """Have an idle worker look around: for something aside, and call ``tick``."""
        if self._thread is not None and self.idle:
            self._queue.put(None)

    def close(self, *, join: bool = True) -> None:
        """End the work and the thread."""
        self._closing.set()
        self.stop()
        self._queue.put(None)
        thread = self._thread
        if join and thread is not None and thread is not threading.current_thread():
            # A worker that needs the lock to get on sees that it is closed, so that joining is safe
            # even where the caller holds the lock.
            thread.join(_JOIN_SECONDS)
        with self._lock:
            self.failure = self._aside = None
            self._jobs.clear()
            self._idle.set()

    def _check_open(self) -> None:
        if self.closed:
            raise RuntimeError("this Inspector is closed; make a new one")

    def _enqueue(self, work: Callable[[threading.Event], bool]) -> None:
        self._check_open()
        self.failure = None
        self._idle.clear()
        job = Job(work)
        self._jobs.append(job)
        self._queue.put(job)
        self._start()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="xwidget", daemon=True)
            self._thread.start()

    # On the worker.

    def _work(self) -> None:
        with contextlib.suppress(Closed):
            while True:
                self._look_aside()
                with self._held() as listener:
                    pause = listener.tick() if self.idle else None
                    del listener  # the thread must not keep it alive while it waits
                self._take(pause)

    def _take(self, pause: float | None) -> None:
        """Wait for a job, at most ``pause`` seconds, and do it."""
        try:
            job = self._queue.get(timeout=pause)
        except queue.Empty:
            return
        if job is None:  # woken to look around
            return
        complete, failure = False, None
        try:
            complete = not job.cancel.is_set() and job.work(job.cancel)
        except Closed:
            raise
        except Exception as error:
            failure = error
        with self._held() as listener:
            self._settle(job, complete, failure, listener)

    def _settle(
        self, job: Job, complete: bool, failure: Exception | None, listener: Listener
    ) -> None:
        self._jobs.remove(job)
        if failure is not None and not job.cancel.is_set():
            self.failure = failure
            self.stop()
        if self._jobs:
            return
        try:
            if self.failure is not None:
                listener.ended("error", f"{type(self.failure).__name__}: {self.failure}")
            else:
                listener.ended("done" if complete else "stopped", "")
        finally:
            self._idle.set()

    def _look_aside(self) -> None:
        """Do what waits to be done aside, if anything."""
        if self._aside is None:
            return
        with self._held():
            task = self._aside
            self._aside = None
        answer = task()
        del task  # it may keep alive who asked
        with self._held():
            answer()

    @contextlib.contextmanager
    def _held(self) -> Iterator[Listener]:
        """Hold the lock, on the worker; raise ``Closed`` rather than wait for who closes."""
        while not self._lock.acquire(timeout=_LOCK_SECONDS):
            if self.closed:
                raise Closed
        try:
            listener = self._listener()
            if self.closed or listener is None:
                raise Closed
            yield listener
        finally:
            self._lock.release()


def _nobody() -> None:
    """Stand for a listener where there is none."""
