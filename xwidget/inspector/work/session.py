"""One Inspector's work: the main run, variants beside it, and the commands that let them go on."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.device import pick
from xwidget.engine.optimize import optimize
from xwidget.engine.progress import Meter, Progress
from xwidget.engine.run import Optimize, Run, Stretch
from xwidget.engine.settings import Settings
from xwidget.engine.step import Step
from xwidget.engine.turns import GivenUp
from xwidget.engine.witness import Witness
from xwidget.inspector.work.lock import OwnedLock
from xwidget.inspector.work.runs import Runs
from xwidget.inspector.work.turns import TurnTaker
from xwidget.inspector.work.views import Views
from xwidget.inspector.work.worker import Closed, SessionListener
from xwidget.subject import Subject
from xwidget.support.texts import in_words


class Session(TurnTaker):
    """Run the engine on one worker thread, one job after another.

    Parameters
    ----------
    subject
        The image before the net.
    targets
        Class indices to explain.
    lock
        Held for every change of what is public here, and around every call of the listener.
    witness
        Another net that is asked of each class's last mask; None for none.
    views
        Who looks at it: that decides when it has its turns.
    optimize
        The engine; a test may bring its own.
    clock
        Seconds, monotonic.
    """

    def __init__(
        self,
        subject: Subject,
        targets: Sequence[int],
        lock: OwnedLock,
        *,
        witness: Witness | None = None,
        views: Views | None = None,
        optimize: Optimize = optimize,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(lock, views)
        self.subject: Subject | None = subject
        self._witness = witness
        if witness is not None:
            witness.expect(targets)
        self._optimize = optimize
        self._clock = clock
        self.targets = tuple(targets)
        self.runs = Runs(subject, lock)
        self._give_up_comparing: Callable[[], object] = lambda: None

    # Commands: any thread; none of them waits for the engine, save close.

    def run(self, settings: Settings) -> None:
        """Start over with these settings; what runs or waits is given up."""

        def plan() -> list[Stretch]:
            run = self.runs.new(settings)
            self.runs.starting = True
            return run.stretches(self.targets, settings.iterations)

        with self._lock:
            self._check_open()
            self.stop()
            self._do(plan)

    def run_more(self, iterations: int, *, alone: bool = False) -> None:
        """Let every class go on to ``iterations`` after the newest, with its run's settings.

        Parameters
        ----------
        iterations
            How many more.
        alone
            Whether one that still waits is given up for it.

        Raises
        ------
        RuntimeError
            If nothing has run or waits that could go on.
        """

        def plan() -> list[Stretch]:
            # A class whose turn never came, as the work was stopped, starts now.
            if self.runs.main is None:
                return []
            return self.runs.main.stretches(self.targets, self.runs.main.newest + iterations)

        with self._lock:
            self._check_open()
            if self.runs.main is None and not self.busy:
                raise RuntimeError("there is no run to continue; start one first")
            self._do(plan, kind="run_more" if alone else None)

    def add(self, target: int) -> None:
        """Explain one more class, alone, for as many iterations as the others have.

        Where nothing has run or waits, the next run takes it along.

        Raises
        ------
        ValueError
            If the witness does not have the class.
        """

        def plan() -> list[Stretch]:
            # A run that began meanwhile took it along.
            if self.runs.main is None or target in self.runs.main.history.targets:
                return []
            return self.runs.main.stretches([target], self.runs.main.newest)

        with self._lock:
            if target in self.targets:
                return
            self._check_open()
            if self._witness is not None:
                self._witness.expect([target])
            self.targets = (*self.targets, target)
            if self.runs.main is not None or self.busy:
                self._do(plan, added=target)

    def compare(self, by: str, *, alone: bool = False) -> None:
        """Run the variants that the main run is to be compared with, as far as it has come.

        Parameters
        ----------
        by
            As in ``alternatives``.
        alone
            Whether those of an earlier comparison that have not begun are given up for it.

        Raises
        ------
        RuntimeError
            If nothing has run or waits that could be compared.
        """
        given_up = threading.Event()

        def plan() -> Iterable[Stretch]:
            if given_up.is_set():
                return ()
            stretches = self.runs.to_compare(self.targets, by)
            return itertools.takewhile(lambda _: not given_up.is_set(), stretches)

        with self._lock:
            self._check_open()
            if self.runs.main is None and not self.busy:
                raise RuntimeError("there is no run to compare with; start one first")
            if alone:
                self._give_up_comparing()
            self._give_up_comparing = given_up.set
            self._do(plan, kind=f"compare {by}")

    def adopt(self, run: Run, status: str, failure: Exception | None = None) -> None:
        """Take over a run of this subject, made elsewhere, as the main one: all that there is to
        see is of it from now on, and ``run_more`` goes on with it.

        Parameters
        ----------
        run
            Its classes are among those explained here; nobody else goes on with it.
        status
            How it ended, as the trait ``status`` says it.
        failure
            The error that ended it, which ``wait`` raises; None for none.

        Raises
        ------
        ValueError
            If it has another class.
        RuntimeError
            If something runs or waits.
        """
        with self._lock:
            self._check_open()
            if not self.idle:
                raise RuntimeError("a run is in progress; stop it and wait for its end first")
            if missing := sorted(set(run.history.targets) - set(self.targets)):
                raise ValueError(
                    f"the run explains classes {missing}, too, and this Inspector does not; make "
                    f"it with targets={list(run.history.targets)}"
                )
            self.runs.adopt(run)
            self.failure = failure
        if (listener := self._listener()) is not None:
            listener.ending()
            with self._lock:
                # A run that began meanwhile tells its own end.
                if self.idle and self.runs.main is run and self.failure is failure:
                    listener.ended(status, "" if failure is None else in_words(failure))

    def close(self, *, join: bool = True) -> None:
        """End the work and the thread, and let go of the classifier, image and history."""
        super().close(join=join)
        with self._lock:
            self.subject = self._witness = None
            self.runs.close()

    # What there is to see: any thread.

    @property
    def clf(self) -> Classifier | None:
        """The classifier; None after ``close``."""
        return None if self.subject is None else self.subject.clf

    @property
    def witness(self) -> Witness | None:
        """The other net that is asked; None without one, and after ``close``."""
        return self._witness

    @property
    def x(self) -> Tensor | None:
        """The normalized image (3, H, W); None after ``close``."""
        return None if self.subject is None else self.subject.x

    # The work.

    def _do(
        self,
        plan: Callable[[], Iterable[Stretch]],
        added: int | None = None,
        kind: str | None = None,
    ) -> None:
        """Do what is planned when its turn comes: it depends on what ran before."""
        self._enqueue(lambda cancel: self._perform(plan, added, cancel), kind)

    def _perform(
        self, plan: Callable[[], Iterable[Stretch]], added: int | None, cancel: threading.Event
    ) -> bool:
        with self._held() as listener:
            if cancel.is_set():
                return False
            stretches = plan()
            listener.began(added)
            del listener  # it must not live on for the thread's sake
        try:
            return all(self._go(stretch, cancel) for stretch in stretches)
        finally:
            self.runs.at_work, self.runs.starting = None, False

    def _go(self, stretch: Stretch, cancel: threading.Event) -> bool:
        """Take a stretch; return whether to its end."""
        run = self.runs.at_work = stretch.run
        meter = Meter(self._clock)
        reason = "iterations"
        try:
            run.begin(self.clf, self.x, self.runs.main if run in self.runs.all else None)
            device = pick(run.settings.device)
            if self.subject is None:
                raise Closed
            steps = stretch.steps(self.subject.clf, self.subject.x, self._optimize, self._witness)

            def take() -> Step | None:
                return next(steps, None)

            with contextlib.closing(steps), self._among_others(device, cancel):
                while (step := self._in_turn(take, meter)) is not None:
                    with self._held() as listener:
                        cut = step.stopped == "interrupted"
                        if cancel.is_set() and not cut:
                            raise GivenUp
                        self._say_waiting("", listener)
                        meter.count()
                        noted = replace(step, stopped=None) if cut else step
                        self._note(noted, stretch, meter, listener)
                        del listener
                    if cut:
                        raise GivenUp
                    reason = step.stopped or reason
                    self._do_small_task()
            run.stopped = reason
        except GivenUp:
            run.stopped = "interrupted"
            return False
        except Closed:
            raise
        except BaseException:
            run.stopped = "error"
            raise
        finally:
            run.seconds += meter.seconds
        return True

    def _note(self, step: Step, stretch: Stretch, meter: Meter, listener: SessionListener) -> None:
        run, runs = stretch.run, self.runs
        if run not in runs.all:
            runs.replace_main(run)
        run.history.add(step)
        spent = run.seconds + meter.seconds
        # The page takes the main run's number only: a variant's would look like a new start.
        run.progress = Progress(runs.number, step.iteration, stretch.last, spent, meter.rate)
        if run is runs.main:
            listener.stepped(step)
        else:
            listener.varied(step.stopped is not None)
