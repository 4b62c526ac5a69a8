"""The annotation study: what is read from the raters' files, and the tables made of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import annotation_study
from tests.findings.marks import finding
from xwidget.findings.finding import Finding
from xwidget.findings.region import Box
from xwidget.findings.store.store import FindingStore

ROOT = Path(__file__).parents[2]


def saved(path: Path, findings: list[Finding], reviews: tuple[dict[str, str], ...] = ()) -> None:
    described = [each.describe() for each in findings]
    content = {"format": "xwidget findings", "version": 1, "findings": described}
    path.write_text(json.dumps({**content, "reviews": reviews}), "utf-8")


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def marks(author: str, moved: float = 0.0) -> list[Finding]:
    """Return a rater's findings on six photos, 20 s apart."""
    return [
        finding(
            i,
            "core" if i == 0 and author == "bob" else ("spurious", "core")[i % 2],
            author,
            Box(4 + moved, 4, 8, 8),
            drop=0.1 * i,
            kind="text",
            created=f"2026-01-31T12:{i // 3:02}:{20 * (i % 3):02}Z",
        )
        for i in range(6)
    ]


def test_two_raters_files_become_one_study(tmp_path: Path) -> None:
    saved(tmp_path / "one.json", marks("ada"))
    saved(tmp_path / "two.json", marks("bob", 1.0))
    study = annotation_study.collect(tmp_path)
    text = annotation_study.report(study)
    lines = dict(cells(line)[:2] for line in text.splitlines() if line.startswith("|"))
    assert lines["photos"] == "6"
    assert lines["places that two or more marked"] == "6 of 6"
    assert lines["Krippendorff's α of core, spurious, unsure"].startswith("0.69 ")
    assert lines["Cohen's κ of the same"].startswith("0.67 ")
    assert lines["Krippendorff's α of the kind"].startswith("none: every judgment is “text”")
    assert lines["mean IoU of all that two marked on a photo"] == "0.78 [0.78, 0.78] (6)"
    assert lines["findings whose effect was measured"] == "12 of 12"
    ada, bob = [line for line in text.splitlines() if line.startswith(("| ada", "| bob"))]
    assert cells(ada) == ["ada", "6", "6", "3", "3", "0", "20"]
    assert cells(bob) == ["bob", "6", "6", "4", "2", "0", "20"]


def test_a_files_name_can_stand_for_a_login_name(tmp_path: Path) -> None:
    saved(tmp_path / "first.json", marks("root"))
    saved(tmp_path / "second.json", marks("root"))
    assert annotation_study.collect(tmp_path).rolled.total.raters == ("root",)
    told_apart = annotation_study.collect(tmp_path, file_is_rater=True)
    assert told_apart.rolled.total.raters == ("first", "second")
    assert told_apart.rolled.total.alpha.value == 1


def test_the_newest_version_of_a_finding_counts_and_reviews_do(tmp_path: Path) -> None:
    mark = finding(0, "core")
    review = {"finding": mark.id, "author": "bob", "verdict": "unsure"}
    saved(tmp_path / "a.json", [mark.edited(verdict="spurious", version=2), finding(1)], (review,))
    saved(tmp_path / "b.json", [mark, finding(2).edited(deleted=True)])
    study = annotation_study.collect(tmp_path)
    assert [each.verdict for each in study.findings] == ["spurious", "spurious"]
    assert study.rolled.total.alpha.count == 1


def test_a_rater_judges_regions_without_what_was_said_of_them(tmp_path: Path) -> None:
    (tmp_path / "stores").mkdir()
    first = tmp_path / "stores" / "first.json"
    saved(first, [finding(0, reason="It is the box.", drop=0.2, confidence=0.9), finding(1)])
    study = annotation_study.collect(first.parent)
    text = annotation_study.blinded(study.findings)
    for word in ("spurious", "watermark", "box.", ": 0.9", 'effect": {'):
        assert word not in text.replace('"type": "box"', "")
    seen_by_second = json.loads(text)["findings"]
    for each, verdict in zip(seen_by_second, ("core", "spurious"), strict=True):
        each["verdict"] = verdict
    second = tmp_path / "second.json"
    second.write_text(json.dumps({"format": "xwidget findings", "findings": seen_by_second}))
    both = annotation_study.with_verdicts_of(study, "bob", second)
    assert both.rolled.total.raters == ("ada", "bob")
    assert both.rolled.total.verdicts == {"split": 1, "spurious": 1}


def test_a_rater_judges_in_the_panel_which_keeps_reviews(tmp_path: Path) -> None:
    first = finding(0, "core")
    reviewed = tmp_path / "second.json"
    review = {"finding": first.id, "author": "login", "verdict": "spurious"}
    saved(reviewed, [first.edited(verdict="")], (review,))
    (tmp_path / "stores").mkdir()
    saved(tmp_path / "stores" / "first.json", [first])
    study = annotation_study.collect(tmp_path / "stores")
    both = annotation_study.with_verdicts_of(study, "bob", reviewed)
    assert both.rolled.total.raters == ("ada", "bob")
    assert both.rolled.total.verdicts == {"split": 1}


def test_pauses_are_no_work() -> None:
    times = [f"2026-01-31T12:{minute:02}:00Z" for minute in (0, 1, 3, 40, 41)]
    assert annotation_study.seconds(times) == 60
    assert annotation_study.seconds(times[:1]) is None


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"holds no \.json"):
        annotation_study.collect(tmp_path)
    (tmp_path / "other.json").write_text('{"format": "other"}')
    with pytest.raises(ValueError, match=r"other\.json holds no findings"):
        annotation_study.collect(tmp_path)


def test_the_page_has_a_place_for_the_figures() -> None:
    page = (ROOT / "docs/reports/annotation_study.md").read_text("utf-8")
    filled = annotation_study.fill(page, "| a | b |")
    assert "<!-- figures -->\n\n| a | b |\n\n<!-- end -->" in filled
    assert annotation_study.fill(filled, "c").count("| a | b |") == 0
    with pytest.raises(ValueError, match="has no <!-- figures -->"):
        annotation_study.fill("text", "c")


def test_stores_are_read_with_their_reviews(tmp_path: Path) -> None:
    with FindingStore(tmp_path / "ada.sqlite", author="ada") as store:
        kept = [store.add(finding(i)) for i in range(2)]
        store.judge(kept[0].id, "core", kind="text", by="bob")
    study = annotation_study.collect(tmp_path)
    assert study.rolled.total.raters == ("ada", "bob")
    assert study.rolled.total.verdicts == {"split": 1, "spurious": 1}
