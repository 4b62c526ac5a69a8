"""The defense: no evidence that is not in the image (Wagner et al., CVPR 2019, Eq. 4-6).

For an activation ``h`` after a nonlinearity, the image ``x`` gives bounds ``b_u = max(0, h(x))``
and ``b_l = min(0, h(x))``. While the explanation ``e`` is optimized the forward pass is untouched;
in the backward pass error signals are stopped where ``h(e)`` has left its bounds. What exactly is
stopped, and whether the forward pass is clamped too, is the strategy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from xwidget.engine.nonlinearities import GATES, KEEPS_INPUT, Intercept, Kernels
from xwidget.engine.selfcheck import check_gradient, check_reach
from xwidget.engine.strategies import Strategy
from xwidget.errors import DefenseError

__all__ = ["Bound", "DefenseError", "Guard"]

# How many activations of each image left their bounds (N,), and of how many.
Count = tuple[Tensor, float]
Forward = Callable[[Tensor], Tensor]

# Rows that differ by more than rounding, as a share of the largest activation, are no copies.
_COPIES = 0.05


@dataclass(frozen=True, slots=True)
class Bound:
    """Bounds of one nonlinearity's output.

    Their shape is (1, ...) where every row of a batch shares them, (R, 1, ...) where a batch has
    the rows of R pictures one picture after another, and the output's own where its rows are
    something else (windows, tokens).
    """

    upper: Tensor
    lower: Tensor | None
    by_picture: bool = False

    @classmethod
    def of(cls, activation: Tensor, non_negative: bool, rows: int, pictures: int = 1) -> Bound:
        """Return Eq. 4-5 of an activation for some pictures, each repeated: ``rows`` in all.

        A picture's rows may differ by rounding, as kernels treat the rows of a batch differently:
        the widest bounds hold for all.
        """
        blocks = activation
        if activation.shape[:1] == (rows,):
            blocks = activation.unflatten(0, (pictures, rows // pictures))
            if not _copies(blocks):
                blocks = activation
        if blocks is activation:
            upper = lower = activation
        else:
            # In the activation's own layout: the two meet in every backward pass.
            like = torch.empty_like(blocks[:, :1])
            upper = torch.amax(blocks, 1, keepdim=True, out=like)
            lower = torch.amin(blocks, 1, keepdim=True, out=torch.empty_like(like))
            if pictures == 1:
                upper, lower = upper[0], lower[0]
        by_picture = upper.dim() > activation.dim()
        return cls(upper.clamp_min(0), None if non_negative else lower.clamp_max(0), by_picture)

    def fits(self, activation: Tensor) -> bool:
        """Return whether an activation has the shape that was recorded, in any number of rows of
        each picture.
        """
        rows = self.upper.shape[:1]
        if self.by_picture:
            shared = activation.dim() > 0 and len(activation) % len(self.upper) == 0
            return shared and activation.shape[1:] == self.upper.shape[2:]
        return activation.shape[1:] == self.upper.shape[1:] and rows in {
            activation.shape[:1],
            (1,),
        }

    def left_by(self, activation: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return where an activation (N, ...) is above, and where below; None for nowhere."""
        h = self.match(activation)
        above, below = h > self.upper, None if self.lower is None else h < self.lower
        flat = activation.shape
        return above.reshape(flat), None if below is None else below.reshape(flat)

    def room(self, activation: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return how far an activation, as ``match`` returns it, is under its upper and over its
        lower bound.
        """
        return self.upper - activation, None if self.lower is None else activation - self.lower

    def clamp(self, activation: Tensor) -> Tensor:
        """Return an activation (N, ...) moved to the nearest value within the bounds."""
        h = self.match(activation)
        above_lower = h if self.lower is None else h.maximum(self.lower)
        return above_lower.minimum(self.upper).reshape(activation.shape)

    def match(self, rows: Tensor) -> Tensor:
        """Return a view of an activation (N, ...) that the bounds broadcast to."""
        return rows.unflatten(0, (len(self.upper), -1)) if self.by_picture else rows


class Guard:
    """The bounds of some pictures in one net, and forward passes whose gradients they filter.

    Bounds are keyed by the order of calls, as one module may be called several times. They must be
    recorded in the batch shape, dtype and layout of the run: rounding alone moves live activations
    out of bounds otherwise.

    Parameters
    ----------
    forward
        The net: (N, C, H, W) to class scores before softmax or sigmoid (N, classes).
    image
        The image, repeated to the run's batch (N, C, H, W); of several pictures first the rows of
        one, then as many of the next.
    strategy
        One of ``strategies.DEFENSES``.
    pictures
        How many pictures that is, R: the batch is R blocks of N / R rows, and so is every batch
        that is run.
    classes
        How many of the outputs, the first ones, are classes; None for all.
    varies
        Whether the net finds any number of things in a picture, such as boxes. What it computes of
        them has no bounds, as those found in the explanation are others than those in the image;
        only activations with one row per picture are defended.
    tested
        Whether the net is known to pass the tests below with these pictures: nothing but their
        bounds is recorded.

    Raises
    ------
    DefenseError
        If no nonlinearity is met, or the net does not repeat itself.
    ValueError
        If the batch cannot be shared out among the pictures.
    """

    def __init__(
        self,
        forward: Forward,
        image: Tensor,
        strategy: Strategy | None,
        *,
        pictures: int = 1,
        classes: int | None = None,
        varies: bool = False,
        tested: bool = False,
    ) -> None:
        if pictures < 1 or len(image) % pictures:
            raise ValueError(f"a batch of {len(image)} rows cannot be {pictures} pictures'")
        self._forward = forward
        self._strategy = strategy
        self._bounds: list[Bound | None] = []
        self.open = 0
        """Number of nonlinearities that work on what is found in a picture: without bounds."""
        last: list[Tensor] = []
        unseen: list[bool] = []
        outputs: list[tuple[Tensor, int | None]] = []

        def record(output: Tensor, _: Tensor, non_negative: bool) -> None:
            last[:] = [
                output.detach().clone()
            ]  # a later in-place operation may change the output itself
            if varies and output.shape[:1] != image.shape[:1]:
                self._bounds.append(None)
                self.open += 1
            else:
                self._bounds.append(Bound.of(output.detach(), non_negative, len(image), pictures))
            unseen.append(not torch.is_grad_enabled())
            version = None if output.is_inference() else output._version
            outputs.append((output.detach(), version))

        # With gradients on, as in the run: some kernels differ between inference and training.
        with torch.enable_grad(), Intercept(record) as intercept, Kernels(intercept) as unmet:
            logits = self.undefended(image.detach().requires_grad_())
        self.image_logits = logits.detach()
        self._overwritten = [
            version is not None and output._version != version for output, version in outputs
        ]
        outputs.clear()
        if last and _acts_on_scores(last[0], self.image_logits[:, :classes]):
            self._bounds[-1] = None
        if not bool((self.image_logits < torch.inf).all()):  # classes may be ruled out: -inf
            raise ValueError(_NOT_FINITE)
        if not tested:
            self._check(image, unmet.counts, sum(unseen))

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
        """True if the logits of a call differ from the net's own."""
        return self._strategy is not None and self._strategy.clamps

    def outside(self, batch: Tensor) -> Tensor:
        """Return the share of activations outside their bounds for each row of a batch: (N,) in [0,
        1].
        """
        counts: list[Count] = []
        with torch.no_grad():
            self._play(batch, None, counts)
        return _share(counts, batch)

    def _play(self, batch: Tensor, strategy: Strategy | None, counts: list[Count] | None) -> Tensor:
        calls = 0

        def visit(output: Tensor, given: Tensor, non_negative: bool) -> Tensor | None:
            nonlocal calls
            calls += 1
            if calls > len(self._bounds) or (bound := self._bounds[calls - 1]) is None:
                return None
            if not bound.fits(output):
                raise DefenseError(_CHANGED)
            if counts is not None:
                above, below = bound.left_by(output.detach())
                left = above if below is None else above | below
                counts.append((_per_image(left, len(batch)), left.numel() / len(batch)))
            if strategy is None:
                return None
            if output.requires_grad:
                _filter(output, given, bound, strategy, self._overwritten[calls - 1])
            if not strategy.clamps:
                return None
            activation = output.detach()
            return output + (bound.clamp(activation) - activation)  # gradients pass straight

        with Intercept(visit, replaces=strategy is not None and strategy.clamps):
            logits = self.undefended(batch)
        if calls != len(self._bounds):
            raise DefenseError(_CHANGED)
        return logits

    def _check(self, image: Tensor, unmet: Mapping[str, int], unseen: int) -> None:
        """Raise unless gradients reach the image, every nonlinearity was met and, at e = x, nothing
        at all is filtered.
        """
        if self._strategy is None:
            check_gradient(self.undefended, image, self.image_logits)
            return
        counts: list[Count] = []
        again = check_gradient(lambda x: self._play(x, None, counts), image, self.image_logits)
        check_reach(self.nonlinearities, unmet, unseen)
        if again and self.clamps:
            raise DefenseError(_RECOMPUTED)
        share = float(_share(counts, image).max())
        if share > 0:
            raise DefenseError(
                f"two forward passes of the same image differ ({share:.1%} of the activations left "
                "the bounds that the same image set): the net is not deterministic. Remove "
                'randomness that stays on in eval mode (dropout, noise), or use defense="none"'
            )


_NOT_FINITE = (
    "the net's scores for this image are NaN or infinite; check its weights and how the image is "
    "normalized"
)
_RECOMPUTED = (
    "the net computes activations again in the backward pass (torch.utils.checkpoint), where they "
    'cannot be clamped: switch checkpointing off, or use defense="directional"'
)
_CHANGED = (
    "the net called other nonlinearities for the explanation than for the image, so bounds cannot "
    'be matched: its control flow depends on the data. Make it static, or use defense="none"'
)


def _filter(
    output: Tensor, given: Tensor, bound: Bound, strategy: Strategy, overwritten: bool
) -> None:
    """Filter the gradient of a nonlinearity's output (N, ...) by where it is within a bound."""
    function = output.grad_fn
    assert function is not None
    gate = function.name()
    # What autograd keeps anyway: to hold another activation in every layer costs more time than
    # the filter itself. Where a gate passes signals on, its input is its output.
    activation = (given if gate in KEEPS_INPUT else output).detach()
    # The smallest normal number below zero: a room of exactly zero is enough.
    least = -torch.finfo(activation.dtype).tiny
    if gate in GATES:
        # A filter passes a signal on or stops it, too: the order does not matter, and behind the
        # gate the signal has a tensor of its own to be filtered in.
        def behind(passed: tuple[Tensor | None, ...], _: object) -> None:
            if passed[0] is not None:
                signal = bound.match(passed[0])
                under, over = bound.room(matched)
                strategy.filter(signal, under, over, least, signal)

        matched = bound.match(activation)
        function.register_hook(behind)
        return

    # Compared in the backward pass, which saves memory, save where the values are gone by then.
    rooms = bound.room(bound.match(activation)) if overwritten else None
    version = activation._version

    def before(gradient: Tensor) -> Tensor:
        if rooms is None and activation._version != version:
            raise DefenseError(_CHANGED)
        under, over = bound.room(bound.match(activation)) if rooms is None else rooms
        # Overwritten are the rooms, not the gradient: it may go elsewhere, too.
        return strategy.filter(bound.match(gradient), under, over, least, under).reshape(
            gradient.shape
        )

    # A tensor hook, not a module hook or an autograd function: right after in-place activations
    # too.
    output.register_hook(before)


def _copies(blocks: Tensor) -> bool:
    """Return True if the rows of each block (R, K, ...) are those of one picture, and not windows
    or tokens.
    """
    if blocks.shape[1] == 1:
        return True
    first = blocks[:, :1]
    apart = (blocks - first).abs().flatten(1).amax(1)
    return bool((apart <= _COPIES * first.abs().flatten(1).amax(1)).all())


def _per_image(left: Tensor, rows: int) -> Tensor:
    """Count the activations that left their bounds for each image of a batch: (N,) float.

    Images come first, come second (after tokens), or are folded with windows (N * k, ...); what
    knows no images is shared out evenly.
    """
    if left.shape[:1] != (rows,) and left.shape[1:2] == (rows,):
        left = left.transpose(0, 1)
    if left.dim() == 0 or len(left) % rows:
        return (left.sum().float() / rows).expand(rows)
    return left.reshape(rows, -1).sum(1).float()


def _share(counts: list[Count], batch: Tensor) -> Tensor:
    """Return the share (N,) of activations that left their bounds."""
    share = torch.zeros(len(batch), dtype=torch.float32, device=batch.device)
    for left, _ in counts:
        share += left
    return share / max(sum(size for _, size in counts), 1)


def _acts_on_scores(activation: Tensor, logits: Tensor) -> bool:
    """Return True if a nonlinearity acts on the class scores: it is them, or they are its average
    (SqueezeNet).
    """
    if activation.shape[:2] != logits.shape:
        return False
    pooled = activation.flatten(2).mean(-1) if activation.dim() > 2 else activation
    return torch.allclose(pooled.to(logits.dtype), logits, rtol=1e-4, atol=1e-5)
