"""Scales of values that have none of their own, said in words."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

#: Words for values that were divided by the largest of each class: what 1 is differs from one
#: class to the next.
LARGEST = "divided by the largest value of the class"
#: Words for values that add up to a difference of logits.
LOGITS = "in units of the logit"


def by_largest(values: Tensor) -> Tensor:
    """Return values (K,...) >= 0 divided by the largest of each class; all 0 stays so."""
    most = values.flatten(1).amax(1).view(-1, *[1] * (values.dim() - 1))
    return values / most.clamp_min(most.new_tensor(1e-30))


def enlarged(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Return maps (K,h,w) at a size in pixels, bilinearly."""
    return F.interpolate(maps[:, None], size, mode="bilinear", align_corners=False)[:, 0]
