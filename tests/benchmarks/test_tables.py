"""What is printed, and what is kept of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.measure import reached_at
from benchmarks.records import Records
from benchmarks.report import report
from benchmarks.tables import number, percent, table
from xwidget.engine.explain import ITERATIONS


def test_a_table_is_markdown_that_reads_as_text_too() -> None:
    assert table(["net", "p"], [["a|b", 0.5], ["c", None]]) == (
        "| net  |   p |\n| ---- | --: |\n| a\\|b | 0.5 |\n| c    |   – |"
    )


def test_a_number_never_rounds_to_nothing() -> None:
    assert [number(value) for value in (0.12345, 0.0, 0.0004, 3e-7, None, float("nan"))] == [
        "0.123",
        "0.000",
        "4e-04",
        "3e-07",
        "–",
        "–",
    ]
    assert percent([True, False, True]) == "67 % (2/3)"
    assert percent([]) == "–"


@pytest.mark.parametrize(
    ("scores", "keeps", "iteration"),
    [
        ([0.0, 0.5, 0.89, 0.95, 1.0], True, 3),
        ([0.9, 0.9, 0.9], True, 0),  # preservation: it was there from the start
        ([1.0, 0.5, 0.2, 0.18, 0.1, np.nan], False, 3),
        ([0.001, 0.001], True, None),
        ([0.7, 0.7], False, None),
    ],
)
def test_the_way_to_ninety_percent(scores: list[float], keeps: bool, iteration: int | None) -> None:
    assert reached_at(np.array(scores), keeps) == iteration


def test_results_are_kept_merged_and_replaced(tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "a.jsonl", tmp_path / "b.jsonl"
    one = {"kind": "method", "net": "n", "photo": "p", "method": "m", "seconds": 1.0}
    records = Records([first])
    assert one not in records
    records.add([one])
    second.write_text(json.dumps({**one, "photo": "q"}) + "\n" + json.dumps({**one, "seconds": 2}))
    merged = Records([first, second])
    assert [(row["photo"], row["seconds"]) for row in merged.rows] == [("p", 2), ("q", 1.0)]
    assert {**one, "method": "other"} not in merged


def test_a_line_that_was_cut_off_is_measured_again(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    row = {"kind": "photo", "net": "n", "photo": "p"}
    file.write_text(json.dumps(row) + '\n{"kind": "pho')
    records = Records([file])
    assert records.rows == [row]
    records.add([{**row, "photo": "q"}])
    assert [row["photo"] for row in Records([file]).rows] == ["p", "q"]


def game_rows(photo: str, score: float, least: float, game: str = "generation") -> list[dict]:
    common = {
        "kind": "game",
        "net": "tiny",
        "photo": photo,
        "game": game,
        "defense": "paper",
        "iterations": 9,
        "sparsity": "auto",
        "rule": None,
        "rate": None,
        "alone": False,
        "steps": 4,
        "name": "cat",
        "clamped": 0.4,
        "complement": 0.2,
        "blank": 0.0009,
        "complement_clamped": None,
        "blank_clamped": 0.08,
        "outside": 0.25,
        "mask": 0.5,
        "pushed": False,
        "iterations_90": 3,
        "seconds_90": 1.5,
        "iterations_run": 9,
        "seconds": 4.0,
        "stopped": "iterations",
    }
    return [
        {
            **common,
            "role": "true",
            "image_score": 0.8,
            "score": score,
            "deletion": 0.1,
            "insertion": 0.6,
        },
        {**common, "role": "least", "image_score": 1e-6, "score": least},
    ]


def cells(text: str, start: str) -> list[str]:
    (line,) = [line for line in text.splitlines() if line.startswith(start)]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_goals_are_counted_over_the_photos() -> None:
    rows = [*game_rows("p", 0.76, 0.0001), *game_rows("q", 0.4, 0.002)]
    rows[2] |= {"pushed": True, "witness_score": 0.3}
    found = cells(report(rows), "| tiny | paper")
    assert found[2:7] == ["2", "0.725 (0.500)", "50 % (1/2)", "0.0020 (0.0009)", "50 % (1/2)"]
    # rest, other net (asked once), clamped, rest clamped (not known), grey clamped
    assert found[7:13] == ["0.250", "0.300 (1)", "–", "0.500", "–", "0.100"]
    assert found[13:] == ["0.250 / 0.250", "0.500 / 0.500", "1/2", "3 it, 1.5 s", "4.0"]


def test_deletion_is_counted_the_other_way() -> None:
    found = cells(report(game_rows("p", 0.04, 0.5, "deletion")), "| tiny | paper")
    assert found[2:5] == ["1", "0.050 (0.050)", "100 % (1/1)"]


def test_methods_are_ranked_and_compared_on_the_photos_they_share() -> None:
    random = {"kind": "method", "net": "tiny", "method": "random", "steps": 4, "seconds": 0.1}
    random |= {"deletion": 0.3, "insertion": 0.3}
    rows = [*game_rows("p", 0.7, 0), {**random, "photo": "p"}, {**random, "photo": "q"}]
    text = report(rows)
    assert text.index("generation, paper") < text.index("| random")
    alone, shared = text.split("On the 1 photos")
    assert cells(alone, "| random") == ["random", "2", "0.300", "0.300", "0.000", "0.1"]
    assert cells(shared, "| generation") == [
        "generation, paper", "1", "0.100", "0.600", "0.500", "4.0"
    ]  # fmt: skip


def test_a_method_with_few_photos_does_not_narrow_the_comparison() -> None:
    random = {"kind": "method", "net": "tiny", "method": "random", "steps": 4, "seconds": 0.1}
    random |= {"deletion": 0.3, "insertion": 0.3}
    rows = [{**random, "photo": photo} for photo in "pqrs"]
    rows += [row for photo in "pqr" for row in game_rows(photo, 0.7, 0)]
    rows += [{**row, "defense": "none"} for row in game_rows("p", 0.7, 0)]
    alone, shared = report(rows).split("On the 3 photos")
    assert cells(alone, "| generation, none")[1] == "1"
    assert [cells(shared, f"| {name}")[1] for name in ("random", "generation")] == ["3", "3"]


def test_settings_are_named_where_they_differ() -> None:
    rows = game_rows("p", 0.7, 0) + [{**row, "rate": 0.1} for row in game_rows("p", 0.7, 0)]
    text = report(rows, details=True)
    assert "| paper, rate 0.1 |" in text
    assert "| paper           |" in text
    assert "cat (least likely)" in text


def test_other_settings_have_a_table_of_their_own_beside_the_defaults() -> None:
    usual = {"iterations": ITERATIONS, "defense": "auto"}
    rows = [{**row, **usual} for photo in "pq" for row in game_rows(photo, 0.7, 0)]
    rows += [{**row, **usual, "rate": 0.05} for row in game_rows("p", 0.76, 0.0001)]
    rows += [{**row, **usual, "iterations": 50} for row in game_rows("p", 0.4, 0.0002)]
    text = report(rows)
    main, apart = text.split("## Steps and rate")
    assert cells(main, "| tiny | directional (auto)")[2] == "2"
    assert "50 iterations" not in main
    lines = [cells(line, "|") for line in apart.splitlines() if "| tiny |" in line]
    assert [line[2:8] for line in lines[:3]] == [
        ["50", "0.1", "1", "0.500 (0.500)", "0 % (0/1)", "0.0002"],
        [str(ITERATIONS), "0.1", "1", "0.875 (0.875)", "0 % (0/1)", "0.0000"],
        [str(ITERATIONS), "0.05", "1", "0.950 (0.950)", "100 % (1/1)", "0.0001"],
    ]


def test_photos_that_the_net_gets_wrong_are_named() -> None:
    photo = {"kind": "photo", "net": "tiny", "name": "jeep"}
    rows = [{**photo, "photo": "a", "right": True}, {**photo, "photo": "b", "right": False}]
    assert "tiny: 1 of 2 photos classified rightly; left out: b (jeep)." in report(rows)
