"""Files of answers: JSON, one a student."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xwidget.lessons import keys
from xwidget.lessons.answer import Answer
from xwidget.support import files, texts, wire

FORMAT = "xwidget answers"
VERSION = 1
"""js/src/lessons/answers.ts has both, too."""

LARGEST = 64 * 2**20
"""Bytes of a file that is read."""

_JPEG, _PICTURE = "data:image/jpeg;base64,", 2**18
"""Beginning, and most characters, of a picture that is read."""


@dataclass(frozen=True)
class Answers:
    """The answers of one student in one lesson.

    Attributes
    ----------
    lesson
        The lesson's title.
    lesson_id
        Digest of its questions: two lessons with the same one ask the same.
    student
        The name that was given; may be empty.
    answers
        In the order in which they were given.
    questions
        What was asked, as ``Question.asked`` says it, by id; of a region with photo and evidence
        as small pictures, and with a ``key`` where a right answer is known.
    file
        Name of the file that this is from, or "".
    """

    lesson: str
    lesson_id: str
    student: str
    answers: tuple[Answer, ...]
    questions: Mapping[str, Mapping[str, Any]]
    file: str = ""

    def last(self) -> dict[str, Answer]:
        """Return the last answer to each question, by id."""
        return {each.question: each for each in self.answers}

    def first(self) -> dict[str, Answer]:
        """Return the first answer to each question, by id."""
        return {each.question: each for each in reversed(self.answers)}

    def record(self) -> dict[str, Any]:
        """Return it as JSON-able values: what a file holds."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "lesson": self.lesson,
            "lesson_id": self.lesson_id,
            "student": self.student,
            "answers": [each.record() for each in self.answers],
            "questions": [dict(each) for each in self.questions.values()],
        }

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write a file, which :func:`read_answers` reads.

        Raises
        ------
        OSError, ValueError, TypeError
            If the file cannot be written.
        """
        text = json.dumps(self.record(), ensure_ascii=False, indent=1, allow_nan=False)
        return files.replace(path, texts.valid(text).encode())


def read_answers(path: str | os.PathLike[str]) -> Answers:
    """Read a file of answers that a lesson saved.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If it is no file of answers, of another version, or damaged; the message says why.
    """
    path = files.as_path(path)
    if not files.is_there(path):
        raise FileNotFoundError(f"there is no file {str(path)!r}")
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name}: it is larger than any file of answers")
    try:
        value = json.loads(path.read_bytes(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path.name}: it cannot be read as JSON, or is torn ({error})") from None
    try:
        return _read(value, path.name)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None


def _read(value: Any, file: str) -> Answers:
    if not isinstance(value, Mapping) or value.get("format") != FORMAT:
        raise ValueError("it is JSON, but not a file of answers that a lesson saved")
    if value.get("version") != VERSION:
        raise ValueError(
            f"it has version {wire.shown(value.get('version'))}, and this xwidget reads version "
            f"{VERSION}; upgrade xwidget"
        )
    return Answers(
        lesson=_text(value, "lesson"),
        lesson_id=_text(value, "lesson_id"),
        student=_text(value, "student").strip(),
        answers=tuple(Answer.read(each) for each in _list(value, "answers")),
        questions=_questions(_list(value, "questions")),
        file=file,
    )


def _text(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name, "")
    if not isinstance(found, str):
        raise ValueError(f"{name} is a text, got {wire.shown(found)}")
    return texts.shown(found, texts.NAME)


def _list(value: Mapping[str, Any], name: str) -> Sequence[Any]:
    found = value.get(name, [])
    if not isinstance(found, list):
        raise ValueError(f"{name} is a list, got {wire.shown(found)}")
    return found


def _questions(values: Sequence[Any]) -> dict[str, Mapping[str, Any]]:
    """Return the questions by id; a record that is none is left out: answers are read without."""
    found: dict[str, Mapping[str, Any]] = {}
    for each in values:
        if not isinstance(each, Mapping):
            continue
        id, options = each.get("id"), each.get("options")
        key = each.get("key")
        if not isinstance(id, str) or not isinstance(each.get("kind"), str):
            continue
        kept: dict[str, Any] = {
            "id": texts.shown(id, texts.NAME),
            "kind": each["kind"],
            "prompt": texts.shown(str(each.get("prompt", "")), texts.WORDS),
            "options": [
                texts.shown(option, texts.NAME)
                for option in (options if isinstance(options, list) else [])
                if isinstance(option, str)
            ],
            "step": each.get("step") if isinstance(each.get("step"), int) else 0,
            "places": each.get("places") if isinstance(each.get("places"), int) else 0,
        }
        for name in ("picture", "evidence"):
            picture = each.get(name)
            if isinstance(picture, str) and picture.startswith(_JPEG) and len(picture) <= _PICTURE:
                kept[name] = picture
        if isinstance(key, str) and len(key) <= keys.LONGEST:
            kept["key"] = key
        found[str(kept["id"])] = kept
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number that it may hold")
