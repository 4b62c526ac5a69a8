"""What nets say of the evidence and of the rest: alone, slightly moved, and before another net."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.moves import MOVES
from xwidget.metrics.judge import Judge

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EvidenceScores:
    """A class's scores (R,) in [0, 1] of the two halves of an image, on R backgrounds.

    A game optimizes one of them: what is shown in preservation and generation, what is hidden in
    deletion and repression. The other one it does not look at: evidence speaks for its class alone,
    whichever game found it, and noise that moves a score does not.

    Attributes
    ----------
    shown
        Of the evidence alone: m x + (1 - m) r, with the mask m that is shown.
    hidden
        Of the rest alone: (1 - m) x + m r.
    blank
        Of the background alone: what the class scores where nothing at all is shown.
    """

    shown: Reals
    hidden: Reals
    blank: Reals


def evidence_scores(
    clf: Classifier | Judge,
    x: Tensor,
    mask: Tensor,
    target: int,
    references: Tensor | None = None,
) -> EvidenceScores:
    """Score the evidence shown and the rest, each alone, on one or more backgrounds.

    Parameters
    ----------
    clf
        The classifier that was explained, or a judge.
    x
        Its normalized image (3, H, W), from ``clf.prepare``.
    mask
        (3, H, W) in [0, 1]: what is shown for the class.
    target
        Class index.
    references
        Backgrounds (R, 3, H, W), normalized; without, one: the data mean.
    """
    judge = Judge.of(clf)
    r = torch.zeros_like(x)[None] if references is None else references.to(x)
    pictures = torch.cat([blend(x, mask, r), blend(x, 1 - mask, r), r])
    scores: Reals = judge.scores(pictures, target).numpy()
    return EvidenceScores(*np.split(scores, 3))


def blend(x: Tensor, mask: Tensor, references: Tensor) -> Tensor:
    """Return e = m x + (1 - m) r on each of some backgrounds (R, 3, H, W)."""
    return torch.lerp(references, x.expand_as(references), mask.to(x).expand_as(references))


def small_moves(
    clf: Classifier | Judge, pictures: Tensor, image: Tensor, target: int
) -> dict[str, float]:
    """Return how well evidence keeps up with its photo under small moves: p(T(e)) / p(T(x)).

    A net's own fragility is in both, and cancels. What is locked to the grid of pixels, as
    adversarial noise is, loses nearly all by one pixel.

    Parameters
    ----------
    clf
        The classifier that was explained, or a judge.
    pictures
        Normalized pictures of the evidence (N, 3, H, W), on several backgrounds, say.
    image
        The normalized image (3, H, W).
    target
        Class index.

    Returns
    -------
    dict
        By the names of ``xwidget.engine.moves.MOVES``: the mean over the pictures; NaN where the
        moved image scores 0.
    """
    judge = Judge.of(clf)
    both = torch.cat([image[None].to(pictures), pictures])
    found = {}
    for name, move in MOVES.items():
        scores = judge.scores(move(both), target)
        photo = float(scores[0])
        found[name] = float(scores[1:].mean()) / photo if photo > 0 else float("nan")
    return found
