"""The same metrics by another library, Quantus: what it said is kept in quantus.json.

Its PixelFlipping is deletion, curve and all; its ROAD counts classes, not scores, but fills pixels
in as ours does, and only in images of one channel; its MPRT draws weights in another way, which
leaves the correlation of maps, and the verdict, to compare. captum has none of these metrics.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

import xwidget as xw
from tests.metrics import quantus_figures as theirs
from xwidget import metrics
from xwidget.metrics.correlation import correlation


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(theirs.FILE.read_text("utf-8"))
    return figures


def test_deletion_is_pixel_flipping(kept: dict[str, Any]) -> None:
    steps = theirs.SIZE**2 // theirs.STEP
    curve = metrics.deletion(
        theirs.classifier(), theirs.image(), "dog", theirs.relevance(), steps=steps
    )
    np.testing.assert_allclose(curve.scores[1:], kept["pixel flipping"], atol=1e-6)
    assert np.ptp(curve.scores) > 0.2, "the curve says something"


def test_road_fills_pixels_in_as_quantus_does(kept: dict[str, Any]) -> None:
    rank = metrics.ranks(theirs.relevance())
    for share, filled in zip(theirs.GONE, kept["imputation"], strict=True):
        gone = rank < round(share * theirs.SIZE**2)
        found = metrics.imputed(theirs.image().double(), gone, tolerance=1e-12)
        np.testing.assert_allclose(found.numpy(), filled, atol=1e-7)


def test_the_correlation_of_maps_is_that_of_quantus(kept: dict[str, Any]) -> None:
    assert correlation(*theirs.maps()) == pytest.approx(kept["spearman"], abs=1e-12)


def test_random_weights_tell_the_same_methods_apart(kept: dict[str, Any]) -> None:
    clf = theirs.classifier()
    subject = xw.Subject(clf, theirs.image().clamp(0, 1).permute(1, 2, 0).numpy())

    def gradient(other: xw.Subject, targets: Sequence[int]) -> xw.Attribution:
        found = theirs.gradients(other.clf.net, other.x[None], targets)
        return xw.Attribution.from_array(found[0, 0], targets[0], method="gradient", signed=True)

    def blind(other: xw.Subject, targets: Sequence[int]) -> xw.Attribution:
        return xw.Attribution.from_array(theirs.relevance(), targets[0], method="blind")

    asked, same = (metrics.randomization(subject, way, 1) for way in (gradient, blind))
    said = kept["randomization"]
    assert (said["blind"], same.ranks[-1]) == (pytest.approx(1), pytest.approx(1))
    assert (abs(said["gradient"]) < 0.5, abs(asked.ranks[-1]) < 0.5) == (True, True)


def test_quantus_still_says_so(kept: dict[str, Any]) -> None:
    pytest.importorskip("quantus", reason="200 MB; `pip install quantus` runs this one, too")
    now = theirs.figures()
    assert now.pop("quantus") == kept["quantus"]
    for name, figures in now.items():
        torch.testing.assert_close(figures, kept[name])
