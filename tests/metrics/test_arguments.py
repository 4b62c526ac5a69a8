"""Metrics take what ``explain`` returns, and say in words what they cannot take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xwidget as xw
from xwidget import metrics


class Channels(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3)) / 2


@pytest.fixture
def clf() -> xw.Classifier:
    return xw.Classifier(
        Channels(), size=4, mean=0, std=1, activation="none", categories=["red", "green", "blue"]
    )


X = torch.rand(3, 4, 4, generator=torch.Generator().manual_seed(0))
ORDER = torch.rand(4, 4, generator=torch.Generator().manual_seed(1))
MASK = torch.rand(3, 4, 4, generator=torch.Generator().manual_seed(2))
CURVES = [metrics.deletion, metrics.insertion, metrics.sufficiency, metrics.road]


def frozen(values: Tensor, kind: str = "f4") -> np.ndarray:
    """Return an array as an Explanation holds it."""
    array = values.numpy().astype(kind)
    array.flags.writeable = False
    return array


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("kind", ["f4", ">f4", "f8", "f2"])
@pytest.mark.parametrize("curve", CURVES)
def test_arrays_and_names_do_as_tensors_and_indices(
    clf: xw.Classifier, curve: Callable[..., metrics.Curve], kind: str
) -> None:
    order = torch.from_numpy(ORDER.numpy().astype(kind.lstrip(">")))
    wanted = curve(clf, X, 1, order)
    found = curve(clf, frozen(X), "green", frozen(ORDER, kind))
    np.testing.assert_allclose(found.scores, wanted.scores, atol=1e-6)
    np.testing.assert_array_equal(
        curve(clf, X, np.int64(1), order.requires_grad_()).scores, wanted.scores
    )


@pytest.mark.filterwarnings("error")
def test_all_else_takes_arrays_too(clf: xw.Classifier) -> None:
    r = torch.rand(2, 3, 4, 4)
    scores = metrics.evidence_scores(clf, X, MASK, 2, r)
    same = metrics.evidence_scores(clf, frozen(X), frozen(MASK, "f8"), "blue", frozen(r))
    np.testing.assert_allclose([same.shown, same.hidden], [scores.shown, scores.hidden], atol=1e-6)
    np.testing.assert_allclose(
        metrics.blend(frozen(X), frozen(MASK), frozen(r)), metrics.blend(X, MASK, r), atol=1e-6
    )
    half = metrics.evidence_scores(clf, X, frozen(ORDER) > 0.5, 0)
    np.testing.assert_allclose(half.shown + half.hidden, float(X[0].mean()) / 2, atol=1e-6)
    moved = metrics.small_moves(clf, frozen(r), frozen(X), "red")
    assert moved == pytest.approx(metrics.small_moves(clf, r, X, 0))
    judge = metrics.Judge(clf, batch=np.int64(2))
    np.testing.assert_array_equal(judge.scores(frozen(r), "red"), judge.all_scores(r)[:, 0])
    for one in (metrics.ranks, metrics.standing, metrics.fused):
        np.testing.assert_array_equal(one(frozen(ORDER)), one(ORDER))
    sizes = [metrics.resized(order, (2, 2)) for order in (frozen(ORDER), ORDER)]
    np.testing.assert_array_equal(*sizes)
    np.testing.assert_array_equal(metrics.blurred(frozen(X)), metrics.blurred(X))
    gone = ORDER > 0.5
    np.testing.assert_array_equal(
        metrics.imputed(frozen(X), gone.numpy()), metrics.imputed(X, gone)
    )


@pytest.mark.parametrize(
    ("target", "kind", "words"),
    [
        (99, ValueError, "its 3 classes are 0 to 2"),
        (-1, ValueError, "its 3 classes are 0 to 2"),
        (None, TypeError, "a class index or a class name"),
        (1.0, TypeError, "a class index or a class name"),
        ("purple", ValueError, "purple"),
    ],
)
def test_a_class_that_is_not_there_is_told(
    clf: xw.Classifier, target: Any, kind: type[Exception], words: str
) -> None:
    asked = [lambda curve=curve: curve(clf, X, target, ORDER) for curve in CURVES]
    asked += [
        lambda: metrics.evidence_scores(clf, X, MASK, target),
        lambda: metrics.small_moves(clf, X[None], X, target),
        lambda: metrics.Judge(clf).scores(X[None], target),
    ]
    for ask in asked:
        with pytest.raises(kind, match=words):
            ask()


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ({"steps": 0}, ValueError, "steps=0 must be at least 1"),
        ({"steps": 10**9}, ValueError, "steps=1000000000 is more than 224"),
        ({"steps": 2.5}, TypeError, "steps=2.5 is a float"),
        ({"steps": True}, TypeError, "steps=True is a bool"),
        ({"batch": 0}, ValueError, "batch=0 must be at least 1"),
        ({"batch": "a"}, TypeError, "batch='a' is a str"),
        ({"relevance": None}, TypeError, "relevance is a NoneType; expected a tensor or a numpy"),
        ({"relevance": ORDER.to("meta")}, TypeError, "no plain real numbers"),
        ({"relevance": ORDER.to_sparse()}, TypeError, "no plain real numbers"),
        ({"relevance": ORDER * 1j}, TypeError, "no plain real numbers"),
        ({"relevance": np.array([["a"]])}, TypeError, "expected real numbers"),
        ({"relevance": ORDER[:2]}, ValueError, "give one value a pixel"),
        ({"relevance": ORDER / 0}, ValueError, "NaN or infinite"),
        ({"x": "photo.jpg"}, TypeError, r"expected .* clf\.prepare\(image\)"),
        ({"x": X[None]}, ValueError, r"\(1, 3, 4, 4\); .*clf\.prepare\(image\)"),
        ({"x": np.zeros((4, 4, 3), np.uint8)}, ValueError, r"clf\.prepare\(image\)"),
        ({"clf": Channels()}, TypeError, "expected a Classifier"),
    ],
)
def test_what_cannot_be_taken_is_told(
    clf: xw.Classifier, arguments: dict[str, Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        metrics.deletion(**{"clf": clf, "x": X, "target": 0, "relevance": ORDER} | arguments)


def test_a_step_for_each_pixel_is_the_most_in_a_large_image() -> None:
    clf = xw.Classifier(Channels(), size=16, activation="none")
    x = torch.rand(3, 16, 16)
    assert len(metrics.deletion(clf, x, 0, x[0], steps=256).shares) == 257
    with pytest.raises(ValueError, match="more than 256, one for each pixel"):
        metrics.deletion(clf, x, 0, x[0], steps=257)


def test_shares_are_several_numbers(clf: xw.Classifier) -> None:
    shares = np.array([0.25, 0.5], np.float32)
    assert metrics.sufficiency(clf, X, 0, ORDER, shares=shares).shares.tolist() == [0.25, 0.5]
    with pytest.raises(TypeError, match="expected several numbers"):
        metrics.sufficiency(clf, X, 0, ORDER, shares=0.5)
    with pytest.raises(ValueError, match="at least one"):
        metrics.road(clf, X, 0, ORDER, shares=[float("nan")])


def test_a_mask_that_is_none_is_told(clf: xw.Classifier) -> None:
    with pytest.raises(ValueError, match=r"mask spans 0 to 255; expected values in \[0, 1\]"):
        metrics.evidence_scores(clf, X, torch.linspace(0, 255, 48).view(3, 4, 4), 0)
    with pytest.raises(ValueError, match=r"mask has shape \(4, 4, 3\)"):
        metrics.evidence_scores(clf, X, MASK.permute(1, 2, 0), 0)
    with pytest.raises(ValueError, match=r"references have shape \(3, 4, 4\)"):
        metrics.evidence_scores(clf, X, MASK, 0, X)
