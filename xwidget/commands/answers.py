"""``python -m xwidget answers``: the answers of a class in a lesson."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xwidget.lessons.summing import Summary, summary
from xwidget.support import texts
from xwidget.support.figures import percent

_LINE = texts.Room(400)


def fill(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments to its parser."""
    parser.description = (
        "Sum up the files of answers that students saved in a lesson, or on its page. Files that "
        "cannot be read are listed; the others count."
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="where the files are")
    parser.add_argument("--out", metavar="HTML", type=Path, help="write a page to print or share")
    parser.add_argument(
        "--csv", metavar="CSV", type=Path, help="write a table, one row a student and lesson"
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Sum up the answers, and say so in a few lines.

    Returns
    -------
    int
        1 if there is no file of answers.
    """
    found = summary(given.folder)
    for path, write in ((given.out, found.to_html), (given.csv, found.to_csv)):
        if path is not None:
            write(path)
    sys.stdout.write("".join(f"{texts.shown(line, _LINE)}\n" for line in lines(found)))
    return 0 if found.students else 1


def lines(found: Summary) -> list[str]:
    """Return a summary in a few lines."""
    told = [] if found.lessons else ["no answers"]
    for lesson in found.lessons:
        told.append(f"{lesson.lesson}: {_counted(len(lesson.students), 'student')}")
        told += map(_line, lesson.rows)
    return [*told, *(f"{each.file}: {each.words}" for each in found.problems)]


def _line(row: Mapping[str, Any]) -> str:
    facts = [_counted(row["n"], "answer")]
    if row["right"] is not None:
        facts.append(f"{percent(row['right'])} right")
    if row["overlap"] is not None and row["chance"] is not None:
        facts.append(f"overlap {percent(row['overlap'])}, chance {percent(row['chance'])}")
    return f"  {row['step'] + 1}. {row['prompt'] or row['question']}: {', '.join(facts)}"


def _counted(count: int, name: str) -> str:
    return f"{count} {name}{'' if count == 1 else 's'}"
