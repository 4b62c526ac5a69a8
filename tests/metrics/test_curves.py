"""Deletion and insertion, counted by hand on nets that can be read off."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor, nn

import xwidget as xw
from xwidget import metrics


class Brightness(nn.Module):
    """Scores the mean of all values, and that of the upper half of the rows."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([x.mean((1, 2, 3)), x[:, :, : x.shape[2] // 2].mean((1, 2, 3))], 1)


@pytest.fixture
def clf() -> xw.Classifier:
    return xw.Classifier(Brightness(), size=2, mean=0, std=1, activation="none")


def picture(*values: float) -> Tensor:
    """Return a gray image (3, 2, 2) of four pixels in reading order."""
    return torch.tensor(values).view(1, 2, 2).expand(3, -1, -1).clone()


def test_the_area_is_that_under_straight_lines() -> None:
    curve = metrics.Curve(np.array([0.0, 0.25, 1.0]), np.array([1.0, 0.5, 0.1]))
    assert curve.auc == pytest.approx(0.25 * 0.75 + 0.75 * 0.3)


def test_deletion_takes_the_most_relevant_pixels_first(clf: xw.Classifier) -> None:
    x = picture(0.1, 0.4, 0.8, 0.3)
    curve = metrics.deletion(clf, x, 0, torch.tensor([[1.0, 3.0], [9.0, 2.0]]), steps=4, batch=3)
    assert curve.shares.tolist() == [0, 0.25, 0.5, 0.75, 1]
    np.testing.assert_allclose(4 * curve.scores, [1.6, 0.8, 0.4, 0.1, 0], atol=1e-6)


def test_insertion_brings_them_back_into_the_blurred_image(clf: xw.Classifier) -> None:
    x = picture(0.1, 0.4, 0.8, 0.3)
    dim = metrics.blurred(x)[0]
    curve = metrics.insertion(clf, x, 0, torch.tensor([[1.0, 3.0], [9.0, 2.0]]), steps=2)
    half = 0.8 + 0.4 + float(dim[0, 0] + dim[1, 1])
    np.testing.assert_allclose(4 * curve.scores, [float(dim.sum()), half, 1.6], atol=1e-6)


def test_a_step_may_be_as_wide_as_the_authors(clf: xw.Classifier) -> None:
    """Theirs: 224 pixels of 224 x 224; the last pixels are never left out."""
    x, relevance = torch.ones(3, 5, 7), torch.rand(5, 7)
    curve = metrics.deletion(clf, x, 0, relevance, steps=4)
    np.testing.assert_allclose(curve.shares * 35, [0, 9, 18, 26, 35])
    assert curve.scores[-1] == 0


def test_blurring_is_that_of_the_authors_code() -> None:
    """There: a Gaussian of deviation 5, applied to a point in 11 x 11 pixels, is the kernel."""
    point = np.zeros((11, 11))
    point[5, 5] = 1
    kernel = torch.from_numpy(gaussian_filter(point, 5))
    image = torch.rand(3, 16, 20, dtype=torch.float64)
    expected = nn.functional.conv2d(image[:, None], kernel[None, None], padding=5)[:, 0]
    torch.testing.assert_close(metrics.blurred(image), expected)


def test_equal_pixels_come_in_no_order_that_helps(clf: xw.Classifier) -> None:
    """In reading order half of the pixels would be all that the second class sees."""
    x = torch.ones(3, 32, 32)
    curves = [metrics.deletion(clf, x, 1, torch.zeros(32, 32), steps=2) for _ in range(2)]
    assert 0.4 < curves[0].scores[1] < 0.6
    np.testing.assert_array_equal(curves[0].scores, curves[1].scores)


def test_what_few_pixels_say_alone(clf: xw.Classifier) -> None:
    x = picture(0.1, 0.4, 0.8, 0.3)
    relevance = torch.tensor([[1.0, 3.0], [9.0, 2.0]])
    curve = metrics.sufficiency(clf, x, 0, relevance, shares=(0.25, 0.5))
    assert curve.shares.tolist() == [0.25, 0.5]
    np.testing.assert_allclose(4 * curve.scores, [0.8, 1.2], atol=1e-6)
    assert curve.height == pytest.approx(curve.auc / 0.25)


def test_a_judge_says_what_its_classifier_says(clf: xw.Classifier) -> None:
    x, relevance = picture(0.1, 0.4, 0.8, 0.3), torch.tensor([[1.0, 3.0], [9.0, 2.0]])
    judge = metrics.Judge(clf, batch=2)
    one, other = (metrics.deletion(net, x, 1, relevance, steps=3) for net in (judge, clf))
    np.testing.assert_array_equal(one.scores, other.scores)
    with pytest.raises(ValueError, match="at least 1"):
        metrics.Judge(clf, batch=0)


@pytest.mark.parametrize(
    ("relevance", "steps", "message"),
    [
        (torch.zeros(3, 2, 2), 4, "one value a pixel"),
        (torch.full((2, 2), torch.nan), 4, "no order"),
        (torch.zeros(2, 2), 0, "at least 1"),
    ],
)
def test_what_cannot_be_ranked_is_refused(
    clf: xw.Classifier, relevance: Tensor, steps: int, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        metrics.deletion(clf, picture(1, 1, 1, 1), 0, relevance, steps=steps)
