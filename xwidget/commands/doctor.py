"""``python -m xwidget doctor``: what is installed, what works, and what mends the rest."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator

from xwidget.commands.checkup.line import Line
from xwidget.commands.checkup.table import answers, questions
from xwidget.support import texts

_MARKS = {"ok": "ok", "note": "note", "missing": "-", "broken": "BROKEN"}
_WIDTH = max(map(len, _MARKS.values()))
_LINE = texts.Room(600)


def fill(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command, and what it does."""
    parser.description = (
        "Look at this installation: versions, devices, extras, hosts, and xwidget at work. "
        "Nothing is installed, changed or sent. Run it with the Python of the notebook's kernel."
    )
    parser.add_argument("--json", action="store_true", help="as JSON, to put into an issue")
    parser.add_argument(
        "--findings", metavar="PLACE", help="path or URL of a store to look at, too"
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Ask all questions, and print the answers as they come.

    Returns
    -------
    int
        1 if something is broken that xwidget needs.
    """
    groups: dict[str, list[Line]] = {}
    for title, asked in questions(given.findings).items():
        if not given.json:
            sys.stdout.write(f"{title}\n")
        lines = groups.setdefault(title, [])
        for line in (line for question in asked for line in answers(question)):
            lines.append(line)
            if not given.json:
                sys.stdout.write("".join(f"{text}\n" for text in _printed(line)))
                sys.stdout.flush()
    broken = [line for lines in groups.values() for line in lines if line.state == "broken"]
    if given.json:
        sys.stdout.write(f"{json.dumps(_described(groups, len(broken)), indent=2)}\n")
    elif broken:
        sys.stdout.write(f"\nBroken: {', '.join(line.name for line in broken)}\n")
    else:
        sys.stdout.write("\nNothing that xwidget needs is broken.\n")
    return 1 if broken else 0


def _printed(line: Line) -> Iterator[str]:
    mark = _MARKS[line.state].ljust(_WIDTH)
    yield texts.shown(f"  {mark}  {line.name}: {line.says}", _LINE)
    if line.mend:
        yield f"  {' ' * _WIDTH}    {line.mend}"


def _described(groups: dict[str, list[Line]], broken: int) -> dict[str, object]:
    said = {title: [line.described() for line in lines] for title, lines in groups.items()}
    return {"broken": broken, "checkup": said}
