"""ROAD: remove and debias (Rong et al., ICML 2022, arXiv 2202.00449).

Pixels that are replaced by one color leave their outline behind, and a net can read a class from
that. ROAD fills them in from what is around them (noisy linear imputation, section 4.1): each is
the weighted mean of its eight neighbors, 1/6 for the direct and 1/12 for the diagonal ones, known
or filled in themselves, which is a sparse linear system; a little noise is added to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from xwidget.attribution import Attribution
from xwidget.metrics import arguments, case
from xwidget.metrics.arguments import Values
from xwidget.metrics.case import Net
from xwidget.metrics.curves import Curve, counts, places
from xwidget.metrics.judge import Judge
from xwidget.subject import Subject
from xwidget.targets import Target

#: Deviation of the noise that is added to what is filled in, in normalized colors.
NOISE = 0.01

_UNASKED = 8  # steps between two looks at how far the system is solved

#: Shares of the pixels that are removed. With all of them gone there is nothing to fill in from.
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def road(
    clf: Net | Subject,
    x: Values | Subject | Attribution,
    target: Target | None = None,
    relevance: Values | Attribution | None = None,
    *,
    first: Literal["most", "least"] = "most",
    shares: Sequence[float] = SHARES,
    noise: float = NOISE,
    seed: int = 0,
    batch: int = 16,
) -> Curve:
    """Remove pixels and fill them in from their neighbors (ROAD, Rong et al., ICML 2022).

    Parameters
    ----------
    clf, x, target, relevance
        As in :func:`deletion`.
    first
        ``"most"`` removes the most relevant pixels first (the lower the curve, the better),
        ``"least"`` the least relevant (the higher the better).
    shares
        Shares of the pixels that are removed, in [0, 1), rising.
    noise
        Standard deviation of the noise on the filled-in pixels, in normalized colors.
    seed
        Seed of that noise.
    batch
        Number of pictures in a batch.

    Raises
    ------
    ValueError, TypeError
        If the relevance does not fit the image or is not finite, there is no such class, an
        argument is unknown, or nothing would be left to fill in from.
    """
    if first not in ("most", "least"):
        raise ValueError(f"first={first!r}; expected 'most' or 'least'")
    clf, x, target, relevance = case.read(clf, x, target, relevance)
    x = arguments.image(x)
    judge, rank = Judge.of(clf, batch), places(relevance, x)
    target = judge.clf.index(target)
    if first == "least":
        rank = rank.numel() - 1 - rank
    removed = counts(shares, rank.numel())
    if int(removed.max()) == rank.numel():
        raise ValueError("with all pixels removed there is nothing to fill them in from")
    generator = torch.Generator("cpu").manual_seed(seed)
    x, rank, scores = x.to(judge.device), rank.to(judge.device), []
    for some in removed.split(judge.batch):
        gone = rank < some.view(-1, 1, 1).to(rank.device)
        strewn = torch.stack([_normal(x, generator) for _ in some])
        # A processor has the cache for one at a time, an accelerator has the cores for all.
        holes = gone.split(1 if x.device.type == "cpu" else len(gone))
        filled = torch.cat([_filled(x, hole) for hole in holes])
        pictures = torch.where(gone[:, None], filled + noise * strewn, x)
        scores.append(judge.scores(pictures, target))
    shares_removed: np.ndarray[tuple[int], np.dtype[np.float64]] = removed.double().numpy()
    return Curve(shares_removed / rank.numel(), torch.cat(scores).numpy())


def imputed(x: Values, gone: Values, tolerance: float = 1e-4, most: int = 2000) -> Tensor:
    """Return an image with its missing pixels filled in by the mean of their neighbors.

    The weighted means make a sparse linear system, which is solved by conjugate gradients from a
    coarse-to-fine start. No noise is added.

    Parameters
    ----------
    x
        Normalized image (3, H, W).
    gone
        (H, W) bool: True for missing pixels, of which there must be less than all.
    tolerance
        Largest difference between a pixel and the mean of its neighbors at which to stop, in
        normalized colors. At the default, no pixel was farther than 0.01 from the exact solution.
    most
        Largest number of steps.

    Raises
    ------
    ValueError
        If all pixels are missing.
    """
    x, gone = arguments.image(x), arguments.tensor("gone", gone).bool()
    if bool(gone.all()):
        raise ValueError("all pixels are missing; there is nothing to fill them in from")
    return _filled(x, gone[None], tolerance, most)[0]


def _filled(x: Tensor, gone: Tensor, tolerance: float = 1e-4, most: int = 2000) -> Tensor:
    """Return an image (3, H, W) with the pixels of N holes (N, H, W) filled in, each alone."""
    hole = gone[:, None].to(x)
    # Neighbors beyond the border have no say: the weights of the others add up to less than one.
    weight = _around(torch.ones_like(hole[:1]))
    enough = tolerance * float(weight.max())

    def residual(image: Tensor, hole: Tensor) -> Tensor:
        return (_around(image) - weight * image) * hole

    image = torch.where(hole > 0, _coarsely(x.expand(len(hole), -1, -1, -1), 1 - hole), x)
    found, which = image, torch.arange(len(hole), device=x.device)
    left = residual(image, hole)
    # Divided by the diagonal: Jacobi's preconditioner.
    better = left / weight
    direction, size = better, _total(left * better)
    for step in range(most):
        if step % _UNASKED == 0:  # asking waits for the device
            going = (left.abs().amax((1, 2, 3)) > enough) & (size.flatten() > 0)
            found = found.index_copy(0, which, image)
            if not bool(going.any()):
                break
            which, image, hole, left, direction, size = (
                state[going] for state in (which, image, hole, left, direction, size)
            )
        change = -residual(direction, hole)
        length = _ratio(size, _total(direction * change))
        image = image + length * direction
        left = left - length * change
        better = left / weight
        before, size = size, _total(left * better)
        direction = better + _ratio(size, before) * direction
    return found.index_copy(0, which, image)


def _total(values: Tensor) -> Tensor:
    return values.sum((1, 2, 3), keepdim=True)


def _ratio(one: Tensor, other: Tensor) -> Tensor:
    """Return a ratio, 0 where it has no end: what is solved exactly moves no more."""
    return torch.where(other > 0, one / other, 0)


def _around(planes: Tensor) -> Tensor:
    """Return the weighted sum of the eight neighbors in planes (..., H, W); zero is beyond them."""
    # [1 2 1] along both axes, by 12, is 1/12 and 1/6 around a middle of 4/12, which is taken off.
    rows = 2 * planes
    rows[..., 1:] += planes[..., :-1]
    rows[..., :-1] += planes[..., 1:]
    total = 2 * rows
    total[..., 1:, :] += rows[..., :-1, :]
    total[..., :-1, :] += rows[..., 1:, :]
    return total.sub_(planes, alpha=4).div_(12)


def _coarsely(x: Tensor, known: Tensor) -> Tensor:
    """Fill (N, 3, H, W) where ``known`` (N, 1, H, W) is 0, from the images at half the size, filled
    too.
    """
    if bool((known > 0).all()):
        return x
    height, width = x.shape[-2:]
    half = (-(-height // 2), -(-width // 2))
    full = (0, 2 * half[1] - width, 0, 2 * half[0] - height)
    weight = F.avg_pool2d(F.pad(known, full), 2)
    mean = F.avg_pool2d(F.pad(x * known, full), 2) / weight.clamp_min(1e-12)
    coarse = _coarsely(mean, (weight > 0).to(x))
    size = [2 * half[0], 2 * half[1]]
    fine = F.interpolate(coarse, size, mode="bilinear", align_corners=False)
    return torch.where(known > 0, x, fine[..., :height, :width])


def _normal(x: Tensor, generator: torch.Generator) -> Tensor:
    noise = torch.randn(x.shape, generator=generator, dtype=torch.float64, device="cpu")
    return noise.to(x)
