"""What nets say of the evidence and of the rest: alone, slightly moved, and before another net."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.moves import MOVES
from xwidget.metrics import taken
from xwidget.metrics.judge import Judge
from xwidget.metrics.taken import Values

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
    x: Values,
    mask: Values,
    target: int | str,
    references: Values | None = None,
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
        Class index, or name as in ``clf.index``.
    references
        Backgrounds (R, 3, H, W), normalized; without, one: the data mean.

    All of these may be tensors or arrays.

    Raises
    ------
    ValueError, TypeError
        If one of them does not fit the image, the mask leaves [0, 1], or there is no such class.
    """
    x = taken.image(x)
    mask, r = taken.mask(mask, x), torch.zeros_like(x)[None]
    if references is not None:
        r = taken.tensor("references", references).to(x)
        if r.ndim != 4 or r.shape[1:] != x.shape or not len(r):
            raise ValueError(
                f"references have shape {tuple(r.shape)}; expected (R, 3, H, W), with H and W of "
                f"the image, {tuple(x.shape[1:])}"
            )
    judge = Judge.of(clf)
    pictures = torch.cat([blend(x, mask, r), blend(x, 1 - mask, r), r])
    scores: Reals = judge.scores(pictures, target).numpy()
    return EvidenceScores(*np.split(scores, 3))


def blend(x: Values, mask: Values, references: Values) -> Tensor:
    """Return e = m x + (1 - m) r on each of some backgrounds (R, 3, H, W)."""
    x, r = taken.image(x), taken.tensor("references", references)
    shown = taken.mask(mask, x).to(r)
    return torch.lerp(r, x.to(r).expand_as(r), shown.expand_as(r))


def small_moves(
    clf: Classifier | Judge, pictures: Values, image: Values, target: int | str
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
        Class index, or name as in ``clf.index``.

    Returns
    -------
    dict
        By the names of ``xwidget.engine.moves.MOVES``: the mean over the pictures; NaN where the
        moved image scores 0.
    """
    judge, pictures = Judge.of(clf), taken.tensor("pictures", pictures)
    both = torch.cat([taken.image(image)[None].to(pictures), pictures])
    found = {}
    for name, move in MOVES.items():
        scores = judge.scores(move(both), target)
        photo = float(scores[0])
        found[name] = float(scores[1:].mean()) / photo if photo > 0 else float("nan")
    return found
