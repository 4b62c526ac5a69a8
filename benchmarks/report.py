"""Turn measured rows into the tables of the selectivity benchmark."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from statistics import mean, median
from typing import Any

from benchmarks.records import Row
from benchmarks.sensitivity import is_default, legend, sensitivity
from benchmarks.tables import number, percent, table
from xwidget.engine.games import GAMES

#: The goals: a game that keeps the class reaches this share of the image's score, ...
KEEPS = 0.9
#: ... the least likely class stays at this score, ...
LEAST = 0.001
#: ... and a game that takes the class away leaves no more than this share of the image's score.
LOSES = 0.1

_CLAMPED = ("clamped", "complement_clamped", "blank_clamped")
_VARIED = ("iterations", "sparsity", "rule", "rate")
_SYMBOLS = {"iterations": "{} iterations", "sparsity": "λ {}", "rule": "{}", "rate": "rate {}"}

LEGEND = """\
- Every run explains the photo's own class and the least likely one in one batch, on photos that
  the net classifies rightly. `p(x)` is the image's score, `p(e)` that of the optimized input on
  the net as it is. Two figures with a slash are those of the true / the least likely class.
- `p(e) / p(x)`: median over the photos (the worst one). The goals: at least .9 where the class is
  kept, at most .1 where it is taken away; the least likely class at most .001
  (in brackets what the reference alone scores, a median: a score no higher was not generated).
- `rest`: the other half of the image alone, which the game did not look at: the evidence shown in
  deletion and repression, what is left in preservation and generation. If what a deletion shows
  is not noise, its `rest` is high. Medians, as shares of `p(x)`, as those that follow.
- `other net`: what the other net says of the same two pictures, as shares of what it says of the
  photo, where it classifies that rightly (on how many photos). Noise that only one net sees does
  not move another one.
- `clamped`: with all activations clamped to the image's bounds in the forward pass, so that
  nothing counts that the image did not activate. `grey`: where the reference alone is given the
  image's score when clamped, the bounds give the class away whatever is shown, and clamped scores
  say nothing.
- `outside`: share of activations out of the image's bounds; `mask`: its mean. Means.
- `pushed`: runs for the photo's own class that came to a stand before the class was there, or gone,
  and were made to show more until it was: there the goal is met because in the end everything may
  be shown, and how large the mask is says how much that took.
- `to 90 %`: when 90 % of the final value is reached (of the way down, where the class is taken
  away). Medians."""

CURVES = """\
RISE's metrics (Petsiuk et al., BMVC 2018) for the true class, means over the photos. Pixels are
ranked by Σ over channels of m·|x − r|, or by the other method's own values; equal ones come in a
random order. Deletion replaces them by the data mean, insertion puts them into a blurred image
(11 pixels wide, σ = 5), in {steps} steps (the authors take 224 steps of 224 pixels).
A low deletion alone proves nothing: undefended noise has it too."""


def report(rows: Sequence[Row], details: bool = False) -> str:
    """Return all tables of rows as Markdown.

    Parameters
    ----------
    rows
        From ``measure``, in any order.
    details
        Whether to add a table with a row for each photo.
    """
    parts = [_photos(rows)]
    tasks = [row for row in rows if row["kind"] == "game"]
    # Beside the defaults, others have a table of their own.
    usual = [row for row in tasks if is_default(row)]
    own = [row for row in tasks if row["defense"] == "auto" and row["rule"] is None]
    varied = sensitivity(own) if 0 < len(usual) < len(tasks) else ""
    if varied:
        tasks = usual
        rows = [row for row in rows if row["kind"] != "game" or is_default(row)]
    if tasks:
        parts += [LEGEND]
    for game in GAMES:
        if chosen := [row for row in tasks if row["game"] == game]:
            parts += [f"## {game.capitalize()}", _game(game, chosen, _label(tasks))]
    if varied:
        parts += ["## Steps and rate", legend(), varied]
    if any("deletion" in row for row in rows):
        parts += ["## Against other methods", *_against(rows, _label(tasks))]
    if details and tasks:
        parts += ["## Photo by photo", _details(tasks, _label(tasks))]
    parts.append(_origin(rows))
    return "\n\n".join(part for part in parts if part)


def _photos(rows: Sequence[Row]) -> str:
    nets: dict[str, list[Row]] = _grouped(
        (row for row in rows if row["kind"] == "photo"), lambda row: row["net"]
    )
    lines = []
    for net, photos in nets.items():
        wrong = [f"{row['photo']} ({row['name']})" for row in photos if not row["right"]]
        left_out = f"; left out: {', '.join(wrong)}" if wrong else ""
        lines.append(
            f"- {net}: {len(photos) - len(wrong)} of {len(photos)} photos classified rightly"
            f"{left_out}."
        )
    return "\n".join(lines)


def _game(game: str, rows: Sequence[Row], label: Callable[[Row], str]) -> str:
    keeps = GAMES[game].keeps
    goal = f"≥ {KEEPS} p(x)" if keeps else f"≤ {LOSES} p(x)"
    head = ["net", "defense", "photos", "p(e) / p(x)", goal]
    head += ["least: worst p(e) (grey)", f"≤ {LEAST}"] if keeps else []
    head += ["rest", "other net", "rest, other net", "clamped", "rest, clamped", "grey, clamped"]
    head += ["outside", "mask", "pushed", "to 90 %", "seconds a run"]
    lines = []
    for (net, defense), group in _grouped(rows, lambda row: (row["net"], label(row))).items():
        true = [row for row in group if row["role"] == "true"]
        least = [row for row in group if row["role"] == "least"]
        ratios = [row["score"] / row["image_score"] for row in true]
        worst = (min if keeps else max)(ratios, default=None)
        reached = [ratio >= KEEPS if keeps else ratio <= LOSES for ratio in ratios]
        cells: list[Any] = [net, defense, len(true)]
        cells += [f"{number(_median(ratios))} ({number(worst)})", percent(reached)]
        if keeps:
            scores = [row["score"] for row in least]
            blanks = [row["blank"] for row in least if "blank" in row]
            cells += [f"{number(max(scores, default=None), 4)} ({number(_median(blanks), 4)})"]
            cells += [percent([score <= LEAST for score in scores])]
        for name in ("complement", "witness_score", "witness_complement", *_CLAMPED):
            cells.append(_shares(true, name))
        for name in ("outside", "mask"):
            cells.append(
                " / ".join(
                    number(_mean(row[name] for row in part)) for part in (true, least) if part
                )
            )
        cells.append(_count(true, "pushed"))
        when = [_median([row[name] for row in true]) for name in ("iterations_90", "seconds_90")]
        cells += [None if when[0] is None else f"{when[0]:.0f} it, {when[1]:.1f} s"]
        cells += [number(_median([row["seconds"] for row in true]), 1)]
        lines.append(cells)
    return table(head, lines)


def _against(rows: Sequence[Row], label: Callable[[Row], str]) -> list[str]:
    """Return a table for each net; where not all methods share all photos, another on those that
    the ones with at least half of the photos share.
    """
    measured = [row for row in rows if "deletion" in row]
    parts = [CURVES.format(steps=" or ".join(sorted({str(row["steps"]) for row in measured})))]
    for net, group in _grouped(measured, lambda row: row["net"]).items():
        methods = _grouped(
            group,
            lambda row: (
                row["method"]
                if row["kind"] == "method"
                else f"{row['game']}, {label(row)}" + (", alone" if row["alone"] else "")
            ),
        )
        parts += [f"### {net}", _ranking(methods)]
        most = max(len(rows) for rows in methods.values())
        broad = {m: rows for m, rows in methods.items() if 2 * len(rows) >= most}
        shared = set.intersection(*({row["photo"] for row in rows} for rows in broad.values()))
        if shared and any(len(rows) != len(shared) for rows in methods.values()):
            parts += [
                f"On the {len(shared)} photos that all of these were measured on:",
                _ranking(
                    {m: [r for r in rows if r["photo"] in shared] for m, rows in broad.items()}
                ),
            ]
    return parts


def _ranking(methods: dict[str, list[Row]]) -> str:
    lines = []
    for method, rows in methods.items():
        out, into = (mean(row[name] for row in rows) for name in ("deletion", "insertion"))
        lines.append(
            (into - out, method, len(rows), out, into, _median([row["seconds"] for row in rows]))
        )
    lines.sort(key=lambda line: -line[0])
    return table(
        [
            "method",
            "photos",
            "deletion ↓",
            "insertion ↑",
            "insertion − deletion ↑",
            "seconds a photo",
        ],
        [
            (method, count, number(out), number(into), number(gap), number(seconds, 1))
            for gap, method, count, out, into, seconds in lines
        ],
    )


def _details(rows: Sequence[Row], label: Callable[[Row], str]) -> str:
    head = ["net", "game", "defense", "photo", "class", "p(x)", "p(e)", "p(e) / p(x)"]
    head += ["rest", "other net", "outside", "mask", "to 90 %", "stopped"]
    lines = []
    for row in rows:
        reached = row["iterations_90"]
        lines.append(
            (
                row["net"],
                row["game"],
                label(row),
                row["photo"],
                row["name"] + (" (least likely)" if row["role"] == "least" else ""),
                number(row["image_score"]),
                number(row["score"]),
                number(_ratio(row, "score")) if row["role"] == "true" else None,
                number(row["complement"]),
                number(row.get("witness_score")),
                *(number(row[name]) for name in ("outside", "mask")),
                None if reached is None else f"{reached} it, {row['seconds_90']:.1f} s",
                f"{row['stopped']}, {row['iterations_run']}",
            )
        )
    return table(head, lines)


def _origin(rows: Sequence[Row]) -> str:
    """Say on what machine, with what versions and when the rows were measured."""
    measured = [row for row in rows if "machine" in row]
    lines = [
        f"- {name}: " + "; ".join(sorted({str(row[key]) for row in measured}))
        for name, key in (("Machine", "machine"), ("Versions", "versions"), ("Measured", "date"))
    ]
    return "\n".join(lines) if measured else ""


def _label(rows: Sequence[Row]) -> Callable[[Row], str]:
    """Return how to call a row's defense: with the settings that are not the same in all rows."""
    varied = [name for name in _VARIED if len({row.get(name) for row in rows}) > 1]

    def label(row: Row) -> str:
        # What "auto" means depends on the game.
        auto = row["defense"] == "auto"
        defense = f"{GAMES[row['game']].defense} (auto)" if auto else row["defense"]
        more = [_SYMBOLS[name].format(row[name]) for name in varied if row[name] is not None]
        return ", ".join([defense, *more])

    return label


def _grouped(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _shares(rows: Sequence[Row], name: str) -> str:
    """Return the median of a score as a share of p(x), and of how many photos if not of all."""
    known = [share for row in rows if (share := _ratio(row, name)) is not None]
    return number(_median(known)) + (f" ({len(known)})" if 0 < len(known) < len(rows) else "")


def _count(rows: Sequence[Row], name: str) -> str | None:
    """Return of how many rows something is true; rows measured before it was noted say nothing."""
    known = [row[name] for row in rows if name in row]
    return f"{sum(known)}/{len(known)}" if known else None


def _ratio(row: Row, name: str) -> float | None:
    """Return a score as a share of p(x); a witness's is one already."""
    value: float | None = row.get(name)
    if value is None or name.startswith("witness"):
        return value
    return value / float(row["image_score"])


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if known else None
