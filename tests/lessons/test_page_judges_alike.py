"""A page without a kernel judges answers, and writes files, as Python does."""

from __future__ import annotations

import json
from pathlib import Path

import xwidget as xw
from xwidget.lessons import Answers, read_answers
from xwidget.teaching.content import Content

#: Both are read by js/tests/lessons; the second was written there.
FIXTURES = Path(__file__).parents[2] / "js/tests/lessons/fixtures"

CASES = [
    (xw.Question("choice", "?", ["a", "b", "c"], 1, {"right": "yes", "a": "ah"}), ["b", "a", "c"]),
    (xw.Question("choice", "?", ["a", "b", "c"], ["a", "b"], "both"), ["a", "b", "c"]),
    (
        xw.Question("choice", "?", ["a", "b", "c"], ["a", "c"], several=True),
        [["a", "c"], ["c", "a"], ["a"], ["a", "b", "c"]],
    ),
    (xw.Question("channel", "?", answer="red"), ["red", "blue"]),
    (
        xw.Question("match", "?", ["a", "b"], ["b", "a"], pictures=[[[0]], [[0]]]),
        [["b", "a"], ["a", "b"]],
    ),
    (xw.Question("number", "?", answer=0.4), [0.35, 0.45, 0.46]),
    (xw.Question("text", "?", feedback="Grüße *☕*"), ["because"]),
    (xw.Question("choice", "Sure?", ["a", "b"]), ["a"]),
]


def test_the_fixture_has_what_python_says() -> None:
    rows = []
    for question, values in CASES:
        asked = {**question.asked, "key": question.key()}
        told = [[value, question.is_right(value), question.says(value)] for value in values]
        rows.append({"asked": asked, "values": told})
    assert json.loads((FIXTURES / "judged.json").read_text("utf-8")) == rows


def test_a_file_that_a_page_wrote_is_read(tmp_path: Path) -> None:
    read = read_answers(FIXTURES / "answers.json")
    assert (read.lesson, read.student) == ("Fruit", "Ana María")
    assert [(each.value, each.right, each.tries) for each in read.answers] == [
        ("apple", False, 1),
        ("banana", True, 2),
    ]
    assert isinstance(read, Answers)


def test_the_lesson_of_that_file_has_its_id() -> None:
    fruit = xw.Question("choice", "Which fruit?", ["apple", "banana"], "banana", "It is **long**.")
    made = Content.of("Fruit", [xw.Step("?", question=fruit)], {})
    assert read_answers(FIXTURES / "answers.json").lesson_id == made.id
