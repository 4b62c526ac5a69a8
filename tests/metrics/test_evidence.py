"""Scores of the evidence and of the rest, against the equations worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xwidget as xw
from xwidget import metrics
from xwidget.engine.moves import MOVES

# One pixel of three channels; two hidden units: red - green, and blue.
UNITS = np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]])
X = np.array([0.5, 0.4, 0.2])


@pytest.fixture
def clf() -> xw.Classifier:
    first, last = nn.Linear(3, 2, bias=False), nn.Linear(2, 2, bias=False)
    first.weight.data = torch.tensor(UNITS)
    last.weight.data = 3 * torch.eye(2, dtype=torch.float64)
    net = nn.Sequential(nn.Flatten(), first, nn.ReLU(), last).double()
    return xw.Classifier(net, size=1, mean=0, std=1)


def score(picture: np.ndarray) -> np.ndarray:
    """Return the softmax of 3 h, the hidden units h."""
    logits = 3 * np.maximum(UNITS @ picture, 0)
    return np.exp(logits) / np.exp(logits).sum()


def pixel(values: np.ndarray) -> Tensor:
    return torch.from_numpy(values).view(3, 1, 1)


def test_both_halves_are_scored_on_each_background(clf: xw.Classifier) -> None:
    mask = np.array([1.0, 0.25, 0.5])
    backgrounds = np.array([[0.1, 0.0, 0.3], [0.9, 0.2, 0.0]])
    references = torch.from_numpy(backgrounds).view(2, 3, 1, 1)
    found = metrics.evidence_scores(clf, pixel(X), pixel(mask), 1, references)
    for i, r in enumerate(backgrounds):
        shown, hidden = mask * X + (1 - mask) * r, (1 - mask) * X + mask * r
        np.testing.assert_allclose(found.shown[i], score(shown)[1])
        np.testing.assert_allclose(found.hidden[i], score(hidden)[1])
        np.testing.assert_allclose(found.blank[i], score(r)[1])
    plain = metrics.evidence_scores(clf, pixel(X), pixel(mask), 0)
    np.testing.assert_allclose(plain.shown, [score(mask * X)[0]])
    np.testing.assert_allclose(plain.blank, [0.5])


@pytest.mark.parametrize("game", ["generation", "deletion"])
def test_what_was_optimized_is_what_the_run_says(clf: xw.Classifier, game: str) -> None:
    x = clf.prepare(X.reshape(1, 1, 3))
    ex = xw.explain(
        clf, X.reshape(1, 1, 3), 0, game=game, reference="zero", iterations=5, progress=False
    )
    found = metrics.evidence_scores(clf, x, torch.from_numpy(ex.masks[0].copy()), 0)
    half = found.shown if game == "generation" else found.hidden
    np.testing.assert_allclose(half, ex.scores, rtol=1e-5)


class Place(nn.Module):
    """Scores the red of one pixel in the middle, and the mean red."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([x[:, 0, 4, 4], x[:, 0].mean((1, 2))], 1)


def test_a_move_tells_what_is_tied_to_one_pixel() -> None:
    clf = xw.Classifier(Place(), size=9, mean=0, std=1, activation="none")
    image = torch.full((3, 9, 9), 0.5)
    point, half = torch.zeros(2, 3, 9, 9)
    point[:, 4, 4] = 0.5
    half += 0.25
    found = metrics.small_moves(clf, point[None], image, 0)
    assert list(found) == list(MOVES)
    assert found["shift 1 px"] == found["shift 3 px"] == 0
    assert found["flip"] == 1
    assert 0 < found["blur 0.8"] < 1
    # One of two pictures keeps half of the moved image's score, the other (point) next to nothing.
    both = metrics.small_moves(clf, torch.stack([point, half]), image, 0)
    assert both["shift 3 px"] == pytest.approx(0.25)
    assert metrics.small_moves(clf, half[None], image, 1)["zoom 1.1"] == pytest.approx(0.5)


def test_a_photo_that_scores_nothing_says_nothing() -> None:
    clf = xw.Classifier(Place(), size=9, mean=0, std=1, activation="none")
    blank = torch.zeros(3, 9, 9)
    assert all(np.isnan(v) for v in metrics.small_moves(clf, blank[None], blank, 0).values())


def test_a_witness_sees_the_whole_picture_in_its_own_colors() -> None:
    net = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    witness = xw.Classifier(net, size=6, mean=0.5, std=0.25)
    picture = np.zeros((3, 3, 3), np.uint8)
    picture[0] = 255  # a white first row, which a crop would lose
    x = metrics.handed_over(picture, witness)
    assert x.shape == (3, 6, 6)
    assert x[:, 0].tolist() == [[2.0] * 6] * 3
    assert x[:, -1].tolist() == [[-2.0] * 6] * 3
