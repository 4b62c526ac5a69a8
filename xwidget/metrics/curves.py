"""Deletion, insertion and sufficiency.

The metrics of RISE (Petsiuk et al., BMVC 2018, arXiv 1806.07421, section 4.2), in the authors' own
protocol: deletion replaces pixels of the image by the data mean (zero, normalized); insertion puts
pixels of the image into a blurred one; 224 pixels, all channels at once, a step at 224 x 224.
Insertion - deletion says both in one figure. Deletion alone is low for adversarial noise too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from xwidget.attribution import Attribution
from xwidget.metrics import arguments, case
from xwidget.metrics.arguments import Values
from xwidget.metrics.case import Net
from xwidget.metrics.judge import Judge
from xwidget.metrics.ranking import ranks
from xwidget.subject import Subject
from xwidget.targets import Target

Reals = npt.NDArray[np.float64]

# The kernel of the authors' code, in pixels: a Gaussian of this deviation, folded into this width.
_WIDTH, _DEVIATION = 11, 5.0
_STEPS = 224


@dataclass(frozen=True, eq=False)
class Curve:
    """The score of a class as more and more pixels are changed.

    Attributes
    ----------
    shares
        (T + 1,) shares of the pixels changed, in [0, 1], rising.
    scores
        (T + 1,) scores of the class, in [0, 1].
    """

    shares: Reals
    scores: Reals

    @property
    def auc(self) -> float:
        """Area under the curve, in [0, 1], by the trapezoidal rule."""
        return float(np.diff(self.shares) @ (self.scores[1:] + self.scores[:-1])) / 2

    @property
    def height(self) -> float:
        """Mean height in [0, 1]: the area divided by the width of the curve."""
        width = float(self.shares[-1] - self.shares[0])
        return self.auc / width if width > 0 else float(self.scores[0])


def deletion(
    clf: Net | Subject,
    x: Values | Subject | Attribution,
    target: Target | None = None,
    relevance: Values | Attribution | None = None,
    *,
    steps: int = _STEPS,
    batch: int = 16,
) -> Curve:
    """Replace pixels by the data mean, the most relevant first: the lower the area, the better.

    Parameters
    ----------
    clf
        A subject; or the classifier, or a judge, which has its own batch.
    x
        After a subject: an attribution of its image. Else the subject, or the normalized image (3,
        H, W), from ``clf.prepare``; a tensor or an array.
    target
        Class whose score is measured: index, or name as in ``clf.index``. None is the only class of
        an attribution.
    relevance
        Unless it came after a subject: an attribution, or a tensor or an array (H, W) of any range,
        such as one of ``Explanation.relevance``. Only the order counts. Equal pixels come in a
        random order, always the same.
    steps
        T, the number of equal steps, from 1 to 224 or the number of pixels, whichever is larger.
        The authors take 224 for 224 x 224 pixels; fewer are faster and coarser.
    batch
        Number of pictures in a batch.

    Raises
    ------
    ValueError, TypeError
        If the relevance does not fit the image or is not finite, is an attribution of another image
        or class, there is no such class, or ``steps`` is out of range.
    """
    clf, x, target, relevance = case.read(clf, x, target, relevance)
    x = arguments.image(x)
    return follow(clf, x, torch.zeros_like(x), target, relevance, _even(steps, x), batch)


def insertion(
    clf: Net | Subject,
    x: Values | Subject | Attribution,
    target: Target | None = None,
    relevance: Values | Attribution | None = None,
    *,
    steps: int = _STEPS,
    batch: int = 16,
) -> Curve:
    """Put the most relevant pixels into a blurred image first: the higher the area, the better.

    Parameters and errors are those of :func:`deletion`.
    """
    clf, x, target, relevance = case.read(clf, x, target, relevance)
    x = arguments.image(x)
    return follow(clf, blurred(x), x, target, relevance, _even(steps, x), batch)


def sufficiency(
    clf: Net | Subject,
    x: Values | Subject | Attribution,
    target: Target | None = None,
    relevance: Values | Attribution | None = None,
    *,
    shares: Sequence[float] = (0.1, 0.2, 0.3),
    batch: int = 16,
) -> Curve:
    """Show only the most relevant pixels, on the data mean: the higher the score, the better.

    Methods are compared at equal area: by the score of the same number of pixels.

    Parameters
    ----------
    shares
        Shares of the pixels that are shown, in [0, 1].
    clf, x, target, relevance, batch
        As in :func:`deletion`, as are the errors.
    """
    clf, x, target, relevance = case.read(clf, x, target, relevance)
    x = arguments.image(x)
    return follow(clf, torch.zeros_like(x), x, target, relevance, shares, batch)


def blurred(x: Values) -> Tensor:
    """Return the blurred image (..., 3, H, W) that insertion starts from."""
    x = arguments.tensor("x", x)
    row = _gaussian().to(x)
    # One axis after the other. Beyond the border is zero, the data mean, as in the authors' code.
    planes = x.reshape(-1, 1, *x.shape[-2:])
    planes = F.conv2d(planes, row.view(1, 1, 1, -1), padding=(0, _WIDTH // 2))
    return F.conv2d(planes, row.view(1, 1, -1, 1), padding=(_WIDTH // 2, 0)).view_as(x)


def places(relevance: Values, x: Tensor) -> Tensor:
    """Return each pixel's place (H, W); ValueError where the relevance does not fit an image."""
    relevance = arguments.tensor("relevance", relevance)
    if relevance.shape != x.shape[-2:]:
        raise ValueError(
            f"relevance has shape {tuple(relevance.shape)}, but the image has "
            f"{tuple(x.shape[-2:])}; give one value a pixel"
        )
    return ranks(relevance)


def counts(shares: Sequence[float], pixels: int) -> Tensor:
    """Return how many pixels shares of them are; ValueError for none, or ones beyond [0, 1]."""
    found = arguments.shares(shares)
    return (torch.tensor(found, dtype=torch.float64, device="cpu") * pixels).round().long()


def follow(
    clf: Net,
    start: Tensor,
    end: Tensor,
    target: int | str,
    relevance: Values,
    shares: Sequence[float],
    batch: int,
) -> Curve:
    """Return the scores of an image that turns into another, the most relevant pixels first.

    Parameters
    ----------
    start, end
        Normalized images (3, H, W).
    shares
        Shares of the pixels that are those of ``end``, in [0, 1].
    clf, target, relevance, batch
        As of :func:`deletion`.
    """
    rank, judge = places(relevance, start), Judge.of(clf, batch)
    start, end, rank = (values.to(judge.device) for values in (start, end, rank))
    target, changed = judge.clf.index(target), counts(shares, rank.numel())
    parts = [
        judge.scores(torch.where(rank < some.view(-1, 1, 1, 1).to(rank.device), end, start), target)
        for some in changed.split(judge.batch)
    ]
    return Curve((changed.double() / rank.numel()).numpy(), torch.cat(parts).numpy())


def _gaussian() -> Tensor:
    """Return (11,): a Gaussian whose tails, four deviations long, are mirrored at the borders."""
    reach = int(4 * _DEVIATION + 0.5)
    offsets = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (offsets / _DEVIATION) ** 2)
    period = 2 * _WIDTH
    folded = (offsets + _WIDTH // 2) % period
    folded = np.where(folded < _WIDTH, folded, period - 1 - folded)
    return torch.from_numpy(np.bincount(folded, weights, _WIDTH) / weights.sum())


def _even(steps: int, x: Tensor) -> list[float]:
    steps = arguments.whole("steps", steps, max(_STEPS, x[0].numel()))
    return [step / steps for step in range(steps + 1)]
