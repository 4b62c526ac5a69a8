"""Deletion and insertion: how soon the score follows the pixels that are ranked first.

The metrics of RISE (Petsiuk et al., BMVC 2018, arXiv 1806.07421, section 4.2), in the authors' own
protocol: deletion replaces pixels of the image by the data mean (zero, normalized); insertion puts
pixels of the image into a blurred one; 224 pixels, all channels at once, a step at 224 x 224.
Insertion - deletion says both in one figure. Deletion alone is low for adversarial noise too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from xwidget.classifier import Classifier

Reals = npt.NDArray[np.float64]

# The kernel of the authors' code, in pixels: a Gaussian of this deviation, folded into this width.
_WIDTH, _DEVIATION = 11, 5.0


@dataclass(frozen=True, eq=False)
class Curve:
    """A class's score while pixels are changed, the most relevant ones first.

    Attributes
    ----------
    shares
        (T + 1,) share of the pixels changed, from 0 to 1.
    scores
        (T + 1,) score of the class, in [0, 1].
    """

    shares: Reals
    scores: Reals

    @property
    def auc(self) -> float:
        """Area under the curve, in [0, 1], by the trapezoidal rule."""
        return float(np.diff(self.shares) @ (self.scores[1:] + self.scores[:-1])) / 2


def deletion(
    clf: Classifier, x: Tensor, target: int, relevance: Tensor, *, steps: int = 224, batch: int = 16
) -> Curve:
    """Take the most relevant pixels away first: the lower the area, the better.

    Parameters
    ----------
    clf
        The classifier.
    x
        Normalized image (3, H, W), from ``clf.prepare``.
    target
        Class index whose score is followed.
    relevance
        (H, W), any range: only the order counts. Equal pixels come in a random order, always the
        same.
    steps
        T, number of equal steps; 224 is the authors' for 224 x 224. Fewer are faster and coarser.
    batch
        Number of pictures the net is given at once.

    Raises
    ------
    ValueError
        If the relevance does not fit the image or is not finite, or there is no step to take.
    """
    return _follow(clf, x, torch.zeros_like(x), target, relevance, steps, batch)


def insertion(
    clf: Classifier, x: Tensor, target: int, relevance: Tensor, *, steps: int = 224, batch: int = 16
) -> Curve:
    """Put the most relevant pixels into a blurred image first: the higher the area, the better.

    Parameters and errors are those of :func:`deletion`.
    """
    return _follow(clf, blurred(x), x, target, relevance, steps, batch)


def blurred(x: Tensor) -> Tensor:
    """Return what insertion starts from: an image (..., 3, H, W) that no class is seen in."""
    row = _gaussian().to(x)
    # One axis after the other. Beyond the border is zero, the data mean, as in the authors' code.
    planes = x.reshape(-1, 1, *x.shape[-2:])
    planes = F.conv2d(planes, row.view(1, 1, 1, -1), padding=(0, _WIDTH // 2))
    return F.conv2d(planes, row.view(1, 1, -1, 1), padding=(_WIDTH // 2, 0)).view_as(x)


def _gaussian() -> Tensor:
    """Return (11,): a Gaussian whose tails, four deviations long, are mirrored at the borders."""
    reach = int(4 * _DEVIATION + 0.5)
    offsets = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (offsets / _DEVIATION) ** 2)
    period = 2 * _WIDTH
    places = (offsets + _WIDTH // 2) % period
    folded = np.where(places < _WIDTH, places, period - 1 - places)
    return torch.from_numpy(np.bincount(folded, weights, _WIDTH) / weights.sum())


def _follow(
    clf: Classifier,
    start: Tensor,
    end: Tensor,
    target: int,
    relevance: Tensor,
    steps: int,
    batch: int,
) -> Curve:
    if relevance.shape != start.shape[-2:]:
        raise ValueError(
            f"relevance has shape {tuple(relevance.shape)}, but the image has "
            f"{tuple(start.shape[-2:])}; give one value a pixel"
        )
    if not bool(relevance.isfinite().all()):
        raise ValueError("relevance holds NaN or infinite values, which have no order")
    if steps < 1 or batch < 1:
        raise ValueError(f"steps={steps} and batch={batch} must both be at least 1")
    rank = _ranks(relevance.flatten().cpu()).view_as(relevance)
    changed = torch.linspace(0, rank.numel(), steps + 1, dtype=torch.float64).round().long()
    net = clf.twin()
    device = next((p.device for p in net.parameters()), torch.device("cpu"))
    start, end, rank, changed = (value.to(device) for value in (start, end, rank, changed))
    parts = []
    with torch.inference_mode():
        for counts in changed.split(batch):
            pictures = torch.where(rank < counts.view(-1, 1, 1, 1), end, start)
            parts.append(clf.scores(clf.logits(net, pictures))[:, target].double().cpu())
    shares = changed.cpu().double() / rank.numel()
    return Curve(shares.numpy(), torch.cat(parts).numpy())


def _ranks(relevance: Tensor) -> Tensor:
    """Return each pixel's place (H * W,), 0 for the most relevant."""
    # A sparse mask leaves most pixels at 0: in reading order these would go as one block.
    order = torch.randperm(len(relevance), generator=torch.Generator().manual_seed(0))
    order = order[relevance[order].argsort(descending=True, stable=True)]
    return torch.empty_like(order).scatter_(0, order, torch.arange(len(order)))
