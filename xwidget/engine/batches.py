"""Running some classes of some images in some views through the guarded net: all at once, or in
parts that fit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from xwidget.engine.defense import Guard
from xwidget.engine.plan import is_memory, parts
from xwidget.engine.runner import Runner
from xwidget.engine.strategies import Strategy

#: (guard, the views it is for, rows of each argument) to a tensor (v, r, ...) for each result: the
#: guard takes the rows of the first view, then those of the next.
Work = Callable[..., tuple[Tensor, ...]]


class Batches:
    """The bounds of some images in each view of them, and the net that keeps to them.

    Bounds are recorded through the plan that runs and for each batch shape that occurs: rounding
    alone moves live activations out of bounds otherwise.

    Parameters
    ----------
    runner
        The net. Its plan's batch is in rows of the net: images times classes times views.
    images
        The images as each of V views sees them (V, B, 3, H, W).
    count
        Number of classes K of each image.
    strategy
        One of ``strategies.DEFENSES``.
    tested
        Whether gradients are known to reach these images, and nothing at all to be filtered at the
        images themselves: then only their bounds are recorded.
    """

    def __init__(
        self,
        runner: Runner,
        images: Tensor,
        count: int,
        strategy: Strategy | None,
        *,
        tested: bool = False,
    ) -> None:
        self._runner = runner
        self._images = images
        self._rows = images.shape[1] * count
        self._strategy = strategy
        self._tested = tested
        self._guards: dict[tuple[int, tuple[int, ...]], Guard] = {}

    @property
    def nonlinearities(self) -> int:
        """Number of nonlinearities whose gradients are filtered."""
        return next(iter(self._guards.values())).nonlinearities

    @property
    def open(self) -> int:
        """Number of nonlinearities that cannot be defended, as they work on what is found."""
        return next(iter(self._guards.values())).open

    def run(self, work: Work, *batches: Tensor) -> tuple[Tensor, ...]:
        """Do some work on all rows of some batches (R, ...) in all views; return its results (V, R,
        ...), put together. The rows are the K of the first image, then those of the next.

        Where memory is short the batch is halved, for good, and the work begun again; of several
        images that is for the caller to do.
        """
        while True:
            results = self._attempt(work, batches)
            if results is not None:
                return results
            # Out here nothing that the failed attempt made is alive any more.
            plan = self._runner.plan
            most = len(self._images) * self._rows
            rows = min(plan.batch or most, most)
            self._runner.plan = replace(plan, batch=(rows + 1) // 2)
            self._guards.clear()

    def _attempt(self, work: Work, batches: tuple[Tensor, ...]) -> tuple[Tensor, ...] | None:
        """Return the results, or None where memory is short and the batch can be halved."""
        views, count = range(len(self._images)), self._images.shape[1]
        most = self._runner.plan.batch or len(views) * self._rows
        # Views stay together where they can: a batch of them costs less than one after another.
        together = [tuple(views)] if most >= len(views) else [(view,) for view in views]
        size = self._rows if count > 1 else max(1, most // len(together[0]))
        try:
            done = [
                [
                    work(
                        self._guard(rows.stop - rows.start, seen),
                        seen,
                        *(batch[rows] for batch in batches),
                    )
                    for rows in parts(self._rows, size)
                ]
                for seen in together
            ]
        except (MemoryError, RuntimeError) as error:
            if not is_memory(error) or most == 1 or count > 1:
                raise
            return None
        return tuple(torch.cat(results) for results in zip(*map(_joined, done), strict=True))

    def _guard(self, rows: int, views: tuple[int, ...]) -> Guard:
        key = rows, views
        if key not in self._guards:
            images = self._images[list(views)].flatten(0, 1)
            clf = self._runner.clf
            self._guards[key] = Guard(
                self._runner.forward,
                images.repeat_interleave(rows // self._images.shape[1], 0),
                self._strategy,
                pictures=len(images),
                classes=clf.classes if clf.extras else None,
                varies=clf.varies,
                tested=self._tested,
            )
        return self._guards[key]


def _joined(done: Sequence[tuple[Tensor, ...]]) -> tuple[Tensor, ...]:
    """Put the results (v, r, ...) of some rows beside each other."""
    if len(done) == 1:
        return done[0]
    return tuple(torch.cat(results, 1) for results in zip(*done, strict=True))
