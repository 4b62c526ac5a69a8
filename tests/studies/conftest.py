"""A folder of small photos, a module of small nets, and the command on both."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from xwidget.studies.command import main

#: Names and colors of the classes: a photo is a square of one on black.
COLORS = {"red": (230, 20, 20), "green": (20, 230, 20), "blue": (20, 20, 230)}

NETS = """
import os, time
import torch
from torch import nn
import xwidget as xw

class Net(nn.Module):
    def __init__(self, weights, gain, slow=0.0, rest=0.0):
        super().__init__()
        self.colors = nn.Conv2d(3, len(weights), 1)
        self.gain, self.slow = gain, slow
        with torch.no_grad():
            self.colors.weight.copy_(torch.tensor(weights)[:, :, None, None])
            self.colors.bias.zero_()
            self.colors.bias[-1] = rest

    def forward(self, x):
        time.sleep(self.slow)
        return self.gain * torch.relu(self.colors(x)).mean((2, 3))

def made(weights, gain, names, name, slow=0.0, rest=0.0):
    net = Net(weights, gain, slow, rest).eval()
    return xw.Classifier(net, size=16, mean=(0.0,) * 3, std=(1.0,) * 3, categories=names, name=name)

OWN = [[1.0, -0.5, -0.5], [-0.5, 1.0, -0.5], [-0.5, -0.5, 1.0]]

def colors():
    "Each class is a color: the mean of what is more of it than of the others."
    return made(OWN, 24.0, ["red", "green", "blue"], "colors")

def slow():
    "The same net, and slower."
    return made(OWN, 24.0, ["red", "green", "blue"], "colors", slow=0.02)

def brightness():
    "Looks at the mean of all channels: no color matters."
    return made([[0.4] * 3, [0.0] * 3], 24.0, ["bright", "dark"], "brightness")

def red():
    "Looks at red alone."
    return made([[1.0, 0.0, 0.0], [0.0] * 3], 24.0, ["red", "other"], "red", rest=0.12)

def twin():
    "Another net with the classes of the one above."
    return made([[0.9, 0.0, 0.0], [0.0] * 3], 24.0, ["red", "other"], "twin", rest=0.1)

def broken():
    raise ValueError("these weights are broken")
"""


def square(color: tuple[int, int, int], seed: int, side: int = 16) -> np.ndarray:
    """Return a picture (H,W,3) uint8: a square of a color on nearly black."""
    drawn = np.random.default_rng(seed).integers(0, 12, (side, side, 3)).astype(np.uint8)
    quarter = side // 4
    drawn[quarter:-quarter, quarter:-quarter] = color
    return drawn


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder in which this runs, with photos and a module of nets."""
    (tmp_path / "photos").mkdir()
    for index, (name, color) in enumerate(COLORS.items()):
        Image.fromarray(square(color, index)).save(tmp_path / "photos" / f"{index:03}_{name}.png")
    (tmp_path / "study_nets.py").write_text(NETS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    monkeypatch.delitem(sys.modules, "study_nets", raising=False)
    return tmp_path


Command = Callable[..., int]


def words(*more: str, study: str = "defense", net: str = "colors") -> list[str]:
    """Return a command line; what is given last counts."""
    return [
        study,
        *("--photos", "photos", "--out", "report.html", "--quiet", "--device", "cpu"),
        *("--model", f"study_nets:{net}", "--iterations", "3", *more),
    ]


@pytest.fixture
def command(folder: Path) -> Command:
    """Return the command, in the folder."""
    return lambda *more, **asked: main(words(*more, **asked))
