"""Step rules: from a gradient to a step of the mask. Momentum lives in named tensors (K, ...), see
``state``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import torch
from torch import Tensor

Tensors = dict[str, Tensor]


class Rule(Protocol):
    """A step rule."""

    def begin(self, mask: Tensor) -> Tensors:
        """Return the rule's memory before the first step, for masks (K, 3, H, W)."""

    def resume(self, gradient: Tensor) -> Tensors:
        """Return the memory with which a mask goes on whose own was not kept, given its gradient
        (K, 3, H, W): no direction yet, but the scale.
        """

    def step(
        self, gradient: Tensor, memory: Mapping[str, Tensor], n: int
    ) -> tuple[Tensor, Tensors]:
        """Return the step to subtract from the mask, and the new memory; ``n`` counts from 1."""

    def forget(self, memory: Mapping[str, Tensor], rows: Tensor) -> Tensors:
        """Return the memory with the direction of some rows (K,) forgotten, not their scale."""


class Adam:
    """Adam (Kingma and Ba, 2015): every entry moves at about the same pace, whatever its gradient's
    size.
    """

    def __init__(self, rate: float = 0.1, beta1: float = 0.9, beta2: float = 0.999) -> None:
        self.rate, self.beta1, self.beta2 = rate, beta1, beta2

    def begin(self, mask: Tensor) -> Tensors:
        """Return both moments, zero."""
        return {"first": torch.zeros_like(mask), "second": torch.zeros_like(mask)}

    def resume(self, gradient: Tensor) -> Tensors:
        """Return a first moment of zero, and the second one of this gradient."""
        return {"first": torch.zeros_like(gradient), "second": gradient.square()}

    def step(
        self, gradient: Tensor, memory: Mapping[str, Tensor], n: int
    ) -> tuple[Tensor, Tensors]:
        """Return the bias-corrected step and the new moments."""
        first = torch.lerp(gradient, memory["first"], self.beta1)
        second = gradient.square().lerp_(memory["second"], self.beta2)
        # In place: fresh memory costs more than the arithmetic.
        scale = (second / (1 - self.beta2**n)).sqrt_().add_(1e-8)
        step = torch.div(first, scale, out=scale).mul_(self.rate / (1 - self.beta1**n))
        return step, {"first": first, "second": second}

    def forget(self, memory: Mapping[str, Tensor], rows: Tensor) -> Tensors:
        """Forget the first moment of some rows."""
        return {"first": memory["first"].masked_fill(rows.view(-1, 1, 1, 1), 0)}


class Momentum:
    """Heavy-ball momentum on a gradient whose largest entry is 1: few entries move fast, the rest
    hardly.
    """

    def __init__(self, rate: float = 0.1, momentum: float = 0.9) -> None:
        self.rate, self.momentum = rate, momentum

    def begin(self, mask: Tensor) -> Tensors:
        """Return a velocity of zero."""
        return {"velocity": torch.zeros_like(mask)}

    def resume(self, gradient: Tensor) -> Tensors:
        """Return a velocity of zero."""
        return self.begin(gradient)

    def step(
        self, gradient: Tensor, memory: Mapping[str, Tensor], n: int
    ) -> tuple[Tensor, Tensors]:
        """Return the step and the new velocity."""
        velocity = gradient + self.momentum * memory["velocity"]
        return self.rate * velocity, {"velocity": velocity}

    def forget(self, memory: Mapping[str, Tensor], rows: Tensor) -> Tensors:
        """Stop some rows."""
        return {"velocity": memory["velocity"].masked_fill(rows.view(-1, 1, 1, 1), 0)}


#: The step rules by name.
RULES: Mapping[str, Rule] = MappingProxyType({"adam": Adam(), "momentum": Momentum()})
