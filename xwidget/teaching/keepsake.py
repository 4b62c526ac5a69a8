"""The place of a lesson in a saved notebook: where the student was, and the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from xwidget.lessons import answered_html

CLASS = "xwidget-lesson-kept"


def html(
    title: str,
    place: str,
    student: str,
    answers: Iterable[Mapping[str, Any]],
    asked: Mapping[str, Mapping[str, Any]],
) -> str:
    """Return it as HTML that runs nothing.

    Parameters
    ----------
    title
        Of the lesson.
    place
        Where the student was, in words.
    student
        The name; may be empty.
    answers
        As ``Lesson.answers``.
    asked
        As ``answered_html.table`` takes it.
    """
    name = f", {escape(student)}" if student else ""
    table = answered_html.table(answers, asked) or "<p>No answers yet.</p>"
    return (
        f'<div class="{CLASS}"><p><b>{escape(title)}</b>{name}: {escape(place)}</p>{table}'
        "<p>Run the cell again to have the lesson.</p></div>"
    )
