"""One batch of the net, and the images that pass through it: each enters where another left."""

from __future__ import annotations

import contextlib
import time
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic

import numpy as np
import torch

from xwidget.batch.chosen import Chosen, select
from xwidget.batch.done import Done, Key
from xwidget.classifier import Classifier
from xwidget.engine.cohort import Case, Cohort
from xwidget.engine.device import pick
from xwidget.engine.ending import finish
from xwidget.engine.history import Bytes, History, is_keyframe, quantize
from xwidget.engine.plan import Plan, is_memory
from xwidget.engine.run import as_error
from xwidget.engine.runner import Runner
from xwidget.engine.settings import Settings
from xwidget.engine.step import Step
from xwidget.engine.together import Left, Together
from xwidget.engine.turns import GivenUp
from xwidget.engine.views import views_in
from xwidget.engine.witness import Witness
from xwidget.explanation import Explanation
from xwidget.subject import Subject
from xwidget.targets import Targets

# Images enter once this share of the slots is free: the bounds of all are recorded anew then.
_FREE = 4
# On a device that is no CPU, images end once this share of the slots is over: to rank one, and to
# explain its control class, takes as many passes of the net as it does for all of them.
_AT_ONCE = 2


@dataclass(eq=False)
class _Job(Generic[Key]):
    """An image at work, or on its way there."""

    key: Key
    subject: Subject
    seconds: float
    case: Case = field(init=False)
    frames: dict[int, Bytes] = field(default_factory=dict)
    lost: bool = False

    def failed(self, error: Exception) -> Done[Key]:
        """Return it as done with by an error."""
        self.lost = True
        traceback.clear_frames(error.__traceback__)  # what they hold takes the device's memory
        return Done(self.key, error, self.seconds)


@dataclass(frozen=True, eq=False)
class _Leaving(Generic[Key]):
    """Images whose optimization is over, and which have still to be ended."""

    left: Left
    jobs: list[_Job[Key]]


class Lane(Generic[Key]):
    """Images in one batch of the net.

    An image that cannot be explained is done with by an error, and the others go on. Where memory
    is short, the batch is halved for good; what was in it begins anew. Where an error ends a whole
    batch, its images begin anew one by one, and all that follow do if none of them was to blame.

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
        targets: Targets | Chosen | None,
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
        self._most = slots
        self._at_once = _AT_ONCE
        self._suspects: list[_Job[Key]] = []
        self._last = False
        self._witness = witness
        self._light = light
        self._waiting: deque[_Job[Key]] = deque()
        self._at_work: dict[Case, _Job[Key]] = {}
        self._leaving: list[_Leaving[Key]] = []
        self._runner: Runner | None = None
        self._shape: torch.Size | None = None
        self._together: Together | None = None

    @property
    def busy(self) -> bool:
        """True if there is an image."""
        return bool(self._waiting or self._at_work or self._leaving)

    @property
    def wants(self) -> int:
        """Number of images that it could begin with now; 0 until it is worth while."""
        free = self._slots - len(self._at_work)
        worth = not self._at_work or free >= self._few
        return max(0, free - len(self._waiting)) if worth else 0

    @property
    def ready(self) -> bool:
        """False: each is returned as soon as it is done with."""
        return False

    @property
    def furthest(self) -> tuple[Key, int] | None:
        """The image that came first, and its iteration; None where none is at work."""
        if self._together is None or not self._together.cohorts:
            return None
        cohort = self._together.cohorts[0]
        return self._at_work[cohort.cases[0]].key, cohort.iteration

    @property
    def _slots(self) -> int:
        return 1 if self._suspects else self._most

    @property
    def _few(self) -> int:
        return 1 if self._last else max(1, self._slots // _FREE)

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
    def advance(self, *, last: bool = False) -> list[Done[Key]]:
        """Let images in, take all of them one iteration on, and return those that are done with.

        Parameters
        ----------
        last
            Whether no more images come: then those that wait are let in however few they are.

        Raises
        ------
        KeyboardInterrupt
            If an interrupt, or ``GivenUp``, came at the end of an image.
        """
        self._last = last
        done = self._advance()
        self._acquit()
        return done

    def _advance(self) -> list[Done[Key]]:
        done = [*self._end_if_due(), *self._enter()]
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
                self._leaving.append(_Leaving(Left(cohort, reason), gone))
        return [*done, *self._end_if_due()]

    # Entering.

    def _enter(self) -> Iterator[Done[Key]]:
        if self._at_work and len(self._waiting) < self._few:
            return
        jobs: list[_Job[Key]] = []
        while self._waiting and len(self._at_work) + len(jobs) < self._slots:
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
        targets = select(subject, self._targets)
        if self._witness is not None:
            self._witness.expect(targets)
        # A tensor made in inference mode lets no gradient through.
        x = x.to(self._device, copy=x.is_inference())
        job.case, job.frames = Case(x, targets, subject.scores), {}
        if not anew:
            return
        rows = len(targets) * len(views_in(self._settings))
        if runner is None or runner.watch.changed or x.shape != self._shape:
            runner = self._runner = Runner(self._clf, x, self._most * rows, self._plan)
            self._shape = x.shape
            if runner.independent is False:
                self._most = 1
            elif runner.plan.batch is not None:
                self._most = min(self._most, max(1, runner.plan.batch // rows))
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
        self._together = None
        if len(jobs) == 1 or self._changed:
            return [job.failed(error) for job in jobs]
        if is_memory(error):
            self._again(jobs, (len(jobs) + 1) // 2)
        else:
            self._suspects = jobs
            self._again(jobs, self._most)
        return []

    def _again(self, jobs: list[_Job[Key]], slots: int) -> None:
        """Let images begin anew, from now on with fewer beside them."""
        self._most = slots
        self._waiting.extendleft(reversed(jobs))

    def _acquit(self) -> None:
        """Go on with one image at a time if an error ended a batch and none of its images was to
        blame, all of which are done with one by one: the net bears no others beside an image.
        """
        leaving = (job for each in self._leaving for job in each.jobs)
        left = {*self._waiting, *self._at_work.values(), *leaving}
        if self._suspects and left.isdisjoint(self._suspects):
            if not any(job.lost for job in self._suspects):
                self._most = 1
            self._suspects = []

    @property
    def _changed(self) -> bool:
        return self._runner is not None and self._runner.watch.changed

    # Leaving.

    def _end_if_due(self) -> Iterator[Done[Key]]:
        """End the images that are over, once they are enough or all."""
        count = sum(len(each.jobs) for each in self._leaving)
        if count and (count >= self._enough or not self._at_work):
            leaving, self._leaving = self._leaving, []
            yield from self._end(leaving)

    @property
    def _enough(self) -> int:
        return 1 if self._device.type == "cpu" else max(1, self._slots // self._at_once)

    def _end(self, leaving: Sequence[_Leaving[Key]]) -> Iterator[Done[Key]]:
        jobs = [job for each in leaving for job in each.jobs]
        failure: Exception | None = None
        try:
            with self._charged(jobs):
                steps = finish([each.left for each in leaving], checked=True, ranks=True)
        except Exception as error:
            if len(jobs) == 1:
                yield jobs[0].failed(error)
                return
            traceback.clear_frames(error.__traceback__)  # what they hold takes the memory of others
            failure = error
        if failure is not None:
            apart = [
                _Leaving(Left(each.left.cohort.part([image]), each.left.reason), [job])
                for each in leaving
                for image, job in enumerate(each.jobs)
            ]
            size = 1
            if is_memory(failure):
                self._at_once *= 2
                size = (len(apart) + 1) // 2
            for begin in range(0, len(apart), size):
                yield from self._end(apart[begin : begin + size])
            return
        if any(step.stopped == "interrupted" for step in steps):
            raise KeyboardInterrupt
        for step, each in zip(steps, leaving, strict=True):
            count = len(step.targets) // len(each.jobs)
            for image, job in enumerate(each.jobs):
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
        """Share the time of the ``with`` block among images; say so where the weights changed, and
        make what would end the interpreter, such as ``SystemExit``, an error of the net.
        """
        began = time.perf_counter()
        watched = (
            contextlib.nullcontext() if self._runner is None else self._runner.watch.explaining()
        )
        try:
            with watched:
                yield
        except (KeyboardInterrupt, GivenUp):
            raise
        except BaseException as error:
            raise as_error(error) from None
        finally:
            share = (time.perf_counter() - began) / len(jobs)
            for job in jobs:
                job.seconds += share
