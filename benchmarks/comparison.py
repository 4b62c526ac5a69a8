"""The table of all methods, and where the package's own lose, from measured rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.answers import GAMES, OURS, RANDOM, label
from benchmarks.intervals import STATISTICS, Estimate, Statistic, difference, mean, median, share
from benchmarks.records import Row
from benchmarks.tables import number, table
from xwidget.metrics.areas import AREAS

#: The method that is compared with all others: what a run gives with the defaults.
OURS_FIRST = GAMES[0]

_ENOUGH = 6  # photos: an interval of fewer says little

_SUMMARY = """\
All figures at a glance; **bold** is the best of a column. What they are stands below, each with its
interval. `own` is {net}; other networks are named."""

_AREA = """\
The first 10%, 20% and 30% of the pixels, at full contrast on the data mean, shown alone: medians of
the score, as shares of the network's score of the photo, with 95% intervals and the number of
photos. `lost` is the share of the score that the photo loses without the first 20%. Other networks
are asked about photos that they recognize; picture and order are resized to their input. An order
that ranks only what its own network needs is low there."""

_CURVES = """\
Deletion and insertion (RISE, Petsiuk et al., BMVC 2018), in {steps} steps on the own network: means
of the areas under the curves. Deletion replaces the first pixels by the data mean, insertion puts
them into a blurred photo. A low deletion alone proves nothing, as undefended noise has it, too. On
other networks, the difference is a share of their score of the photo. ROAD (Rong et al., ICML 2022)
fills removed pixels in from their neighbors: the mean height of the curve with the least relevant
pixels removed first, less that with the most relevant first."""

_SANITY = """\
The same method is asked for the least likely class, of which there is nothing to be seen. `rank
correlation` is Spearman's, of its order with the order for the photo's class: 1 if a method answers
the same whatever it is asked for. `photo's class in it` is the share of the photo's score that the
first 20% of that order have alone: high if evidence of the photo's class is passed off as that of
another. `its own score` is the score of the least likely class itself, there; a method that finds
evidence where there is none raises it. `random weights` is the similarity of the map to that of the
network with random weights (Adebayo et al., NeurIPS 2018), and `passes` the share of photos on
which it is below 0.5. Correlations below 0 count as 0. `seconds` are for both classes together, by
the clock: other runs may have shared the machine."""


@dataclass(frozen=True)
class Figure:
    """A column: a figure of every method, over photos.

    Parameters
    ----------
    name
        In sentences.
    head
        In the table, with an arrow to the better end.
    test, judge
        Of the rows that it is of.
    value
        Of a row; None for none.
    statistic
        Over photos: "mean", "median" or "share".
    better
        1 if high is good, -1 if low is; 0 if it is no contest.
    digits
        Digits after the point.
    """

    name: str
    head: str
    test: str
    judge: str
    value: Callable[[Row], float | None]
    statistic: str
    better: int
    digits: int = 2

    def estimate(self, rows: Sequence[Row]) -> Estimate:
        """Return the figure of a method from its rows."""
        values = [self.value(row) for row in rows]
        if self.statistic == "share":
            return share(bool(value) for value in values if value is not None)
        return (mean if self.statistic == "mean" else median)(values)


def compared(rows: Sequence[Row]) -> list[str]:
    """Return the tables of all methods, for each net, with what is said above them.

    Parameters
    ----------
    rows
        Of kind "curve".
    """
    parts = []
    for net in dict.fromkeys(row["net"] for row in rows):
        measured = _finest([row for row in rows if row["net"] == net])
        groups = _groups(net, measured)
        figures = [figure for group in groups.values() for figure in group]
        found = {figure.name: _shared(figure, measured) for figure in figures}
        first = next(iter(figures), None)
        if first is None:
            continue
        methods = _ordered(figures, found, measured)
        steps = [
            row["steps"] for row in measured if row["test"] == "curves" and row["judge"] == net
        ]
        parts += [f"## {net}", *_words(figures, found, net)]
        parts += [_SUMMARY.format(net=net), _summary(figures, found, methods)]
        for said, group in groups.items():
            if group:
                parts += [said.format(steps=max(steps, default=0)), _detail(group, found, methods)]
    return parts


def _groups(net: str, rows: Sequence[Row]) -> Mapping[str, list[Figure]]:
    """Return the figures that there are rows of, by what is said of them."""
    judges = [net, *dict.fromkeys(row["judge"] for row in rows if row["judge"] != net)]
    known = {(row["test"], row["judge"]) for row in rows}
    every = {
        _AREA: [figure for judge in judges for figure in _areas(judge, judge == net)],
        _CURVES: [*_own_curves(net), *(f for judge in judges[1:] for f in _other_curves(judge))],
        _SANITY: list(_sanity(net)),
    }
    return {
        said: [figure for figure in group if (figure.test, figure.judge) in known]
        for said, group in every.items()
    }


def _areas(judge: str, own: bool) -> Iterator[Figure]:
    who = "own" if own else judge

    def kept(n: int) -> Callable[[Row], float | None]:
        return lambda row: _of_image(row, row["areas"][n])

    for n, area in enumerate(AREAS):
        name = f"{who} {area:.0%}"
        yield Figure(name, f"{name} ↑", "area", judge, kept(n), "median", 1)
    if own:
        lost = AREAS.index(0.2)
        yield Figure(
            "lost without 20%",
            "lost ↑",
            "area",
            judge,
            lambda row: _of_image(row, row["image_score"] - row["without"][lost]),
            "median",
            1,
        )


def _own_curves(net: str) -> Iterator[Figure]:
    def figure(name: str, value: Callable[[Row], float], better: int, test: str) -> Figure:
        return Figure(
            name, f"{name} {'↑' if better > 0 else '↓'}", test, net, value, "mean", better, 3
        )

    yield figure("deletion", lambda row: row["deletion"], -1, "curves")
    yield figure("insertion", lambda row: row["insertion"], 1, "curves")
    yield figure(
        "insertion − deletion", lambda row: row["insertion"] - row["deletion"], 1, "curves"
    )
    yield figure("ROAD", lambda row: row["least"] - row["most"], 1, "road")


def _other_curves(judge: str) -> Iterator[Figure]:
    yield Figure(
        f"{judge}, insertion − deletion",
        f"{judge} ↑",
        "curves",
        judge,
        lambda row: _of_image(row, row["insertion"] - row["deletion"]),
        "mean",
        1,
    )


def _sanity(net: str) -> Iterator[Figure]:
    def least(name: str, value: Callable[[Row], float | None], digits: int = 2) -> Figure:
        return Figure(name, f"{name} ↓", "selectivity", net, value, "median", -1, digits)

    yield least("rank correlation", lambda row: _from_0(row["correlation"]))
    yield least("photo's class in it", lambda row: _of_image(row, row["true_score"]))
    yield least("its own score", lambda row: row["least_score"], 4)
    yield Figure(
        "random weights",
        "random weights ↓",
        "randomization",
        net,
        lambda row: _from_0(row["similarity"]),
        "median",
        -1,
    )
    yield Figure("passes", "passes", "randomization", net, lambda r: r["passes"], "share", 0)
    yield Figure("seconds", "seconds", "area", net, lambda row: row["seconds"], "median", 0, 1)


def _summary(
    figures: Sequence[Figure], found: Mapping[str, dict[str, list[Row]]], methods: Sequence[str]
) -> str:
    values = {
        figure.name: {
            method: figure.estimate(found[figure.name].get(method, [])) for method in methods
        }
        for figure in figures
    }

    def cell(figure: Figure, method: str) -> str | None:
        each = values[figure.name]
        if not each[method].count:
            return None
        if figure.statistic == "share":
            return f"{each[method].value:.0%}"
        said = number(each[method].value, figure.digits)
        known = [one.value for one in each.values() if one.count]
        best = max(known, key=lambda value: value * figure.better)
        return f"**{said}**" if figure.better and each[method].value == best else said

    lines = [[label(m), *(cell(figure, m) for figure in figures)] for m in methods]
    return table(["method", *(figure.head for figure in figures)], lines)


def _detail(
    figures: Sequence[Figure], found: Mapping[str, dict[str, list[Row]]], methods: Sequence[str]
) -> str:
    def cell(figure: Figure, method: str) -> str | None:
        estimate = figure.estimate(found[figure.name].get(method, []))
        return estimate.text(figure.statistic == "share", digits=figure.digits)

    lines = [[label(m), *(cell(figure, m) for figure in figures)] for m in methods]
    return table(["method", *(figure.head for figure in figures)], lines)


def _words(
    figures: Sequence[Figure], found: Mapping[str, dict[str, list[Row]]], net: str
) -> list[str]:
    """Say of each figure whether the package's own method is ahead of every other one, or behind
    which, and whether the photos suffice to say so.
    """
    ahead: list[str] = []
    behind: list[str] = []
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
        gap = _gap(figure, rows[OURS_FIRST], rows[rival])
        scores = [number(each.value, figure.digits) for each in (ours, theirs)]
        span = gap.text(digits=figure.digits, counted=False)
        certain = gap.count >= _ENOUGH and (gap.low > 0 or gap.high < 0)
        doubt = "" if certain else "; the photos do not decide"
        said = (
            f"{figure.name}: {scores[0]} against {scores[1]} of {label(rival)} "
            f"(difference {span}{doubt})"
        )
        (ahead if figure.better * (ours.value - theirs.value) > 0 else behind).append(said)
    name = label(OURS_FIRST)
    parts = []
    if behind:
        head = f"**Where {name} loses** on {net}, against the best other method of each figure:"
        parts.append("\n".join([head, "", *(f"- {said}" for said in behind)]))
    if ahead:
        head = f"Where it leads all others on {net}:"
        parts.append("\n".join([head, "", *(f"- {said}" for said in ahead)]))
    return parts


def _gap(figure: Figure, ours: Sequence[Row], theirs: Sequence[Row]) -> Estimate:
    """Return how far our figure is above theirs, on the photos that both have."""
    values = {row["photo"]: figure.value(row) for row in theirs}
    pairs = [(figure.value(row), values.get(row["photo"])) for row in ours]
    known = [(one, other) for one, other in pairs if one is not None and other is not None]
    how: Statistic = STATISTICS["mean" if figure.statistic == "mean" else "median"]
    return difference([one for one, _ in known], [other for _, other in known], how)


def _from_0(similarity: float | None) -> float | None:
    """Return a similarity, 0 where it is below: an order turned around is as different as any."""
    return None if similarity is None else max(0.0, similarity)


def _of_image(row: Row, score: float) -> float | None:
    return score / row["image_score"] if row["image_score"] > 0 else None


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
