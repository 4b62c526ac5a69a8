"""Figures over findings, with intervals that say how far they can be trusted."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

CONFIDENCE = 0.95
"""Of every interval."""

_DEVIATIONS = 1.959964  # of a normal distribution, that have this share between them


@dataclass(frozen=True)
class Estimate:
    """A figure and its 95% interval.

    Attributes
    ----------
    value
        The figure; None where there is none.
    low, high
        The ends of the interval; None where there is none.
    count
        Number of things that it was taken over.
    why
        The reason, in words, why there is no figure, or no interval; "" where both are there.

    Examples
    --------
    >>> str(share(11, 12))
    '0.92 [0.65, 0.99]'
    >>> str(median([0.5, 0.25]))
    '0.38'
    >>> str(share(0, 0))
    '–'
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    count: int = 0
    why: str = ""

    def __str__(self) -> str:
        if self.value is None:
            return "–"
        if self.low is None or self.high is None:
            return figure(self.value)
        return f"{figure(self.value)} [{figure(self.low)}, {figure(self.high)}]"


def figure(value: float) -> str:
    """Return a number with two digits, and a minus sign where it is below 0.

    Examples
    --------
    >>> figure(0.375), figure(-0.5), figure(-0.001)
    ('0.38', '−0.50', '0.00')
    """
    hundredths = math.floor(100 * abs(value) + 0.5)
    return f"{'−' if value < 0 and hundredths else ''}{hundredths / 100:.2f}"


def share(true: int, count: int) -> Estimate:
    """Return a share of a count, in [0,1], with Wilson's score interval.

    It claims no certainty where something is true of all, or of none.
    """
    if not count:
        return Estimate(None, why="there is nothing to count")
    p, spread = true / count, _DEVIATIONS**2 / count
    middle = (p + spread / 2) / (1 + spread)
    reach = _DEVIATIONS * math.sqrt(p * (1 - p) / count + spread / (4 * count)) / (1 + spread)
    return Estimate(p, max(0.0, middle - reach), min(1.0, middle + reach), count)


def median(values: Iterable[float]) -> Estimate:
    """Return a median, with the interval between two of the values that it lies in with 95% or
    more, whatever their distribution; no such interval exists for fewer than 6.
    """
    ordered = sorted(map(float, values))
    count = len(ordered)
    if not count:
        return Estimate(None, why="nothing was measured")
    middle = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
    outside, cut = 0.5**count, 0  # chance that fewer than cut + 1 values lie below the median
    while cut < count // 2 and 2 * outside <= 1 - CONFIDENCE:
        cut += 1
        outside += math.comb(count, cut) * 0.5**count
    if not cut:
        return Estimate(middle, count=count, why="a 95% interval of a median needs 6 values")
    return Estimate(middle, ordered[cut - 1], ordered[count - cut], count)
