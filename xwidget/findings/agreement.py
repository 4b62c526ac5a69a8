"""Agreement of raters: Krippendorff's α, Cohen's κ, and the overlap of what they marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from xwidget.findings.estimates import CONFIDENCE, Estimate

Ratings: TypeAlias = Mapping[str, Mapping[str, str]]
"""Item to rater to what the rater said of it; who said nothing is left out, or said ""."""

Masks: TypeAlias = Mapping[str, Mapping[str, npt.NDArray[np.bool_]]]
"""Item, such as a photo, to rater to the pixels that the rater marked, (H,W) bool."""

_Floats: TypeAlias = npt.NDArray[np.float64]

RESAMPLES = 2_000
_USABLE = 0.9  # of the resamples, for an interval


def alpha(ratings: Ratings) -> Estimate:
    """Return Krippendorff's α for nominal values, by any number of raters.

    1 is perfect agreement, 0 what chance would give, and below 0 the raters contradict each other.
    Items need not be judged by all; those judged by fewer than two do not count.

    Parameters
    ----------
    ratings
        Item to rater to value.

    Returns
    -------
    Estimate
        The count is that of items judged by two raters or more. The interval is that of 2,000
        bootstrap resamples of them, by percentiles; those in which all agree on one value have no
        α, and there is no interval if they are more than a tenth.

    References
    ----------
    Krippendorff, *Computing Krippendorff's Alpha-Reliability*, 2011, equation of section C.

    Examples
    --------
    >>> alpha({"1": {"a": "core", "b": "core"}, "2": {"a": "spurious", "b": "core"}}).value
    0.0
    """
    items = _pairable(ratings)
    values = sorted({value for said in items for value in said.values()})
    if problem := _unusable(items, values):
        return problem
    # n_uc: how many raters gave item u the value c; m_u: how many judged it.
    n_uc = np.array([[list(said.values()).count(c) for c in values] for said in items], np.float64)
    m_u = n_uc.sum(1)
    differing = (m_u**2 - (n_uc**2).sum(1)) / (m_u - 1)

    def of(weights: _Floats) -> _Floats:
        n_c = weights @ n_uc
        n = n_c.sum(-1)
        expected = (n**2 - (n_c**2).sum(-1)) / (n - 1)
        return _one_less(weights @ differing, expected)

    return _estimate(of, len(items))


def kappa(ratings: Ratings) -> Estimate:
    """Return Cohen's κ of two raters.

    As α it is 1 for perfect agreement and 0 for what chance would give, but chance is taken from
    each rater's own habits.

    Parameters
    ----------
    ratings
        Item to rater to value; by two raters in all.

    Returns
    -------
    Estimate
        The count is that of items judged by both.

    References
    ----------
    Cohen, *A Coefficient of Agreement for Nominal Scales*, 1960.
    """
    items = _pairable(ratings)
    raters = sorted({rater for said in ratings.values() for rater, value in said.items() if value})
    if len(raters) > 2:
        return Estimate(None, why=f"κ is for two raters, and here are {len(raters)}")
    values = sorted({value for said in items for value in said.values()})
    if problem := _unusable(items, values):
        return problem
    first, second = (
        np.array([[said[rater] == c for c in values] for said in items], np.float64)
        for rater in raters
    )
    same = (first * second).sum(1)

    def of(weights: _Floats) -> _Floats:
        n = weights.sum(-1)
        by_chance = ((weights @ first) * (weights @ second)).sum(-1) / n
        return _one_less(n - weights @ same, n - by_chance)

    return _estimate(of, len(items))


def iou(masks: Masks) -> Estimate:
    """Return the mean IoU of what raters marked: of each pair on an item, then over the items.

    Parameters
    ----------
    masks
        Item to rater to the pixels that the rater marked, of one shape for each item.

    Returns
    -------
    Estimate
        The count is that of items that two raters or more marked. The interval is that of 2,000
        bootstrap resamples of them.
    """
    shared = [list(marked.values()) for marked in masks.values() if len(marked) > 1]
    if not shared:
        return Estimate(None, why="no photo was marked by two raters")
    means = np.array(
        [np.mean([overlap(a, b) for a, b in combinations(each, 2)]) for each in shared]
    )

    def of(weights: _Floats) -> _Floats:
        total: _Floats = weights @ means / weights.sum(-1)
        return total

    return _estimate(of, len(means))


def overlap(a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_]) -> float:
    """Return the IoU of two masks, in [0,1]; 0 for two empty ones."""
    either = np.count_nonzero(a | b)
    return np.count_nonzero(a & b) / either if either else 0.0


def _pairable(ratings: Ratings) -> list[dict[str, str]]:
    """Return the values of each item that two raters or more judged, by rater."""
    said = [{rater: v for rater, v in each.items() if v} for each in ratings.values()]
    return [each for each in said if len(each) > 1]


def _unusable(items: list[dict[str, str]], values: list[str]) -> Estimate | None:
    """Return an estimate that says why there is no figure; None if there is one."""
    if len(items) < 2:
        why = "fewer than two places were judged by two raters"
        return Estimate(None, count=len(items), why=why)
    if len(values) < 2:
        return Estimate(
            None,
            count=len(items),
            why=f"every judgment is “{values[0]}”: without variation, agreement cannot be told "
            "from chance",
        )
    return None


def _one_less(observed: _Floats, expected: _Floats) -> _Floats:
    """Return 1 − observed / expected disagreement; NaN where none is expected."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > 0, 1 - observed / expected, np.nan)


def _estimate(of: Callable[[_Floats], _Floats], count: int, seed: int = 0) -> Estimate:
    """Return a figure of weighted items, with the interval of resamples of them."""
    value = float(of(np.ones(count)))
    if np.isnan(value):
        return Estimate(None, count=count, why="without variation, agreement cannot be told")
    if count < 2:
        return Estimate(value, count=count, why="an interval needs two items or more")
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), RESAMPLES)
    found = of(drawn.astype(np.float64))
    usable = found[~np.isnan(found)]
    if len(usable) < _USABLE * RESAMPLES:
        return Estimate(value, count=count, why="too few items differ")
    low, high = np.percentile(usable, (50 * (1 - CONFIDENCE), 50 * (1 + CONFIDENCE)))
    return Estimate(value, float(low), float(high), count)
