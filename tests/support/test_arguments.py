"""Numbers of numpy's are numbers; what is none, or too large, is told in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import xwidget as xw
from xwidget.engine.device import pick
from xwidget.engine.plan import Plan
from xwidget.engine.settings import Settings
from xwidget.explanation import Explanation
from xwidget.support import arguments

PIXELS = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)


@pytest.fixture(scope="module")
def clf() -> xw.Classifier:
    pooled = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    net = nn.Sequential(*pooled, nn.Linear(4, 4))
    return xw.Classifier(net, size=8)


def test_explain_takes_numpys_numbers(clf: xw.Classifier, tmp_path: Path) -> None:
    found = xw.explain(
        clf,
        PIXELS,
        np.uint8(1),
        iterations=np.int64(2),
        sparsity=np.float32(0.25),
        seed=np.int32(3),
        plan={"batch": np.int64(1)},
        progress=False,
    )
    assert found.settings["sparsity"] == 0.25
    assert type(found.settings["sparsity"]) is float
    assert type(found.diagnostics["plan"]["batch"]) is int
    found.save(tmp_path / "found.xwidget")
    assert Explanation.load(tmp_path / "found.xwidget").settings == found.settings
    page = found.export_html(tmp_path / "found.html", keyframes=np.int64(2))
    assert page.stat().st_size > 0


def test_traits_take_numpys_numbers(clf: xw.Classifier) -> None:
    w = xw.Inspector(clf, PIXELS, iterations=np.int64(2), sparsity=np.float32(0.5))
    assert (w.iterations, w.sparsity) == (2, 0.5)
    w.iterations, w.sparsity, w.target = np.int64(3), np.float16(0.25), np.int64(w.target)
    assert (w.iterations, w.sparsity) == (3, 0.25)
    assert w.wait(np.float32(60))
    w.run_more(np.int64(1))
    assert w.wait(60)
    w.iteration = np.int16(1)
    assert w.iteration == 1
    for value in (1e300, 10**400, float("nan"), float("inf"), -1, True, "a lot", None):
        with pytest.raises(ValueError, match='sparsity must be "auto" or a number from 0 to 1e6'):
            w.sparsity = value
    assert w.sparsity == 0.25
    for value in ("a", True, float("nan"), [1]):
        with pytest.raises(TypeError, match="timeout must be a number of seconds"):
            w.wait(value)
    assert w.wait(float("inf"))
    w.close()


@pytest.mark.parametrize(
    ("settings", "kind", "words"),
    [
        ({"sparsity": 1e308}, ValueError, "from 0 to 1e6"),
        ({"sparsity": 10**400}, ValueError, "a number of more than 20 digits"),
        ({"sparsity": True}, ValueError, "from 0 to 1e6"),
        ({"sparsity": np.bool_(True)}, ValueError, "from 0 to 1e6"),
        ({"sparsity": 1j}, ValueError, "from 0 to 1e6"),
        ({"sparsity": torch.tensor(0.1)}, ValueError, "from 0 to 1e6"),
        ({"seed": 1.5}, TypeError, "seed must be an int"),
        ({"seed": 2**64}, ValueError, "from 0 to"),
        ({"seed": 10**5000}, ValueError, "more than 20 digits"),
        ({"seed": -1}, ValueError, "from 0 to"),
    ],
)
def test_settings_that_are_out_of_range_are_told(
    settings: dict[str, Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        Settings(**settings)


@pytest.mark.parametrize("value", [0, -1, np.int64(0), 1.5, "3", None, True, np.bool_(True)])
def test_what_is_no_number_of_iterations_is_told(clf: xw.Classifier, value: Any) -> None:
    for make in (xw.explain, xw.Inspector):
        with pytest.raises((TypeError, ValueError), match="iterations must be"):
            make(clf, PIXELS, iterations=value)


def test_a_plan_says_what_its_batch_must_be() -> None:
    for value in (0, True, 1.5, "a"):
        with pytest.raises(ValueError, match="a plan's batch is"):
            Plan(batch=value)


def test_meta_is_no_device_and_no_reference(clf: xw.Classifier) -> None:
    for make in (xw.explain, xw.Inspector):
        with pytest.raises(ValueError, match="device='meta' holds no numbers"):
            make(clf, PIXELS, device="meta")
        empty = torch.zeros(3, 8, 8, device="meta")
        for reference in (empty, torch.zeros(3, 8, 8).to_sparse(), torch.zeros(3, 8, 8) * 1j):
            with pytest.raises(ValueError, match="reference holds no plain real numbers"):
                make(clf, PIXELS, reference=reference)
    for device in (3.5, "nope", "cuda:99", [0]):
        with pytest.raises(ValueError, match="cannot be used here"):
            pick(device)  # type: ignore[arg-type]


def test_sparse_logits_are_told() -> None:
    class Sparse(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.mean((2, 3)).to_sparse()

    with pytest.raises(ValueError, match=r"logits of layout sparse_coo.* \.to_dense\(\)"):
        xw.Classifier(Sparse(), size=8).predict(PIXELS)


@pytest.mark.parametrize("size", [10**9, (1, 10**12), np.int64(10**6)])
def test_a_size_that_no_machine_holds_is_told(size: Any) -> None:
    with pytest.raises(ValueError, match="is more than 67108864 pixels"):
        xw.Classifier(nn.Flatten(), size=size)


def test_whole_names_its_bounds() -> None:
    assert type(arguments.whole("n", np.uint8(3))) is int
    with pytest.raises(ValueError, match="n must be at most 5, got 6"):
        arguments.whole("n", 6, most=5)
