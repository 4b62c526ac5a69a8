"""The figures of photos that several raters annotated: python -m benchmarks.annotation_study FOLDER
[--file-is-rater] [--judged-by NAME FILE] [--write docs/reports/annotation_study.md].

The folder holds what the raters made: finding stores (.sqlite) and files of findings (.json), as
the panel saves them. Each may hold one rater's findings, or all of them, with reviews.

For a second rater to judge the regions of the first without seeing a verdict, --blind SOURCE TARGET
writes the findings of a store to a file without what was said of them. The rater loads that file
in the panel and judges them in a store elsewhere; --judged-by adds those verdicts.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from xwidget.findings import agreement
from xwidget.findings.estimates import Estimate
from xwidget.findings.finding import Finding, read
from xwidget.findings.judgments import Judgment, Place, judged, places
from xwidget.findings.rollup import Rollup, rollup
from xwidget.findings.times import parsed
from xwidget.findings.totals import in_percent
from xwidget.studies.tables import table

BREAK = 300.0
"""Seconds after which a rater is taken to have done something else meanwhile."""

LARGE = 0.1
"""Loss of score that counts as large."""

_FORMAT = "xwidget findings"
_SHOWN = 2  # places from which on a label has a line of its own
_FIGURES = re.compile(r"(<!-- figures -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True)
class Study:
    """The work of some raters.

    Attributes
    ----------
    findings
        The newest version of each.
    judgments
        What reviews say of them; the findings hold their authors' own verdicts.
    """

    findings: tuple[Finding, ...]
    judgments: tuple[Judgment, ...]

    @property
    def rolled(self) -> Rollup:
        """The findings by label."""
        return rollup(self.findings, self.judgments, by=("label",))

    @property
    def places(self) -> list[Place]:
        """The places that were marked."""
        return places(self.findings, judged(self.findings, self.judgments))


def collect(folder: Path, file_is_rater: bool = False) -> Study:
    """Return the findings and judgments of the files of a folder.

    Parameters
    ----------
    folder
        Of .sqlite and .json files.
    file_is_rater
        Whether a file's name takes the place of the authors' names in it, where those are the same
        for all, such as a computer's login name.

    Raises
    ------
    ValueError
        If it holds no such file, or one that cannot be read.
    """
    files = sorted(path for path in folder.iterdir() if path.suffix in (".json", ".sqlite"))
    if not files:
        raise ValueError(f"{folder} holds no .json and no .sqlite file")
    newest: dict[str, Finding] = {}
    judgments: list[Judgment] = []
    for path in files:
        findings, said = _content(path)
        if file_is_rater:
            findings = [replace(each, author=path.stem) for each in findings]
            said = [replace(each, rater=path.stem) for each in said]
        for each in findings:
            if each.id not in newest or newest[each.id].version <= each.version:
                newest[each.id] = each
        judgments += said
    return Study(tuple(each for each in newest.values() if not each.deleted), tuple(judgments))


def blinded(findings: Iterable[Finding]) -> str:
    """Return findings as a file that the panel loads, without what was said or measured of them."""
    bare = [
        replace(
            each, verdict="", kind="", label="", reason="", confidence=None, effect=None, version=1
        ).describe()
        for each in findings
    ]
    return json.dumps({"format": _FORMAT, "version": 1, "findings": bare, "reviews": []})


def with_verdicts_of(study: Study, rater: str, path: Path) -> Study:
    """Return a study with the verdicts that a file has on its findings, as another rater's.

    They are in the findings themselves, or are reviews: so the panel keeps verdicts on findings of
    others.
    """
    findings, reviews = _content(path)
    said = [
        Judgment(each.id, rater, each.verdict, each.kind, each.reason)
        for each in findings
        if each.verdict
    ]
    reviewed = [replace(each, rater=rater) for each in reviews if each.verdict]
    return replace(study, judgments=(*study.judgments, *said, *reviewed))


def seconds(times: Iterable[str]) -> float | None:
    """Return the median time between one act and the next, breaks left out; None for fewer than 2
    acts.
    """
    moments = sorted(parsed(time).timestamp() for time in times)
    gaps = [later - earlier for earlier, later in pairwise(moments) if later - earlier <= BREAK]
    return median(gaps) if gaps else None


def report(study: Study) -> str:
    """Return the tables of a study as Markdown."""
    rolled = study.rolled
    total = rolled.total
    found = study.places
    authors = sorted({each.author for each in study.findings})
    both = sum(len(place.findings) > 1 for place in found)
    kinds = {str(i): _kinds(place, study.judgments) for i, place in enumerate(found)}
    lines: list[tuple[str, object]] = [
        ("photos", total.photos),
        ("findings", total.findings),
        ("places", total.places),
        ("places that two or more marked", f"{both} of {total.places}"),
        ("places that two or more judged", total.alpha.count),
        ("Krippendorff's α of core, spurious, unsure", _or_why(total.alpha)),
        ("Cohen's κ of the same", _or_why(total.kappa)),
        ("Krippendorff's α of the kind", _or_why(agreement.alpha(kinds))),
        ("mean IoU of all that two marked on a photo", _or_why(total.iou)),
        ("judged spurious", in_percent(total.spurious)),
        ("median drop of the score without the place", f"{total.effect} ({total.tested})"),
        *_drops(study),
        ("findings whose effect was measured", f"{_measured(study)} of {total.findings}"),
    ]
    parts = [table(("figure", "value"), lines)]
    if rolled.rows:
        head = ("label", "photos", "places", "judged spurious", "median drop without it")
        rows = [
            (
                row.group["label"] or "–",
                row.photos,
                row.places,
                in_percent(row.spurious),
                f"{row.effect} ({row.tested})",
            )
            for row in rolled.rows
            if row.places >= _SHOWN
        ]
        if rows:
            parts.append(table(head, rows))
        left = len(rolled.rows) - len(rows)
        if left:
            parts.append(f"{left} further labels were given to fewer than {_SHOWN} places.")
    own = [[each for each in study.findings if each.author == author] for author in authors]
    parts.append(
        table(
            ("rater", "findings", "photos", "core", "spurious", "unsure", "seconds a finding"),
            [_rater(author, each) for author, each in zip(authors, own, strict=True)],
        )
    )
    return "\n\n".join(parts)


def fill(page: str, figures: str) -> str:
    """Return a page with figures where it has them between its marks.

    Raises
    ------
    ValueError
        If it has no marks.
    """
    text, count = _FIGURES.subn(lambda found: f"{found[1]}\n{figures}\n\n{found[2]}", page)
    if count != 1:
        raise ValueError("the page has no <!-- figures --> and <!-- end --> around its figures")
    return text


def _drops(study: Study) -> list[tuple[str, str]]:
    """Return the lines on the effects of findings that everybody judged alike."""
    said: dict[str, set[str]] = {each.id: {each.verdict} for each in study.findings}
    for each in study.judgments:
        said.get(each.finding, set()).add(each.verdict)
    lines = []
    for verdict in ("core", "spurious"):
        drops = [
            each.effect.drop
            for each in study.findings
            if each.effect is not None and said[each.id] == {verdict}
        ]
        if drops:
            large = sum(drop > LARGE for drop in drops)
            value = f"{median(drops):.2f}; over {LARGE} for {large} of {len(drops)}"
            lines.append((f"median drop without findings that all called {verdict}", value))
    return lines


def _rater(author: str, findings: Sequence[Finding]) -> tuple[object, ...]:
    verdicts = [each.verdict for each in findings]
    time = seconds(each.created for each in findings)
    return (
        author or "without a name",
        len(findings),
        len({each.seen.digest or each.seen.image for each in findings}),
        *(verdicts.count(name) for name in ("core", "spurious", "unsure")),
        None if time is None else f"{time:.0f}",
    )


def _kinds(place: Place, judgments: Iterable[Judgment]) -> Mapping[str, str]:
    ids = {each.id for each in place.findings}
    reviewed = {each.rater: each.kind for each in judgments if each.finding in ids and each.kind}
    return {**reviewed, **{each.author: each.kind for each in place.findings}}


def _measured(study: Study) -> int:
    return sum(each.effect is not None for each in study.findings)


def _or_why(estimate: Estimate) -> str:
    if estimate.value is None:
        return f"none: {estimate.why}"
    why = f"; no interval: {estimate.why}" if estimate.low is None else ""
    return f"{estimate} ({estimate.count}{why})"


def _content(path: Path) -> tuple[list[Finding], list[Judgment]]:
    return _stored(path) if path.suffix == ".sqlite" else _saved(path)


def _saved(path: Path) -> tuple[list[Finding], list[Judgment]]:
    try:
        content = json.loads(path.read_text("utf-8"))
        if content.get("format") != _FORMAT:
            raise ValueError(f'its "format" is not "{_FORMAT}"')
        findings = [read(each) for each in content["findings"]]
        reviews = [_review(each) for each in content.get("reviews", ())]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name} holds no findings that can be read: {error}") from error
    return findings, reviews


def _review(said: Mapping[str, Any]) -> Judgment:
    more = {name: said.get(name, "") for name in ("kind", "reason")}
    return Judgment(said["finding"], said["author"], said["verdict"], **more)


def _stored(path: Path) -> tuple[list[Finding], list[Judgment]]:
    from xwidget.findings.store.store import FindingStore

    with FindingStore(path) as store:
        return list(store.list()), [
            Judgment(each.finding, each.author, each.verdict, each.kind, each.reason)
            for each in store.reviews()
        ]


def main() -> None:
    """Print the tables of a folder, or write them into a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path())
    parser.add_argument("--file-is-rater", action="store_true")
    parser.add_argument("--write", type=Path, help="a page whose figures to replace")
    parser.add_argument("--judged-by", nargs=2, action="append", default=[])
    parser.add_argument("--blind", nargs=2, type=Path, metavar=("SOURCE", "TARGET"))
    given = parser.parse_args()
    if given.blind:
        source, target = given.blind
        target.write_text(blinded(_content(source)[0]), "utf-8")
        return
    study = collect(given.folder, given.file_is_rater)
    for rater, path in given.judged_by:
        study = with_verdicts_of(study, rater, Path(path))
    figures = report(study)
    sys.stdout.write(figures + "\n")
    if given.write:
        given.write.write_text(fill(given.write.read_text("utf-8"), figures), "utf-8")


if __name__ == "__main__":
    main()
