"""The table of all methods and what it says in words, from rows made up by hand."""

from __future__ import annotations

import pytest

from benchmarks.answers import FUSED, RANDOM
from benchmarks.comparison import compared
from xwidget.studies.intervals import STATISTICS, difference

OURS, THEIRS = "generation", "gradcam"


def row(method: str, photo: str, test: str, judge: str = "tiny", **figures: object) -> dict:
    common = {"kind": "curve", "net": "tiny", "photo": photo, "order": method, "judge": judge}
    steps = 4 if test == "curves" else 0
    return {**common, "test": test, "steps": steps, "image_score": 0.5, "seconds": 2.0, **figures}


def area(method: str, photo: str, areas: list[float], **more: object) -> dict:
    without = [0.4, 0.3, 0.2]
    return row(method, photo, "area", **{"areas": areas, "without": without, **more})


def cells(text: str, start: str) -> list[str]:
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {start}")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def tables(rows: list[dict]) -> list[str]:
    return [part for part in compared(rows) if part.startswith("| method")]


def test_areas_are_shares_of_each_net_s_score_of_the_photo() -> None:
    rows = [area(OURS, photo, [0.2, 0.4, 0.5]) for photo in "pq"]
    rows += [area(OURS, "p", [0.1, 0.2, 0.3], judge="other", image_score=0.4)]
    summary, own, other, _ = tables(rows)
    glance = {"own 10% ↑": "0.40", "own 20% ↑": "0.80", "own 30% ↑": "1.00", "other 20% ↑": "0.50"}
    assert cells(summary, "method")[1:] == [*glance, "seconds"]
    assert cells(summary, "xwidget")[1:-1] == [f"**{value}**" for value in glance.values()]
    heads = ["own 10% ↑ (2)", "own 20% ↑ (2)", "own 30% ↑ (2)", "lost ↑ (2)"]
    assert cells(own, "method")[1:] == heads
    assert cells(own, "xwidget")[1:3] == ["0.40 [0.40, 0.40]", "0.80 [0.80, 0.80]"]
    assert cells(own, "xwidget")[-1] == "0.40 [0.40, 0.40]"
    assert cells(other, "method")[-1] == "other 30% ↑ (1)"
    assert cells(other, "xwidget")[-1] == "0.75 [0.75, 0.75]"


def test_methods_are_compared_on_the_photos_that_they_share_the_best_first() -> None:
    rows = [area(OURS, photo, [0.1, 0.3, 0.4]) for photo in "pqrs"]
    rows += [area(OURS, "t", [0, 0, 0])]
    rows += [area(THEIRS, photo, [0.1, 0.4, 0.4]) for photo in "pqrs"]
    rows += [area("rise", "p", [0.5, 0.5, 0.5])]  # of too few photos to narrow the comparison
    summary, detail, _ = tables(rows)
    assert cells(detail, "method")[2] == "own 20% ↑ (4)"
    assert summary.index("| Grad-CAM") < summary.index("| xwidget, generation")
    assert "RISE" not in summary
    assert cells(detail, "xwidget")[2] == "0.60 [0.60, 0.60]"
    assert cells(summary, "xwidget")[2:4] == ["0.60", "**0.80**"], "both have the same at 30%"


def test_curves_with_the_most_steps_and_road() -> None:
    rows = [row(OURS, "p", "curves", deletion=0.1, insertion=0.6)]
    rows += [row(OURS, "p", "curves", deletion=0.9, insertion=0.9, steps=2)]
    rows += [row(OURS, "p", "curves", judge="other", deletion=0.1, insertion=0.35)]
    rows += [row(OURS, "p", "road", most=0.2, least=0.7)]
    parts = compared(rows)
    assert any("in 4 steps" in part for part in parts)
    summary, curves, elsewhere = (part for part in parts if part.startswith("| method"))
    assert cells(summary, "xwidget")[1:] == ["**0.50**", "**0.50**"]
    means = ["0.100", "0.600", "0.500", "0.500"]
    assert cells(curves, "xwidget")[1:] == [f"{mean} [{mean}, {mean}]" for mean in means]
    assert cells(elsewhere, "xwidget")[1:] == ["0.50 [0.50, 0.50]"]


def test_sanity_columns() -> None:
    least = {"correlation": -0.4, "least_score": 1e-5, "blank_score": 0.0, "true_score": 0.25}
    rows = [row(OURS, "p", "selectivity", **least), area(OURS, "p", [0.1, 0.2, 0.3])]
    rows += [row(OURS, "p", "randomization", similarity=0.7, passes=False)]
    rows += [row(THEIRS, "p", "selectivity", **{**least, "correlation": 0.1})]
    rows += [row(THEIRS, "p", "randomization", similarity=None, passes=True)]
    summary, _, another, weights = tables(rows)

    def of(table: str, method: str) -> dict[str, str]:
        return dict(zip(cells(table, "method"), cells(table, method), strict=True))

    named = of(summary, "xwidget")
    assert (named["random weights ↓"], named["seconds"]) == ("**0.70**", "2.0")
    assert of(summary, "Grad-CAM")["random weights ↓"] == "–"
    named = of(another, "xwidget")
    turned = named["rank correlation ↓ (1)"]
    assert turned == "0.00 [0.00, 0.00]", "turned around is as different as any"
    assert named["photo's class in it ↓ (1)"] == "0.50 [0.50, 0.50]"
    assert named["its own score in ‰ ↓ (1)"] == "0.01 [0.01, 0.01]"
    assert of(weights, "Grad-CAM")["passes (1)"].startswith("100%")


def test_no_method_is_never_the_best_one() -> None:
    rows = [area(OURS, "p", [0.1, 0.2, 0.3]), area(RANDOM, "p", [0.5, 0.5, 0.5])]
    assert cells(tables(rows)[0], "xwidget")[1] == "**0.20**"
    assert cells(tables(rows)[0], RANDOM)[1] == "1.00"


def test_what_prints_the_same_is_neither_lost_nor_won() -> None:
    rows = [area(OURS, "p", [0.1, 0.2, 0.3]), area(THEIRS, "p", [0.101, 0.2, 0.3])]
    level = next(part for part in compared(rows) if "is level with" in part)
    assert "- own 10%: 0.20, as Grad-CAM" in level
    assert not any("against" in part for part in compared(rows))


def test_where_ours_loses_is_said_against_the_best_other_method() -> None:
    rows = []
    for n, photo in enumerate("abcdefgh"):
        rows += [area(OURS, photo, [0.2 + n / 100, 0.3 + n / 100, 0.5])]
        rows += [area(THEIRS, photo, [0.1 + n / 100, 0.4 + n / 100, 0.5 if n % 2 else 0.4])]
        rows += [area("rise", photo, [0.1, 0.3, 0.1])]
        rows += [area(FUSED, photo, [0.5, 0.5, 0.5]), area(RANDOM, photo, [0.5, 0.5, 0.5])]
    losing, leading = [part for part in compared(rows) if "against" in part]
    assert losing.startswith("**Where xwidget, generation loses** on tiny")
    assert "- own 20%: 0.67 against 0.87 of Grad-CAM (difference -0.20 [-0.20, -0.20])" in losing
    assert "own 10%: 0.47 against 0.27 of Grad-CAM (difference 0.20 [0.20, 0.20])" in leading
    assert "own 30%: 1.00 against 0.90 of Grad-CAM" in leading
    assert "the photos do not decide" in leading.splitlines()[-1]


def test_few_photos_decide_nothing() -> None:
    rows = [area(OURS, "p", [0.2, 0.3, 0.4]), area(THEIRS, "p", [0.1, 0.2, 0.3])]
    said = next(part for part in compared(rows) if "leads" in part)
    assert said.count("the photos do not decide") == said.count("against")


def test_a_difference_is_of_the_same_photos() -> None:
    one, other = [0.1, 0.5, 0.9, 0.3], [0.0, 0.4, 0.8, 0.2]
    gap = difference(one, other, STATISTICS["mean"])
    assert (gap.value, gap.low, gap.high) == pytest.approx((0.1, 0.1, 0.1))
    assert difference([], [], STATISTICS["median"]).count == 0
