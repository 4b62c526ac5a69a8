"""A small net that looks for red and for blue, and a picture with a patch of each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

import xwidget as xw

SIDE = 32
#: Rows and columns of the patches: class 0 is red, class 1 blue.
PATCHES = {0: (slice(8, 16), slice(20, 28)), 1: (slice(20, 28), slice(4, 12))}


class Colors(nn.Module):
    """Logits of red and of blue: how much of the picture is clearly of that color."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(3)  # something that a change of the mode would change
        self.pool = nn.Conv2d(3, 3, 4, 4, groups=3, bias=False)
        self.colors = nn.Conv2d(3, 2, 1)
        self.relu = nn.ReLU()
        self.head = nn.Linear(2, 2, bias=False)
        with torch.no_grad():
            self.pool.weight.fill_(1 / 16)
            weights = torch.tensor([[1, -0.5, -0.5], [-0.5, -0.5, 1]])
            self.colors.weight.copy_(weights[:, :, None, None])
            self.colors.bias.fill_(-0.2)
            self.head.weight.copy_(30 * torch.eye(2))

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.relu(self.colors(self.pool(self.norm(x))))
        scores: Tensor = self.head(found.mean((2, 3)))
        return scores


def colors(**how: object) -> xw.Classifier:
    """Return the net as a classifier that takes rgb in [0,1] less gray."""
    return xw.Classifier(
        Colors().eval(),
        size=SIDE,
        mean=(0.5,) * 3,
        std=(0.5,) * 3,
        categories=["red", "blue"],
        **how,  # type: ignore[arg-type]
    )


def picture() -> npt.NDArray[np.float32]:
    """Return (32,32,3): gray with a red and a blue patch, and a little noise."""
    gray = np.full((SIDE, SIDE, 3), 0.5, np.float32)
    gray += np.random.default_rng(0).normal(0, 0.02, gray.shape).astype(np.float32)
    gray[PATCHES[0]] = 0.9, 0.2, 0.2
    gray[PATCHES[1]] = 0.2, 0.2, 0.9
    return gray.clip(0, 1)


def inside(relevance: npt.NDArray[np.float32], target: int, margin: int = 0) -> float:
    """Return how much of the most relevant pixels, as many as the patch has, are in the patch."""
    rows, columns = PATCHES[target]
    grown = np.zeros((SIDE, SIDE), bool)
    grown[
        max(0, rows.start - margin) : rows.stop + margin,
        max(0, columns.start - margin) : columns.stop + margin,
    ] = True
    size = (rows.stop - rows.start) * (columns.stop - columns.start)
    best = np.argsort(-relevance.ravel(), kind="stable")[:size]
    return float(grown.ravel()[best].mean())
