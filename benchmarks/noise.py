"""Backgrounds that no run has seen: smooth noise of several strengths."""

from __future__ import annotations

import torch
from torch import Tensor

from xwidget.engine.views import smooth_noise

#: Strengths of the unseen backgrounds, in deviations of the image, and the seed of each.
UNSEEN = tuple((strength, 9000 + n) for n, strength in enumerate((0.1, 0.2, 0.35, 0.5) * 2))


def unseen(x: Tensor) -> Tensor:
    """Return backgrounds (8, 3, H, W) for a normalized image (3, H, W), the same every time."""
    size = (x.shape[-2], x.shape[-1])
    noise = [strength * smooth_noise(size, seed).to(x) for strength, seed in UNSEEN]
    return x.std() * torch.stack(noise)
