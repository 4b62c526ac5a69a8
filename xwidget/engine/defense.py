"""The defense: no evidence that is not in the image (Wagner et al., CVPR 2019, Eq. 4-6).

For an activation ``h`` after a nonlinearity, the image ``x`` gives bounds ``b_u = max(0, h(x))``
and ``b_l = min(0, h(x))``. While the explanation ``e`` is optimized the forward pass is untouched;
in the backward pass error signals are stopped where ``h(e)`` has left its bounds. What exactly is
stopped, and whether the forward pass is clamped too, is the strategy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from xwidget.engine.nonlinearities import Intercept
from xwidget.engine.strategies import Strategy

Forward = Callable[[Tensor], Tensor]


class DefenseError(ValueError):
    """The net cannot be defended; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Bounds of one nonlinearity's output: shape (1, ...), shared by every row of a batch."""

    upper: Tensor
    lower: Tensor | None

    @classmethod
    def of(cls, activation: Tensor, non_negative: bool) -> Bound:
        """Return Eq. 4-5 of an activation (N, ...) whose rows all come from the same image.

        Rows may differ by rounding, as kernels treat the rows of a batch differently: the widest
        bounds hold for all.
        """
        upper = activation.amax(0, keepdim=True).clamp_min_(0)
        return cls(upper, None if non_negative else activation.amin(0, keepdim=True).clamp_max_(0))

    def left_by(self, activation: Tensor, at: bool = False) -> tuple[Tensor, Tensor | None]:
        """Return where an activation (N, ...) is above, and where below; None for nowhere.

        With ``at`` an activation at a bound counts too; at the lower bound of one that is never
        negative it has no gradient anyway.
        """
        if at:
            return (
                activation >= self.upper,
                None if self.lower is None else activation <= self.lower,
            )
        return activation > self.upper, None if self.lower is None else activation < self.lower

    def clamp(self, activation: Tensor) -> Tensor:
        """Return an activation (N, ...) moved to the nearest value within the bounds."""
        above_lower = activation if self.lower is None else activation.maximum(self.lower)
        return above_lower.minimum(self.upper)


class Guard:
    """The bounds of one image in one net, and forward passes whose gradients they filter.

    Bounds are keyed by the order of calls, as one module may be called several times. They must be
    recorded in the batch shape, dtype and layout of the run: rounding alone moves live activations
    out of bounds otherwise.

    Parameters
    ----------
    forward
        The net: (N, C, H, W) to class scores before softmax or sigmoid (N, classes).
    image
        The image, repeated to the run's batch (N, C, H, W).
    strategy
        One of ``strategies.DEFENSES``.

    Raises
    ------
    DefenseError
        If no nonlinearity is met, or the net does not repeat itself.
    """

    def __init__(self, forward: Forward, image: Tensor, strategy: Strategy | None) -> None:
        self._forward = forward
        self._strategy = strategy
        self._bounds: list[Bound | None] = []
        last: list[Tensor] = []

        def record(output: Tensor, non_negative: bool) -> None:
            last[:] = [
                output.detach().clone()
            ]  # a later in-place operation may change the output itself
            self._bounds.append(Bound.of(output.detach(), non_negative))

        with torch.no_grad(), Intercept(record):
            self.image_logits = forward(image.clone())
        if last and _acts_on_scores(last[0], self.image_logits):
            self._bounds[-1] = None
        if strategy is not None:
            self._check(image)

    @property
    def nonlinearities(self) -> int:
        """Number of nonlinearities met in one forward pass whose gradients are filtered."""
        return 0 if self._strategy is None else sum(bound is not None for bound in self._bounds)

    def __call__(self, batch: Tensor) -> Tensor:
        """Return the logits (N, classes) of a batch (N, C, H, W), with filtered gradients."""
        if self._strategy is None:
            return self.undefended(batch)
        return self._play(batch, self._strategy, None)

    def undefended(self, batch: Tensor) -> Tensor:
        """Return the net's own logits (N, classes): nothing is filtered or clamped."""
        return self._forward(batch.clone())  # the net may change its input in place

    @property
    def clamps(self) -> bool:
        """Whether the logits of a call differ from the net's own."""
        return self._strategy is not None and self._strategy.clamps

    def outside(self, batch: Tensor) -> Tensor:
        """Return the share of activations outside their bounds for each row of a batch: (N,) in [0,
        1].
        """
        counts: list[Tensor] = []
        with torch.no_grad():
            self._play(batch, None, counts)
        return self._share(counts)

    def _share(self, counts: list[Tensor]) -> Tensor:
        total = sum(bound.upper.numel() for bound in self._bounds if bound is not None)
        return torch.stack(counts).sum(0) / max(total, 1)

    def _play(
        self, batch: Tensor, strategy: Strategy | None, counts: list[Tensor] | None
    ) -> Tensor:
        calls = 0

        def visit(output: Tensor, non_negative: bool) -> Tensor | None:
            nonlocal calls
            calls += 1
            if calls > len(self._bounds) or (bound := self._bounds[calls - 1]) is None:
                return None
            if bound.upper.shape[1:] != output.shape[1:]:
                raise DefenseError(_CHANGED)
            # Compared now: the net may overwrite the output in place before the backward pass.
            activation = output.detach()
            if counts is not None:
                sides = [side for side in bound.left_by(activation) if side is not None]
                counts.append(torch.stack(sides).flatten(2).sum((0, 2)))
            if strategy is None:
                return None
            if strategy.clamps:
                output = output + (bound.clamp(activation) - activation)  # gradients pass straight
            if output.requires_grad:
                above, below = bound.left_by(activation, strategy.at_bounds)
                # A tensor hook, not a module hook or an autograd function: right after in-place
                # activations too.
                output.register_hook(lambda gradient: strategy.filter(gradient, above, below))
            return output

        with Intercept(visit):
            logits = self.undefended(batch)
        if calls != len(self._bounds):
            raise DefenseError(_CHANGED)
        return logits

    def _check(self, image: Tensor) -> None:
        """Raise unless every nonlinearity was met and, at e = x, nothing at all is filtered."""
        if not self.nonlinearities:
            raise DefenseError(
                "no nonlinearity was met in the net, so there is nothing to defend: it may hide "
                "its activations in a ScriptModule, in DataParallel threads or in compiled code "
                '(pass the plain eager nn.Module instead), or be linear (then use defense="none")'
            )
        counts: list[Tensor] = []
        # With gradients on, as in the run: some kernels differ between inference and training.
        with torch.enable_grad():
            self._play(image.detach().requires_grad_(), self._strategy, counts)
        share = float(self._share(counts).max())
        if share > 0:
            raise DefenseError(
                f"two forward passes of the same image differ ({share:.1%} of the activations left "
                "the bounds that the same image set): the net is not deterministic. Remove "
                'randomness that stays on in eval mode (dropout, noise), or use defense="none"'
            )


_CHANGED = (
    "the net called other nonlinearities for the explanation than for the image, so bounds cannot "
    'be matched: its control flow depends on the data. Make it static, or use defense="none"'
)


def _acts_on_scores(activation: Tensor, logits: Tensor) -> bool:
    """Tell whether a nonlinearity acts on the class scores: it is them, or they are its average
    (SqueezeNet).
    """
    if activation.shape[:2] != logits.shape:
        return False
    pooled = activation.flatten(2).mean(-1) if activation.dim() > 2 else activation
    return torch.allclose(pooled.to(logits.dtype), logits, rtol=1e-4, atol=1e-5)
