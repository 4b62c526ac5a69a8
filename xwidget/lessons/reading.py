"""A folder of answer files: by lesson, one a student, and what is wrong with the others."""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from xwidget.lessons.answer import Answer
from xwidget.lessons.answers import Answers, read_answers
from xwidget.support import files, texts

Named: TypeAlias = tuple[str, Answers]
"""A file's name, and what it holds."""


@dataclass(frozen=True)
class Problem:
    """A file that is left out, or counts in part.

    Attributes
    ----------
    file
        Its name.
    words
        The fault, and whether the file counts in part.
    """

    file: str
    words: str


@dataclass(frozen=True)
class Class:
    """The answers that a class has handed in to one lesson.

    Attributes
    ----------
    lesson
        The lesson's title.
    given
        The answers, one entry a student, by file.
    questions
        What was asked, by id, in the lesson's order.
    """

    lesson: str
    given: tuple[Answers, ...]
    questions: Mapping[str, Mapping[str, Any]]


def read_folder(folder: str | os.PathLike[str]) -> tuple[list[Class], list[Problem]]:
    """Read all files of answers in a folder, and in the folders in it.

    Parameters
    ----------
    folder
        Where they are.

    Returns
    -------
    tuple
        The lessons, by title, and what is wrong with files.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    """
    place = files.as_path(str(folder).rstrip("/\\") or "/")
    if not place.is_dir():
        raise FileNotFoundError(f"there is no folder {str(place)!r}")
    read: list[Named] = []
    problems: list[Problem] = []
    for path in sorted(each for each in place.rglob("*") if each.suffix.lower() == ".json"):
        hidden = any(part.startswith(".") for part in path.relative_to(place).parts)
        if hidden or not path.is_file():
            continue
        name = path.relative_to(place).as_posix()
        try:
            read.append((name, read_answers(path)))
        except (ValueError, OSError) as error:
            words = texts.text_of(error).removeprefix(f"{path.name}: ")
            problems.append(Problem(name, f"left out: {words}"))
    classes = [_class(title, several, problems) for title, several in _by_lesson(read).items()]
    return (
        sorted(classes, key=lambda each: _in_order(each.lesson)),
        sorted(problems, key=lambda problem: problem.file),
    )


def _by_lesson(read: Iterable[Named]) -> dict[str, list[Named]]:
    """Return the files by title: those with one id are of one lesson, whatever its title."""
    titles: dict[str, Counter[str]] = defaultdict(Counter)
    for _, each in read:
        titles[each.lesson_id][each.lesson] += 1
    found: dict[str, list[Named]] = defaultdict(list)
    for name, each in read:
        ((title, _),) = titles[each.lesson_id].most_common(1)
        found[title if each.lesson_id else each.lesson].append((name, each))
    return found


def _in_order(title: str) -> list[tuple[int, int, str]]:
    """Return a key that sorts titles by the numbers in them, 2 before 10."""
    parts = re.findall(r"[0-9]{1,9}|[^0-9]+", title.casefold())
    return [(0, int(part), "") if "0" <= part[0] <= "9" else (1, 0, part) for part in parts]


def _class(title: str, several: list[Named], problems: list[Problem]) -> Class:
    """Return the answers to a lesson: to the version that most files are of, or the newest."""
    versions: dict[str, list[Named]] = defaultdict(list)
    for name, each in several:
        versions[each.lesson_id].append((name, each))
    id = max(
        versions, key=lambda id: (len(versions[id]), max(_newest(each) for _, each in versions[id]))
    )
    questions = _questions(versions[id])
    kept = [
        (name, _of_a_kind(name, each, questions, problems))
        for name, each in _one_each(several, problems)
    ]
    for name, each in kept:
        if each.lesson_id != id:
            problems.append(Problem(name, _other(each, questions)))
    return Class(title, tuple(_named(name, each) for name, each in kept), questions)


def _of_a_kind(
    name: str, given: Answers, questions: Mapping[str, Mapping[str, Any]], problems: list[Problem]
) -> Answers:
    """Return answers without those of another kind than their question."""
    found = []
    for answer in given.answers:
        kind = questions.get(answer.question, {}).get("kind", answer.kind)
        if answer.kind == kind:
            found.append(answer)
        else:
            words = f"the answer to {answer.question!r} is left out: it is of kind {answer.kind!r}"
            problems.append(Problem(name, f"{words}, the question of kind {kind!r}"))
    return replace(given, answers=tuple(found))


def _questions(read: Iterable[Named]) -> dict[str, Mapping[str, Any]]:
    """Return the questions, as the files or, where none does, the answers tell them."""
    told: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for _, each in read:
        for id, about in each.questions.items():
            told[id].append(about)
    found = {
        id: {**abouts[0], **{name: _most(abouts, name) for name in ("key", "picture", "evidence")}}
        for id, abouts in told.items()
    }
    for _, each in read:
        for answer in each.answers:
            found.setdefault(answer.question, _about(answer))
    return dict(sorted(found.items(), key=lambda item: int(item[1].get("step", 0))))


def _most(abouts: Sequence[Mapping[str, Any]], name: str) -> str:
    """Return the text that most files tell: older ones tell none, and any may have been changed."""
    told = Counter(str(about[name]) for about in abouts if about.get(name))
    return max(told, key=told.__getitem__, default="")


def _about(answer: Answer) -> dict[str, Any]:
    return {"id": answer.question, "kind": answer.kind, "step": answer.step, "prompt": ""}


def _one_each(read: list[Named], problems: list[Problem]) -> list[Named]:
    """Return one file a student: the one with most answers, of those the newest."""
    by_name: dict[str, list[Named]] = {}
    for name, each in read:
        by_name.setdefault(each.student.casefold() or f"\0{name}", []).append((name, each))
    kept = []
    for several in by_name.values():
        best = max(several, key=lambda each: (len(each[1].last()), _newest(each[1])))
        kept.append(best)
        for name, each in several:
            if name != best[0]:
                why = f"left out: {each.student} has a second file of this lesson, {best[0]}, "
                problems.append(Problem(name, why + "with as many answers or more"))
    return kept


def _newest(given: Answers) -> str:
    return max((answer.time for answer in given.answers), default="")


def _other(each: Answers, questions: Mapping[str, Any]) -> str:
    answered = each.last()
    known = sum(id in questions for id in answered)
    return (
        f"it is of another version, whose questions differ: {known} of its {len(answered)} answers "
        "are to questions of this lesson, and count"
    )


def _named(file: str, given: Answers) -> Answers:
    return Answers(
        given.lesson,
        given.lesson_id,
        given.student or Path(file).stem,
        given.answers,
        given.questions,
        file,
    )
