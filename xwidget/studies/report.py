"""The report as one HTML page that holds all it shows, and runs nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from pathlib import Path

from PIL import Image

from xwidget.findings.report import document
from xwidget.studies import written
from xwidget.studies.pictures import Pictures
from xwidget.studies.runner import Run
from xwidget.studies.study import Strip, Table
from xwidget.studies.written import Section
from xwidget.support import texts
from xwidget.support.jpeg import to_data_url

_NAME = texts.Room(400)
_CODE = re.compile("`([^`]*)`")
_NUMBER = re.compile(r"[<≥≤−–-]?\d")


def page(run: Run, command: str) -> str:
    """Return the report of a run as the text of an HTML page.

    Parameters
    ----------
    run
        The run, ended or not.
    command
        What was typed, for the reader who wants to do the same.
    """
    found = written.sections(run)
    title = "Studies" if len(found) > 1 else found[0].outcome.study.title
    nets = ", ".join(net.name for net in run.lab.nets)
    head = [
        _alert(written.incomplete(run)),
        *(f'<p class="said">{_text(line)}</p>' for line in written.about(run, command)),
        _list("Not read", [f"{row['photo']}: {row['error']}" for row in run.unreadable]),
        _contents(found),
        f'<p class="note">{_text(written.INTERVALS)}</p>',
    ]
    body = "\n".join([*filter(None, head), *(_section(each, run.pictures) for each in found)])
    return document(
        title, f"{title} · {nets} · {date.today()}", f"{nets} · {date.today()}", body, _css()
    )


def _css() -> str:
    return Path(__file__).with_name("report.css").read_text("utf-8")


def _contents(found: Sequence[Section]) -> str:
    if len(found) < 2:
        return ""
    items = "".join(
        f'<li><a href="#{each.name}">{_text(each.outcome.study.title)}</a></li>' for each in found
    )
    return f'<nav aria-label="Studies"><ul class="contents">{items}</ul></nav>'


def _section(section: Section, pictures: Pictures) -> str:
    study, summary, outcome = section.outcome.study, section.summary, section.outcome
    skipped = f"Skipped: {outcome.skipped}" if outcome.skipped else ""
    parts = [
        f'<h2 id="{section.name}">{_text(study.title)}</h2>',
        f'<p class="said">{_text(study.asks)}</p>',
        _alert(skipped),
        _alert(section.incomplete),
        *map(_alert, outcome.notes),
        *(f'<p class="said finds">{_text(line)}</p>' for line in summary.says),
        *map(_table, summary.tables),
        *(_strip(strip, pictures) for strip in summary.strips),
    ]
    if study.published:
        parts += ["<h3>The paper's figures</h3>", *map(_table, study.published)]
    how = [*study.how, section.counted, section.made]
    parts += [
        _list("How it was measured", how),
        _list("What it does not show", study.silent),
        _list("Not measured", section.errors),
    ]
    return f'<section aria-labelledby="{section.name}">{"".join(filter(None, parts))}</section>'


def _table(table: Table) -> str:
    right = [_is_right(row[column] for row in table.rows) for column in range(len(table.head))]
    head = "".join(
        f'<th scope="col"{_side(one)}>{_text(name)}</th>'
        for name, one in zip(table.head, right, strict=True)
    )
    lines = []
    for row in table.rows:
        first, *rest = (_text("–" if cell is None else cell) for cell in row)
        cells = "".join(
            f"<td{_side(one)}>{cell}</td>" for cell, one in zip(rest, right[1:], strict=True)
        )
        lines.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    caption = f"<caption>{_text(table.title)}</caption>" if table.title else ""
    note = f'<p class="note">{_text(table.note)}</p>' if table.note else ""
    label = escape(table.title or "Figures", quote=True)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table>{caption}'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>{note}"
    )


def _is_right(cells: Iterable[str | None]) -> bool:
    known = [cell for cell in cells if cell is not None]
    return bool(known) and all(_NUMBER.match(cell) for cell in known)


def _side(right: bool) -> str:
    return ' class="number"' if right else ""


def _strip(strip: Strip, pictures: Pictures) -> str:
    figures = []
    for example in strip.examples:
        data = pictures.get(example.row["key"])
        if data is None:
            continue
        caption = texts.shown(example.caption, _NAME)
        with Image.open(io.BytesIO(data)) as picture:
            width, height = (side // 2 for side in picture.size)
        figures.append(
            f'<figure style="width:{width}px"><img width="{width}" height="{height}" '
            f'src="{to_data_url(data)}" alt="{escape(caption)}">'
            f"<figcaption>{_text(caption)}</figcaption></figure>"
        )
    if not figures:
        return ""
    return (
        f'<h3 class="strip-title">{_text(strip.title)}</h3>'
        f'<div class="strip">{"".join(figures)}</div>'
    )


def _list(title: str, lines: Iterable[str]) -> str:
    items = "".join(f"<li>{_text(line)}</li>" for line in lines if line)
    return f"<h3>{_text(title)}</h3><ul>{items}</ul>" if items else ""


def _alert(words: str) -> str:
    return f'<p class="alert" role="note">{_text(words)}</p>' if words else ""


def _text(words: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(texts.valid(words)))
