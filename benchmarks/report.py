"""Turn measured rows into the page of the selectivity benchmark."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.goals import LEGEND, details, goals, moves, strengths, variants
from benchmarks.records import Row
from xwidget.catalog.games import GAMES
from xwidget.engine.settings import Settings

_MOVES = """\
Score of the evidence after a small move T, as a share of the photo's score after the same move:
medians of p(T(e)) / p(T(x)). In games that keep the class, e is the evidence, and 1 is as good as
the photo. In games that take it away, e is what is left, and low is good."""

_UNSEEN = """\
p(e) / p(x) by the strength of the background noise, in standard deviations of the photo's colors:
medians of the mean over two backgrounds. For comparison, `the photo itself` is the photo with the
noise added to all of it."""

_VARIANTS = """\
Other defenses and numbers of iterations, on the photos that all of them were measured on. Scores
are on gray; the last column is the highest score of the least likely class."""


_APART = """\
The same figures on {count} of the photos alone, which were not used to choose the defaults."""


def report(rows: Sequence[Row], wordy: bool = False, unseen: Sequence[tuple[int, int]] = ()) -> str:
    """Return all tables of rows as Markdown.

    Parameters
    ----------
    rows
        From ``benchmarks.selectivity``, in any order.
    wordy
        Whether to add a table with a line for each run.
    unseen
        Parts of the photos, in the order of their names, to show alone, too: (3, 5) is the fourth
        of every five.
    """
    runs = [row for row in rows if row["kind"] == "game"]
    usual = _usual(runs)
    parts = [_photos(rows)]
    if usual:
        parts.append(LEGEND)
    for game in GAMES:
        if chosen := [row for row in usual if row["game"] == game]:
            parts += [f"## {game.capitalize()}", goals(chosen, game)]
    if usual:
        parts += ["## Small moves", _MOVES, moves(usual)]
        photos = [row for row in rows if row["kind"] == "photo"]
        parts += ["## Unseen backgrounds", _UNSEEN, strengths(usual, photos)]
    if apart := _part_of(usual, unseen):
        count = len({row["photo"] for row in apart})
        parts += ["## Photos not used to choose the defaults", _APART.format(count=count)]
        for game in GAMES:
            if chosen := [row for row in apart if row["game"] == game]:
                parts += [f"### {game.capitalize()}", goals(chosen, game)]
    if other := variants(runs):
        parts += ["## Other settings", _VARIANTS, other]
    if wordy and runs:
        parts += ["## Photo by photo", details(runs)]
    parts.append(_origin(runs))
    return "\n\n".join(part for part in parts if part)


def _usual(runs: Sequence[Row]) -> list[Row]:
    """Return the runs with the defaults; where there are none, those with the first settings."""
    settings = [(row["defense"], row["iterations"]) for row in runs]
    usual = ("auto", Settings.iterations)
    chosen = usual if usual in settings else next(iter(settings), None)
    return [row for row, given in zip(runs, settings, strict=True) if given == chosen]


def _part_of(rows: Sequence[Row], parts: Sequence[tuple[int, int]]) -> list[Row]:
    photos = sorted({row["photo"] for row in rows})
    names = {name for first, count in parts for name in photos[first::count]}
    return [row for row in rows if row["photo"] in names]


def _photos(rows: Sequence[Row]) -> str:
    nets: dict[str, list[Row]] = {}
    for row in rows:
        if row["kind"] == "photo":
            nets.setdefault(row["net"], []).append(row)
    return "\n".join(
        f"- {net}: {sum(row['right'] for row in photos)} of {len(photos)} photos classified "
        "correctly; only these are used."
        for net, photos in nets.items()
    )


def _origin(rows: Sequence[Row]) -> str:
    """Say on what machine, with what versions and when the rows were measured."""
    lines = [
        f"- {name}: " + "; ".join(sorted({str(row[key]) for row in rows}))
        for name, key in (("Machine", "machine"), ("Versions", "versions"), ("Measured", "date"))
    ]
    return "\n".join(lines) if rows else ""
