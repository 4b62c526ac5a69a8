"""Equal area, on a net that reads one patch alone."""

from __future__ import annotations

import numpy as np
import pytest
from torch import Tensor, nn

import xwidget as xw
from tests.metrics.nets import AREA, Patch, corner, patch, subject
from xwidget import metrics


def test_the_patch_that_a_net_reads_is_enough_and_nothing_is_without_it() -> None:
    found = metrics.equal_area(subject(), corner(), areas=(AREA / 2, AREA, 0.5))
    assert found.image == pytest.approx(1)
    np.testing.assert_allclose(found.areas, [AREA / 2, AREA, 0.5])
    np.testing.assert_allclose(found.sufficiency, [0.5, 1, 1], atol=1e-6)
    np.testing.assert_allclose(found.without, [0.5, 0, 0], atol=1e-6)
    np.testing.assert_allclose(found.comprehensiveness, [0.5, 1, 1], atol=1e-6)
    assert found.witness is None


def test_pixels_that_no_one_reads_are_no_evidence() -> None:
    found = metrics.equal_area(subject(), corner(1), areas=[AREA])
    assert (found.sufficiency[0], found.comprehensiveness[0]) == (0, 0)


def test_signed_values_are_ranked_by_value() -> None:
    values = np.zeros((8, 8), np.float32)
    values[-2:, -2:] = -5  # the largest magnitude speaks against the class
    values[:2, :2] = 1
    given = xw.Attribution.from_array(values, 0)
    assert metrics.equal_area(subject(), given, areas=[AREA]).sufficiency[0] == pytest.approx(1)


def test_shares_are_of_the_image_s_score() -> None:
    dim = subject(patch(0.5))
    found = metrics.equal_area(dim, corner(), areas=[AREA / 2, AREA], witness=patch(0.25))
    np.testing.assert_allclose(found.sufficiency, [0.25, 0.5], atol=1e-6)
    np.testing.assert_allclose(found.shares.sufficiency, [0.5, 1], atol=1e-6)
    assert found.witness is not None
    np.testing.assert_allclose(found.witness.sufficiency, [0.125, 0.25], atol=1e-6)
    np.testing.assert_allclose(found.shares.witness.sufficiency, [0.5, 1], atol=1e-6)
    nothing = metrics.equal_area(subject(patch(0.0)), corner(), areas=[AREA])
    assert np.isnan(nothing.shares.sufficiency[0])


def test_a_witness_of_another_size_and_preprocessing_sees_the_same_pixels() -> None:
    """It gets the picture in its own normalization, and the order of the pixels in its own size."""
    other = xw.Classifier(
        _Colors(), size=16, mean=0.5, std=0.25, categories=["lower right", "upper left"],
        activation="none", name="other",
    )  # fmt: skip
    found = metrics.equal_area(subject(), corner(), areas=(AREA, 0.5), witness=other)
    heard = found.witness
    assert heard is not None
    # On this net's own data mean, gray, a pixel that is left out scores half of a white one.
    assert heard.image == pytest.approx(1)
    # Enlarged, the order is a little blurred: one pixel of the patch of 16 comes after it.
    np.testing.assert_allclose(heard.sufficiency, [1 - 0.5 / 16, 1], atol=1e-5)
    np.testing.assert_allclose(heard.without, [0.5 + 0.5 / 16, 0.5], atol=1e-5)


class _Colors(Patch):
    """Reads 16 × 16 pixels, normalized by 0.5 and 0.25; its classes come in another order."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(nn.functional.avg_pool2d(x * 0.25 + 0.5, 2)).flip(1)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="each in \\[0, 1\\]"):
        metrics.equal_area(subject(), corner(), areas=[1.5])
    strange = xw.Classifier(patch().net, size=8, categories=["cat", "dog"], activation="none")
    with pytest.raises(ValueError, match="no class named 'upper left'"):
        metrics.equal_area(subject(), corner(), witness=strange)
    with pytest.raises(TypeError, match="another Classifier"):
        metrics.equal_area(subject(), corner(), witness=patch().net)  # type: ignore[arg-type]
    own = subject()
    with pytest.raises(ValueError, match="give another one"):
        metrics.equal_area(own, corner(), witness=own.clf)
    with pytest.raises(ValueError, match="of another image"):
        metrics.equal_area(subject(), corner(digest="0" * 64))
