"""The answers of a class to one lesson, question by question and student by student."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from statistics import mean, median
from typing import Any

import numpy as np
import numpy.typing as npt

from xwidget.findings import runs
from xwidget.lessons import keys
from xwidget.lessons.answer import Answer
from xwidget.lessons.answers import Answers
from xwidget.lessons.question import LETTERS
from xwidget.lessons.reading import Class

Row = dict[str, Any]

ONE_EACH = ("match", "method")
"""Kinds with one option for each picture or pane."""


@dataclass(frozen=True)
class LessonSummary:
    """The answers of a class to one lesson, summed up.

    Attributes
    ----------
    lesson
        The lesson's title.
    rows, students
        As :class:`Summary` has them, of this lesson alone.
    answers
        What was read.
    """

    lesson: str
    rows: list[Row]
    students: list[Row]
    answers: Class

    @classmethod
    def of(cls, found: Class) -> LessonSummary:
        """Sum up what a class has handed in."""
        rows = [_row(found, about) for about in found.questions.values()]
        return cls(found.lesson, rows, [_student(found, each) for each in found.given], found)

    def heat(self, question: str) -> npt.NDArray[np.float64]:
        """Return for each pixel the share of students who marked it, (H,W) in [0,1].

        Parameters
        ----------
        question
            Id of a question for a region.

        Raises
        ------
        ValueError
            If there is no such question, or nobody marked anything.
        """
        found = heat(first_answers(self.answers, question))
        if found is None:
            raise ValueError(f"there is no region among the answers to {question!r}")
        return found

    def __repr__(self) -> str:
        students, asked = len(self.students), len(self.rows)
        return f"<LessonSummary of {self.lesson!r}: {students} students, {asked} questions>"


def first_answers(found: Class, question: str) -> list[Answer]:
    """Return each student's first answer to a question."""
    return [first[question] for given in found.given if question in (first := given.first())]


def heat(answers: Sequence[Answer]) -> npt.NDArray[np.float64] | None:
    """Return for each pixel the share of regions that have it, (H,W); None without a region.

    Those of another size than the first, as of another photo, are left out.
    """
    regions = [answer.value for answer in answers if answer.kind == "region"]
    if not regions:
        return None
    (height, width), *_ = Counter(tuple(each["size"]) for each in regions).most_common(1)[0]
    size = (height, width)
    masks = [runs.decode(each["counts"], size) for each in regions if tuple(each["size"]) == size]
    shares: npt.NDArray[np.float64] = np.stack(masks).mean(0)
    return shares


def _row(found: Class, about: Mapping[str, Any]) -> Row:
    question = str(about["id"])
    answers = first_answers(found, question)
    judged = [answer.right for answer in answers if answer.right is not None]
    key = keys.opened(str(about.get("key", "")), str(about["kind"]))
    one_each = about["kind"] in ONE_EACH
    right = _right(about, answers) if key is None else key.answer
    again = [given.last()[question] for given in found.given if question in given.last()]
    return {
        "lesson": found.lesson,
        "question": question,
        "step": int(about.get("step", 0)),
        "kind": str(about["kind"]),
        "prompt": str(about.get("prompt", "")),
        "n": len(answers),
        "right": mean(judged) if judged else None,
        "choices": _choices(about, answers),
        "right_choices": right if isinstance(right, list) and not one_each else _joined(right),
        "answer": right,
        "tolerance": key.tolerance if key is not None and about["kind"] == "number" else None,
        "places": _places(about, answers, right) if one_each else [],
        "mean": _mean(answer.value for answer in answers if answer.kind == "number"),
        "numbers": [answer.value for answer in answers if answer.kind == "number"],
        "values": [answer.value for answer in answers if answer.kind == "text"],
        **{name: _mean(map(_of(name), answers)) for name in ("overlap", "chance", "score")},
        "changed": sum(answer.tries > 1 for answer in again),
        "seconds": median([answer.seconds for answer in answers]) if answers else None,
    }


def _choices(about: Mapping[str, Any], answers: Sequence[Answer]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for answer in answers:
        counts.update(_chosen(answer))
    options = [] if about["kind"] in ONE_EACH else list(about.get("options", ()))
    known = {option: counts.pop(option, 0) for option in options}
    return {**known, **dict(counts.most_common())}


def _chosen(answer: Answer) -> list[str]:
    """Return the options of an answer; of a matching, all of it as one."""
    if answer.kind in ONE_EACH:
        return _joined(answer.value)
    if answer.kind in ("choice", "class", "channel"):
        return answer.value if isinstance(answer.value, list) else [answer.value]
    return []


def _joined(value: Any) -> list[str]:
    if not isinstance(value, list):
        return []
    return [", ".join(f"{letter}: {name}" for letter, name in zip(LETTERS, value, strict=False))]


def _right(about: Mapping[str, Any], answers: Sequence[Answer]) -> Any:
    """Return the right answer, as answers that are right tell it; None where they do not."""
    right = [answer for answer in answers if answer.right and answer.kind == about["kind"]]
    if about["kind"] in ONE_EACH:
        return right[0].value if right else None
    return sorted({name for answer in right for name in _chosen(answer)}) or None


def _places(
    about: Mapping[str, Any], answers: Sequence[Answer], right: list[str] | None
) -> list[Row]:
    """Return the choices for each picture or pane."""
    given = [answer.value for answer in answers if answer.kind == about["kind"]]
    chosen = list(zip_longest(*given, *([] if right is None else [right])))
    seen = sorted({name for values in chosen for name in values if name is not None})
    options = list(dict.fromkeys([*about.get("options", ()), *seen]))
    found = []
    for letter, values in zip(LETTERS, chosen, strict=False):
        counts = Counter(values[: len(given)])
        is_right = None if right is None else values[-1]
        found.append(
            {
                "place": letter,
                "answer": is_right,
                "n_right": None if is_right is None else counts[is_right],
                "choices": {option: counts[option] for option in options},
            }
        )
    return found


def _student(found: Class, given: Answers) -> Row:
    answers = [answer for name, answer in given.first().items() if name in found.questions]
    return {
        "lesson": found.lesson,
        "student": given.student,
        "file": given.file,
        "answered": len(answers),
        "right": sum(answer.right is True for answer in answers),
        "judged": sum(answer.right is not None for answer in answers),
        "overlap": _mean(map(_of("overlap"), answers)),
        "chance": _mean(map(_of("chance"), answers)),
        "seconds": sum(answer.seconds for answer in given.answers),
    }


def _of(name: str) -> Any:
    def figure(answer: Answer) -> Any:
        return answer.result.get(name) if answer.kind == "region" else None

    return figure


def _mean(values: Any) -> float | None:
    known = [value for value in values if isinstance(value, (int, float))]
    return float(mean(known)) if known else None
