"""Running the rows of a batch through the guarded net: all at once, or in parts that fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.defense import Guard
from xwidget.engine.plan import Plan, choose, is_memory, parts
from xwidget.engine.strategies import Strategy

#: (guard, rows of each argument) to a tensor (rows, ...) for each result.
Work = Callable[..., tuple[Tensor, ...]]


class Batches:
    """A net, run by its plan, with the bounds of one image.

    Bounds are recorded through the plan that runs and for each batch shape that occurs: rounding
    alone moves live activations out of bounds otherwise.

    Parameters
    ----------
    clf
        The classifier.
    image
        The image, repeated to the run's batch (K, 3, H, W).
    strategy
        One of ``strategies.DEFENSES``.
    plan
        None chooses one.
    """

    def __init__(
        self, clf: Classifier, image: Tensor, strategy: Strategy | None, plan: Plan | None
    ) -> None:
        self._image = image
        self._strategy = strategy
        plan = choose(clf, image.device, image) if plan is None else plan
        self._forward = plan.prepare(clf, image.device, image)
        self.plan = self._forward.plan
        self._guards: dict[int, Guard] = {}

    @property
    def nonlinearities(self) -> int:
        """Number of nonlinearities whose gradients are filtered."""
        return next(iter(self._guards.values())).nonlinearities

    def run(self, work: Work, *batches: Tensor) -> tuple[Tensor, ...]:
        """Do some work on all rows of some batches (K, ...), and put its results together.

        Where memory is short the batch is halved, for good, and the work begun again.
        """
        while True:
            results = self._attempt(work, batches)
            if results is not None:
                return results
            # Out here nothing that the failed attempt made is alive any more.
            rows = min(self.plan.batch or len(self._image), len(self._image))
            self.plan = replace(self.plan, batch=(rows + 1) // 2)
            self._guards.clear()

    def _attempt(self, work: Work, batches: tuple[Tensor, ...]) -> tuple[Tensor, ...] | None:
        """Return the results, or None where memory is short and the batch can be halved."""
        count = len(self._image)
        try:
            done = [
                work(self._guard(rows.stop - rows.start), *(batch[rows] for batch in batches))
                for rows in parts(count, self.plan.batch)
            ]
        except (MemoryError, RuntimeError) as error:
            if not is_memory(error) or min(self.plan.batch or count, count) == 1:
                raise
            return None
        if len(done) == 1:
            return done[0]
        return tuple(torch.cat(results) for results in zip(*done, strict=True))

    def _guard(self, rows: int) -> Guard:
        if rows not in self._guards:
            self._guards[rows] = Guard(self._forward, self._image[:rows], self._strategy)
        return self._guards[rows]
