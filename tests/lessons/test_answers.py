"""Files of answers: what is written is read, and what is damaged is said in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from xwidget.lessons import Answer, Answers, Question, read_answers

ASKED = Question("choice", "What is it?", ["cat", "dog"], "cat")
ANSWER = Answer(str(ASKED.id), "choice", 2, "cat", True, {"area": 0.12, "score": None}, 3.5)
GIVEN = Answers("Cats", "1a2b", "Ana", (ANSWER,), {str(ASKED.id): ASKED.asked})


def test_a_file_has_what_was_answered(tmp_path: Path) -> None:
    read = read_answers(GIVEN.save(tmp_path / "ana.json"))
    assert read.answers == (ANSWER,)
    assert (read.lesson, read.lesson_id, read.student) == ("Cats", "1a2b", "Ana")
    assert read.questions[str(ASKED.id)]["options"] == ["cat", "dog"]
    assert "right" not in json.dumps(read.questions[str(ASKED.id)])


def test_first_and_last_answer_are_known_where_a_question_was_answered_twice() -> None:
    again = Answer(str(ASKED.id), "choice", 2, "dog", False, tries=2)
    given = Answers("Cats", "", "", (ANSWER, again), {})
    assert given.first() == {ASKED.id: ANSWER}
    assert given.last() == {ASKED.id: again}


def changed(**fields: Any) -> bytes:
    return json.dumps({**GIVEN.record(), **fields}).encode()


def answer(**fields: Any) -> bytes:
    return changed(answers=[{**ANSWER.record(), **fields}])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "torn"),
        (changed()[:-20], "torn"),
        (b"[1, 2]", "not a file of answers"),
        (json.dumps({"format": "xwidget findings"}).encode(), "not a file of answers"),
        (changed(version=2), "has version 2.*upgrade"),
        (changed(answers={}), "answers is a list"),
        (answer(kind="essay"), "kind is one of"),
        (answer(value=7.5), "an option is its text"),
        (answer(seconds=-1), "seconds is a number"),
        (answer(time="yesterday"), "expected a time"),
        (answer(result={"score": [1]}), "a result holds"),
        (answer(result={"overlap": 10**400}), "a result holds"),
        (answer(result={"overlap": 1e308}), "a result holds"),
        (answer(right="yes"), "right is true, false or null"),
        (changed().replace(b"0.12", b"NaN"), "NaN is no number"),
        (b"[" * 100_000, "JSON"),
    ],
)
def test_a_bad_file_is_named_with_its_fault(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "bad.json").write_bytes(data)
    with pytest.raises(ValueError, match=rf"(?s)bad\.json: .*{words}"):
        read_answers(tmp_path / "bad.json")
