"""One image of a batch: what the net makes of it, and a run that can be cut and go on."""

from __future__ import annotations

import contextlib
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from torch import Tensor

from xwidget.batch.common import Common
from xwidget.batch.result import failure
from xwidget.engine.progress import Meter, Progress
from xwidget.engine.run import Run, Stretch, as_error
from xwidget.engine.step import Step
from xwidget.engine.turns import GivenUp, Place
from xwidget.explanation import Explanation
from xwidget.subject import Subject
from xwidget.support.texts import in_words
from xwidget.trace import Frames


@dataclass(eq=False)
class Task:
    """One image of a batch; the batch's thread alone changes it."""

    index: int
    name: str
    image: Any
    common: Common
    scores: list[float] = field(default_factory=list)
    """The image's score of every class, in [0, 1]; empty before it was looked at."""
    failure: str = ""
    """The reason why there is nothing to explain."""
    subject: Subject | None = None
    """The image before the net, as the run has it; None where there is no run."""
    run: Run | None = None
    """As far as it has come; None before it begins, and once it was freed."""
    kept: Explanation | None = None
    """The explanation, once its run was freed: with the first and last masks alone."""
    paused: bool = False
    """True if the run was cut to go on later."""
    pinned: bool = False
    """True if it must not be freed now."""
    _status: str = "idle"
    raised: Exception | None = None
    """The error that ended its run, with its traceback; None for none."""
    _lock: threading.Lock = field(default_factory=threading.Lock)  # around what a step changes

    @property
    def described(self) -> bool:
        """True once the image was looked at."""
        return bool(self.failure or self.scores)

    @property
    def status(self) -> str:
        """Status of its run: idle, running, done, stopped or error."""
        return self._status

    @property
    def state(self) -> str:
        """The status of the whole image: waiting, running, explained, stopped or error."""
        status = self.status
        if self.failure or status == "error":
            return "error"
        if status == "stopped":
            return "waiting" if self.paused else "stopped"
        if status == "idle":
            return "waiting" if self.kept is None else "explained"
        return "running" if status == "running" else "explained"

    @property
    def error(self) -> str:
        """Error message; empty if there was no error."""
        return self.failure or ("" if self.raised is None else in_words(self.raised))

    @property
    def share(self) -> float:
        """Share of its run that is done, in [0, 1]."""
        progress = None if self.run is None else self.run.progress
        return 0.0 if progress is None else min(1.0, progress.iteration / progress.iterations)

    @property
    def heavy(self) -> bool:
        """True if it holds what ``free`` gives back."""
        return self.run is not None

    @property
    def explanation(self) -> Explanation | None:
        """The explanation so far; the previous one until a new run has ended."""
        with self._lock:
            if self.run is None or self.subject is None or (self.kept and self.status != "done"):
                return self.kept
            return self.run.explanation(self.subject) or self.kept

    def describe(self) -> None:
        """Look at the image: its scores, or what is wrong with it."""
        try:
            self._look_at(self._read())
        except BaseException as error:  # even of a net that ends the interpreter
            self.failure = failure(error)

    def _read(self) -> Subject:
        clf = self.common.clf
        if isinstance(self.image, Subject):
            return Subject.of(clf, self.image)
        return Subject(clf, self.image, name=self.name)

    def _look_at(self, subject: Subject) -> None:
        self.scores = subject.scores.tolist()

    def go(self, place: Place, between: Callable[[], None]) -> None:
        """Take the run to its end.

        Where it is given up meanwhile, what is done stays, and the next call goes on from there.
        What goes wrong is noted in words.

        Parameters
        ----------
        place
            Gives it its turns; ``GivenUp`` cuts the run within a step.
        between
            Called before the first step and after every one; it may raise ``GivenUp``, too.
        """
        self._status, self.raised, self.paused = "running", None, False
        try:
            between()
            run, subject = self._begun(place)
            targets = run.history.targets or place.do(partial(self.common.targets, subject))
            goal = run.settings.iterations
            # One that was cut during its checks gets them without another step.
            for stretch in run.stretches(targets, goal) or run.rechecks(targets):
                self._take(stretch, subject.x, place, between)
            self._status = "done"
        except GivenUp:
            self._cut("interrupted", "stopped", paused=True)
        except BaseException as error:  # even of a net that ends the interpreter
            traceback.clear_frames(error.__traceback__)  # what they hold takes the device's memory
            self.raised = as_error(error)
            self._cut("error", "error", paused=False)

    def _begun(self, place: Place) -> tuple[Run, Subject]:
        if self.run is None or self.subject is None:
            subject = place.do(self._read)
            place.do(lambda: subject.origin)  # whereupon no original of a file is kept
            with self._lock:
                self.run, self.subject = self.common.run(), subject
        return self.run, self.subject

    def _cut(self, reason: str, status: str, *, paused: bool) -> None:
        if self.run is not None:
            self.run.stopped = reason
        self._status, self.paused = status, paused

    def _take(self, stretch: Stretch, x: Tensor, place: Place, between: Callable[[], None]) -> None:
        run, reason = stretch.run, "iterations"
        before, meter = run.seconds, Meter(time.monotonic)
        run.begin(self.common.clf, x, None if run.weights is None else run)
        steps = stretch.steps(self.common.clf, x, self.common.optimize, self.common.witness)

        def take() -> Step | None:
            meter.skip(place.waited)
            return next(steps, None)

        with contextlib.closing(steps):
            while (step := place.do(take)) is not None:
                cut = step.stopped == "interrupted"
                with self._lock:
                    meter.count()
                    run.history.add(replace(step, stopped=None) if cut else step)
                    run.seconds = before + meter.seconds
                    at = step.iteration, stretch.last
                    run.progress = Progress(run.number, *at, run.seconds, meter.rate)
                if cut:
                    raise GivenUp
                reason = step.stopped or reason
                between()
        run.stopped = reason

    def free(self) -> None:
        """Give the run's memory back; of its explanation the first and last masks are kept."""
        if self._status == "done" and (found := self.explanation) is not None:
            self.kept = light(found)
        self.hand_over()

    def hand_over(self) -> None:
        """Let go of the run without keeping anything."""
        with self._lock:
            self.run = self.subject = None
        self._status, self.raised, self.paused = "idle", None, False


def light(explanation: Explanation) -> Explanation:
    """Return an explanation without the masks on the way, which are nine tenths of it."""
    frames = explanation.frames
    ends = [0, -1] if len(frames) > 1 else [0]
    return replace(explanation, frames=Frames(frames.iterations[ends], frames.masks[ends]))
