"""Stores to browse: one of many made-up rows, one of a real run of a tiny net."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import comm
import numpy as np
import pytest
import torch
from PIL import Image

import xwidget as xw
from tests.batch.store.made import make_store
from tests.inspector.fakes import RecordingComm, workers
from xwidget.browser import Browser

NAMES = ["apple", "banana", "cherry", "date", "elderberry"]
ROWS = 400


def tiny_net(seed: int = 0) -> xw.Classifier:
    """Return a net with random weights that explains an image in no time."""
    torch.manual_seed(seed)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3, padding=1),
        torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool2d(4),
        torch.nn.Flatten(),
        torch.nn.Linear(128, 5),
    )
    return xw.Classifier(net, size=32, mean=(0.5,) * 3, std=(0.25,) * 3, categories=NAMES)


@pytest.fixture(autouse=True)
def _recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Let every widget talk to a list, and leave no thread behind."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(comm, "create_comm", RecordingComm)
    yield
    assert not workers()


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store of made-up rows; each 40th image failed."""
    return make_store(tmp_path_factory.mktemp("many") / "store", ROWS, side=24)


@pytest.fixture(scope="session")
def clf() -> xw.Classifier:
    """Return the net of the store ``few``."""
    return tiny_net()


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory, clf: xw.Classifier) -> Path:
    """Return a store of three arrays with two targets each, one file, and one that failed."""

    folder = tmp_path_factory.mktemp("few")
    drawn = np.random.default_rng(1)
    images: dict[str, Any] = {
        f"array {k}": drawn.integers(0, 256, (40, 32, 3), dtype=np.uint8) for k in range(3)
    }
    Image.fromarray(drawn.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(folder / "a.png")
    images |= {"file": folder / "a.png", "broken": folder / "no.png"}
    settings: dict[str, Any] = {"iterations": 12, "progress": False}
    xw.explain_many(clf, images, targets=[1, 3], out=folder / "store", **settings).run()
    return folder / "store"


@pytest.fixture
def browse() -> Iterator[Callable[..., Browser]]:
    """Make Browsers; each is closed at the end."""
    made: list[Browser] = []

    def browse(*args: Any, **kwargs: Any) -> Browser:
        made.append(xw.Browser(*args, **({"findings": False} | kwargs)))
        return made[-1]

    yield browse
    for browser in made:
        browser.close()
