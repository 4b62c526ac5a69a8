"""Questions: which are possible, which answers they take, and which of those are right."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from xwidget.findings import runs
from xwidget.lessons import Question

BOX = np.zeros((6, 8), bool)
BOX[1:3, 2:5] = True
REGION = {"size": [6, 8], "counts": runs.encode(BOX)}


@pytest.mark.parametrize(
    ("asked", "right", "wrong"),
    [
        (Question("choice", "?", ["a", "b", "c"], 1), ["b", 1], ["a", 2]),
        (Question("choice", "?", ["a", "b", "c"], ["a", "b"]), ["b", "a"], ["c"]),
        (
            Question("choice", "?", ["a", "b", "c"], ["a", "c"], several=True),
            [["a", "c"], [2, 0]],
            [["a"], ["a", "b", "c"], []],
        ),
        (Question("channel", "?", answer="red"), ["red", 0], ["blue"]),
        (Question("class", "?", answer="espresso"), ["espresso"], ["cup"]),
        (
            Question("method", "?", answer=["gradcam", "ours"]),
            [["gradcam", "ours"]],
            [["ours"] * 2],
        ),
        (
            Question("match", "?", ["cat", "dog"], [1, 0], pictures=[1, 2]),
            [["dog", "cat"], [1, 0]],
            [["cat", "dog"]],
        ),
        (Question("number", "?", answer=0.4), [0.4, 0.45, 0.35], [0.46, 1]),
        (Question("number", "?", answer=0.4, tolerance=0), [0.4], [0.41]),
    ],
)
def test_what_is_right(asked: Question, right: list[Any], wrong: list[Any]) -> None:
    assert [asked.is_right(value) for value in right] == [True] * len(right)
    assert [asked.is_right(value) for value in wrong] == [False] * len(wrong)


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        (Question("text", "Why?"), "because"),
        (Question("region", "Where?"), REGION),
        (Question("choice", "How sure are you?", ["very", "a little"]), "very"),
        (Question("number", "How sure?"), 0.2),
    ],
)
def test_where_no_right_answer_is_known_none_is_right(asked: Question, value: Any) -> None:
    assert asked.is_right(value) is None


def test_a_region_is_kept_packed_whichever_way_it_came() -> None:
    asked = Question("region", "Where?")
    listed = {"size": (6, 8), "counts": runs.lengths(BOX)}
    assert asked.check(listed) == asked.check(REGION) == REGION


@pytest.mark.parametrize(
    ("asked", "value", "words"),
    [
        (Question("choice", "?", ["a", "b"]), "c", "there is no option 'c'; there are 'a', 'b'"),
        (Question("choice", "?", ["a", "b"]), 2, "places are 0 to 1"),
        (Question("choice", "?", ["a", "b"], several=True), "a", "a list of options"),
        (Question("match", "?", ["a", "b"], pictures=[1, 2]), ["a"], "2 options are expected"),
        (Question("number", "?"), 40, "from 0 to 1"),
        (Question("number", "?"), True, "from 0 to 1"),
        (Question("text", "?"), None, "a text is expected"),
        (Question("region", "?"), {"size": [6, 8], "counts": [48]}, "one pixel or more"),
        (Question("region", "?"), {"size": [6, 8], "counts": [47]}, "add up to 47"),
        (Question("region", "?"), {"size": [10**6, 10**6], "counts": []}, "height and width"),
    ],
)
def test_what_is_no_answer_is_refused_in_words(asked: Question, value: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        asked.check(value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"kind": "chioce"}, "did you mean 'choice'"),
        ({"kind": "choice"}, "needs options"),
        ({"kind": "choice", "options": ["a", "a"]}, "no two of them alike"),
        ({"kind": "choice", "options": ["a", "b"], "answer": "c"}, "the answer cannot be right"),
        ({"kind": "choice", "options": ["a", "b"], "pictures": [1]}, "2 options have 1 pictures"),
        ({"kind": "text", "answer": "x"}, "has no right answer"),
        ({"kind": "text", "options": ["x", "y"]}, "has no options"),
        ({"kind": "class", "several": True}, 'several is for the kind "choice"'),
        (
            {"kind": "match", "options": ["a", "b"], "pictures": [1, 2], "answer": ["a"]},
            "2 options",
        ),
        ({"kind": "choice", "options": ["a", "b"], "feedback": {"c": "no"}}, "feedback has 'c'"),
    ],
)
def test_a_question_that_cannot_be_asked_says_why(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises((ValueError, TypeError), match=words):
        Question(**{"prompt": "?", **arguments})


def test_feedback_goes_by_the_option_before_right_and_wrong() -> None:
    said = {"right": "yes", "wrong": "no", "b": "nearly"}
    asked = Question("choice", "?", ["a", "b", "c"], "a", feedback=said)
    assert [asked.says(value) for value in "abc"] == ["yes", "nearly", "no"]


def test_what_is_asked_does_not_tell_the_answer() -> None:
    asked = Question("choice", "?", ["yes", "no"], "no", feedback="It is the sky.")
    assert "answer" not in asked.asked
    key = asked.key()
    assert "sky" not in key
    assert json.loads(base64.b64decode(key))["answer"] == ["no"]


def test_pictures_without_words_are_letters() -> None:
    asked = Question("choice", "?", answer=2, pictures=[None, None, None])
    assert asked.options == ("A", "B", "C")
    assert asked.answer == ("C",)


def test_an_id_stays_while_the_question_does() -> None:
    first, same = (Question("choice", "?", ["a", "b"], answer) for answer in ("a", "b"))
    assert first.id == same.id != Question("choice", "??", ["a", "b"]).id


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"answer": []}, "the answer is empty"),
        ({"options": ["left", "right"], "feedback": {"right": "Yes."}}, "as a verdict is"),
        ({"options": ["a" * 300, "b"]}, "an option has 300 characters"),
    ],
)
def test_a_question_that_nobody_could_answer_rightly_is_refused(
    arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Question(**{"kind": "choice", "prompt": "?", "options": ["a", "b"], **arguments})


def test_an_answer_may_have_space_around_it_as_options_may() -> None:
    assert Question("choice", "?", [" a ", "b"], " a ").is_right("a")
