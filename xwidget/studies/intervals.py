"""Figures over photos, with how far they can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from xwidget.findings import estimates
from xwidget.support.figures import rounded, whole_percent

RESAMPLES = 10_000
CONFIDENCE = 0.95

#: (..., n) values to their statistic (...).
Statistic = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure over photos.

    Attributes
    ----------
    value, low, high
        The figure and the ends of its interval; NaN where there is no photo.
    count
        Number of photos.
    """

    value: float
    low: float
    high: float
    count: int

    def text(self, percent: bool = False, digits: int = 2, counted: bool = True) -> str | None:
        """Return it as a table says it, such as ``0.96 [0.93, 0.98] (31)``; None for no photo."""
        if not self.count:
            return None
        ends = [
            whole_percent(value) if percent else rounded(value, digits)
            for value in (self.value, self.low, self.high)
        ]
        return f"{ends[0]} [{ends[1]}, {ends[2]}]" + (f" ({self.count})" if counted else "")


_NOTHING = Estimate(float("nan"), float("nan"), float("nan"), 0)


#: Statistics of the last axis, by name.
STATISTICS: Mapping[str, Statistic] = MappingProxyType(
    {"mean": lambda array: array.mean(-1), "median": lambda array: np.median(array, -1)}
)


def mean(values: Iterable[float | None]) -> Estimate:
    """Return the mean of values, of which None and NaN are left out."""
    return _estimate(values, STATISTICS["mean"])


def median(values: Iterable[float | None]) -> Estimate:
    """Return the median of values, of which None and NaN are left out."""
    return _estimate(values, STATISTICS["median"])


def difference(
    one: Sequence[float], other: Sequence[float], statistic: Statistic, seed: int = 0
) -> Estimate:
    """Return how far a statistic of some values is above that of others, of the same photos.

    Photos are drawn anew together: what makes both high or low on one cancels.
    """
    if not one:
        return _NOTHING
    pairs = np.asarray([one, other], np.float64)
    drawn = np.random.default_rng(seed).integers(len(one), size=(RESAMPLES, len(one)))
    gaps = statistic(pairs[0][drawn]) - statistic(pairs[1][drawn])
    low, high = np.percentile(gaps, (50 * (1 - CONFIDENCE), 50 * (1 + CONFIDENCE)))
    value = float(statistic(pairs[0]) - statistic(pairs[1]))
    return Estimate(value, float(low), float(high), len(one))


def share(values: Iterable[bool]) -> Estimate:
    """Return how many of some photos something is true of, with Wilson's score interval.

    Resampling would claim certainty where it is true of all, or of none.
    """
    known = [bool(value) for value in values]
    found = estimates.share(sum(known), len(known))
    if found.value is None or found.low is None or found.high is None:
        return _NOTHING
    return Estimate(found.value, found.low, found.high, found.count)


def bootstrap(values: Sequence[float], statistic: Statistic, seed: int = 0) -> tuple[float, float]:
    """Return the interval that a statistic lies in with 95%: of 10,000 resamples, by percentiles.

    Parameters
    ----------
    values
        One a photo: photos are what is drawn anew.
    statistic
        Of the last axis.
    seed
        Of the draws.
    """
    array = np.asarray(values, np.float64)
    drawn = np.random.default_rng(seed).integers(len(array), size=(RESAMPLES, len(array)))
    ends = (50 * (1 - CONFIDENCE), 50 * (1 + CONFIDENCE))
    low, high = np.percentile(statistic(array[drawn]), ends)
    return float(low), float(high)


def _estimate(values: Iterable[float | None], statistic: Statistic) -> Estimate:
    known = [float(value) for value in values if value is not None and value == value]
    if not known:
        return _NOTHING
    value = float(statistic(np.asarray(known)))
    low, high = bootstrap(known, statistic)
    return Estimate(value, low, high, len(known))
