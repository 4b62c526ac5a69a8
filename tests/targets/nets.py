"""Small nets for targets of every kind."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

import xwidget as xw

SIZE = 24
NAMES = ["red", "green", "blue", "gray"]


def photo(seed: int = 0) -> np.ndarray:
    """Return noise with a bright square: (H, W, 3) in [0, 1]."""
    found = np.random.default_rng(seed).random((SIZE, SIZE, 3)) * 0.4
    found[4:12, 4:12] += 0.5
    return found


def body(outputs: int, *end: nn.Module) -> nn.Sequential:
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, 2),
        nn.ReLU(),
        nn.Conv2d(8, 8, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, outputs),
        *end,
    )
    with torch.no_grad():
        net[6].weight.mul_(15)
    return net


def classifier(name: str = "tiny", **options) -> xw.Classifier:
    given = {"categories": NAMES, **options}
    return xw.Classifier(body(len(NAMES)), size=SIZE, mean=0.4, std=0.3, name=name, **given)
