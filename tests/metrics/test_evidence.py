"""Scores of the evidence and of the rest, against the equations worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xwidget as xw
from xwidget import metrics

# One pixel of three channels; two hidden units: red - green, and blue.
UNITS = np.array([[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]])
X = np.array([0.5, 0.4, 0.2])


@pytest.fixture
def clf() -> xw.Classifier:
    first, last = nn.Linear(3, 2, bias=False), nn.Linear(2, 2, bias=False)
    first.weight.data = torch.tensor(UNITS).float()
    last.weight.data = 3 * torch.eye(2)
    return xw.Classifier(nn.Sequential(nn.Flatten(), first, nn.ReLU(), last), size=1, mean=0, std=1)


def explained(clf: xw.Classifier, mask: list[float], **settings: object) -> xw.Explanation:
    """Return an explanation of both classes with a mask put in by hand."""
    image = X.reshape(1, 1, 3)
    ex = xw.explain(clf, image, [0, 1], iterations=1, progress=False)
    masks = np.broadcast_to(np.array(mask, np.float32)[None, :, None, None], (2, 3, 1, 1))
    return replace(ex, masks=masks, settings={**ex.settings, **settings})


def score(picture: np.ndarray, bound: np.ndarray | float = np.inf) -> np.ndarray:
    """Return the softmax of 3 h, the hidden units h clamped to a bound."""
    logits = 3 * np.clip(UNITS @ picture, 0, bound)
    return np.exp(logits) / np.exp(logits).sum()


def test_both_halves_are_scored_as_they_are_and_clamped(clf: xw.Classifier) -> None:
    mask, reference = np.array([1.0, 0.25, 0.5]), np.array([0.1, 0.0, 0.3])
    ex = explained(clf, mask.tolist(), reference="tensor", game="deletion")
    r = torch.tensor(reference).float().view(3, 1, 1)
    found = metrics.evidence_scores(clf, as_tensor(X), ex, reference=r)
    shown, hidden = mask * X + (1 - mask) * reference, (1 - mask) * X + mask * reference
    bound = np.maximum(UNITS @ X, 0)
    assert (UNITS @ shown > bound).any(), "the clamp has something to do"
    np.testing.assert_allclose(found.shown, score(shown), rtol=1e-5)
    np.testing.assert_allclose(found.hidden, score(hidden), rtol=1e-5)
    np.testing.assert_allclose(found.blank, score(reference), rtol=1e-5)
    np.testing.assert_allclose(found.shown_clamped, score(shown, bound), rtol=1e-5)
    np.testing.assert_allclose(found.hidden_clamped, score(hidden, bound), rtol=1e-5)
    np.testing.assert_allclose(found.blank_clamped, score(reference, bound), rtol=1e-5)


def test_what_was_optimized_is_what_the_run_says(clf: xw.Classifier) -> None:
    x = clf.prepare(X.reshape(1, 1, 3))
    for game, half in (("preservation", "shown"), ("deletion", "hidden")):
        ex = xw.explain(clf, X.reshape(1, 1, 3), [0, 1], game=game, iterations=5, progress=False)
        found = metrics.evidence_scores(clf, x, ex)
        np.testing.assert_allclose(getattr(found, half), ex.scores, rtol=1e-5)


def test_a_net_that_cannot_be_clamped_is_still_scored(clf: xw.Classifier) -> None:
    linear = xw.Classifier(nn.Sequential(nn.Flatten(), nn.Linear(3, 2)), size=1, mean=0, std=1)
    found = metrics.evidence_scores(linear, as_tensor(X), explained(clf, [1.0, 0.5, 0.0]))
    assert np.isfinite(found.shown).all()
    assert np.isnan(found.shown_clamped).all()


def test_a_pixel_ranks_by_how_much_of_it_is_shown(clf: xw.Classifier) -> None:
    ex = explained(clf, [1.0, 0.5, 0.0])
    found = metrics.relevance(clf, as_tensor(X), ex)
    torch.testing.assert_close(found, torch.full((2, 1, 1), 0.5 + 0.2))
    white = explained(clf, [1.0, 0.5, 0.0], reference="white")
    found = metrics.relevance(clf, as_tensor(X), white)
    torch.testing.assert_close(found, torch.full((2, 1, 1), 0.5 + 0.3))


def test_a_reference_that_was_given_must_be_given_again(clf: xw.Classifier) -> None:
    ex = explained(clf, [1.0, 1.0, 1.0], reference="tensor")
    with pytest.raises(ValueError, match="pass the same one"):
        metrics.relevance(clf, as_tensor(X), ex)


def as_tensor(picture: np.ndarray) -> Tensor:
    return torch.tensor(picture).float().view(3, 1, 1)
