"""A report as data: the parts that its HTML page and its Markdown pages have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xwidget.studies.lab import Net
from xwidget.studies.records import Row
from xwidget.studies.runner import Outcome, Run
from xwidget.studies.study import Summary
from xwidget.studies.tables import machine, versions
from xwidget.support import texts

_ROOM = texts.Room(300)
_FEW = 20

INTERVALS = (
    "Square brackets hold 95% intervals: of means and medians from 10,000 bootstrap resamples of "
    "the photos, of shares of photos by Wilson's method."
)


@dataclass(frozen=True)
class Section:
    """One study of a report.

    Parameters
    ----------
    name
        The study's name on the command line.
    outcome
        What was measured.
    summary
        The outcome; empty where nothing was measured.
    counted
        How many units there are, and what they are of.
    incomplete
        What is missing; "" where nothing is.
    errors
        What could not be measured, and why.
    made
        When and where it was measured, and by which versions.
    """

    name: str
    outcome: Outcome
    summary: Summary
    counted: str
    incomplete: str
    errors: tuple[str, ...]
    made: str


def sections(run: Run) -> list[Section]:
    """Return the sections of a report, in the order of the run."""
    return [_section(run, outcome) for outcome in run.outcomes()]


def about(run: Run, command: str) -> list[str]:
    """Return a few lines on the run: photos, networks, options, command."""
    lab = run.lab
    lines = [f"Measured by `{command}`.", *(_photos(run, net) for net in run.lab.nets)]
    for net in lab.nets:
        if net.witness is not None:
            lines.append(f"The second network of {net.name} is {net.witness.name}.")
    settings = lab.settings()
    lines.append(
        f"{settings.iterations} iterations at most, seed {settings.seed}. The report was made on "
        f"{machine()}; {versions()}."
    )
    return lines


def incomplete(run: Run) -> str:
    """Return a sentence on what is missing of the whole run; "" where nothing is."""
    left = sum(outcome.left for outcome in run.outcomes())
    known = bool(run.planned)
    if not left and known:
        return ""
    rest = f"{left} of {sum(len(each.units) for each in run.outcomes())} measurements are"
    return (
        f"This report is incomplete: {rest if known else 'most of it is'} still to be made. The "
        "same command goes on."
    )


def _section(run: Run, outcome: Outcome) -> Section:
    rows, study = outcome.rows, outcome.study
    summary = study.summarize(rows) if rows else Summary()
    left = outcome.left
    missing = (
        f"Incomplete: {len(rows)} of {len(outcome.units)} measurements are there, {left} are still "
        "to be made."
        if left
        else ""
    )
    if not run.planned:
        missing = "Incomplete: nothing was measured yet."
    errors = [f"{_of(row)}: {row['error']}" for row in outcome.errors]
    more = [f"and {len(errors) - _FEW} more"] if len(errors) > _FEW else []
    return Section(
        outcome.name,
        outcome,
        summary,
        _counted(rows),
        missing,
        tuple(texts.shown(line, _ROOM) for line in [*errors[:_FEW], *more]),
        _made(rows),
    )


def _counted(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    photos = len({row["photo"] for row in rows})
    nets = " and ".join(dict.fromkeys(row["net"] for row in rows))
    images = "image" if photos == 1 else "images"
    return f"{len(rows)} measurements of {photos} {images} by {nets}."


def _made(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    dates = sorted({row["date"] for row in rows})
    devices = ", ".join(sorted({row["device"].replace("cpu", "a CPU") for row in rows}))
    made = sorted(
        {", ".join(f"{name} {one}" for name, one in row["versions"].items()) for row in rows}
    )
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    return f"Measured {when} on {devices}, with {'; '.join(made)}."


def _of(row: Row) -> str:
    return ", ".join(filter(None, (row["photo"], row["net"], row["way"])))


def _photos(run: Run, net: Net) -> str:
    given, seen = len(net.photos), len(net.all_seen)
    failed = len({row["photo"] for row in run.unreadable if row["net"] == net.name})
    labeled = sum(each.photo.label is not None for each in net.all_seen)
    lines = [f"{net.name}: {given} photos"]
    if failed:
        lines.append(f"{failed} of them could not be read")
    if left := given - seen - failed:
        lines.append(f"{left} of them were not looked at yet")
    if labeled:
        wrong = seen - len(net.seen)
        lines.append(
            f"{labeled} with a label"
            + (f", of which {wrong} are classified otherwise and left out" if wrong else "")
        )
    elif all(photo.label is None for photo in net.photos):
        lines.append("without labels, so that each stands for its most likely class")
    return "; ".join(lines) + "."
