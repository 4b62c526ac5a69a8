"""The table of all methods, and where the package's own lose, from measured rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.answers import GAMES, OURS, RANDOM, label
from benchmarks.figures import CLOCK, Figure, groups
from benchmarks.records import Row
from xwidget.studies.intervals import STATISTICS, Estimate, Statistic, difference
from xwidget.studies.tables import table

#: The method that is compared with all others: what a run gives with the defaults.
OURS_FIRST = GAMES[0]

_ENOUGH = 6  # photos: an interval of fewer says little

_SUMMARY = """\
At a glance; **bold** is the best method of a column. `own` is {net}; other networks are named,
without `efficientnet_`. What the figures are stands below, with their intervals."""
_FAMILY = "efficientnet_"  # too long for the head of a narrow column


def compared(rows: Sequence[Row], clock: Sequence[Row] = ()) -> list[str]:
    """Return the tables of all methods, for each net, with what is said above them.

    Parameters
    ----------
    rows
        Of kind "curve".
    clock
        Of the run whose seconds are shown; empty for this one.
    """
    parts = []
    timed = [row for row in clock or rows if row.get("test") == "area"]
    rows = [*rows, *({**row, "test": CLOCK} for row in timed if row["judge"] == row["net"])]
    for net in dict.fromkeys(row["net"] for row in rows):
        measured = _finest([row for row in rows if row["net"] == net])
        shown = groups(net, measured)
        figures = [figure for group in shown for figure in group.figures]
        found = {figure.name: _shared(figure, measured) for figure in figures}
        methods = _ordered(figures, found, measured)
        steps = [
            row["steps"] for row in measured if row["test"] == "curves" and row["judge"] == net
        ]
        parts += [f"## {net}", *_words(figures, found, net)]
        parts += [_SUMMARY.format(net=net), _summary(figures, found, methods)]
        for group in shown:
            heading = f"### {net}: {group.title}" if group.title else ""
            said = group.said.format(steps=max(steps, default=0))
            parts += [heading, said, _detail(group.figures, found, methods)]
    return [part for part in parts if part]


def _summary(
    figures: Sequence[Figure], found: Mapping[str, dict[str, list[Row]]], methods: Sequence[str]
) -> str:
    """Return the figures that matter most, without intervals."""
    chosen = [figure for figure in figures if figure.glance]
    columns = []
    for figure in chosen:
        rows = found[figure.name]
        each = {m: figure.estimate(rows.get(m, [])) for m in methods}
        known = [one.value for m, one in each.items() if one.count and m != RANDOM]
        best = max((figure.better * value for value in known), default=None)
        columns.append({m: _at_a_glance(figure, one, best) for m, one in each.items()})
    lines = [[label(m), *(column[m] for column in columns)] for m in methods]
    heads = [figure.head.replace(_FAMILY, "") for figure in chosen]
    return table(["method", *heads], lines)


def _at_a_glance(figure: Figure, found: Estimate, best: float | None) -> str | None:
    if not found.count:
        return None
    said = f"{found.value:.{min(figure.digits, 2)}f}"
    return f"**{said}**" if figure.better and figure.better * found.value == best else said


def _detail(
    figures: Sequence[Figure], found: Mapping[str, dict[str, list[Row]]], methods: Sequence[str]
) -> str:
    """Return figures with their intervals; the number of photos stands in the head of a column."""
    columns = []
    for figure in figures:
        rows = found[figure.name]
        each = [figure.estimate(rows.get(method, [])) for method in methods]
        counts = {one.count for one in each if one.count}
        cells = [
            one.text(figure.statistic == "share", figure.digits, counted=len(counts) > 1)
            for one in each
        ]
        head = f"{figure.head} ({counts.pop()})" if len(counts) == 1 else figure.head
        columns.append([head, *cells])
    names = ["method", *(label(method) for method in methods)]
    head, *lines = zip(names, *columns, strict=True)
    return table(head, lines)


def _words(
    figures: Sequence[Figure], found: Mapping[str, dict[str, list[Row]]], net: str
) -> list[str]:
    """Say of each figure whether the package's own method is ahead of every other one, or behind
    which, and whether the photos suffice to say so.
    """
    said: dict[int, list[str]] = {-1: [], 0: [], 1: []}
    for figure in figures:
        rows = found[figure.name]
        others = [m for m in rows if m not in OURS and m != RANDOM]
        if not figure.better or OURS_FIRST not in rows or not others:
            continue
        ours = figure.estimate(rows[OURS_FIRST])
        rival = max(others, key=lambda m: figure.better * figure.estimate(rows[m]).value)
        theirs = figure.estimate(rows[rival])
        if not (ours.count and theirs.count):
            continue
        one, other = (f"{each.value:.{figure.digits}f}" for each in (ours, theirs))
        if one == other:
            said[0].append(f"{figure.name}: {one}, as {label(rival)}")
            continue
        gap = _gap(figure, rows[OURS_FIRST], rows[rival])
        span = gap.text(digits=figure.digits, counted=False)
        certain = gap.count >= _ENOUGH and (gap.low > 0 or gap.high < 0)
        doubt = "" if certain else "; the photos do not decide"
        ahead = figure.better * (ours.value - theirs.value) > 0
        said[1 if ahead else -1].append(
            f"{figure.name}: {one} against {other} of {label(rival)} (difference {span}{doubt})"
        )
    name = label(OURS_FIRST)
    heads = {
        -1: f"**Where {name} loses** on {net}, against the best other method of each figure:",
        1: f"Where it leads all others on {net}:",
        0: f"Where it is level with the best other method on {net}:",
    }
    return [
        "\n".join([head, "", *(f"- {each}" for each in said[place])])
        for place, head in heads.items()
        if said[place]
    ]


def _gap(figure: Figure, ours: Sequence[Row], theirs: Sequence[Row]) -> Estimate:
    """Return how far our figure is above theirs, on the photos that both have."""
    values = {row["photo"]: figure.value(row) for row in theirs}
    pairs = [(figure.value(row), values.get(row["photo"])) for row in ours]
    known = [(one, other) for one, other in pairs if one is not None and other is not None]
    how: Statistic = STATISTICS["mean" if figure.statistic == "mean" else "median"]
    return difference([one for one, _ in known], [other for _, other in known], how)


def _ordered(
    figures: Sequence[Figure], found: Mapping[str, dict[str, list[Row]]], rows: Sequence[Row]
) -> list[str]:
    """Return the methods, the best first: by what 20% of the pixels say, where that is known."""
    named = [figure for figure in figures if figure.name == "own 20%"]
    figure = named[0] if named else figures[0]
    every = list(dict.fromkeys(row["order"] for row in rows))
    shown = [m for m in every if any(m in found[each.name] for each in figures)]
    known = {m: figure.estimate(found[figure.name].get(m, [])) for m in shown}
    return sorted(
        shown,
        key=lambda m: -figure.better * known[m].value if known[m].count else float("inf"),
    )


def _shared(figure: Figure, rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return a figure's rows of each method on the photos that all have.

    A method with less than half of the photos does not narrow the comparison: it is left out.
    """
    methods: dict[str, list[Row]] = {}
    for row in rows:
        if (row["test"], row["judge"]) == (figure.test, figure.judge):
            methods.setdefault(row["order"], []).append(row)
    most = max((len(part) for part in methods.values()), default=0)
    broad = {method: part for method, part in methods.items() if 2 * len(part) >= most}
    if not broad:
        return {}
    photos = set.intersection(*({row["photo"] for row in part} for part in broad.values()))
    return {m: [row for row in part if row["photo"] in photos] for m, part in broad.items()}


def _finest(rows: Sequence[Row]) -> list[Row]:
    """Return the rows without curves in fewer steps than others of the same net."""
    finest: dict[str, int] = {}
    for row in rows:
        if row["test"] == "curves":
            finest[row["judge"]] = max(row["steps"], finest.get(row["judge"], 0))
    return [r for r in rows if r["test"] != "curves" or r["steps"] == finest[r["judge"]]]
