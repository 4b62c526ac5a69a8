"""The selectivity of the evidence, and its robustness.

    python -m benchmarks.selectivity --quick
    python -m benchmarks.selectivity --photos FOLDER --json results.jsonl --write page.md

A run can be stopped and started again (``--json``), cut into pieces (``--minutes``, ``--part``) and
merged (``--json a.jsonl b.jsonl --report``). Masks are kept beside the results, so that what is
added later does not compute them again.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import xwidget as xw
from benchmarks import loop, pictures
from benchmarks.kept import Kept
from benchmarks.photos import read_photos
from benchmarks.records import Records
from benchmarks.report import report
from benchmarks.runs import find, measure
from benchmarks.subjects import Subject, Task, task_row
from xwidget.catalog.games import GAMES
from xwidget.engine.settings import Settings
from xwidget.engine.strategies import DEFENSES

NETS = ("efficientnet_lite0", "squeezenet")
PLAYED = ("deletion", "generation")
WITNESSES = ("efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2", "squeezenet")
#: What --quick does instead of the defaults.
QUICK: dict[str, Any] = {"limit": 1, "witnesses": ["efficientnet_lite0", "squeezenet"]}


def main(
    arguments: Sequence[str] | None = None, load: Callable[[str], xw.Classifier] = xw.load
) -> None:
    """Measure what is not measured yet, and print the tables."""
    options = _options(arguments)
    loop.run(
        options,
        lambda records: _measure(options, records, load),
        lambda records: report(records.rows, options.details, options.unseen),
        _HEAD.format(command=_command(options)),
    )


def _measure(
    options: argparse.Namespace, records: Records, load: Callable[[str], xw.Classifier]
) -> None:
    """Go through all photos and nets, or this part of them, until time is up."""
    photos = read_photos(options.photos)[: options.limit]
    nets = loop.judges([*options.nets, *options.witnesses], load)
    runs = Kept([file.with_suffix(".kept") for file in options.json])
    mine = photos[options.part[0] :: options.part[1]]
    pairs = list(itertools.product(mine, [net for net in options.nets if net in nets]))
    ends = time.monotonic() + 60 * options.minutes
    for n, (photo, net) in enumerate(pairs, 1):
        if time.monotonic() > ends:
            loop.say(f"time is up after {n - 1} of {len(pairs)}; the same command goes on")
            return
        others = [name for name in options.witnesses if name in nets]
        subject = Subject.of(net, photo, nets, others)
        if {**subject.identity, "kind": "photo"} not in records:
            records.add([subject.row()])
        if not subject.right:
            continue
        for what, job in _jobs(subject, options, records, runs):
            if time.monotonic() > ends:
                loop.say(f"time is up within {n} of {len(pairs)}; the same command goes on")
                return
            began = time.monotonic()
            job()
            spent = time.monotonic() - began
            loop.say(f"{n} of {len(pairs)}: {net}, {photo.name}, {what}: {spent:.1f} s")


def _jobs(
    subject: Subject, options: argparse.Namespace, records: Records, runs: Kept
) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield what is left to do for a net and a photo: a name, and what does it."""
    tasks = list(_tasks(options))
    for task in tasks:
        if task_row(subject, task) not in records:

            def run(task: Task = task) -> None:
                records.add([measure(subject, task, find(subject, task, runs))])

            yield task.name, run
    if options.pictures and not pictures.are_there(options.pictures, subject, tasks):

        def draw() -> None:
            found = [(task, find(subject, task, runs)) for task in tasks]
            shown = [(task, part, measure(subject, task, part)) for task, part in found]
            pictures.draw(options.pictures, subject, shown)

        yield "pictures", draw


def _tasks(options: argparse.Namespace) -> Iterator[Task]:
    """Yield the runs of one net on one photo; the control is for games that keep the class."""
    for game, defense, iterations in itertools.product(
        options.games, options.defenses, options.iterations
    ):
        yield Task(game, defense, iterations)
        if GAMES[game].keeps:
            yield Task(game, defense, iterations, "least")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.selectivity", description=(__doc__ or "").splitlines()[0]
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="one photo, few steps: under 3 minutes on 2 cores")
    add("--photos", help="folder, or list of path,label; default: foolbox's or scikit-image's")
    add("--limit", type=int, help="the first so many photos")
    add("--nets", nargs="+", default=list(NETS), help="names that xw.load knows")
    add("--witnesses", nargs="*", help="other nets to ask; default: all that are installed")
    add("--games", nargs="*", choices=list(GAMES), default=list(PLAYED))
    add("--defenses", nargs="+", default=["auto"], help=f"of {', '.join(DEFENSES)}, or all")
    add("--iterations", type=int, nargs="+", default=[Settings.iterations])
    add("--threads", type=int, help="of torch")
    add("--json", type=Path, nargs="+", default=[], help="files of results; the first is added to")
    add("--minutes", type=float, default=float("inf"), help="start nothing new after so long")
    add(
        "--part",
        type=loop.part,
        default=(0, 1),
        metavar="1/3",
        help="every third photo, from the first",
    )
    add(
        "--unseen",
        type=loop.part,
        nargs="+",
        default=(),
        metavar="4/5",
        help="parts of the photos that no setting was chosen on: tables of these alone, too",
    )
    add("--report", action="store_true", help="measure nothing, print what the files hold")
    add("--details", action="store_true", help="a line for each run, too")
    add("--pictures", type=Path, help="folder for a sheet of each photo, and the evidence alone")
    add("--write", type=Path, help="Markdown file to write the tables to")
    options = parser.parse_args(arguments)
    if options.defenses == ["all"]:
        options.defenses = ["auto", *DEFENSES]
    for name, usual in (
        ("limit", None),
        ("witnesses", list(WITNESSES)),
    ):
        if getattr(options, name) is None:
            setattr(options, name, QUICK[name] if options.quick else usual)
    return options


def _command(options: argparse.Namespace) -> str:
    return "python -m benchmarks.selectivity" + (" --quick" if options.quick else "")


_HEAD = """\
# Selectivity

A selective explanation shows evidence for a class that the network sees, and none for a class that
it does not see. Each game is therefore played for the class of the photo, and generation also for
the least likely class. A method that shows something for every class fails, as does one that shows
nothing for any. Evidence must also hold beyond one network, one position and one background: other
networks are asked, and the evidence is moved a little and put on backgrounds that no run has seen.

Measured by `{command}`; see `--help` for other photos, nets, games and defenses."""


if __name__ == "__main__":
    main()
