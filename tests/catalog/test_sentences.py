"""What a person reads: sentences of a picture, figures, short names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xwidget.catalog.games import GAMES
from xwidget.catalog.sentences import filled, says, templates
from xwidget.names import shortened
from xwidget.support.figures import figure, percent

# The page fills the same templates (js/tests/catalog/sentences.test.ts reads these files, too).
HERE = Path(__file__).parent
FIGURES = json.loads((HERE / "figures.json").read_text("utf-8"))
SENTENCES = json.loads((HERE / "sentences.json").read_text("utf-8"))


@pytest.mark.parametrize("case", SENTENCES, ids=lambda case: f"{case['game']} {case['score']}")
def test_a_picture_is_said_in_one_sentence(case: dict[str, object]) -> None:
    score = float("nan") if case["score"] is None else case["score"]
    assert says(case["game"], case["name"], score, case["image"]) == case["words"]  # type: ignore[arg-type]


def test_every_game_has_its_sentences() -> None:
    games = templates()["games"]
    assert list(games) == list(GAMES)
    for words in games.values():
        for template in (words["says"], words["says_short"]):
            assert all(field in template for field in ("{name}", "{score}", "{image}"))
    # What the page's tests take them to be.
    assert json.loads((HERE / "templates.json").read_text("utf-8")) == templates()


def test_what_stands_in_a_name_is_no_field() -> None:
    assert filled("{name}: {score}", name="{score} \\1 {x", score=0.5, image=1) == (
        "{score} \\1 {x: 0.50"
    )
    assert says("none of them", "cat", 0.5, 0.9) == ""


@pytest.mark.parametrize("case", FIGURES, ids=lambda case: str(case["value"]))
def test_figures_are_rounded_as_the_page_rounds_them(case: dict[str, Any]) -> None:
    value = float("nan") if case["value"] is None else case["value"]
    assert figure(value) == case["score"]
    assert percent(value) == case["share"]
    assert figure(None) == "–"


def test_synonyms_are_left_out_only_where_the_rest_names_one_class() -> None:
    names = ["cat, black", "cat, white", "espresso, caffè latte", "Dog, hound", "dog", ", odd", "x"]
    assert shortened(names) == (
        *("cat, black", "cat, white", "espresso", "Dog, hound", "dog", ", odd", "x"),
    )
    assert shortened([]) == ()


def test_a_score_is_brought_up_and_not_said() -> None:
    words = says("generation", "share of road", 0.9, 0.95, scored=True)
    assert words == "This alone brings “share of road” up: 0.90 (photo 0.95)."
