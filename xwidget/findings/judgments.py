"""Verdicts on findings, and the places that several raters marked, each on their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from xwidget.findings.agreement import overlap
from xwidget.findings.finding import VERDICTS, Finding

Mask: TypeAlias = npt.NDArray[np.bool_]
Picture: TypeAlias = tuple[Any, ...]

SAME = 0.5
"""IoU from which regions of different raters are one place."""

SPLIT = "split"
"""The verdict of a place whose raters are evenly divided."""


@dataclass(frozen=True)
class Judgment:
    """One rater's word on one finding.

    Attributes
    ----------
    finding
        Id of the finding.
    rater
        Name of who judged it; "" for somebody without a name.
    verdict
        One of ``VERDICTS``, or "" for none.
    kind, reason
        As of a finding.
    """

    finding: str
    rater: str
    verdict: str
    kind: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if self.verdict not in ("", *VERDICTS):
            raise ValueError(
                f'verdict is {self.verdict!r}; expected one of {", ".join(VERDICTS)}, or ""'
            )


@dataclass(frozen=True)
class Place:
    """A place in an image that one or more raters marked.

    Attributes
    ----------
    findings
        At most one of each author.
    verdicts
        Rater to verdict: of the authors, and of those who reviewed their findings.
    """

    findings: tuple[Finding, ...]
    verdicts: Mapping[str, str]

    @property
    def verdict(self) -> str:
        """The verdict that most raters gave; "split" if there are two such, "" without any."""
        counted = Counter(filter(None, self.verdicts.values())).most_common(2)
        if not counted:
            return ""
        return SPLIT if len(counted) > 1 and counted[0][1] == counted[1][1] else counted[0][0]

    @property
    def drop(self) -> float | None:
        """Score that is lost without it, the mean over its findings; None if it is not tested."""
        drops = [each.effect.drop for each in self.findings if each.effect is not None]
        return sum(drops) / len(drops) if drops else None

    @property
    def share(self) -> float | None:
        """Share of the class's evidence that lies inside, in [0,1]; None if it is not known."""
        effects = [each.effect for each in self.findings if each.effect is not None]
        shares = [each.share for each in effects if each.share is not None]
        return sum(shares) / len(shares) if shares else None


def judged(findings: Iterable[Finding], judgments: Any = None) -> dict[str, tuple[Judgment, ...]]:
    """Return the judgments of each finding: that of its author first, then those of its reviews.

    Parameters
    ----------
    findings
        The findings that count; judgments of others are left out.
    judgments
        What a ``FindingStore``'s ``all_judgments`` returns, a dict by finding: all that was said of
        it, by its author, too. Or further judgments: reviews, or tuples (finding id, rater,
        verdict) with kind and reason, if there are any. Of two by one rater the last counts. None:
        the authors' own verdicts alone.

    Raises
    ------
    ValueError, TypeError
        If one of them is none.
    """
    by_finding: dict[str, dict[str, Judgment]] = {}
    whole = judgments if isinstance(judgments, Mapping) else {}
    for each in findings:
        own = Judgment(each.id, each.author, each.verdict, each.kind, each.reason)
        by_finding[each.id] = {} if each.id in whole else {each.author: own}
    for given in _listed(judgments):
        if given.finding in by_finding:
            by_finding[given.finding][given.rater] = given
    return {id: tuple(said.values()) for id, said in by_finding.items()}


def places(findings: Iterable[Finding], judgments: Mapping[str, Iterable[Judgment]]) -> list[Place]:
    """Return the places that findings mark.

    Findings of different authors are one place if they are of one image, one class, one model with
    the same weights and one size of its input, and their regions have an IoU of 0.5 or more; those
    that fit best are joined first.
    """
    pictures: dict[Picture, list[Finding]] = {}
    for each in findings:
        pictures.setdefault(picture_of(each), []).append(each)
    return [_place(group, judgments) for members in pictures.values() for group in _joined(members)]


def marked(findings: Iterable[Finding]) -> dict[str, dict[str, Mask]]:
    """Return all pixels that each author marked on each picture: (H,W) bool."""
    found: dict[str, dict[str, Mask]] = {}
    for each in findings:
        masks = found.setdefault(repr(picture_of(each)), {})
        mask = each.region.mask(each.frame)
        masks[each.author] = masks[each.author] | mask if each.author in masks else mask
    return found


def photo_of(finding: Finding) -> str:
    """Return a key of the photo of a finding: its digest, or at least its name."""
    return finding.seen.digest or finding.seen.image


def picture_of(finding: Finding) -> Picture:
    """Return a key of findings that can mark one place: photo, model, weights, class, frame."""
    seen = finding.seen
    return photo_of(finding), seen.model, seen.weights, seen.class_name, seen.target, finding.frame


def _listed(judgments: Any) -> list[Judgment]:
    if judgments is None:
        return []
    if isinstance(judgments, Mapping):
        judgments = [each for those in judgments.values() for each in those]
    return [_judgment(each) for each in judgments]


def _judgment(given: Any) -> Judgment:
    if isinstance(given, Judgment):
        return given
    if hasattr(given, "finding") and hasattr(given, "author"):  # a review of a store
        return Judgment(given.finding, given.author, given.verdict, given.kind, given.reason)
    a_tuple = isinstance(given, (tuple, list)) and 3 <= len(given) <= 5
    if a_tuple and all(isinstance(each, str) for each in given):
        return Judgment(*given)
    raise TypeError(
        f"a judgment is a review or a tuple (finding id, rater, verdict), got {given!r:.80}"
    )


def _joined(findings: list[Finding]) -> list[list[Finding]]:
    """Return the findings of one image in groups of one place each."""
    groups = [[each] for each in findings]
    if len({each.author for each in findings}) < 2:
        return groups
    masks = [each.region.mask(each.frame) for each in findings]
    of = {i: [i] for i in range(len(findings))}  # each finding to the list that it is in
    for _, i, j in sorted(_alike(findings, masks)):
        both = of[i] + of[j]
        authors = {findings[k].author for k in both}
        if of[i] is not of[j] and len(authors) == len(both):
            for k in both:
                of[k] = both
    distinct = {id(group): sorted(group) for group in of.values()}
    return [[findings[k] for k in group] for group in sorted(distinct.values())]


def _alike(findings: list[Finding], masks: list[Mask]) -> list[tuple[float, int, int]]:
    """Return pairs of different authors that overlap enough: −IoU and both places."""
    ends = [_ends(mask) for mask in masks]
    found = []
    for i, mask in enumerate(masks):
        for j in range(i):
            (a, b), (c, d) = ends[i], ends[j]
            if findings[i].author == findings[j].author or (a >= d).any() or (c >= b).any():
                continue
            common = overlap(mask, masks[j])
            if common >= SAME:
                found.append((-common, j, i))
    return found


def _ends(mask: Mask) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    at = np.argwhere(mask)
    return at.min(0), at.max(0) + 1


def _place(group: list[Finding], judgments: Mapping[str, Iterable[Judgment]]) -> Place:
    """Return the place; an author's own verdict counts before what they say of another's."""
    verdicts: dict[str, str] = {}
    authors = {each.author: each.id for each in group}
    for each in group:
        for said in filter(lambda said: said.verdict, judgments.get(each.id, ())):
            if authors.get(said.rater, each.id) == each.id or said.rater not in verdicts:
                verdicts[said.rater] = said.verdict
    return Place(tuple(group), verdicts)
