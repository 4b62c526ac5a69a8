"""Parts that benchmarks of photos and nets share: nets that are there, pieces of work, words."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable

import torch

import xwidget as xw
from benchmarks.records import Records
from benchmarks.subjects import judge
from xwidget.metrics import Judge


def judges(
    names: Iterable[str],
    load: Callable[[str], xw.Classifier],
    device: str | None = None,
    batch: int | None = None,
) -> dict[str, Judge]:
    """Return the nets that are installed, ready to judge.

    Parameters
    ----------
    names, load
        Names of nets, each once, and what loads them.
    device
        Where to run them; None leaves them where they are.
    batch
        Number of pictures in a batch; None for what a small machine's cache holds.
    """
    nets = {}
    for name in dict.fromkeys(names):
        try:
            clf = load(name)
        except ModuleNotFoundError as error:
            say(f"without {name}: {error}")
            continue
        if device is not None:
            clf.net.to(device)
        nets[name] = judge(clf) if batch is None else judge(clf, batch)
    return nets


def run(
    options: argparse.Namespace,
    measure: Callable[[Records], None],
    report: Callable[[Records], str],
    head: str,
) -> None:
    """Measure what is not measured yet, print the tables, and write them where that is asked for.

    Parameters
    ----------
    options
        Has "threads", "json", "report" and "write".
    measure
        Adds to the records; may be stopped by Ctrl-C.
    report
        Returns the tables of the records, as Markdown.
    head
        What stands above the tables in a file.
    """
    if options.threads:
        torch.set_num_threads(options.threads)
    records = Records(options.json)
    if not options.report:
        try:
            measure(records)
        except KeyboardInterrupt:
            say("stopped; the tables hold what is measured so far")
    if not records.rows:
        raise SystemExit("nothing was measured")
    text = report(records)
    sys.stdout.write(text + "\n")
    if options.write:
        options.write.write_text(f"{head}\n\n{text}\n", encoding="utf-8")
        say(f"written to {options.write}")


def part(text: str) -> tuple[int, int]:
    """Return the first photo and the step of a part: ``1/3`` is every third, from the first."""
    number, parts = (int(number) for number in text.split("/"))
    if not 1 <= number <= parts:
        raise ValueError
    return number - 1, parts


def say(text: str) -> None:
    """Say something beside the results."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
