"""One Inspector's work: a thread, a queue of jobs, and the history that they write.

Knows nothing of widgets. Whoever listens is called on the worker with the lock held.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.device import pick
from xwidget.engine.history import History
from xwidget.engine.optimize import Step, optimize
from xwidget.engine.settings import Settings
from xwidget.engine.state import State
from xwidget.explanation import Explanation
from xwidget.inspector.lock import OwnedLock
from xwidget.inspector.progress import Meter, Progress
from xwidget.inspector.protocol import Frame

Optimize = Callable[..., Iterator[Step]]

_JOIN_SECONDS = 30.0
_POLL_SECONDS = 0.5
_LOCK_SECONDS = 0.05


class Listener(Protocol):
    """What a session tells, always with its lock held, on its worker."""

    def began(self, added: int | None) -> None:
        """A job starts; ``added`` is the class that it adds, if that is what it does."""

    def stepped(self, step: Step) -> None:
        """A step is in the history."""

    def ended(self, status: str, error: str) -> None:
        """Nothing runs or waits any more: "done", "stopped", or "error" with the words."""

    def tick(self) -> float | None:
        """Nothing runs. Returns after how many seconds to be called again; None for never."""


@dataclass(frozen=True)
class _Stretch:
    """One call of the engine."""

    targets: tuple[int, ...]
    iterations: int
    start: State | None = None


@dataclass(eq=False)
class _Job:
    """A command's work, planned when its turn comes, as it depends on what ran before."""

    plan: Callable[[], list[_Stretch]]
    added: int | None = None
    cancel: threading.Event = field(default_factory=threading.Event)


class _Closed(Exception):
    """The session was closed while the worker was at work."""


class Session:
    """Run the engine on one worker thread, one job after another.

    Parameters
    ----------
    clf, x
        The classifier and the normalized image (3, H, W).
    targets
        Class indices to explain.
    lock
        Held for every change of what is public here, and around every call of the listener.
    optimize
        The engine; a test may bring its own.
    clock
        Seconds, monotonic.
    """

    def __init__(
        self,
        clf: Classifier,
        x: Tensor,
        targets: Sequence[int],
        lock: OwnedLock,
        *,
        optimize: Optimize = optimize,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.clf: Classifier | None = clf
        self._x: Tensor | None = x
        self._listener: Callable[[], Listener | None] = _nobody
        self._lock = lock
        self._optimize = optimize
        self._clock = clock
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._jobs: list[_Job] = []  # those not settled, the one at work first
        self._idle = threading.Event()
        self._idle.set()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._settings: Settings | None = None  # of the run in the history
        self._seconds = 0.0  # spent on the run in the history by settled jobs
        self.targets = tuple(targets)
        self.history: History | None = None
        self.failure: Exception | None = None
        self.progress: Progress | None = None
        self.run_number = 0

    def listen(self, listener: Listener) -> None:
        """Tell this listener what happens; it is held weakly, and its end ends the work."""
        self._listener = weakref.ref(listener)

    @property
    def idle(self) -> bool:
        """Whether nothing runs or waits."""
        return self._idle.is_set()

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called."""
        return self._closing.is_set()

    # Commands: any thread; none of them waits for the engine, save wait and close.

    def run(self, settings: Settings, iterations: int) -> None:
        """Start over with these settings; what runs or waits is given up."""

        def plan() -> list[_Stretch]:
            self.history = History()
            self._settings = settings
            self._seconds = 0.0
            self.run_number += 1
            return [_Stretch(self.targets, iterations)]

        with self._lock:
            self.stop()
            self._enqueue(_Job(plan))

    def run_more(self, iterations: int) -> None:
        """Let every class go on to ``iterations`` after the newest, with its run's settings.

        Raises
        ------
        RuntimeError
            If nothing has run or waits that could go on.
        """
        with self._lock:
            self._check_open()
            if self.history is None and self.idle:
                raise RuntimeError("there is no run to go on with; start one first")
            self._enqueue(_Job(lambda: self._more(iterations)))

    def add(self, target: int) -> None:
        """Explain one more class, alone, for as many iterations as the others have."""
        with self._lock:
            if target in self.targets:
                return
            self._check_open()
            self.targets = (*self.targets, target)
            if self.history is not None or not self.idle:
                self._enqueue(_Job(lambda: self._catch_up(target), added=target))

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
        """Have an idle worker call the listener's ``tick``."""
        if self._thread is not None and self.idle:
            self._queue.put(None)

    def close(self, *, join: bool = True) -> None:
        """End the work and the thread, and let go of the classifier, image and history."""
        self._closing.set()
        self.stop()
        self._queue.put(None)
        thread = self._thread
        if join and thread is not None and thread is not threading.current_thread():
            # A worker that needs the lock to get on sees that it is closed, so that joining is safe
            # even where the caller holds the lock.
            thread.join(_JOIN_SECONDS)
        with self._lock:
            self.clf = self._x = self._settings = None
            self.history = self.failure = None
            self._jobs.clear()
            self._idle.set()

    # What there is to see: any thread.

    def nearest(self, target: int, iteration: int | None = None) -> int | None:
        """Return the kept iteration nearest to one asked for; None before the class's first.

        Parameters
        ----------
        target
            Class index.
        iteration
            None for the newest.
        """
        with self._lock:
            if self.history is None or target not in self.history.targets:
                return None
            track = self.history.track(target)
            return track.iteration if iteration is None else track.nearest(iteration)

    def frame(self, target: int, iteration: int | None = None) -> Frame | None:
        """Return the mask of the ``nearest`` iteration; None before the class's first."""
        with self._lock:
            found = self.nearest(target, iteration)
            if self.history is None or found is None:
                return None
            track = self.history.track(target)
            score, mean = track.scores[found], track.means[found]
            return Frame(track.frame(found), self.run_number, target, found, score, mean)

    def explanation(self, stopped: str) -> Explanation | None:
        """Return what is explained so far; None before the first step or after ``close``.

        Parameters
        ----------
        stopped
            Why the run ended, for the diagnostics.
        """
        with self._lock:
            if self.history is None or not self.history.targets or self.progress is None:
                return None
            assert self.clf is not None
            assert self._x is not None
            assert self._settings is not None
            seconds, device = self.progress.seconds, str(pick(self._settings.device))
            diagnostics = {"seconds": seconds, "device": device, "stopped": stopped}
            return self.history.explanation(self.clf, self._x, self._settings, diagnostics)

    # Plans: on the worker, with the lock held.

    def _more(self, iterations: int) -> list[_Stretch]:
        history = self.history
        assert history is not None
        goal = self._newest() + iterations
        groups: dict[int, list[int]] = {}
        for target in history.targets:
            groups.setdefault(history.track(target).iteration, []).append(target)
        stretches = [
            _Stretch(tuple(group), goal - at, State.join(history.track(t).state for t in group))
            for at, group in sorted(groups.items(), reverse=True)
        ]
        # A class whose turn never came, as the work was stopped, starts now.
        new = tuple(target for target in self.targets if target not in history.targets)
        return [*stretches, _Stretch(new, goal)] if new else stretches

    def _catch_up(self, target: int) -> list[_Stretch]:
        assert self.history is not None
        if target in self.history.targets:  # a run that began after the command took it along
            return []
        return [_Stretch((target,), self._newest())]

    def _newest(self) -> int:
        history = self.history
        assert history is not None
        return max((history.track(target).iteration for target in history.targets), default=0)

    # The worker.

    def _check_open(self) -> None:
        if self.closed:
            raise RuntimeError("this Inspector is closed; make a new one")

    def _enqueue(self, job: _Job) -> None:
        self._check_open()
        self.failure = None
        self._idle.clear()
        self._jobs.append(job)
        self._queue.put(job)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="xwidget", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        with contextlib.suppress(_Closed):
            while True:
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
            complete = self._run(job)
        except _Closed:
            raise
        except Exception as error:
            failure = error
        with self._held() as listener:
            self._settle(job, complete, failure, listener)

    def _settle(
        self, job: _Job, complete: bool, failure: Exception | None, listener: Listener
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

    def _run(self, job: _Job) -> bool:
        with self._held() as listener:
            if job.cancel.is_set():
                return False
            stretches = job.plan()
            settings = self._settings
            listener.began(job.added)
            del listener  # it must not live on for the thread's sake
        meter = Meter(self._clock)
        for stretch in stretches:
            last = stretch.iterations + (stretch.start.iteration if stretch.start else 0)
            steps = self._optimize(
                self.clf,
                self._x,
                stretch.targets,
                settings,
                iterations=stretch.iterations,
                start=stretch.start,
            )
            with _closed_after(steps):
                for step in steps:
                    with self._held() as listener:
                        if job.cancel.is_set():
                            self._seconds += meter.seconds
                            return False
                        assert self.history is not None
                        self.history.add(step)
                        meter.count()
                        spent = self._seconds + meter.seconds
                        self.progress = Progress(
                            self.run_number, step.iteration, last, spent, meter.rate
                        )
                        listener.stepped(step)
                        del listener
        self._seconds += meter.seconds
        return True

    @contextlib.contextmanager
    def _held(self) -> Iterator[Listener]:
        """Hold the lock, on the worker; raise ``_Closed`` rather than wait for who closes."""
        while not self._lock.acquire(timeout=_LOCK_SECONDS):
            if self.closed:
                raise _Closed
        try:
            listener = self._listener()
            if self.closed or listener is None:
                raise _Closed
            yield listener
        finally:
            self._lock.release()


def _nobody() -> None:
    """Stand for a listener where there is none."""


@contextlib.contextmanager
def _closed_after(steps: Iterator[Step]) -> Iterator[None]:
    """Close a generator of steps at the end, so that the engine lets go at once."""
    try:
        yield
    finally:
        close = getattr(steps, "close", None)
        if close is not None:
            close()
