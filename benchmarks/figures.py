"""The figures that all methods are compared by, in the groups that a page shows them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.records import Row
from xwidget.metrics.areas import AREAS
from xwidget.studies.intervals import Estimate, mean, median, share

_AREA = """\
The first 10%, 20% and 30% of the pixels, at full contrast on the data mean, shown alone: medians of
the score, as shares of the network's score of the photo. `lost` is the share of the score that the
photo loses without the first 20%."""

_ELSEWHERE = """\
The same pixels, shown to another network that recognizes the photo; picture and order are resized
to its input. An order that ranks only what its own network needs is low here."""

_CURVES = """\
Deletion and insertion (RISE, Petsiuk et al., BMVC 2018), in {steps} steps on the own network: means
of the areas under the curves. Deletion replaces the first pixels by the data mean, insertion puts
them into a blurred photo. A low deletion alone proves nothing, as undefended noise has it, too.
ROAD (Rong et al., ICML 2022) fills removed pixels in from their neighbors: the mean height of the
curve with the least relevant pixels removed first, less that with the most relevant first."""

_CURVES_ELSEWHERE = """\
Insertion − deletion of the same orders on other networks, as shares of their score of the photo."""

_LEAST = """\
The same method is asked for the least likely class, of which there is nothing to be seen. `rank
correlation` is Spearman's, of its order with the order for the photo's class, 0 where it is below:
1 if a method answers the same whatever it is asked for. `photo's class in it` is the share of the
photo's score that the first 20% of that order have alone: high if evidence of the photo's class is
passed off as that of another. `its own score` is the score of the least likely class itself, there;
a method that finds evidence where there is none raises it."""

_RANDOM = """\
`random weights` is the similarity of the map to that of the network with random weights (Adebayo et
al., NeurIPS 2018), 0 where it is below, and `passes` the share of photos on which it is below 0.5.
`seconds` are for two classes together, by the clock."""


#: The test whose rows have the seconds.
CLOCK = "clock"
#: The area of other networks that the first table shows.
_GLANCE = 0.2


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
    glance
        Whether it stands in the first table, too.
    """

    name: str
    head: str
    test: str
    judge: str
    value: Callable[[Row], float | None]
    statistic: str
    better: int
    digits: int = 2
    glance: bool = False

    def estimate(self, rows: Sequence[Row]) -> Estimate:
        """Return the figure of a method from its rows."""
        values = [self.value(row) for row in rows]
        if self.statistic == "share":
            return share(bool(value) for value in values if value is not None)
        return (mean if self.statistic == "mean" else median)(values)


@dataclass(frozen=True)
class Group:
    """Figures that stand in one table.

    Parameters
    ----------
    title
        Heading above it; "" for a table that goes on with the heading above.
    said
        What the figures are.
    figures
        Its columns.
    """

    title: str
    said: str
    figures: Sequence[Figure]


def groups(net: str, rows: Sequence[Row]) -> list[Group]:
    """Return the figures of a net that there are rows of, in the order of the page."""
    judges = [net, *dict.fromkeys(row["judge"] for row in rows if row["judge"] != net)]
    known = {(row["test"], row["judge"]) for row in rows}
    every = [Group("The first pixels alone", _AREA, list(_areas(net, own=True)))]
    for n, judge in enumerate(judges[1:]):
        said = "" if n else _ELSEWHERE
        title = "" if n else "The first pixels on other networks"
        every.append(Group(title, said, list(_areas(judge, own=False))))
    every += [
        Group("Deletion, insertion, ROAD", _CURVES, list(_own_curves(net))),
        Group("", _CURVES_ELSEWHERE, [f for judge in judges[1:] for f in _other_curves(judge)]),
        Group("Another class", _LEAST, list(_least(net))),
        Group("Random weights, and time", _RANDOM, list(_rest(net))),
    ]
    there = [
        Group(g.title, g.said, [f for f in g.figures if (f.test, f.judge) in known]) for g in every
    ]
    return [group for group in there if group.figures]


def _areas(judge: str, own: bool) -> Iterator[Figure]:
    who = "own" if own else judge

    def kept(n: int) -> Callable[[Row], float | None]:
        return lambda row: _of_image(row, row["areas"][n])

    for n, area in enumerate(AREAS):
        name = f"{who} {area:.0%}"
        glance = own or area == _GLANCE
        yield Figure(name, f"{name} ↑", "area", judge, kept(n), "median", 1, glance=glance)
    if own:
        lost = AREAS.index(_GLANCE)
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
    def figure(
        name: str, value: Callable[[Row], float], better: int, test: str, glance: bool = False
    ) -> Figure:
        head = f"{name} {'↑' if better > 0 else '↓'}"
        return Figure(name, head, test, net, value, "mean", better, 3, glance)

    yield figure("deletion", lambda row: row["deletion"], -1, "curves")
    yield figure("insertion", lambda row: row["insertion"], 1, "curves")
    yield figure(
        "insertion − deletion", lambda row: row["insertion"] - row["deletion"], 1, "curves", True
    )
    yield figure("ROAD", lambda row: row["least"] - row["most"], 1, "road", True)


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


def _least(net: str) -> Iterator[Figure]:
    def least(name: str, value: Callable[[Row], float | None]) -> Figure:
        return Figure(name, f"{name} ↓", "selectivity", net, value, "median", -1)

    yield least("rank correlation", lambda row: _from_0(row["correlation"]))
    yield least("photo's class in it", lambda row: _of_image(row, row["true_score"]))
    yield least("its own score in ‰", lambda row: 1000 * row["least_score"])


def _rest(net: str) -> Iterator[Figure]:
    yield Figure(
        "random weights",
        "random weights ↓",
        "randomization",
        net,
        lambda row: _from_0(row["similarity"]),
        "median",
        -1,
        glance=True,
    )
    yield Figure("passes", "passes", "randomization", net, lambda r: r["passes"], "share", 0)
    yield Figure(
        "seconds", "seconds", CLOCK, net, lambda row: row["seconds"], "median", 0, 1, glance=True
    )


def _from_0(similarity: float | None) -> float | None:
    """Return a similarity, 0 where it is below: an order turned around is as different as any."""
    return None if similarity is None else max(0.0, similarity)


def _of_image(row: Row, score: float) -> float | None:
    return score / row["image_score"] if row["image_score"] > 0 else None
