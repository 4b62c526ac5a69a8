"""One thread that does one job after another, and small things in between.

Knows nothing of widgets. Whoever listens is called with the lock held, on the worker or on the
thread that does a step for it.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from xwidget.engine.run import as_error
from xwidget.engine.step import Step
from xwidget.engine.turns import in_background_turn
from xwidget.inspector.work.lock import OwnedLock
from xwidget.support.texts import in_words
from xwidget.support.threads import EndingThread

_JOIN_SECONDS = 30.0
_POLL_SECONDS = 0.5
_LOCK_SECONDS = 0.05
_LINGER_SECONDS = 10.0  # a thread holds memory of its own: one that has nothing to do ends

SmallTask: TypeAlias = Callable[[], Callable[[], None]]
"""Something small to do: called without the lock; what it returns is called with it."""


class SessionListener(Protocol):
    """Callbacks of a session, called with its lock held, on its worker or at the end of a step."""

    def began(self, added: int | None) -> None:
        """A job starts; ``added`` is the class that it adds, if that is what it does."""

    def stepped(self, step: Step) -> None:
        """A step is in the main run's history."""

    def varied(self, last: bool) -> None:
        """A step is in a variant's history, its last for now or not."""

    def ending(self) -> None:
        """A job is over: make ready what ``ended`` tells and takes its time. On the worker, without
        the lock.
        """

    def ended(self, status: str, error: str) -> None:
        """Nothing runs or waits any more: "done", "stopped", or "error" with the words."""

    def tick(self) -> float | None:
        """Nothing runs, or what runs waits. Returns after how many seconds to be called again; None
        for never.
        """


@dataclass(eq=False)
class Job:
    """A command's work; returns whether it was done to its end."""

    work: Callable[[threading.Event], bool]
    kind: str | None = None
    """Of those of one kind that wait, the newest is enough."""
    begun: bool = False
    cancel: threading.Event = field(default_factory=threading.Event)


class Closed(Exception):
    """The worker was closed while it was at work."""


class InspectorWorker:
    """A thread, a queue of jobs, and a small task to do between steps, of which the newest counts.

    Parameters
    ----------
    lock
        Held around every call of the listener.
    """

    def __init__(self, lock: OwnedLock) -> None:
        self._listener: Callable[[], SessionListener | None] = _nobody
        self._lock = lock
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._jobs: list[Job] = []  # those not settled, the one at work first
        self._small_task: SmallTask | None = None
        self._idle = threading.Event()
        self._idle.set()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self.failure: Exception | None = None

    def listen(self, listener: SessionListener) -> None:
        """Tell this listener what happens; it is held weakly, and its end ends the work."""
        self._listener = weakref.ref(listener)

    @property
    def idle(self) -> bool:
        """True if nothing runs or waits."""
        return self._idle.is_set()

    @property
    def busy(self) -> bool:
        """True if something runs or waits that was not given up by ``stop``."""
        with self._lock:
            return any(not job.cancel.is_set() for job in self._jobs)

    @property
    def closed(self) -> bool:
        """True once ``close`` was called."""
        return self._closing.is_set()

    # Any thread; none of these waits for a job, save wait and close.

    def between_steps(self, task: SmallTask) -> None:
        """Call a function between two steps of a run, or at once where nothing runs.

        One that still waits is dropped.
        """
        with self._lock:
            self._check_open()
            self._small_task = task
            self.wake()

    def stop(self) -> None:
        """End what runs, within one step, and give up what waits."""
        with self._lock:
            for job in self._jobs:
                job.cancel.set()
        self.nudge()

    def wait(self, timeout: float | None = None) -> bool:
        """Block until nothing runs or waits; return whether that is so.

        Raises
        ------
        Exception
            The one that ended the work, with its traceback.
        RuntimeError
            If what ended it is no ``Exception``, as ``SystemExit``, which is its cause; or if
            called from an observer, or by a network that runs for one: the worker would have to
            wait for it.
        """
        if self._entangled:
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
        """Wake a worker that waits, to do a small task and call ``tick``."""
        with self._lock:
            if self.idle and not self.closed:
                self._start()
                if self._queue.empty():
                    self._queue.put(None)
        self.nudge()

    def nudge(self) -> None:
        """Wake a job that waits. A subclass whose jobs can wait overrides it."""

    def end(self) -> None:
        """End the thread, as ``close`` does, without waiting for it or for the lock."""
        self._closing.set()
        for job in tuple(self._jobs):
            job.cancel.set()
        self._queue.put(None)
        self.nudge()

    def close(self, *, join: bool = True) -> None:
        """End the work and the thread, and wait for its end unless it might wait for the caller."""
        self._closing.set()
        self.stop()
        self._queue.put(None)
        thread = self._thread
        if join and thread is not None and not self._entangled:
            thread.join(_JOIN_SECONDS)
        with self._lock:
            self.failure = self._small_task = None
            self._jobs.clear()
            self._idle.set()

    @property
    def _entangled(self) -> bool:
        """True if the worker may have to wait for the calling thread."""
        here = self._thread is threading.current_thread()
        return here or self._lock.owned or in_background_turn()

    def _check_open(self) -> None:
        if self.closed:
            raise RuntimeError("this Inspector is closed; make a new one")

    def _enqueue(self, work: Callable[[threading.Event], bool], kind: str | None = None) -> None:
        self._check_open()
        for job in self._jobs:
            if job.kind == kind is not None and not job.begun and not job.cancel.is_set():
                job.work = work
                return
        self._start()
        self.failure = None
        self._idle.clear()
        job = Job(work, kind)
        self._jobs.append(job)
        self._queue.put(job)

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            thread = EndingThread(self._work, self.end, "xwidget")
            thread.start()  # where there are too many, the command fails, and nothing waits
            self._thread = thread

    # On the worker; ``_do_small_task`` and ``_held`` where it has a step done, too.

    def _work(self) -> None:
        try:
            going = True
            while going:
                self._do_small_task()
                with self._held() as listener:
                    pause = listener.tick() if self.idle else None
                    del listener  # the thread must not keep it alive while it waits
                going = self._take(pause)
        except Closed:
            self._idle.set()
        except BaseException as error:
            self._break_off(error)

    def _take(self, pause: float | None) -> bool:
        """Wait for a job, at most ``pause`` seconds, and do it; return whether to go on."""
        try:
            job = self._queue.get(timeout=_LINGER_SECONDS if pause is None else pause)
        except queue.Empty:
            return pause is not None or not self._leave()
        if job is None:  # woken to look around
            return True
        complete, failure = False, None
        with self._held() as listener:
            job.begun = True
            del listener
        try:
            complete = not job.cancel.is_set() and job.work(job.cancel)
        except Closed:
            raise
        except BaseException as error:
            failure = as_error(error)
        with self._held() as listener:
            last = self._jobs == [job]
            del listener
        if last and (hearing := self._listener()) is not None:
            hearing.ending()
            del hearing
        with self._held() as listener:
            self._settle(job, complete, failure, listener)
        return True

    def _leave(self) -> bool:
        """End the thread if there is nothing to do; the next command starts another."""
        with self._held():
            if self._small_task is not None or not self._queue.empty():
                return False
            self._thread = None
            return True

    def _break_off(self, error: BaseException) -> None:
        """Settle everything where the thread itself fails: nobody shall wait for it."""
        try:
            with self._held() as listener:
                self.failure = as_error(error)
                self._small_task = self._thread = None
                self._jobs.clear()
                listener.ended("error", in_words(self.failure))
        except Closed:
            pass
        except BaseException as another:
            logging.getLogger("xwidget").error("after %r: %r", error, another)
        finally:
            self._idle.set()

    def _settle(
        self, job: Job, complete: bool, failure: Exception | None, listener: SessionListener
    ) -> None:
        self._jobs.remove(job)
        if failure is not None and not job.cancel.is_set():
            self.failure = failure
            self.stop()
        if self._jobs:
            return
        try:
            if self.failure is not None:
                listener.ended("error", in_words(self.failure))
            else:
                listener.ended("done" if complete else "stopped", "")
        finally:
            self._idle.set()

    def _do_small_task(self) -> None:
        """Do the small task that waits, if any."""
        if self._small_task is None:
            return
        with self._held():
            task = self._small_task
            self._small_task = None
        answer = task()
        del task  # it may keep alive who asked
        with self._held():
            answer()

    @contextlib.contextmanager
    def _held(self) -> Iterator[SessionListener]:
        """Hold the lock; raise ``Closed`` rather than wait for who closes."""
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
