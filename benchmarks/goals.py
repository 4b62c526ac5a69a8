"""Tables of what the runs found, and whether it is evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import fmean

from benchmarks.noise import UNSEEN
from benchmarks.records import Row
from xwidget.catalog.games import GAMES
from xwidget.engine.moves import MOVES
from xwidget.studies.intervals import mean, median, share
from xwidget.studies.tables import number, table

#: Evidence brings its class back, on gray and on unseen backgrounds: shares of the photo's score.
BACK, BACK_UNSEEN = 0.9, 0.75
#: Where the class is taken away, no more than these shares are left.
GONE, GONE_UNSEEN = 0.1, 0.25
#: The least likely class scores no more than so many times what the background alone does.
CONTROL = 2.0

LEGEND = """\
Square brackets hold 95% intervals: of means and medians from 10,000 bootstrap resamples of the
photos, of shares of photos by Wilson's method. Round brackets hold the number of photos. `e` is the
evidence in games that keep the class, and what is left of the photo in games that take it away. It
is scored on gray (the data mean) and on eight backgrounds of smooth noise that no run has seen.
`p(x)` is the score of the photo. Other networks see the evidence and the rest on gray; their
figures are shares of their score of the photo, over the photos that they recognize."""

# What is said of a row: its value, None where it has none.
_Value = Callable[[Row], float | None]


def goals(rows: Sequence[Row], game: str) -> str:
    """Return the table of a game with its default settings, a column for each net.

    Parameters
    ----------
    rows
        Of runs of that game, both roles.
    game
        Its name.
    """
    keeps = GAMES[game].keeps
    nets = list(dict.fromkeys(row["net"] for row in rows))
    true, least = (
        {net: [r for r in rows if r["net"] == net and r["role"] == role] for net in nets}
        for role in ("true", "least")
    )
    lines: list[list[object]] = []

    def add(
        what: str, cell: Callable[[Sequence[Row]], str | None], of: dict[str, list[Row]] = true
    ) -> None:
        cells = [cell(of[net]) for net in nets]
        if any(cells):
            lines.append([what, *cells])

    add("mask, mean", lambda part: mean(row["mask"] for row in part).text())
    add("mask, median", _median(lambda row: row["mask"]))
    add("p(e) / p(x) on gray, median", _median(lambda row: _gray(row, keeps)))
    add("p(e) / p(x) on unseen backgrounds, median", _median(lambda row: _unseen(row, keeps)))
    if keeps:
        add(f"back on gray: ≥ {BACK}", _share(lambda row: _gray(row, True) >= BACK))
        add(
            f"back on unseen: ≥ {BACK_UNSEEN}",
            _share(lambda row: _unseen(row, True) >= BACK_UNSEEN),
        )
    else:
        add(f"gone on gray: ≤ {GONE}", _share(lambda row: _gray(row, False) <= GONE))
        add(
            f"gone on unseen: ≤ {GONE_UNSEEN}",
            _share(lambda row: _unseen(row, False) <= GONE_UNSEEN),
        )
    add("small moves of e, median of the mean of five", _median(_moves))
    for name in sorted({name for row in rows for name in row.get("shown_witness", ())}):
        add(f"{name}, evidence, median", _median(_said("shown", name)))
        add(f"{name}, rest, median", _median(_said("hidden", name)))
    if keeps:
        twice = f"least likely: ≤ {CONTROL:.0f} × the background alone"
        add(f"{twice}, gray", _share(lambda row: _control(row, False)), least)
        add(f"{twice}, unseen", _share(lambda row: _control(row, True)), least)
        add("least likely, worst score", _worst, least)
    add("pushed", _share(lambda row: row["pushed"]))
    add("seconds, median", _median(lambda row: row["seconds"], 1))
    return table(["figure", *nets], lines)


def moves(rows: Sequence[Row]) -> str:
    """Return the table of each small move: medians of p(T(e)) / p(T(x)) for the photo's class."""
    names = [name for name in MOVES if any(name in row["moves"] for row in rows if "moves" in row)]
    lines = [
        [
            game,
            net,
            *(median(row["moves"].get(name) for row in part).text(counted=False) for name in names),
        ]
        for (game, net), part in _grouped(rows).items()
    ]
    return table(["game", "net", *names], lines)


def strengths(rows: Sequence[Row], photos: Sequence[Row]) -> str:
    """Return the table of unseen backgrounds by their strength, for the photo's class: medians.

    Parameters
    ----------
    rows, photos
        Of runs, and of the photos that were shown to the nets.
    """
    known = list(dict.fromkeys(strength for strength, _ in UNSEEN))

    def line(game: str, net: str, part: Sequence[Row], scores: str) -> list[str | None]:
        cells = []
        for wanted in known:
            chosen = [n for n, (strength, _) in enumerate(UNSEEN) if strength == wanted]
            means = (fmean(row[scores][n] for n in chosen) / row["image_score"] for row in part)
            cells.append(median(means).text(counted=False))
        return [game, net, *cells]

    lines = [
        line(game, net, part, "shown_unseen" if GAMES[game].keeps else "hidden_unseen")
        for (game, net), part in _grouped(rows).items()
    ]
    for net in dict.fromkeys(row["net"] for row in rows):
        part = [row for row in photos if row["net"] == net and row["right"]]
        lines.append(line("the photo itself", net, part, "noisy"))
    return table(["game", "net", *(f"{strength} σ" for strength in known)], lines)


def variants(rows: Sequence[Row]) -> str:
    """Return the table of other defenses and numbers of iterations, on the photos they share."""
    groups: dict[tuple[str, str], dict[tuple[str, int], list[Row]]] = {}
    for row in rows:
        part = groups.setdefault((row["game"], row["net"]), {})
        part.setdefault((row["defense"], row["iterations"]), []).append(row)
    lines = []
    for (game, net), settings in groups.items():
        shared = set.intersection(*({row["photo"] for row in part} for part in settings.values()))
        if len(settings) == 1 or not shared:
            continue
        keeps = GAMES[game].keeps
        for (defense, iterations), part in settings.items():
            part = [row for row in part if row["photo"] in shared]
            true = [row for row in part if row["role"] == "true"]
            least = [row["shown"] for row in part if row["role"] == "least"]
            lines.append(
                [
                    game,
                    net,
                    f"{defense}, {iterations}",
                    len(true),
                    median(_gray(row, keeps) for row in true).text(counted=False),
                    median(map(_moves, true)).text(counted=False),
                    mean(row["mask"] for row in true).text(counted=False),
                    number(max(least, default=None), 4),
                ]
            )
    head = ["game", "net", "defense, iterations", "photos", "p(e) / p(x)", "small moves", "mask"]
    return table([*head, "least: worst"], lines) if lines else ""


def details(rows: Sequence[Row]) -> str:
    """Return a table with a line for each run."""
    lines = [
        [
            row["net"],
            f"{row['game']}, {row['defense']}, {row['iterations']}",
            row["photo"],
            row["name"] + (" (least likely)" if row["role"] == "least" else ""),
            number(row["image_score"]),
            *(number(row[half]) for half in ("shown", "hidden", "blank")),
            *(number(fmean(row[f"{half}_unseen"])) for half in ("shown", "hidden", "blank")),
            number(_moves(row), 2),
            number(row["mask"]),
            f"{row['stopped']}, {row['iterations_run']}" + (", pushed" if row["pushed"] else ""),
            f"{row['seconds']:.1f}",
        ]
        for row in rows
    ]
    head = ["net", "run", "photo", "class", "p(x)", "shown", "hidden", "gray"]
    head += ["shown, unseen", "hidden, unseen", "background", "moves", "mask", "ended", "seconds"]
    return table(head, lines)


def _grouped(rows: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    """Return the rows of the photo's own class by game and net."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row["role"] == "true":
            groups.setdefault((row["game"], row["net"]), []).append(row)
    return groups


def _median(value: _Value, digits: int = 2) -> Callable[[Sequence[Row]], str | None]:
    return lambda part: median(map(value, part)).text(digits=digits)


def _share(holds: Callable[[Row], bool]) -> Callable[[Sequence[Row]], str | None]:
    return lambda part: share(map(holds, part)).text(percent=True)


def _gray(row: Row, keeps: bool) -> float:
    """Return the score on gray of what counts in a game, as a share of the photo's."""
    return float(row["shown" if keeps else "hidden"] / row["image_score"])


def _unseen(row: Row, keeps: bool) -> float:
    """Return the mean score on unseen backgrounds of the same, as a share of the photo's."""
    scores = row["shown_unseen" if keeps else "hidden_unseen"]
    return fmean(scores) / float(row["image_score"])


def _moves(row: Row) -> float | None:
    """Return the mean over the small moves."""
    known = [value for value in row.get("moves", {}).values() if value == value]
    return fmean(known) if known else None


def _said(half: str, witness: str) -> _Value:
    return lambda row: row.get(f"{half}_witness", {}).get(witness)


def _control(row: Row, unseen: bool) -> bool:
    """Return True if a class that is not there stays away."""
    if unseen:
        return fmean(row["shown_unseen"]) <= CONTROL * fmean(row["blank_unseen"])
    return bool(row["shown"] <= CONTROL * row["blank"])


def _worst(part: Sequence[Row]) -> str | None:
    scores = [max(row["shown"], *row["shown_unseen"]) for row in part]
    return number(max(scores), 4) if scores else None
