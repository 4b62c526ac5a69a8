"""Images in one batch of the net that come and go, each at its own iteration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from xwidget.engine.batches import Batches
from xwidget.engine.cohort import Case, Cohort
from xwidget.engine.passes import Passes
from xwidget.engine.runner import Runner
from xwidget.engine.settings import Settings
from xwidget.engine.state import State
from xwidget.engine.views import Views


class Left(NamedTuple):
    """Images that are over, and why: "iterations", "converged", or the error that ended one."""

    cohort: Cohort
    reason: str | Exception


class Together:
    """Cohorts of images that share the passes of one net; all have the same number of targets.

    Parameters
    ----------
    runner
        The net, whose rows do not depend on each other where there are several images.
    settings
        Of all.
    """

    def __init__(self, runner: Runner, settings: Settings) -> None:
        self._runner = runner
        self._settings = settings
        self._cohorts: list[Cohort] = []
        self._joined: tuple[Views, Batches] | None = None

    @property
    def cohorts(self) -> tuple[Cohort, ...]:
        """The images at work, by when they came."""
        return tuple(self._cohorts)

    def add(
        self, cases: Sequence[Case], start: State | None = None, *, again: bool = False
    ) -> Cohort:
        """Take in images of one size; return their cohort, at its first iteration.

        Raises
        ------
        ValueError
            If one of them cannot be explained; nothing is taken in then.
        """
        cohort = Cohort(self._runner, self._settings, cases, start=start, again=again)
        self._change([*self._cohorts, cohort])
        return cohort

    def advance(self) -> list[Left]:
        """Take every image one iteration on; return those that are over by then, which leave."""
        for cohort in self._cohorts:
            cohort.move()
        gone = self._failures()
        if not self._cohorts:
            return gone
        views, batches = self._all()
        references = [cohort.views.references(cohort.iteration) for cohort in self._cohorts]
        together = references[0] if len(references) == 1 else torch.cat(references, 1)
        passes = Passes(self._runner.clf, self._settings, views, together)
        asked = [cohort.asked for cohort in self._cohorts]
        index = [cohort.index for cohort in self._cohorts]
        work = passes.look if all(cohort.ends for cohort in self._cohorts) else passes.descend
        by_view, *gradients = batches.run(work, _cat(asked), _cat(index))
        self._runner.watch.weights()
        sizes = [len(rows) for rows in index]
        gradient = gradients[0].split(sizes, 1) if gradients else [None] * len(sizes)
        for cohort, scores, by in zip(
            self._cohorts, by_view.split(sizes, 1), gradient, strict=True
        ):
            cohort.note(scores, by)
        gone += self._failures()
        over = [cohort.over() for cohort in self._cohorts]
        for cohort, reasons in zip(self._cohorts, over, strict=True):
            for reason in dict.fromkeys(reasons.values()):
                those = [image for image, why in reasons.items() if why == reason]
                gone.append(Left(cohort.part(those), reason))
        self._leave(over)
        return gone

    def _failures(self) -> list[Left]:
        failed = [cohort.failed for cohort in self._cohorts]
        gone = [
            Left(cohort.part([image]), error)
            for cohort, errors in zip(self._cohorts, failed, strict=True)
            for image, error in errors.items()
        ]
        self._leave(failed)
        return gone

    def _leave(self, leaving: Sequence[Mapping[int, object]]) -> None:
        """Let images go: of each cohort those with these numbers."""
        if not any(leaving):
            return
        stay = [
            (cohort, [image for image in range(len(cohort.cases)) if image not in those])
            for cohort, those in zip(self._cohorts, leaving, strict=True)
        ]
        self._change([cohort.part(images) for cohort, images in stay if images])

    def _change(self, cohorts: list[Cohort]) -> None:
        self._cohorts = cohorts
        self._joined = None

    def _all(self) -> tuple[Views, Batches]:
        """Return the views of all images, and their bounds: recorded together, see ``Batches``."""
        if len(self._cohorts) == 1:
            return self._cohorts[0].views, self._cohorts[0].batches
        if self._joined is None:
            views = Views.join([cohort.views for cohort in self._cohorts])
            count = len(self._cohorts[0].cases[0].targets)
            strategy = self._settings.strategy
            batches = Batches(self._runner, views.images, count, strategy, tested=True)
            self._joined = views, batches
            for cohort in self._cohorts:
                cohort.release()
        return self._joined


def _cat(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(list(parts))
