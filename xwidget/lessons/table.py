"""The answers of a class as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from xwidget.lessons.answer import Answer
from xwidget.lessons.kinds import KINDS, LONGEST
from xwidget.lessons.reading import Class
from xwidget.support import texts

_FORMULA = tuple("=+-@＝＋－＠")
_MARK = b"\xef\xbb\xbf"
"""By which spreadsheets know the encoding."""


def written(classes: Iterable[Class]) -> bytes:
    """Return one row a student and lesson: for each question the answer, and whether it is right.

    Lessons that ask the same share the columns of it.
    """
    classes = list(classes)
    kinds = {_title(about): about["kind"] for each in classes for about in each.questions.values()}
    judged = {name for name, kind in kinds.items() if kind in KINDS and KINDS[kind].right}
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    titles: list[str] = []
    for name in kinds:
        titles += [name, f"right: {name}"] if name in judged else [name]
    writer.writerow(map(_cell, ["lesson", "student", "file", *titles]))
    for each in classes:
        ids = {_title(about): id for id, about in each.questions.items()}
        for given in each.given:
            first = given.first()
            cells: list[Any] = [each.lesson, given.student, given.file]
            for name in kinds:
                answer = first.get(ids.get(name, ""))
                cells.append("" if answer is None else _said(answer))
                if name in judged:
                    cells.append("" if answer is None else _judged(answer))
            writer.writerow(map(_cell, cells))
    return _MARK + file.getvalue().encode("utf-8", "replace")


def _title(about: Mapping[str, Any]) -> str:
    """Return a question as a teacher reads it, with the id that tells it from all others."""
    prompt = " ".join(str(about["prompt"]).split())
    return f"{prompt} [{about['id']}]" if prompt else str(about["id"])


def _said(answer: Answer) -> Any:
    if answer.kind == "region":
        return answer.result.get("overlap", "")
    return "; ".join(answer.value) if isinstance(answer.value, list) else answer.value


def _judged(answer: Answer) -> str:
    return "" if answer.right is None else ("yes" if answer.right else "no")


def _cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    plain = texts.shown(value, texts.Room(LONGEST, LONGEST))
    risky = plain.lstrip().startswith(_FORMULA) or plain[:1].isspace()
    return f"'{plain}" if risky else plain
