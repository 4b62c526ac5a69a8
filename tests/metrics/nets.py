"""A net whose evidence is known, before an image of 8 × 8 white pixels."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

import xwidget as xw

SIZE = 8
#: Share of the pixels that the net reads.
AREA = 4 / 64


class Patch(nn.Module):
    """Scores the mean of 2 × 2 pixels, and of the opposite corner's: nothing else is looked at."""

    def __init__(self, weight: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((1,), weight))

    def forward(self, x: Tensor) -> Tensor:
        corners = [x[:, :, :2, :2].mean((1, 2, 3)), x[:, :, -2:, -2:].mean((1, 2, 3))]
        return torch.stack(corners, 1) * self.weight


def patch(weight: float = 1.0, size: int = SIZE, name: str = "patch") -> xw.Classifier:
    names = ["upper left", "lower right"]
    return xw.Classifier(
        Patch(weight), size=size, mean=0, std=1, categories=names, activation="none", name=name
    )


def subject(clf: xw.Classifier | None = None) -> xw.Subject:
    return xw.Subject(clf or patch(), np.full((SIZE, SIZE, 3), 255, np.uint8))


def corner(target: int = 0, **about: object) -> xw.Attribution:
    """Return the attribution that is right: 1 where the net looks for the first class."""
    values = np.zeros((SIZE, SIZE), np.float32)
    values[:2, :2] = 1
    return xw.Attribution.from_array(values, target, **about)  # type: ignore[arg-type]
