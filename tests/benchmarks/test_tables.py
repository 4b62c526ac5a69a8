"""What is printed, and what is kept of it."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.records import Records
from xwidget.studies.tables import number, percent, table


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
    assert percent([True, False, True]) == "67% (2/3)"
    assert percent([]) == "–"


def test_results_are_kept_merged_and_replaced(tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "a.jsonl", tmp_path / "b.jsonl"
    one = {"kind": "curve", "net": "n", "photo": "p", "order": "m", "seconds": 1.0}
    records = Records([first])
    assert one not in records
    records.add([one])
    second.write_text(json.dumps({**one, "photo": "q"}) + "\n" + json.dumps({**one, "seconds": 2}))
    merged = Records([first, second])
    assert [(row["photo"], row["seconds"]) for row in merged.rows] == [("p", 2), ("q", 1.0)]
    assert {**one, "order": "other"} not in merged


def test_a_line_that_was_cut_off_is_measured_again(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    row = {"kind": "photo", "net": "n", "photo": "p"}
    file.write_text(json.dumps(row) + '\n{"kind": "pho')
    records = Records([file])
    assert records.rows == [row]
    records.add([{**row, "photo": "q"}])
    assert [row["photo"] for row in Records([file]).rows] == ["p", "q"]
