"""The tables, from rows made up by hand."""

from __future__ import annotations

from benchmarks.report import report
from xwidget.engine.moves import MOVES
from xwidget.engine.settings import Settings


def game_rows(photo: str, shown: float, least: float, game: str = "generation") -> list[dict]:
    common = {
        "kind": "game",
        "net": "tiny",
        "photo": photo,
        "game": game,
        "defense": "auto",
        "iterations": Settings.iterations,
        "name": "cat",
        "hidden": 0.04,
        "blank": 0.001,
        "hidden_unseen": [0.1] * 8,
        "blank_unseen": [0.001, 0.003] * 4,
        "mask": 0.5,
        "pushed": False,
        "iterations_run": 9,
        "seconds": 4.0,
        "stopped": "iterations",
        "machine": "m",
        "versions": "v",
        "date": "d",
    }
    true = {
        **common,
        "role": "true",
        "image_score": 0.8,
        "shown": shown,
        "shown_unseen": [0.8, 0.4, 0.64, 0.6] * 2,
        "moves": dict.fromkeys(MOVES, 0.5) | {"flip": 1.0},
        "shown_witness": {"other": 0.7},
        "hidden_witness": {"other": 0.2},
    }
    control = {**common, "role": "least", "image_score": 1e-6, "shown": least}
    return [true, {**control, "shown_unseen": [least] * 8}]


def cells(text: str, start: str) -> list[str]:
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {start}")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_goals_of_a_game_that_keeps_its_class() -> None:
    rows = [*game_rows("p", 0.76, 0.0019), *game_rows("q", 0.4, 0.003), *game_rows("r", 0.8, 0)]
    rows[2] |= {"pushed": True, "shown_witness": {}}
    photo = {"kind": "photo", "net": "tiny", "photo": "p", "right": True, "image_score": 0.8}
    text = report([{**photo, "noisy": [0.8, 0.6, 0.4, 0.2] * 2}, *rows])
    assert cells(text, "p(e) / p(x) on gray")[1].startswith("0.95 [")
    assert cells(text, "p(e) / p(x) on unseen")[1] == "0.76 [0.76, 0.76] (3)"
    assert cells(text, "back on gray: ≥ 0.9")[1].startswith("67% [")
    assert cells(text, "back on unseen: ≥ 0.75")[1].startswith("100% [")
    assert cells(text, "small moves of e")[1] == "0.60 [0.60, 0.60] (3)"
    assert cells(text, "other, evidence")[1] == "0.70 [0.70, 0.70] (2)"
    # Twice the background alone: .002 on gray, twice the mean of .001 and .003 elsewhere.
    assert cells(text, "least likely: ≤ 2 × the background alone, gray")[1].startswith("67%")
    assert cells(text, "least likely: ≤ 2 × the background alone, unseen")[1].startswith("100%")
    assert cells(text, "least likely, worst")[1] == "0.0030"
    assert cells(text, "pushed")[1].startswith("33%")
    moves, backgrounds = text.split("## Unseen backgrounds")
    assert cells(moves, "generation")[2:] == ["0.50 [0.50, 0.50]"] * 4 + ["1.00 [1.00, 1.00]"]
    found = [cell[:4] for cell in cells(backgrounds, "generation")[2:]]
    noisy = [cell[:4] for cell in cells(backgrounds, "the photo itself")[2:]]
    assert noisy == ["1.00", "0.75", "0.50", "0.25"]
    assert found == ["1.00", "0.50", "0.80", "0.75"]


def test_deletion_is_counted_by_what_is_left() -> None:
    text = report(game_rows("p", 0.9, 0.5, "deletion")[:1])
    assert cells(text, "p(e) / p(x) on gray")[1] == "0.05 [0.05, 0.05] (1)"
    assert cells(text, "gone on gray")[1].startswith("100%")
    assert cells(text, "gone on unseen")[1].startswith("100%")
    assert "least likely" not in text


def test_other_settings_have_a_table_of_their_own() -> None:
    rows = [row for photo in "pq" for row in game_rows(photo, 0.8, 0.002)]
    rows += [{**row, "defense": "none"} for row in game_rows("q", 0.4, 0.9)]
    main, apart = report(rows).split("## Other settings")
    assert cells(main, "p(e) / p(x) on gray")[1] == "1.00 [1.00, 1.00] (2)"
    (line,) = [line for line in apart.splitlines() if "none" in line and "tiny" in line[:25]]
    none = [cell.strip() for cell in line.strip("|").split("|")]
    expected = ["1", "0.50 [0.50, 0.50]", "0.60 [0.60, 0.60]", "0.50 [0.50, 0.50]", "0.9000"]
    assert none == ["generation", "tiny", f"none, {Settings.iterations}", *expected]
    assert "cat (least likely)" in report(rows, True)


def test_photos_that_a_net_gets_wrong_are_counted() -> None:
    photo = {"kind": "photo", "net": "tiny", "name": "jeep"}
    rows = [{**photo, "photo": "a", "right": True}, {**photo, "photo": "b", "right": False}]
    assert "tiny: 1 of 2 photos classified correctly" in report(rows)


def test_photos_that_no_setting_was_chosen_on_have_tables_of_their_own() -> None:
    rows = [row for photo in "qpr" for row in game_rows(photo, 0.9, 0.1)]
    rows += game_rows("s", 0.9, 0.1) + game_rows("t", 0.9, 0.1)
    rows[0]["mask"] = 0.1  # the second photo by name
    whole, apart = report(rows, unseen=[(1, 5), (3, 5)]).split("## Photos not used")
    assert cells(whole.split("## Small")[0], "mask, mean")[1].startswith("0.42")
    assert cells(apart, "mask, mean")[1].startswith("0.30")
    assert "(2)" in apart
    assert "(5)" not in apart
    assert "Photos not used" not in report(rows)
