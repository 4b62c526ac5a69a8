"""The four games compared: what each shows, how far it holds, and where they agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from xwidget.catalog.games import GAMES
from xwidget.studies import bits, intervals, trust
from xwidget.studies.explained import Case, Explained, Found
from xwidget.studies.lab import Lab
from xwidget.studies.records import Row
from xwidget.studies.rows import ends, grouped, named
from xwidget.studies.study import Example, Strip, Study, Summary, Table
from xwidget.support.figures import rounded

NAME = "games"

#: Share of the pixels, the most relevant ones, by which games are compared.
FIRST = 0.2
#: Overlap of two such sets of pixels that are drawn at random.
CHANCE = FIRST / (2 - FIRST)


def parts(lab: Lab) -> Iterator[Explained]:
    """Yield what is measured: each photo explained by each game."""
    for net in lab.nets:
        cases = [Case(seen.photo, (seen.target,)) for seen in net.seen]
        for game in GAMES:
            settings = lab.settings(game=game)
            yield Explained(NAME, game, net, cases, settings, figures, heard=True)


def figures(found: Found) -> Row:
    """Return how far the evidence can be trusted, and its most relevant pixels."""
    ex = found.explanation
    return {**trust.figures(ex), "first": bits.packed(bits.first(ex.relevance[0], FIRST))}


def summarize(rows: Sequence[Row]) -> Summary:
    """Return the figures of each game, and the overlap of each two."""
    lines: list[tuple[str | None, ...]] = []
    overlaps: list[tuple[str | None, ...]] = []
    says: list[str] = []
    strips: list[Strip] = []
    for net, of_net in grouped(rows, "net"):
        by_way = dict(grouped(of_net, "way"))
        played = [game for game in GAMES if game in by_way]
        lines += [(net, game, *trust.cells(by_way[game])) for game in played]
        means: dict[str, float] = {}
        for one, other in combinations(played, 2):
            found = agreement(by_way[one], by_way[other])
            means[f"{one} and {other}"] = found.value
            overlaps.append((net, one, other, found.text(counted=False), str(found.count)))
        if len(means) > 1:
            most, least = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
            says.append(
                f"{net}: {most} agree most on where the evidence is (overlap "
                f"{rounded(means[most], 2)}), {least} least "
                f"({rounded(means[least], 2)}); by chance it is {CHANCE:.2f}."
            )
        for game in played:
            examples = tuple(
                Example(row, f"{named(row)}. {trust.caption(row)}")
                for row in ends(by_way[game], "moves", 1)
            )
            kept = "keeps most" if trust.keeps(game) else "comes back most"
            strips.append(
                Strip(
                    f"{net}, {game}: the photo, and what is left to the network; the one that "
                    f"{kept} after small moves first, then the one that does so least",
                    examples,
                )
            )
    tables = (
        Table(("network", "game", *trust.HEAD), tuple(lines), note=trust.NOTE),
        Table(
            ("network", "game", "other game", "overlap, mean", "photos"),
            tuple(overlaps),
            f"Agreement: intersection over union of the {FIRST:.0%} most relevant pixels",
            f"Two sets of as many pixels drawn at random have {CHANCE:.2f}.",
        ),
    )
    return Summary(tuple(says), tables, tuple(strips))


def agreement(one: Sequence[Row], other: Sequence[Row]) -> intervals.Estimate:
    """Return the mean overlap of the rows of two games that have the same photos."""
    known = {row["photo"]: row["first"] for row in other}
    return intervals.mean(
        bits.overlap(row["first"], known[row["photo"]]) for row in one if row["photo"] in known
    )


STUDY = Study(
    title="The four games",
    asks=(
        "Preservation, deletion, generation and repression ask for evidence in four ways. Do they "
        "find the same, and does it hold?"
    ),
    how=(
        "Each game is played for the class of each photo with the defaults: the defense that "
        "serves it best, drawn backgrounds, automatic sparsity.",
    ),
    silent=(
        "Games that disagree need not contradict each other: what suffices for a class and what "
        "it cannot do without are two things.",
    ),
    parts=parts,
    summarize=summarize,
)
