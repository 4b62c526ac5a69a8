"""Roll-ups: what counts as one place, what is counted, and what is said of it."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from tests.findings.marks import finding
from xwidget.findings import report
from xwidget.findings.judgments import Judgment
from xwidget.findings.region import Box
from xwidget.findings.rollup import GROUPS, Rollup, rollup
from xwidget.findings.totals import COLUMNS

HOSTILE = [
    "<script>window.fired = 1</script>",
    '"><img src=x onerror="window.fired = 1">',
    "</td></table><svg onload=window.fired=1>",
    "&lt;b&gt;",
]


def test_figures_of_a_row() -> None:
    marks = [finding(i, drop=0.1 * i, share=0.5) for i in range(8)]
    marks += [finding(0, "core", region=Box(20, 20, 5, 5), drop=0.9)]
    marks += [finding(9, "unsure"), finding(10, ""), finding(11, deleted=True)]
    (row,) = rollup(marks).rows
    assert row.group == {"label": "watermark", "class_name": "carton", "model": "net"}
    assert (row.photos, row.findings, row.places) == (10, 11, 11)
    assert row.verdicts == {"spurious": 8, "core": 1, "unsure": 1, "": 1}
    assert (row.judged, row.spurious.value) == (10, 0.8)
    assert row.spurious.low == pytest.approx(0.4902, abs=1e-4)
    assert row.spurious.high == pytest.approx(0.9433, abs=1e-4)
    assert row.tested == 9
    assert row.effect.value == pytest.approx(0.4)
    assert (row.share.value, row.share.count) == (0.5, 8)
    assert row.raters == ("ada",)


def test_rows_are_by_label_class_and_model_or_what_is_asked_for() -> None:
    marks = [finding(0), finding(1), finding(1, label="text"), finding(2, class_name="crate")]
    assert [(r.group["label"], r.group["class_name"], r.photos) for r in rollup(marks).rows] == [
        ("watermark", "carton", 2),
        ("text", "carton", 1),
        ("watermark", "crate", 1),
    ]
    assert [row.group for row in rollup(marks, by="label").rows] == [
        {"label": "watermark"},
        {"label": "text"},
    ]
    assert rollup(marks).total.photos == 3
    for name in GROUPS:
        assert rollup(marks, by=name).rows
    with pytest.raises(ValueError, match=r"has 'colour'; expected some of label"):
        rollup(marks, by=("colour",))


def test_regions_of_two_raters_that_overlap_by_half_are_one_place() -> None:
    shared = [finding(0), finding(0, "core", "bob", Box(5, 4, 8, 8))]  # IoU 56 / 72
    apart = [finding(1), finding(1, "core", "bob", Box(9, 4, 8, 8))]  # IoU 24 / 104
    own = [finding(2), finding(2, region=Box(5, 4, 8, 8))]  # one author: two places
    (row,) = rollup([*shared, *apart, *own]).rows
    assert (row.findings, row.places) == (6, 5)
    assert row.verdicts == {"split": 1, "spurious": 3, "core": 1}
    assert row.iou.value == pytest.approx((56 / 72 + 24 / 104) / 2)
    assert (row.iou.count, row.alone) == (2, 1)
    assert row.alpha.count == 1


def test_the_pair_that_fits_best_is_joined_and_no_author_twice() -> None:
    marks = [
        finding(0, author="ada", region=Box(4, 4, 10, 10)),
        finding(0, author="ada", region=Box(5, 4, 10, 10)),
        finding(0, "core", "bob", Box(5, 4, 10, 10)),
        finding(0, "core", "cy", Box(5, 5, 10, 10)),
    ]
    row = rollup(marks).total
    assert row.places == 2
    assert row.verdicts == {"core": 1, "spurious": 1}  # two against one, and ada alone


def test_the_same_region_for_another_class_is_another_place() -> None:
    marks = [finding(0), finding(0, "core", "bob", class_name="crate")]
    assert rollup(marks).total.places == 2


def test_reviews_count_beside_the_authors_verdict() -> None:
    marks = [finding(i) for i in range(4)]
    said = [(each.id, "bob", "spurious") for each in marks[:2]]
    said += [(marks[2].id, "bob", "core"), (marks[2].id, "cy", "core"), ("unknown", "bob", "core")]
    row = rollup(marks, said).total
    assert row.raters == ("ada", "bob", "cy")
    assert row.verdicts == {"spurious": 3, "core": 1}
    assert row.alpha.count == 3
    assert "here are 3" in row.kappa.why
    newest = rollup(marks, [*said, (marks[0].id, "bob", "core")]).total
    assert newest.verdicts == {"spurious": 2, "split": 1, "core": 1}


def test_an_authors_own_verdict_counts_before_their_review_of_the_same_place() -> None:
    mine, theirs = finding(0), finding(0, "core", "bob")
    row = rollup([mine, theirs], [(theirs.id, "ada", "core")]).total
    assert row.verdicts == {"split": 1}
    row = rollup([mine.edited(verdict=""), theirs], [(theirs.id, "ada", "core")]).total
    assert row.verdicts == {"core": 1}


def test_judgments_of_a_store_are_taken_as_they_are() -> None:
    mark = finding(0)
    for given in (
        [Judgment(mark.id, "bob", "core")],
        [(mark.id, "bob", "core", "text")],
    ):
        assert rollup([mark], given).total.raters == ("ada", "bob")
    all_of_it = {mark.id: (Judgment(mark.id, "bob", "core"),)}  # ada has not judged it herself
    assert rollup([mark], all_of_it).total.raters == ("bob",)
    with pytest.raises(TypeError, match="a judgment is a review or a tuple"):
        rollup([mark], [mark.id])
    with pytest.raises(ValueError, match="expected one of core"):
        rollup([mark], [(mark.id, "bob", "wrong")])


def test_nothing_and_one_finding() -> None:
    nothing = rollup([])
    assert repr(nothing) == "<Rollup: no findings>"
    assert "No findings" in nothing._repr_html_()
    assert nothing.model_card() == "## Findings\n\nNo findings have been recorded."
    assert list(nothing.to_pandas().columns) == list(rollup([finding(0)]).to_pandas().columns)
    with pytest.raises(ValueError, match="there are no labels"):
        nothing.paragraph("watermark")
    one = rollup([finding(0)])
    assert one.paragraph("watermark") == (
        "**“watermark”, class “carton”, net.** Marked in 1 place on 1 photo. Its verdict: "
        "spurious. These are too few for a rate: read them as cases. Its effect on the score has "
        "not been tested. Judged by ada alone, so agreement is not known."
    )
    with pytest.raises(ValueError, match="there are 'watermark'"):
        one.paragraph("logo")


def test_one_place_without_agreement_and_one_without_a_verdict() -> None:
    mark = finding(0)
    said = rollup([mark], [(mark.id, "bob", "core")]).paragraph("watermark")
    assert "On 1 place the raters are evenly split: it counts neither as spurious nor" in said
    assert "α is undefined, as fewer than two places were judged by two raters." in said
    said = rollup([mark, finding(1, "")]).paragraph("watermark")
    assert "Its verdict: spurious. The others: 1 without a verdict." in said


def many() -> Rollup:
    marks = [finding(i, drop=0.3 + 0.01 * i, share=0.25) for i in range(12)] + [finding(12, "core")]
    reviews = [(each.id, "bob", each.verdict if i else "core") for i, each in enumerate(marks)]
    return rollup(marks, reviews)


def test_a_paragraph_says_n_intervals_what_was_not_tested_and_who_judged() -> None:
    said = many().paragraph("watermark")
    assert "Marked in 13 places on 13 photos." in said
    assert "Judged spurious: 11 of 12 (92%, 95% interval 65% to 99%)." in said
    assert "The others: 1 core. On 1 place the raters are evenly split: it counts" in said
    assert "falls by 0.36 in the median (95% interval 0.32 to 0.39; 12 of 13 places tested)" in said
    assert "25% of the class's evidence lies inside" in said
    assert re.search(r"Judged by 2 raters \(ada and bob\): Krippendorff's α 0\.6\d \(", said)
    assert "Cohen's κ" in said
    assert "too few for a rate" not in said


def test_a_rise_is_called_a_rise() -> None:
    marks = [finding(i, drop=-0.1 * (i + 1)) for i in range(6)]
    said = rollup(marks).paragraph("watermark")
    assert "rises by 0.35 in the median (95% interval 0.10 to 0.60; 6 of 6 places tested)" in said


def test_raters_who_never_differ_are_said_to_leave_agreement_undefined() -> None:
    marks = [finding(i) for i in range(3)]
    said = rollup(marks, [(each.id, "bob", "spurious") for each in marks]).paragraph("watermark")
    assert "α is undefined, as every judgment is “spurious”" in said


def test_a_model_card_has_each_row_the_whole_and_how_it_was_done() -> None:
    marks = [finding(i) for i in range(3)] + [finding(0, label="")]
    card = rollup(marks).model_card()
    assert card.startswith("## Findings\n\n**“watermark”")
    assert "**No label, class “carton”, net.**" in card
    assert "4 places on 3 photos in all" in card
    assert "Weights (SHA-256): abababababab." in card
    assert "not how often they occur" in card


def test_two_sets_of_weights_under_one_name_are_said() -> None:
    other = finding(1)
    other = other.edited(seen=type(other.seen)(**{**vars(other.seen), "weights": "cd" * 32}))
    assert "2 different sets of weights" in rollup([finding(0), other]).paragraph("watermark")


def test_a_data_frame_has_figures_and_their_ends() -> None:
    table = many().to_pandas()
    assert isinstance(table, pd.DataFrame)
    (line,) = table.to_dict("records")
    assert (line["label"], line["places"], line["raters"]) == ("watermark", 13, 2)
    assert line["spurious_share_low"] < line["spurious_share"] < line["spurious_share_high"]
    assert pd.isna(line["iou"])


def test_a_table_in_text_has_a_line_a_row() -> None:
    head, line = repr(many()).splitlines()
    assert head.split()[:5] == ["label", "class", "model", "photos", "places"]
    assert line.startswith("watermark  carton  net")
    assert "92% [65%, 99%] (12)  1 " in line


def test_where_raters_contradict_each_other_it_is_seen_wherever_figures_are() -> None:
    mark = finding(0, drop=0.1)
    rolled = rollup([mark], [(mark.id, "bob", "core")])
    (row,) = rolled.rows
    assert (row.split, row.judged, row.spurious.value) == (1, 0, None)
    cells = dict(zip(COLUMNS, row.cells(), strict=True))
    assert (cells["spurious"], cells["split"], cells["raters"]) == ("–", "1", "2")
    why = "α and κ: none where fewer than two places were judged by two raters."
    assert repr(rolled).splitlines()[-1] == why
    assert f"<p>{why}</p>" in rolled._repr_html_()
    assert rolled.to_pandas()["split"].tolist() == [1]
    assert "evenly split" in rolled.model_card()
    assert "1 split" in report.page([mark], [(mark.id, "bob", "core")])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_texts(text: str) -> None:
    marks = [finding(0, label=text, class_name=text, author=text)]
    rolled = rollup(marks, [(marks[0].id, text + "2", "core")])
    html = rolled._repr_html_()
    assert not re.search(r"<(script|img|svg)", html)
    assert not re.search(r"(?<!\\)<(?!/)", rolled.model_card())
    assert not re.search(r"(?<!\\)<", rolled.paragraph(text))
