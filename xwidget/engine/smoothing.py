"""The gradient's low-pass: what a mask may learn from a step, coarse first, then finer.

The gradient of a net carries a pattern of its own at the finest scale, from striding and pooling
(Muzellec et al., 2023, arXiv 2307.09591), and an answer that follows it is locked to the grid of
pixels. Colors are held together more than brightness is: which of three nearly equal channels of a
gray pixel is shown says nothing, and pictures in which they differ at random are hard to read.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

#: Share of the gradient's difference between color channels that is kept.
COLOR = 0.2
#: Steps in which the deviation falls from its first value to its last.
FALLS = 36
_SIDE = 224  # pixels of a picture in which deviations are meant as they are
_LEAST = 0.3  # deviations in pixels under which a low-pass does nothing


def smoothed(gradient: Tensor, deviations: tuple[float, float], step: int) -> Tensor:
    """Return a gradient (K, 3, H, W) without its finest detail.

    Parameters
    ----------
    gradient
        By the mask.
    deviations
        Of the Gaussian, in pixels of a picture of 224 x 224: at first, and after ``FALLS`` steps.
    step
        Number of the step, from 1.
    """
    first, last = deviations
    part = min(1.0, (step - 1) / FALLS)
    deviation = first * (last / first) ** part * min(gradient.shape[-2:]) / _SIDE
    gray = gradient.mean(1, keepdim=True)
    return low_pass(torch.lerp(gray.expand_as(gradient), gradient, COLOR), deviation)


def low_pass(maps: Tensor, deviation: float) -> Tensor:
    """Return maps (N, C, H, W) blurred by a Gaussian, their edge pixels repeated.

    Parameters
    ----------
    maps
        Any.
    deviation
        Of the Gaussian in pixels; it is cut off after four of them.
    """
    if deviation < _LEAST:
        return maps
    reach = max(1, round(4 * deviation))
    offsets = torch.arange(-reach, reach + 1, device=maps.device, dtype=maps.dtype)
    weights = torch.exp(-0.5 * (offsets / deviation) ** 2)
    weights = weights / weights.sum()
    planes = F.pad(maps.flatten(0, 1)[:, None], (reach,) * 4, mode="replicate")
    planes = F.conv2d(F.conv2d(planes, weights.view(1, 1, 1, -1)), weights.view(1, 1, -1, 1))
    return planes.view_as(maps)
