"""The result of one iteration of a run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from torch import Tensor

from xwidget.checks import Checks
from xwidget.engine.plan import Plan
from xwidget.engine.state import State


@dataclass(frozen=True, slots=True)
class Step:
    """One iteration's result.

    Parameters
    ----------
    iteration
        Steps taken so far; 0 is the starting mask.
    targets
        Class indices, K of them.
    masks
        What is shown: (K, 3, H, W) float32 in [0, 1], on the run's device, never changed
        afterwards.
    scores
        Scores (K,) in [0, 1] of the optimized input that belongs to these masks, on the reference.
    image_scores
        Scores (K,) in [0, 1] of the image itself.
    sparsity
        Weights lambda (K,) of the step before.
    nonlinearities
        Number of defended nonlinearities.
    outside
        Share of activations out of bounds (K,) in [0, 1]; on a run's last step only, else None.
    state
        What ``optimize(..., start=state)`` goes on from.
    plan
        How the net is run.
    independent
        Whether the net may be given several pictures at once, None where that was not tried. Where
        False it runs on one at a time.
    stopped
        Why the run ends here: "iterations", "converged", or "interrupted" where that came during
        the checks, which are missing then; None where it goes on.
    relevance
        The order of the pixels that the run found so far: (K, H, W) float32 in [0, 1]; None where
        it is the masks' mean over the color channels.
    path
        The order before it was put to the test: by what was shown on the way, as ``relevance`` is
        but for a run's last step (K, H, W); None where there is no ``relevance``.
    checks
        What speaks for and against each mask, K of them; on a run's last step only, else None.
    open
        Number of nonlinearities that cannot be defended, as they work on what is found in the
        picture (boxes).
    """

    iteration: int
    targets: tuple[int, ...]
    masks: Tensor
    scores: Tensor
    image_scores: Tensor
    sparsity: Tensor
    nonlinearities: int
    outside: Tensor | None
    state: State
    plan: Plan = field(default_factory=Plan)
    independent: bool | None = None
    stopped: str | None = None
    relevance: Tensor | None = None
    path: Tensor | None = None
    checks: tuple[Checks, ...] | None = None
    open: int = 0

    def part(self, rows: slice) -> Step:
        """Return the result of some of the targets, K of them for one image of several."""

        def some(tensor: Tensor | None) -> Tensor | None:
            return None if tensor is None else tensor[rows]

        return replace(
            self,
            targets=self.targets[rows],
            masks=self.masks[rows],
            scores=self.scores[rows],
            image_scores=self.image_scores[rows],
            sparsity=self.sparsity[rows],
            outside=some(self.outside),
            state=State(self.state.iteration, {k: v[rows] for k, v in self.state.tensors.items()}),
            relevance=some(self.relevance),
            path=some(self.path),
            checks=None if self.checks is None else self.checks[rows],
        )
