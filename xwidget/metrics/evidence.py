"""Scores of the evidence and of the rest: alone, and slightly moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from xwidget.attribution import Attribution
from xwidget.engine.moves import MOVES
from xwidget.metrics import arguments, case
from xwidget.metrics.arguments import Values
from xwidget.metrics.case import Net
from xwidget.metrics.judge import Judge
from xwidget.subject import Subject
from xwidget.targets import Target

Reals = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EvidenceScores:
    """A class's scores (R,) in [0, 1] of the two halves of an image, on R backgrounds.

    A game optimizes one of them: the evidence in preservation and generation, the rest in deletion
    and repression. The other one is independent of the optimization.

    Attributes
    ----------
    shown
        Scores of the evidence alone: m x + (1 - m) r, with the mask m that is shown.
    hidden
        Scores of the rest alone: (1 - m) x + m r.
    blank
        Scores of the background alone.
    """

    shown: Reals
    hidden: Reals
    blank: Reals


def evidence_scores(
    clf: Net | Subject,
    x: Values | Subject | Attribution,
    mask: Values | Attribution | None = None,
    target: Target | None = None,
    references: Values | None = None,
) -> EvidenceScores:
    """Score the evidence shown and the rest, each alone, on one or more backgrounds.

    Parameters
    ----------
    clf
        A subject; or the classifier that was explained, or a judge.
    x
        After a subject: an attribution of its image, in [0, 1]. Else the subject, or its normalized
        image (3, H, W), from ``clf.prepare``.
    mask
        Unless it came after a subject: an attribution, or (3, H, W) in [0, 1], the mask of the
        class, as shown.
    target
        Class index, or name as in ``clf.index``, a contrast or a score. None is the only class of
        an attribution.
    references
        Backgrounds (R, 3, H, W), normalized; by default one, the data mean.

    All of these may be tensors or arrays.

    Raises
    ------
    ValueError, TypeError
        If one of them does not fit the image, the mask leaves [0, 1], or there is no such class.
    """
    clf, x, target, mask = case.read(clf, x, target, mask, masks=True)
    x = arguments.image(x)
    mask, r = arguments.mask(mask, x), torch.zeros_like(x)[None]
    if references is not None:
        r = arguments.tensor("references", references).to(x)
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
    """Return the evidence e = m x + (1 - m) r on each of R backgrounds, (R, 3, H, W)."""
    x, r = arguments.image(x), arguments.tensor("references", references)
    shown = arguments.mask(mask, x).to(r)
    return torch.lerp(r, x.to(r).expand_as(r), shown.expand_as(r))


def small_moves(clf: Net, pictures: Values, image: Values, target: int | str) -> dict[str, float]:
    """Return the robustness of evidence to small moves T: p(T(e)) / p(T(x)).

    The net's own sensitivity to moves is in both scores and cancels. Adversarial noise is locked to
    the grid of pixels and loses nearly all of its score when moved by one pixel.

    Parameters
    ----------
    clf
        The classifier that was explained, or a judge.
    pictures
        Normalized pictures of the evidence (N, 3, H, W), such as on several backgrounds.
    image
        The normalized image (3, H, W).
    target
        Class index, or name as in ``clf.index``.

    Returns
    -------
    dict
        By the name of the move ("shift 1 px", "shift 3 px", "zoom 1.1", "blur 0.8", "flip"): the
        mean over the pictures; NaN if the moved image scores 0.
    """
    judge, pictures = Judge.of(clf), arguments.tensor("pictures", pictures)
    both = torch.cat([arguments.image(image)[None].to(pictures), pictures])
    found = {}
    for name, move in MOVES.items():
        scores = judge.scores(move(both), target)
        photo = float(scores[0])
        found[name] = float(scores[1:].mean()) / photo if photo > 0 else float("nan")
    return found
