"""Figures as a person reads them; the page writes them alike (js/src/support/figures.ts)."""

from __future__ import annotations

import math


def figure(score: float | None) -> str:
    """Return a score in [0, 1] as a sentence names it: two digits, rounded half up; "–" for none.

    Examples
    --------
    >>> figure(0.8594), figure(0.125), figure(0.9046), figure(None)
    ('0.86', '0.13', '0.90', '–')
    """
    if score is None or math.isnan(score):
        return "–"
    return f"{math.floor(100 * score + 0.5) / 100:.2f}"


def percent(share: float) -> str:
    """Return a share in [0, 1] as a percentage, everywhere to the same digit.

    Examples
    --------
    >>> percent(0.4381), percent(0.0004), percent(0)
    ('43.8%', '<0.1%', '0.0%')
    """
    if math.isnan(share):
        return "–"
    return "<0.1%" if 0 < share < 0.001 else f"{math.floor(1000 * share + 0.5) / 10:.1f}%"


def rounded(value: float, digits: int) -> str:
    """Return a number with so many digits after the point, rounded half up as ``figure``.

    Examples
    --------
    >>> rounded(0.125, 2), rounded(-0.001, 2), rounded(1.0, 1)
    ('0.13', '0.00', '1.0')
    """
    if not math.isfinite(value):
        return "–"
    return f"{math.floor(10**digits * value + 0.5) / 10**digits:.{digits}f}"


def whole_percent(share: float) -> str:
    """Return a share in [0, 1] as a percentage without digits after the point.

    Examples
    --------
    >>> whole_percent(0.925), whole_percent(0.004)
    ('93%', '0%')
    """
    return "–" if math.isnan(share) else f"{rounded(100 * share, 0)}%"
