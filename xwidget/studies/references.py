"""References: the evidence on each that the engine knows, and what holds of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xwidget.engine.references import REFERENCES
from xwidget.studies import intervals, trust
from xwidget.studies.explained import Case, Explained, Found
from xwidget.studies.lab import Lab
from xwidget.studies.records import Row
from xwidget.studies.rows import ends, grouped, named
from xwidget.studies.study import Example, Strip, Study, Summary, Table

NAME = "references"
_SAID = {
    "drawn": "drawn anew for each step (default)",
    "zero": "zero, the data mean (the paper's)",
    "blur": "the photo, blurred",
    "noise": "uniform noise",
}


def parts(lab: Lab) -> Iterator[Explained]:
    """Yield what is measured: each photo explained on each reference."""
    for net in lab.nets:
        cases = [Case(seen.photo, (seen.target,)) for seen in net.seen]
        for name in REFERENCES:
            settings = lab.settings(game="generation", reference=name, ranking="path")
            yield Explained(NAME, name, net, cases, settings, figures, heard=True)


def figures(found: Found) -> Row:
    """Return how far the evidence can be trusted."""
    return trust.figures(found.explanation)


def summarize(rows: Sequence[Row]) -> Summary:
    """Return the figures of each reference, by network."""
    lines: list[tuple[str | None, ...]] = []
    says: list[str] = []
    strips: list[Strip] = []
    for net, of_net in grouped(rows, "net"):
        by_way = dict(grouped(of_net, "way"))
        for name in sorted(by_way, key=list(REFERENCES).index):
            lines.append((net, _SAID.get(name, name), *trust.cells(by_way[name])))
        if {"zero", "drawn"} <= by_way.keys():
            says.append(_said(net, by_way["zero"], by_way["drawn"]))
        for name in ("zero", "drawn"):
            examples = tuple(
                Example(row, f"{named(row)}. {trust.caption(row)}")
                for row in ends(by_way.get(name, []), "moves")
            )
            strips.append(
                Strip(
                    f"{net}, {_SAID[name]}: the photo and its evidence; those that keep most "
                    "after small moves first, then those that keep least",
                    examples,
                )
            )
    table = Table(("network", "reference", *trust.HEAD), tuple(lines), note=trust.NOTE)
    return Summary(tuple(says), (table,), tuple(strips))


def _said(net: str, zero: Sequence[Row], drawn: Sequence[Row]) -> str:
    """Return a sentence that compares the paper's reference with the default."""
    moves = [
        intervals.median(row["moves"] for row in rows).text(counted=False) or "–"
        for rows in (zero, drawn)
    ]
    return (
        f"{net}: after small moves, evidence that was found on zero keeps {moves[0]} of what the "
        f"moved photo scores, evidence that was found on drawn backgrounds {moves[1]}."
    )


STUDY = Study(
    title="References",
    asks=(
        "What stands where nothing of the photo is shown? Evidence that answers to one background "
        "alone, on one grid of pixels, says little about the photo."
    ),
    how=(
        "Generation with the default defense is played for the class of each photo, on each "
        "reference. Small moves and the second network did not take part in the run.",
    ),
    silent=(
        "A reference that holds here need not be right for photos of another kind, such as those "
        "whose mean is no middle gray.",
        "A second network may fail where the first one is right, or both may share a mistake.",
    ),
    parts=parts,
    summarize=summarize,
)
