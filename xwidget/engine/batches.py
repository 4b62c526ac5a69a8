"""Running some classes in some views through the guarded net: all at once, or in parts that fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.defense import Guard
from xwidget.engine.plan import Forward, Plan, choose, is_memory, parts
from xwidget.engine.selfcheck import independent
from xwidget.engine.strategies import Strategy

#: (guard, the views it is for, rows of each argument) to a tensor (v, k, ...) for each result: the
#: guard takes the k classes of the first view, then those of the next.
Work = Callable[..., tuple[Tensor, ...]]


class Batches:
    """A net, run by its plan, with the bounds of one image in each view of it.

    Bounds are recorded through the plan that runs and for each batch shape that occurs: rounding
    alone moves live activations out of bounds otherwise.

    Parameters
    ----------
    clf
        The classifier.
    images
        The image as each of V views sees it (V, 3, H, W).
    count
        Number of classes K.
    strategy
        One of ``strategies.DEFENSES``.
    plan
        None chooses one. Its batch is in rows of the net: classes times views.

    Attributes
    ----------
    independent
        Whether the rows of the net do not depend on each other, so that it may be given several
        pictures at once; None where that was not tried, as the plan has a batch of 1.
    """

    def __init__(
        self,
        clf: Classifier,
        images: Tensor,
        count: int,
        strategy: Strategy | None,
        plan: Plan | None,
    ) -> None:
        self._images = images
        self._clf = clf
        self._count = count
        self._strategy = strategy
        rows = images.repeat_interleave(count, 0)
        asked, plan = plan, choose(clf, images.device, rows) if plan is None else plan
        self.forward: Forward = plan.prepare(clf, images.device, rows)
        # A net whose rows depend on each other is asked about one picture at a time, in the same
        # way however many there are.
        tried = plan.batch != 1
        self.independent = independent(self.forward, images[:1]) if tried else None
        if self.independent is False:
            self.forward = replace(asked or Plan(), batch=1).prepare(clf, images.device, rows)
        self.plan = self.forward.plan
        self._guards: dict[tuple[int, tuple[int, ...]], Guard] = {}

    @property
    def nonlinearities(self) -> int:
        """Number of nonlinearities whose gradients are filtered."""
        return next(iter(self._guards.values())).nonlinearities

    @property
    def open(self) -> int:
        """Number of nonlinearities that cannot be defended, as they work on what is found."""
        return next(iter(self._guards.values())).open

    def alone(self) -> Tensor:
        """Return the logits (C,) of the image alone."""
        with torch.no_grad():
            return self.forward(self._images[:1].clone())[0]

    def run(self, work: Work, *batches: Tensor) -> tuple[Tensor, ...]:
        """Do some work on all rows of some batches (K, ...) in all views; return its results (V, K,
        ...), put together.

        Where memory is short the batch is halved, for good, and the work begun again.
        """
        return self.look(range(len(self._images)), work, *batches)

    def look(self, views: Sequence[int], work: Work, *batches: Tensor) -> tuple[Tensor, ...]:
        """Do the same in some views only."""
        while True:
            results = self._attempt(views, work, batches)
            if results is not None:
                return results
            # Out here nothing that the failed attempt made is alive any more.
            rows = min(self.plan.batch or self._rows, self._rows)
            self.plan = replace(self.plan, batch=(rows + 1) // 2)
            self._guards.clear()

    @property
    def _rows(self) -> int:
        return self._count * len(self._images)

    def _attempt(
        self, views: Sequence[int], work: Work, batches: tuple[Tensor, ...]
    ) -> tuple[Tensor, ...] | None:
        """Return the results, or None where memory is short and the batch can be halved."""
        most = self.plan.batch or self._rows
        # Views stay together where they can: a batch of them costs less than one after another.
        together = [tuple(views)] if most >= len(views) else [(view,) for view in views]
        count = len(batches[0])
        try:
            done = [
                [
                    work(
                        self._guard(rows.stop - rows.start, seen),
                        seen,
                        *(batch[rows] for batch in batches),
                    )
                    for rows in parts(count, max(1, most // len(seen)))
                ]
                for seen in together
            ]
        except (MemoryError, RuntimeError) as error:
            if not is_memory(error) or most == 1:
                raise
            return None
        return tuple(torch.cat(results) for results in zip(*map(_joined, done), strict=True))

    def _guard(self, rows: int, views: tuple[int, ...]) -> Guard:
        key = rows, views
        if key not in self._guards:
            images = self._images[list(views)].repeat_interleave(rows, 0)
            self._guards[key] = Guard(
                self.forward,
                images,
                self._strategy,
                pictures=len(views),
                classes=self._clf.classes if self._clf.extras else None,
                varies=self._clf.varies,
            )
        return self._guards[key]


def _joined(done: Sequence[tuple[Tensor, ...]]) -> tuple[Tensor, ...]:
    """Put the results (v, k, ...) of some classes beside each other."""
    if len(done) == 1:
        return done[0]
    return tuple(torch.cat(results, 1) for results in zip(*done, strict=True))
