"""Similarity of two maps of one image, whatever their scales."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from xwidget.engine.repeat import overlap

Reals = npt.NDArray[np.float64]


def correlation(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """Return Spearman's rank correlation of two maps, in [-1, 1]; NaN for one that is flat.

    Equal values have their mean rank.
    """
    ranks = [_mean_ranks(np.asarray(values, np.float64).ravel()) for values in (one, other)]
    one_, other_ = (rank - rank.mean() for rank in ranks)
    length = np.sqrt((one_ @ one_) * (other_ @ other_))
    return float(one_ @ other_ / length) if length > 0 else float("nan")


def _mean_ranks(values: Reals) -> Reals:
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return (ends - (counts - 1) / 2)[which.reshape(-1)].astype(np.float64)


def common(one: Reals, other: Reals) -> float:
    """Return the intersection over union of the 20% of pixels that count most in two maps; NaN
    where one is flat.
    """
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return overlap(torch.from_numpy(one), torch.from_numpy(other))


def sizes(values: Reals) -> Reals:
    """Return the magnitudes (H, W) of values (H, W) or (3, H, W)."""
    sizes: Reals = np.abs(values)
    return sizes.mean(0) if sizes.ndim == 3 else sizes
