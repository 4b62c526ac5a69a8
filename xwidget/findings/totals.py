"""One row of a roll-up: the figures of findings that belong together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xwidget.findings.estimates import Estimate
from xwidget.findings.judgments import SPLIT

COLUMNS = (
    "photos",
    "places",
    "spurious",
    "split",
    "median effect",
    "evidence inside",
    "raters",
    "α",
    "κ",
    "IoU",
)
"""Heads of the cells of a row."""


@dataclass(frozen=True)
class Row:
    """The figures of findings that belong together.

    Attributes
    ----------
    group
        Name to value of what they have in common; empty for all findings.
    photos
        Number of distinct photos, by digest; those without a digest, by name.
    findings, places
        Number of findings, and of the places that they mark, see ``rollup``.
    raters
        Names of those who judged: authors and reviewers.
    verdicts
        Number of places by verdict: core, spurious, unsure, split (the raters are evenly divided)
        and "" (nobody judged it).
    spurious
        Share of the places with a verdict whose verdict is spurious, with Wilson's interval; a
        place on which the raters are split has none.
    effect
        Median of the score that is lost without a place, over those tested; its interval lies
        between two of the values.
    share
        Median share of the class's evidence inside a place, over those where it is known.
    alpha, kappa
        Agreement on core, spurious and unsure: Krippendorff's α, Cohen's κ (two raters).
    iou
        Mean IoU of all that two raters marked on a photo, over the photos that both marked.
    alone
        Number of photos that one author alone marked.
    models, weights, classes, versions
        Models, SHA-256 of their weights, classes and versions of xwidget that occur.
    dates
        Days of the first and the last change; None without findings.
    """

    group: Mapping[str, str]
    photos: int
    findings: int
    places: int
    raters: tuple[str, ...]
    verdicts: Mapping[str, int]
    spurious: Estimate
    effect: Estimate
    share: Estimate
    alpha: Estimate
    kappa: Estimate
    iou: Estimate
    alone: int
    models: tuple[str, ...]
    weights: tuple[str, ...]
    classes: tuple[str, ...]
    versions: tuple[str, ...]
    dates: tuple[str, str] | None

    @property
    def judged(self) -> int:
        """Number of places with a verdict; a place on which the raters are split has none."""
        return self.spurious.count

    @property
    def split(self) -> int:
        """Number of places on which the raters are evenly divided."""
        return self.verdicts.get(SPLIT, 0)

    @property
    def tested(self) -> int:
        """Number of places whose effect was measured."""
        return self.effect.count

    def cells(self) -> list[str]:
        """Return the cells of its line in a table, see ``COLUMNS``."""
        return [
            str(self.photos),
            str(self.places),
            in_percent(self.spurious),
            str(self.split),
            f"{self.effect} ({self.tested})" if self.tested else "not tested",
            in_percent(self.share),
            str(len(self.raters)),
            str(self.alpha),
            str(self.kappa),
            str(self.iou),
        ]

    def reasons(self) -> list[str]:
        """Return why a cell has no figure or no interval; "" where there is nothing to say."""
        agreements = [each.why for each in (self.alpha, self.kappa, self.iou)]
        return ["", "", self.spurious.why, "", self.effect.why, self.share.why, "", *agreements]

    def values(self) -> dict[str, Any]:
        """Return its figures under the names of a data frame's columns; NaN for none."""
        counts = {
            "photos": self.photos,
            "findings": self.findings,
            "places": self.places,
            "raters": len(self.raters),
            **{name: self.verdicts.get(name, 0) for name in ("core", "spurious", "unsure", SPLIT)},
            "no_verdict": self.verdicts.get("", 0),
            "tested": self.tested,
        }
        figures = {
            "spurious_share": self.spurious,
            "effect": self.effect,
            "evidence_share": self.share,
            "alpha": self.alpha,
            "kappa": self.kappa,
            "iou": self.iou,
        }
        ends = {
            f"{name}{end}": math.nan if value is None else value
            for name, each in figures.items()
            for end, value in (("", each.value), ("_low", each.low), ("_high", each.high))
        }
        items = {"alpha_items": self.alpha.count, "iou_photos": self.iou.count}
        return {**self.group, **counts, **ends, **items}


def in_percent(share: Estimate) -> str:
    """Return a share with its interval and count, such as ``92% [65%, 99%] (12)``; "–" for none."""
    if share.value is None:
        return "–"
    ends = ""
    if share.low is not None and share.high is not None:
        ends = f" [{percent(share.low)}, {percent(share.high)}]"
    return f"{percent(share.value)}{ends} ({share.count})"


def percent(share: float) -> str:
    """Return a share in [0,1] as a whole percentage, "<1%" for a little.

    Examples
    --------
    >>> percent(0.915), percent(0.002), percent(0)
    ('92%', '<1%', '0%')
    """
    return "<1%" if 0 < share < 0.005 else f"{math.floor(100 * share + 0.5)}%"


def counted(count: int, noun: str) -> str:
    """Return a count and its noun, such as ``1 photo``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
