"""Findings in sentences, to be pasted into a model card."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xwidget.findings.estimates import Estimate, figure
from xwidget.findings.finding import VERDICTS
from xwidget.findings.totals import Row, counted, percent
from xwidget.support import texts

_FEW = 10  # places with a verdict, below which a share is not to be read as a rate
_MOST_NAMES = 6
_HASH = 12

_MARKUP = re.compile(r"([\\`*\[\]<>|~$]|(?<!\w)_|_(?!\w))")

_HOW = (
    "The photos and places were chosen by those who marked them: a share says how these places "
    "were judged, not how often they occur. Raters have the names that they gave themselves. "
    "{0}Spurious{0} means that the network should not rely on the place, {0}core{0} that it "
    "should. The effect is the score of the class on the whole image, minus its mean score with "
    "the region replaced by drawn backgrounds. Intervals are 95%: Wilson's for shares, order "
    "statistics for medians, bootstrap for agreement. They treat places as independent and are too "
    "narrow where several lie on one photo."
)
HOW = _HOW.format("")
"""A note on how the figures were made, and what they do not say."""


_WORDS = {
    "spurious": "spurious",
    "core": "core",
    "unsure": "unsure",
    "": "without a verdict",
}


def section(rows: Sequence[Row], total: Row) -> str:
    """Return a section on all findings: a paragraph on each row, then how it was done."""
    if not rows:
        return "## Findings\n\nNo findings have been recorded."
    paragraphs = [paragraph(row) for row in rows]
    if len(rows) > 1:
        about = [f"{counted(total.places, 'place')} on {counted(total.photos, 'photo')} in all"]
        paragraphs.append(f"Over all findings: {about[0]}. " + " ".join(_agreed(total)))
    return "\n\n".join(["## Findings", *paragraphs, _HOW.format("*"), _when(total)])


def paragraph(row: Row) -> str:
    """Return a paragraph on the findings of a row, with n and intervals, and what is not known."""
    return f"**{_heading(row)}** {sentences(row)}"


def sentences(row: Row) -> str:
    """Return the paragraph without its heading."""
    return " ".join([*_places(row), *_judged(row), *_effect(row), *_agreed(row)])


def _heading(row: Row) -> str:
    label = row.group.get("label")
    parts = ["All findings" if label is None else f"“{plain(label)}”" if label else "No label"]
    if name := row.group.get("class_name", _only(row.classes)):
        parts.append(f"class “{plain(name)}”")
    if name := row.group.get("model", _only(row.models)):
        parts.append(plain(name))
    others = {"label", "class_name", "model"}
    parts += [plain(value) for name, value in row.group.items() if name not in others and value]
    return f"{', '.join(parts)}."


def _places(row: Row) -> list[str]:
    said = f"Marked in {counted(row.places, 'place')} on {counted(row.photos, 'photo')}."
    if len(row.weights) > 1:
        return [said, f"The name stands for {len(row.weights)} different sets of weights here."]
    return [said]


def _judged(row: Row) -> list[str]:
    if not row.judged and not row.split:
        return ["Nobody has judged it yet."]
    spurious = row.verdicts.get("spurious", 0)
    said = []
    if row.judged == 1:
        (verdict,) = (name for name, count in row.verdicts.items() if name in VERDICTS and count)
        said = [f"{'One' if row.split else 'Its'} verdict: {_WORDS[verdict]}."]
    elif row.judged:
        assert row.spurious.value is not None
        interval = _of(row.spurious, percent(row.spurious.value))
        said = [f"Judged spurious: {spurious} of {row.judged}{interval}."]
    rest = [
        f"{row.verdicts[name]} {words}"
        for name, words in _WORDS.items()
        if row.verdicts.get(name) and name != "spurious" and (row.judged > 1 or not name)
    ]
    if rest:
        said.append(f"The others: {', '.join(rest)}.")
    if row.split:
        counts = "it counts" if row.split == 1 else "they count"
        on = counted(row.split, "place")
        said.append(
            f"On {on} the raters are evenly split: {counts} neither as spurious nor as core."
        )
    if row.judged < _FEW:
        said.append("These are too few for a rate: read them as cases.")
    return said


def _effect(row: Row) -> list[str]:
    effect = row.effect
    if effect.value is None:
        return ["Its effect on the score has not been tested."]
    rises = effect.value < 0
    ends = ""
    if effect.low is not None and effect.high is not None:
        low, high = (-effect.high, -effect.low) if rises else (effect.low, effect.high)
        ends = f"95% interval {figure(low)} to {figure(high)}; "
    said = [
        "With the region replaced by drawn backgrounds, the score of the class "
        f"{'rises' if rises else 'falls'} by {figure(abs(effect.value))} in the median "
        f"({ends}{row.tested} of {counted(row.places, 'place')} tested)."
    ]
    if row.share.value is not None:
        inside = percent(row.share.value)
        said.append(f"In the median, {inside} of the class's evidence lies inside{_of(row.share)}.")
    return said


def _agreed(row: Row) -> list[str]:
    if not row.raters:
        return []
    if len(row.raters) == 1:
        return [f"Judged by {_names(row.raters)} alone, so agreement is not known."]
    said = f"Judged by {len(row.raters)} raters ({_names(row.raters)})"
    alpha = row.alpha
    if alpha.value is None:
        return [f"{said}; Krippendorff's α is undefined, as {alpha.why}."]
    both = counted(alpha.count, "place")
    words = [
        f"Krippendorff's α {figure(alpha.value)}{_ends(alpha)} on {both} that two or more judged"
    ]
    if row.kappa.value is not None:
        words.append(f"Cohen's κ {figure(row.kappa.value)}{_ends(row.kappa)}")
    found = [f"{said}: {', '.join(words)}."]
    if row.iou.value is not None:
        several = len(row.classes) > 1 or len(row.models) > 1
        noun = "pair" if several else "photo"
        photos = counted(row.iou.count, noun) + " of photo and class" * several
        alone = f"; one rater alone marked {row.alone}" if row.alone else ""
        ends = _ends(row.iou).strip(" ()")
        counts = f"{ends}; {photos}{alone}" if ends else f"{photos}{alone}"
        found.append(
            "Where two raters marked a photo, what they marked has a mean IoU of "
            f"{figure(row.iou.value)} ({counts})."
        )
    return found


def _when(total: Row) -> str:
    said = [f"Weights (SHA-256): {', '.join(each[:_HASH] for each in total.weights)}."]
    if not total.weights:
        said = ["The weights are not known."]
    if total.dates:
        first, last = total.dates
        said.append(f"Findings of {first}." if first == last else f"Findings of {first} to {last}.")
    if total.versions:
        said.append(f"xwidget {', '.join(map(plain, total.versions))}.")
    return " ".join(said)


def _of(share: Estimate, before: str = "") -> str:
    """Return the interval of a share in brackets, after something else if there is any."""
    parts = [before] if before else []
    if share.low is not None and share.high is not None:
        parts.append(f"95% interval {percent(share.low)} to {percent(share.high)}")
    return f" ({', '.join(parts)})" if parts else ""


def _ends(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return f" (no interval: {estimate.why})" if estimate.why else ""
    return f" (95% interval {figure(estimate.low)} to {figure(estimate.high)})"


def _names(raters: Sequence[str]) -> str:
    names = [plain(each) or "somebody without a name" for each in raters[:_MOST_NAMES]]
    more = len(raters) - len(names)
    if more:
        names.append(f"{more} more")
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _only(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else ""


def plain(text: str) -> str:
    r"""Return a text that Markdown shows as it is.

    Examples
    --------
    >>> plain("<b>logo</b> *new*"), plain("water_tower")
    ('\\<b\\>logo\\</b\\> \\*new\\*', 'water_tower')
    """
    return _MARKUP.sub(r"\\\1", texts.shown(text, texts.NAME))


def unmarked(text: str) -> str:
    r"""Return Markdown without emphasis as plain text.

    Examples
    --------
    >>> unmarked(plain("<b> *new*"))
    '<b> *new*'
    """
    return re.sub(r"\\(.)", r"\1", text)
