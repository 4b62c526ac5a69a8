"""ROAD: the linear system solved by another library, and curves counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.sparse import lil_matrix
from scipy.sparse.linalg import spsolve
from torch import Tensor, nn

import xwidget as xw
from xwidget import metrics

WEIGHTS = {
    (down, right): 1 / 6 if down * right == 0 else 1 / 12
    for down in (-1, 0, 1)
    for right in (-1, 0, 1)
    if (down, right) != (0, 0)
}


def solved(x: Tensor, gone: Tensor) -> np.ndarray:
    """Return x with each missing pixel the weighted mean of its neighbors within the image."""
    missing = [tuple(place) for place in gone.nonzero().tolist()]
    system, known = lil_matrix((len(missing),) * 2), np.zeros((len(missing), 3))
    for i, (row, column) in enumerate(missing):
        for (down, right), weight in WEIGHTS.items():
            place = row + down, column + right
            if not (0 <= place[0] < gone.shape[0] and 0 <= place[1] < gone.shape[1]):
                continue
            system[i, i] += weight
            if place in missing:
                system[i, missing.index(place)] -= weight
            else:
                known[i] += weight * x[:, place[0], place[1]].numpy()
    filled = x.numpy().copy()
    filled[:, gone.numpy()] = spsolve(system.tocsc(), known).T
    return filled


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.98])
@pytest.mark.parametrize("block", [False, True])
def test_missing_pixels_solve_the_papers_system(share: float, block: bool) -> None:
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(3, 13, 18, generator=generator, dtype=torch.float64)
    order = torch.arange(13 * 18) if block else torch.randperm(13 * 18, generator=generator)
    gone = (order < share * 13 * 18).view(13, 18)
    found = metrics.imputed(x, gone, tolerance=1e-10)
    np.testing.assert_allclose(found.numpy(), solved(x, gone), atol=1e-7)
    assert torch.equal(found[:, ~gone], x[:, ~gone])


def test_one_pixel_is_the_mean_of_its_eight_neighbors() -> None:
    x = torch.arange(9.0, dtype=torch.float64).view(1, 3, 3).square().expand(3, 3, 3)
    gone = torch.zeros(3, 3, dtype=torch.bool)
    gone[1, 1] = True
    expected = (1 + 9 + 25 + 49) / 6 + (0 + 4 + 36 + 64) / 12
    assert metrics.imputed(x, gone)[0, 1, 1].item() == pytest.approx(expected)
    corner = gone.roll((-1, -1), (0, 1))
    expected = ((1 + 9) / 6 + 16 / 12) / (1 / 6 + 1 / 6 + 1 / 12)
    assert metrics.imputed(x, corner)[1, 0, 0].item() == pytest.approx(expected)


def test_a_flat_image_is_filled_in_without_a_trace() -> None:
    x = torch.full((3, 9, 9), 0.7, dtype=torch.float64)
    gone = torch.rand(9, 9) < 0.8
    gone[4, 4] = False
    torch.testing.assert_close(metrics.imputed(x, gone), x)


class Edges(nn.Module):
    """Scores by how much neighbors in a row differ: what filling in takes away."""

    def forward(self, x: Tensor) -> Tensor:
        return (x[..., 1:] - x[..., :-1]).abs().mean((1, 2, 3))[:, None] / 2


def test_curves_in_both_orders() -> None:
    clf = xw.Classifier(Edges(), size=8, mean=0, std=1, activation="none")
    x = torch.zeros(3, 8, 8)
    x[:, :, :4] = torch.tensor([0.0, 1.0, 0.0, 1.0])  # stripes on the left, nothing on the right
    left = torch.zeros(8, 8)
    left[:, :4] = 1
    shares = (0.0, 0.25, 0.5)
    most, least = (
        metrics.road(clf, x, 0, left, first=first, shares=shares, noise=0)
        for first in ("most", "least")
    )
    assert most.shares.tolist() == [0, 0.25, 0.5]
    whole = 4 / 7 / 2  # of seven pairs in a row four differ, by 1
    np.testing.assert_allclose(least.scores[0], whole, rtol=1e-6)
    assert most.scores[2] == pytest.approx(0, abs=1e-3), "only the flat right half is left"
    # Filled in from the last stripe, the right half has its color: one edge less.
    assert least.scores[2] == pytest.approx(3 / 7 / 2, abs=1e-3)
    assert most.height < least.height


def test_noise_is_the_same_every_time_and_only_where_pixels_went() -> None:
    class Spread(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x.var((1, 2, 3))[:, None]

    clf = xw.Classifier(Spread(), size=8, mean=0, std=1, activation="none")
    x, order = torch.full((3, 8, 8), 0.5), torch.rand(8, 8)
    one, other = (metrics.road(clf, x, 0, order, noise=0.2, shares=(0, 0.9)) for _ in range(2))
    np.testing.assert_array_equal(one.scores, other.scores)
    assert one.scores[0] == 0
    assert one.scores[1] == pytest.approx(0.9 * 0.04, rel=0.3)


def test_what_cannot_be_filled_in_is_refused() -> None:
    clf = xw.Classifier(Edges(), size=8, mean=0, std=1, activation="none")
    x, order = torch.zeros(3, 8, 8), torch.rand(8, 8)
    with pytest.raises(ValueError, match="nothing to fill"):
        metrics.road(clf, x, 0, order, shares=(0.5, 1.0))
    with pytest.raises(ValueError, match="nothing to fill"):
        metrics.imputed(x, torch.ones(8, 8, dtype=torch.bool))
    with pytest.raises(ValueError, match="'most' or 'least'"):
        metrics.road(clf, x, 0, order, first="best")  # type: ignore[arg-type]
