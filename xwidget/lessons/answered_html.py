"""Answers beside their questions, as HTML that runs nothing: for a saved notebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import numpy as np

from xwidget.findings import runs
from xwidget.lessons.answer import Answer
from xwidget.lessons.summary_html import heat_map
from xwidget.support import texts
from xwidget.support.figures import percent

_TABLE = "border-collapse: collapse; margin: 8px 0"
_CELL = "padding: 3px 16px 3px 0; text-align: left; vertical-align: top"
_JUDGED = {True: "right", False: "not right", None: ""}


def table(answers: Iterable[Mapping[str, Any]], asked: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a line for each question that was answered; "" where none was.

    Parameters
    ----------
    answers
        As ``Answer.record`` returns them; the last to each question is shown.
    asked
        By id, in the order of the lines: ``prompt``, and ``picture`` where pixels were marked, as
        the files of answers have both.
    """
    last = {each.question: each for each in map(Answer.read, answers)}
    rows = "".join(
        f'<tr><td style="{_CELL}">{escape(str(about["prompt"]))}</td>'
        f'<td style="{_CELL}">{_said(last[id], about)}</td>'
        f'<td style="{_CELL}">{_JUDGED[last[id].right]}</td></tr>'
        for id, about in asked.items()
        if id in last
    )
    return f'<table style="{_TABLE}">{rows}</table>' if rows else ""


def _said(answer: Answer, about: Mapping[str, Any]) -> str:
    if answer.kind == "region":
        height, width = answer.value["size"]
        mask = runs.decode(answer.value["counts"], (height, width)).astype(np.float64)
        picture = heat_map(mask, str(about.get("picture", "")))
        shares = ((name, answer.result.get(name)) for name in ("overlap", "chance"))
        words = ", ".join(f"{name} {percent(share)}" for name, share in shares if share is not None)
        return f'<img src="{picture}" width="160" alt="The guess"><br>{words}'
    value = answer.value
    said = ", ".join(value) if isinstance(value, list) else str(value)
    return escape(texts.shown(said, texts.WORDS))
