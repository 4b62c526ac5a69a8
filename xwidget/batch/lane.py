"""One batch of the net, and the images that pass through it: each enters where another left."""

from __future__ import annotations

import contextlib
import time
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import torch

from xwidget.classifier import Classifier
from xwidget.engine.cohort import Case, Cohort
from xwidget.engine.device import pick
from xwidget.engine.ending import finish
from xwidget.engine.history import Bytes, History, is_keyframe, quantize
from xwidget.engine.plan import Plan, is_memory
from xwidget.engine.runner import Runner
from xwidget.engine.settings import Settings
from xwidget.engine.step import Step
from xwidget.engine.together import Together
from xwidget.engine.views import views_in
from xwidget.engine.witness import Witness
from xwidget.explanation import Explanation
from xwidget.subject import Subject
from xwidget.targets import Targets

Key = TypeVar("Key")

# Images enter once this share of the slots is free: the bounds of all are recorded anew then.
_FREE = 4


class Done(NamedTuple, Generic[Key]):
    """An image that is done with.

    Attributes
    ----------
    key
        What the image came with.
    found
        Its explanation, or the reason why there is none.
    seconds
        Spent on it, reading included; of a batch, its share.
    """

    key: Key
    found: Explanation | Exception
    seconds: float


@dataclass(eq=False)
class _Job(Generic[Key]):
    """An image at work, or on its way there."""

    key: Key
    subject: Subject
    seconds: float
    case: Case = field(init=False)
    frames: dict[int, Bytes] = field(default_factory=dict)

    def failed(self, error: Exception) -> Done[Key]:
        """Return it as done with by an error."""
        traceback.clear_frames(error.__traceback__)  # what they hold takes the device's memory
        return Done(self.key, error, self.seconds)


class Lane(Generic[Key]):
    """Images in one batch of the net.

    An image that cannot be explained is done with by an error, and the others go on. Where memory
    is short, the batch is halved for good; what was in it begins anew.

    Parameters
    ----------
    clf
        The classifier, with outputs for all targets.
    targets
        Of every image.
    settings
        Of every image.
    plan
        The way the net is run; None chooses one.
    slots
        Most images in the batch.
    witness
        Another net that is asked of each last mask; None for none.
    light
        Whether an explanation keeps only its first and last mask of those on the way.
    """

    def __init__(
        self,
        clf: Classifier,
        targets: Targets | None,
        settings: Settings,
        plan: Plan | None,
        slots: int,
        witness: Witness | None,
        *,
        light: bool,
    ) -> None:
        self._clf = clf
        self._targets = targets
        self._settings = settings
        self._plan = plan
        self._device = pick(settings.device)
        self.slots = slots
        self._witness = witness
        self._light = light
        self._waiting: deque[_Job[Key]] = deque()
        self._at_work: dict[Case, _Job[Key]] = {}
        self._runner: Runner | None = None
        self._shape: torch.Size | None = None
        self._together: Together | None = None

    @property
    def busy(self) -> bool:
        """True if there is an image."""
        return bool(self._waiting or self._at_work)

    @property
    def wants(self) -> int:
        """Number of images that it could begin with now; 0 until it is worth while."""
        free = self.slots - len(self._at_work)
        worth = not self._at_work or free >= self._few
        return max(0, free - len(self._waiting)) if worth else 0

    @property
    def furthest(self) -> tuple[Key, int] | None:
        """The image that came first, and its iteration; None where none is at work."""
        if self._together is None or not self._together.cohorts:
            return None
        cohort = self._together.cohorts[0]
        return self._at_work[cohort.cases[0]].key, cohort.iteration

    @property
    def _few(self) -> int:
        return max(1, self.slots // _FREE)

    def put(self, key: Key, subject: Subject, seconds: float) -> None:
        """Take an image in, to wait for its turn.

        Parameters
        ----------
        key, subject
            The image.
        seconds
            Spent on it so far.
        """
        self._waiting.append(_Job(key, subject, seconds))

    @torch.inference_mode(False)
    def advance(self) -> list[Done[Key]]:
        """Let images in, take all of them one iteration on, and return those that are done with.

        Raises
        ------
        KeyboardInterrupt
            If an interrupt, or ``GivenUp``, came at the end of an image.
        """
        done = list(self._enter())
        if self._together is None or not self._at_work:
            return done
        jobs = list(self._at_work.values())
        try:
            with self._charged(jobs):
                left = self._together.advance()
                self._keep_frames()
        except Exception as error:
            return [*done, *self._broken(error)]
        for cohort, reason in left:
            gone = [self._at_work.pop(case) for case in cohort.cases]
            if isinstance(reason, Exception):
                done += [job.failed(reason) for job in gone]
            else:
                done += self._ended(cohort, reason, gone)
        return done

    # Entering.

    def _enter(self) -> Iterator[Done[Key]]:
        if self._at_work and len(self._waiting) < self._few:
            return
        jobs: list[_Job[Key]] = []
        while self._waiting and len(self._at_work) + len(jobs) < self.slots:
            job = self._waiting[0]
            if (self._at_work or jobs) and job.subject.x.shape != self._shape:
                break
            self._waiting.popleft()
            try:
                with self._charged([job]):
                    self._look_at(job, anew=not (self._at_work or jobs))
            except Exception as error:
                yield job.failed(error)
            else:
                jobs.append(job)
        if jobs:
            yield from self._begin(jobs)

    def _look_at(self, job: _Job[Key], *, anew: bool) -> None:
        """Choose the targets of an image; prepare the net for a batch that begins with it."""
        subject, x = job.subject, job.subject.x
        runner = self._runner
        if runner is not None and not runner.watch.changed:
            subject.ask(runner.twin)
        targets = subject.select(self._targets)
        if self._witness is not None:
            self._witness.expect(targets)
        # A tensor made in inference mode lets no gradient through.
        x = x.to(self._device, copy=x.is_inference())
        job.case, job.frames = Case(x, targets, subject.scores), {}
        if not anew:
            return
        rows = len(targets) * len(views_in(self._settings))
        if runner is None or runner.watch.changed or x.shape != self._shape:
            runner = self._runner = Runner(self._clf, x, self.slots * rows, self._plan)
            self._shape = x.shape
            if runner.independent is False:
                self.slots = 1
            elif runner.plan.batch is not None:
                self.slots = min(self.slots, max(1, runner.plan.batch // rows))
        self._together = Together(runner, self._settings)

    def _begin(self, jobs: list[_Job[Key]]) -> Iterator[Done[Key]]:
        assert self._together is not None
        try:
            with self._charged(jobs):
                cohort = self._together.add([job.case for job in jobs])
        except Exception as error:
            count = len(self._at_work) + len(jobs)
            if is_memory(error) and count > 1:
                self._again(jobs, (count + 1) // 2)
            elif len(jobs) == 1:
                yield jobs[0].failed(error)
            else:  # one of them is to blame
                for job in jobs:
                    yield from self._begin([job])
            return
        self._at_work.update({job.case: job for job in jobs})
        self._keep(cohort)

    # At work.

    def _keep_frames(self) -> None:
        """Keep the masks of this iteration where they are to be kept."""
        if self._together is not None and not self._light:
            for cohort in self._together.cohorts:
                if is_keyframe(cohort.iteration) and cohort.told:
                    self._keep(cohort)

    def _keep(self, cohort: Cohort) -> None:
        frames = quantize(cohort.masks)
        for case, frame in zip(cohort.cases, np.split(frames, len(cohort.cases)), strict=True):
            self._at_work[case].frames[cohort.iteration] = frame.copy()

    def _broken(self, error: Exception) -> list[Done[Key]]:
        """Return the images that are done with where the batch as a whole could not go on."""
        jobs = list(self._at_work.values())
        self._at_work.clear()
        if len(jobs) == 1 or self._changed:
            return [job.failed(error) for job in jobs]
        # Which of them is to blame is not known, and a net may bear no others beside an image.
        self._again(jobs, (len(jobs) + 1) // 2 if is_memory(error) else 1)
        return []

    def _again(self, jobs: list[_Job[Key]], slots: int) -> None:
        """Let images begin anew, from now on with fewer beside them."""
        self.slots = slots
        self._waiting.extendleft(reversed(jobs))

    @property
    def _changed(self) -> bool:
        return self._runner is not None and self._runner.watch.changed

    # Leaving.

    def _ended(self, cohort: Cohort, reason: str, jobs: list[_Job[Key]]) -> Iterator[Done[Key]]:
        try:
            with self._charged(jobs):
                step = finish(cohort, reason, checked=True, ranks=True)
        except Exception as error:
            if len(jobs) == 1:
                yield jobs[0].failed(error)
                return
            for image, job in enumerate(jobs):
                yield from self._ended(cohort.part([image]), reason, [job])
            return
        if step.stopped == "interrupted":
            raise KeyboardInterrupt
        count = len(step.targets) // len(jobs)
        for image, job in enumerate(jobs):
            try:
                with self._charged([job]):
                    rows = slice(image * count, (image + 1) * count)
                    found = self._explanation(job, step.part(rows))
            except Exception as error:
                yield job.failed(error)
            else:
                yield Done(job.key, found, job.seconds)

    def _explanation(self, job: _Job[Key], step: Step) -> Explanation:
        if self._witness is not None and step.checks is not None:
            seen = step.checks, step.targets, step.masks, job.case.x, self._settings
            step = replace(step, checks=self._witness.heard(*seen))
        count = len(step.targets)
        figures = torch.stack([each[:, row : row + count] for each, row in job.case.course])
        facts = {"seconds": job.seconds, "device": str(self._device), "stopped": step.stopped}
        history = History.of(figures, job.frames, step)
        return history.explanation(job.subject, self._settings, facts)

    @contextlib.contextmanager
    def _charged(self, jobs: Sequence[_Job[Key]]) -> Iterator[None]:
        """Share the time of the ``with`` block among images; say so where the weights changed."""
        began = time.perf_counter()
        watched = (
            contextlib.nullcontext() if self._runner is None else self._runner.watch.explaining()
        )
        try:
            with watched:
                yield
        finally:
            share = (time.perf_counter() - began) / len(jobs)
            for job in jobs:
                job.seconds += share
