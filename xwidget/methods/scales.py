"""Scales of values that have none of their own, said in words."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from xwidget.methods.task import Task

#: Words for values that were divided by the largest of each class: what 1 is differs from one
#: class to the next.
LARGEST = "scaled so that the class's largest value is 1, even if it is tiny"
#: Words for sizes of gradients, which differ by powers of ten from one pixel to the next.
MOST = "magnitudes, divided by the value that 1% of them exceed; these are 1"


def units(task: Task) -> str:
    """Return words for values that add up to a difference of what the targets are: logits, or the
    scores that a net or a person's function returns in [0,1].
    """
    scored = {
        task.clf.activation == "none" if extra is None else not extra.log_odds
        for extra in map(task.clf.extra, task.targets)
    }
    return f"in units of the {' or '.join(_UNITS[each] for each in sorted(scored))}"


_UNITS = {False: "logit", True: "score"}


def by_largest(values: Tensor) -> Tensor:
    """Return values (K,...) >= 0 divided by the largest of each class; all 0 stays so."""
    most = values.flatten(1).amax(1).view(-1, *[1] * (values.dim() - 1))
    return values / most.clamp_min(1e-30)


def by_most(values: Tensor) -> Tensor:
    """Return values (K,...) >= 0 divided by what 1% of each class's exceed, and 1 above it."""
    flat = values.flatten(1)
    rank = max(1, round(0.99 * flat.shape[1]))
    most = flat.float().kthvalue(rank, 1).values.view(-1, *[1] * (values.dim() - 1))
    largest = values.flatten(1).amax(1).view_as(most)
    most = torch.where(most > 0, most, largest)  # of fewer than 1% that are not 0
    return (values / most.clamp_min(1e-30)).clamp_max(1)


def enlarged(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Return maps (K,h,w) at a size in pixels, bilinearly."""
    return F.interpolate(maps[:, None], size, mode="bilinear", align_corners=False)[:, 0]
