"""Answers on record: each that was given to the lesson, and the first that was given to a panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xwidget.lessons import Answer
from xwidget.teaching.content import Content

Record = Mapping[str, Any]


def answered(
    content: Content, answers: Sequence[Record], question: str, value: Any, seconds: float
) -> list[Record]:
    """Return the answers with one more, to a question that is asked beside a panel.

    Raises
    ------
    ValueError
        If there is no such question, or this is no answer to it; the message says why.
    """
    known = content.questions
    if question not in known:
        raise ValueError(f"there is no question {question!r}; there are {', '.join(known)}")
    place, asked = known[question]
    checked = asked.check(value)
    answer = Answer(
        question=question,
        kind=asked.kind,
        step=place,
        value=checked,
        right=asked.is_right(checked),
        seconds=float(seconds),
        tries=1 + sum(each["question"] == question for each in answers),
    )
    return [*answers, answer.record()]


def from_panel(content: Content, answers: Sequence[Record], given: Record) -> list[Record]:
    """Return the answers with what was answered in a panel: the first stays, with later tries.

    Raises
    ------
    ValueError
        If what the panel gives is no answer.
    """
    question = given["question"]
    if question not in content.questions:
        return list(answers)
    before = next((each for each in answers if each["question"] == question), None)
    if before is None:
        place, _ = content.questions[question]
        return [*answers, Answer.read({**given, "step": place}).record()]
    more = {**before, "tries": max(before["tries"], given["tries"])}
    return [more if each is before else each for each in answers]
