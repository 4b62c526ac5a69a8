"""The report as Markdown pages, one a study, for a site of documents."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from xwidget.studies import written
from xwidget.studies.runner import Run
from xwidget.studies.study import Table
from xwidget.studies.tables import table
from xwidget.studies.written import Section
from xwidget.support import files


def write(run: Run, folder: Path, command: str) -> list[Path]:
    """Write a page for each study that was measured, ``NAME.md``; return their paths.

    Parameters
    ----------
    run
        The run, ended or not.
    folder
        It is made where there is none.
    command
        What was typed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    about = written.about(run, command)
    paths = []
    for section in written.sections(run):
        if section.outcome.skipped:
            continue
        path = folder / f"{section.name}.md"
        files.replace(path, page(section, about).encode("utf-8"))
        paths.append(path)
    return paths


def page(section: Section, about: Iterable[str]) -> str:
    """Return one study as a page of Markdown."""
    study, summary = section.outcome.study, section.summary
    parts = [f"# {study.title}", study.asks]
    parts += [f"**{section.incomplete}**"] if section.incomplete else []
    parts += [f"**{note}**" for note in section.outcome.notes]
    parts += summary.says
    for each in summary.tables:
        parts += _table(each)
    if study.published:
        parts += [
            "## The paper's figures",
            *(part for each in study.published for part in _table(each)),
        ]
    parts += ["## How it was measured", _list([*study.how, section.counted, section.made, *about])]
    parts += [written.INTERVALS, "## What it does not show", _list(study.silent)]
    if section.errors:
        parts += ["## Not measured", _list(section.errors)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _table(each: Table) -> list[str]:
    title = [f"{each.title}:"] if each.title else []
    return [*title, table(each.head, each.rows), *filter(None, [each.note])]


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines if line)
