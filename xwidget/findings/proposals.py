"""Regions proposed from the evidence: its connected parts, the ones that hold most of it first.

``js/src/annotate/parts.ts`` has the same rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from xwidget.findings.region import Mask, Pixels
from xwidget.support import arguments

Reals: TypeAlias = npt.NDArray[np.float64]
Labels: TypeAlias = npt.NDArray[np.int64]

HELD = 0.4
"""Share of the evidence that an automatic threshold leaves above it, or a little more.

Masks differ in contrast: on some photos none of it reaches 0.5, on others all of it does.
"""

_BYTE = 255.0
_CHANNELS = 3


@dataclass(frozen=True)
class Proposal:
    """A region that evidence proposes.

    Attributes
    ----------
    region
        In pixels of the network's input.
    share
        Share of the evidence that it holds, in (0,1].
    area
        Share of the pixels that belong to it, in (0,1].
    """

    region: Pixels
    share: float
    area: float

    def __repr__(self) -> str:
        return f"<Proposal: {self.share:.0%} of the evidence on {self.area:.0%} of the image>"


def propose(
    values: npt.ArrayLike,
    *,
    threshold: float | None = None,
    least: float = 0.03,
    gap: int = 2,
    count: int = 8,
    channels: Sequence[int] | None = None,
) -> list[Proposal]:
    """Return the connected parts of the evidence, those that hold most of it first.

    A pixel is shown if its value reaches the threshold in any channel. Two shown pixels belong
    together if they are at most ``gap`` pixels apart, in both directions; a part has shown pixels
    only. Its share is the sum of its values over that of all values, in the channels chosen.

    Parameters
    ----------
    values
        A mask (3,H,W) or relevance (H,W), from 0; or a mask as bytes, uint8, of which 255 is 1.
        Negative values speak against the class and count as 0.
    threshold
        In units of ``values``, of bytes in [0,1]. None: the largest one above which at least 40% of
        the evidence lies.
    least
        Smallest share of the evidence that a region holds, in [0,1].
    gap
        Widest gap in pixels, >= 0, across which parts are one; with 0, pixels must touch, at a
        corner or a side.
    count
        Largest number of regions, >= 1.
    channels
        Color channels of a mask (3,H,W) that count, red is 0; None for all.

    Returns
    -------
    list of Proposal
        Empty where there is no evidence. Equal ones come in the order of their first pixels, row by
        row.

    Raises
    ------
    ValueError, TypeError
        If an argument is out of range, or ``values`` hold NaN or infinite ones.

    Examples
    --------
    >>> mask = np.zeros((3, 8, 8))
    >>> mask[:, 1:3, 1:3], mask[:, 5:8, 5:8] = 1, 0.5
    >>> [(found.share, found.area) for found in propose(mask, threshold=0.25, gap=1)]
    [(0.5294117647058824, 0.140625), (0.47058823529411764, 0.0625)]
    """
    chosen = _chosen(values, channels)
    if threshold is None:
        limit = automatic(chosen)
    else:
        limit = _unit(values) * _number("threshold", threshold)
    least = _number("least", least)
    if least > 1:
        raise ValueError(f"least={least}; expected a share of the evidence, in [0,1]")
    gap = arguments.whole("gap", gap, 0)
    count = arguments.whole("count", count)
    evidence = chosen.sum(0)
    total = float(evidence.sum())
    if not total:
        return []
    labels = parts((chosen >= limit).any(0) & (evidence > 0), gap)
    sums = np.bincount(labels.ravel(), evidence.ravel())
    sums[0] = 0
    order = np.argsort(-sums, kind="stable")[:count]
    found = [label for label in order if sums[label] > 0 and sums[label] >= least * total]
    regions = ((float(sums[label]) / total, labels == label) for label in found)
    return [Proposal(Pixels.of(mask), share, float(mask.mean())) for share, mask in regions]


def automatic(values: npt.ArrayLike) -> float:
    """Return the largest value such that those from it on hold 40% of the sum; 0 of none.

    Parameters
    ----------
    values
        Any shape, finite, from 0.
    """
    levels, counts = np.unique(np.asarray(values, np.float64), return_counts=True)
    held = np.cumsum((levels * counts)[::-1])[::-1]
    if not held.size or not held[0]:
        return 0.0
    return float(levels[np.flatnonzero(10 * held >= 10 * HELD * held[0])[-1]])


def parts(shown: Mask, gap: int = 0) -> Labels:
    """Return the connected parts of a mask (H,W) bool as labels (H,W): 0 where nothing is shown, 1
    and up in the order of their first pixels, row by row.

    Parameters
    ----------
    shown
        (H,W) bool.
    gap
        Widest gap in pixels, >= 0, across which parts are one, in both directions.
    """
    height, width = shown.shape
    # Let every pixel grow by the gap, down and to the right: what touches then was near enough.
    grown = np.zeros((height + gap, width + gap), bool)
    for down in range(gap + 1):
        grown[down : down + height, :width] |= shown
    rows = grown[:, :width].copy()
    for right in range(1, gap + 1):
        grown[:, right : right + width] |= rows
    found = _touching(grown)[:height, :width] * shown
    known, first, inverse = np.unique(found, return_index=True, return_inverse=True)
    rank = np.empty(len(known), np.int64)
    order = np.argsort(np.where(known == 0, -1, first))
    rank[order] = np.arange(len(known)) + (0 if 0 in known else 1)
    labels: Labels = rank[inverse].reshape(height, width)
    return labels


def _touching(shown: Mask) -> Labels:
    """Return labels (H,W) of the parts whose pixels touch, at a corner or a side; 0 elsewhere."""
    height, width = shown.shape
    edges = np.diff(np.pad(shown, ((0, 0), (1, 1))).astype(np.int8))
    row, begin = np.nonzero(edges == 1)
    end = np.nonzero(edges == -1)[1]
    # A run of a row touches those of the row above that begin before its end and end after its
    # beginning, corners included: these are neighbors in the list of runs.
    wide = width + 2
    low = np.searchsorted((row + 1) * wide + end, row * wide + begin)
    high = np.searchsorted((row + 1) * wide + begin, row * wide + end, side="right")
    many = np.maximum(high - low, 0)
    below = np.repeat(np.arange(len(row)), many)
    above = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many) + np.repeat(low, many)
    root = _joined(len(row), below, above)
    labels = np.zeros((height, width), np.int64)
    labels[shown] = np.repeat(root + 1, end - begin)
    return labels


def _joined(count: int, one: Labels, other: Labels) -> Labels:
    """Return for each of some nodes the smallest that pairs of nodes connect it with."""
    root = np.arange(count)
    while True:
        low, high = np.minimum(root[one], root[other]), np.maximum(root[one], root[other])
        if np.array_equal(low, high):
            return root
        np.minimum.at(root, high, low)
        while not np.array_equal(root, root[root]):
            root = root[root]


def _chosen(values: npt.ArrayLike, channels: Sequence[int] | None) -> Reals:
    """Return the values of the channels that count, (C,H,W) float64 from 0."""
    array: npt.NDArray[Any] = np.asarray(values)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"values are of type {array.dtype}; expected real numbers")
    if array.ndim == 2:
        array = array[None]
    if array.ndim != 3 or len(array) not in (1, _CHANNELS) or not array.size:
        raise ValueError(
            f"values have shape {np.shape(values)}; expected a mask (3,H,W), or (H,W): of one "
            "class, such as explanation.masks[0]"
        )
    if not np.isfinite(array).all():
        raise ValueError("values hold NaN or infinite ones; expected finite numbers")
    if channels is not None:
        known = [arguments.whole("a channel", each, 0, len(array) - 1) for each in channels]
        if not known:
            raise ValueError("channels is empty; expected one or more of 0, 1 and 2, or None")
        array = array[sorted(set(known))]
    return array.astype(np.float64).clip(min=0)


def _unit(values: npt.ArrayLike) -> float:
    return _BYTE if np.asarray(values).dtype == np.uint8 else 1.0


def _number(name: str, value: object) -> float:
    number = arguments.real(value)
    if number is None or number < 0:
        raise ValueError(f"{name}={value!r}; expected a number from 0")
    return number
