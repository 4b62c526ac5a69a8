"""Methods that cover parts of the picture: occlusion, LIME, RISE."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xwidget as xw
from tests.methods.nets import PATCHES, colors, picture


class Linear(nn.Module):
    """Logits that are weighted sums of the picture, so that every method's answer is known."""

    def __init__(self, side: int) -> None:
        super().__init__()
        weight = torch.zeros(2, 3, side, side)
        weight[0, :, : side // 2, : side // 2] = 1 / side
        weight[1, 0] = torch.linspace(-1, 1, side)[:, None] / side
        self.weight = nn.Parameter(weight)

    def forward(self, x: Tensor) -> Tensor:
        return torch.einsum("kchw,nchw->nk", self.weight, x)


@pytest.fixture(scope="module")
def clf() -> xw.Classifier:
    return xw.Classifier(Linear(16), size=16, categories=["corner", "ramp"])


IMAGE = np.random.default_rng(1).random((16, 16, 3)).astype(np.float32)


def test_occlusion_is_what_the_logit_loses(clf: xw.Classifier) -> None:
    found = xw.attribute(clf, IMAGE, "occlusion", [0, 1], window=4, stride=4, progress=False)
    assert isinstance(clf.net, Linear)
    part = (clf.net.weight.detach() * clf.prepare(IMAGE)).sum(1)
    lost = part.unfold(1, 4, 4).unfold(2, 4, 4).sum((3, 4))
    assert np.allclose(found.values[:, ::4, ::4], lost, atol=1e-5)
    assert np.allclose(found.values[:, 3::4, 3::4], lost, atol=1e-5)


def test_lime_finds_what_segments_add_to_a_linear_logit(clf: xw.Classifier) -> None:
    squares = np.kron(np.eye(2), np.ones((8, 8)))[..., None].repeat(3, 2) * 0.6 + 0.2
    found = xw.attribute(clf, squares, "lime", 0, samples=400, segments=4, progress=False)
    # Superpixels of four flat squares are the squares. The first alone is weighed: 64·3·0.8/16.
    assert found.values[0, :8, :8].mean() == pytest.approx(9.6, rel=0.05)
    assert abs(found.values[0, 8:]).max() < 0.3


def test_rise_ranks_first_what_the_net_looks_at() -> None:
    net = Linear(32)
    with torch.no_grad():
        net.weight.zero_()
        net.weight[0, :, 4:12, 18:28] = 0.02
    clf = xw.Classifier(net, size=32, activation="sigmoid", categories=["patch", "nothing"])
    found = xw.attribute(clf, np.ones((32, 32, 3)), "rise", [0, 1], masks=600, progress=False)
    row, column = np.unravel_index(found.values[0].argmax(), (32, 32))
    assert 4 <= row < 12
    assert 18 <= column < 28


def test_targets_asked_for_together_are_as_alone() -> None:
    clf = colors()
    for method, few in {"occlusion": {}, "lime": {"samples": 60}, "rise": {"masks": 60}}.items():
        both = xw.attribute(clf, picture(), method, [1, 0], progress=False, **few)
        alone = xw.attribute(clf, picture(), method, 0, progress=False, **few)
        assert np.allclose(both.values[1], alone.values[0], atol=1e-6), method


@pytest.mark.parametrize("method", ["occlusion", "lime", "guided_backprop", "lrp"])
def test_each_target_counts_and_asks_whether_to_go_on(method: str) -> None:
    few = {"lime": {"samples": 20}}.get(method, {})
    told: list[list[float]] = []
    asked: list[int] = []
    for targets in ([0], [0, 1]):
        told.append([])
        asked.append(0)

        def cancel() -> bool:
            asked[-1] += 1
            return False

        xw.attribute(
            colors(),
            picture(),
            method,
            targets,
            progress=False,
            on_progress=told[-1].append,
            cancel=cancel,
            **few,
        )
    assert asked[1] > asked[0]
    assert told[1][-3] < 1, "done long before the end"


def test_a_seed_draws_the_same_whatever_the_default_type() -> None:
    for method, few in {"rise": {"masks": 40}, "gradient_shap": {"samples": 8}}.items():
        single, double = colors(), colors()
        one = xw.attribute(single, picture(), method, 0, progress=False, **few)
        torch.set_default_dtype(torch.float64)
        try:
            other = xw.attribute(double, picture(), method, 0, progress=False, **few)
        finally:
            torch.set_default_dtype(torch.float32)
        assert np.corrcoef(one.values.ravel(), other.values.ravel())[0, 1] > 0.99, method


def test_a_net_with_rows_that_depend_on_each_other_is_asked_one_by_one() -> None:
    class Together(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.own = Linear(16)
            self.sizes: list[int] = []

        def forward(self, x: Tensor) -> Tensor:
            logits: Tensor = self.own(x)
            return logits - logits.mean(0) * (len(x) > 1)

    rows = xw.Classifier(Together(), size=16, categories=["corner", "ramp"])
    apart = xw.Classifier(Linear(16), size=16, categories=["corner", "ramp"])
    for method in ("occlusion", "integrated_gradients"):
        one, other = (xw.attribute(c, IMAGE, method, 0, progress=False) for c in (rows, apart))
        assert np.allclose(one.values, other.values, atol=1e-5), method


def test_windows_and_shares_out_of_range_are_refused(clf: xw.Classifier) -> None:
    with pytest.raises(ValueError, match="window must be at most 16"):
        xw.attribute(clf, IMAGE, "occlusion", 0, window=17, progress=False)
    with pytest.raises(ValueError, match=r"kept=0; expected a number in \(0,1\]"):
        xw.attribute(clf, IMAGE, "rise", 0, kept=0, progress=False)
    with pytest.raises(TypeError, match="samples must be an int"):
        xw.attribute(clf, IMAGE, "lime", 0, samples=2.5, progress=False)


def test_patches_lie_where_the_picture_has_them() -> None:
    """The picture is the one that the other tests take for granted."""
    image = picture()
    assert image[PATCHES[0]].reshape(-1, 3).mean(0).argmax() == 0
    assert image[PATCHES[1]].reshape(-1, 3).mean(0).argmax() == 2


def test_a_map_of_nothing_but_random_masks_is_told() -> None:
    nothing, something = Linear(32), Linear(32)
    with torch.no_grad():
        nothing.weight.zero_()
        something.weight.zero_()
        something.weight[0, :, 4:12, 18:28] = 0.02
    told = []
    for net in (nothing, something):
        clf = xw.Classifier(net, size=32, activation="sigmoid", categories=["patch", "nothing"])
        found = xw.attribute(clf, np.ones((32, 32, 3)), "rise", 0, masks=200, progress=False)
        told.append(found.checks[0])
    assert told[0].startswith("half of its masks say something else")
    assert told[1] == ""


def test_small_pictures_have_defaults_that_work_and_flat_maps_a_word() -> None:
    clf = xw.Classifier(nn.Sequential(nn.Flatten(), nn.Linear(48, 2)), size=4)
    picture = np.random.default_rng(0).random((4, 4, 3))
    for method, few in {"rise": {"masks": 20}, "lime": {"samples": 20}}.items():
        assert xw.attribute(clf, picture, method, 0, progress=False, **few).size == (4, 4)
    with torch.no_grad():
        clf.net[1].weight.zero_()  # type: ignore[index,union-attr,operator]
    for method in ("occlusion", "integrated_gradients"):
        found = xw.attribute(clf, picture, method, 0, progress=False)
        assert found.checks == ("its value is the same everywhere",)


def test_functions_that_are_none_are_refused_by_name(clf: xw.Classifier) -> None:
    for name in ("cancel", "on_progress"):
        with pytest.raises(TypeError, match=f"{name} must be a function, or None; got 3"):
            xw.attribute(clf, IMAGE, "occlusion", 0, progress=False, **{name: 3})
