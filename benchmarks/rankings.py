"""Tables of the orders of the pixels, best first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmarks.baselines import INTEGRATED
from benchmarks.intervals import Estimate, mean, median
from benchmarks.records import Row
from benchmarks.tables import number, table

OWN = """\
The metrics of RISE (Petsiuk et al., BMVC 2018) for the photo's class, in {steps} steps: means over
the photos that all orders were measured on, with 95% intervals. Deletion replaces the first pixels
by the data mean; insertion puts them into a blurred image. A low deletion alone proves nothing, as
undefended noise has it, too. `more than IG` is the difference to Integrated Gradients on the same
photos."""

OTHERS = """\
Insertion − deletion of the same orders on other networks, in {steps} steps: shares of their score
of the photo, over the photos that they recognize (number in brackets). An order that ranks only
what its own network needs is low here."""

ROAD = """\
ROAD (Rong et al., ICML 2022) fills removed pixels in from their neighbors, so that their outline
cannot be recognized. Figures are mean heights of the curves from 0 to 0.9 of the pixels, removed
most relevant first and least relevant first."""

AREA = """\
Only the first 10%, 20% and 30% of the pixels, at full contrast on gray: medians, as shares of the
network's score of the photo."""

AREA_OTHERS = """\
The first 20% of the pixels, in the same way, on other networks."""


def rankings(rows: Sequence[Row]) -> list[str]:
    """Return all tables of orders, with what is said above them, for each net.

    Parameters
    ----------
    rows
        Of kind "curve".
    """
    parts = []
    for net in dict.fromkeys(row["net"] for row in rows):
        parts.append(f"### {net}")
        measured = [row for row in rows if row["net"] == net]
        own = [row for row in measured if row["judge"] == net]
        others = [row for row in measured if row["judge"] != net]
        if curves := _test(own, "curves"):
            parts += [OWN.format(steps=_steps(curves)), _own(curves)]
        if curves := _test(others, "curves"):
            parts += [OTHERS.format(steps=_steps(curves)), _by_judge(curves, _gap)]
        if road := _test(own, "road"):
            parts += [ROAD, _road(road)]
        if areas := _test(own, "area"):
            parts += [AREA, _area(areas)]
        if areas := _test(others, "area"):
            parts += [AREA_OTHERS, _by_judge(areas, lambda part: _said(part, 1))]
    return parts


def _own(rows: Sequence[Row]) -> str:
    shared = _shared(rows)
    gaps = {
        order: {row["photo"]: row["insertion"] - row["deletion"] for row in part}
        for order, part in shared.items()
    }
    rival = gaps.get(INTEGRATED, {})
    lines = []
    for order in sorted(shared, key=lambda order: -mean(gaps[order].values()).value):
        part = shared[order]
        more = [gap - rival[photo] for photo, gap in gaps[order].items() if photo in rival]
        lines.append(
            (
                order,
                number(mean(row["deletion"] for row in part).value),
                number(mean(row["insertion"] for row in part).value),
                mean(gaps[order].values()).text(digits=3, counted=False),
                mean(more).text(digits=3, counted=False) if order != INTEGRATED else None,
                len(part),
                number(median(row["seconds"] for row in part).value, 1),
            )
        )
    head = ["order", "deletion ↓", "insertion ↑", "insertion − deletion ↑", "more than IG"]
    return table([*head, "photos", "seconds"], lines)


def _road(rows: Sequence[Row]) -> str:
    shared = _shared(rows)

    def cells(order: str) -> list[Estimate]:
        part = shared.get(order, [])
        return [
            mean(row["least"] - row["most"] for row in part),
            mean(row["most"] for row in part),
            mean(row["least"] for row in part),
        ]

    return _sorted(["order", "difference ↑", "most first ↓", "least first ↑"], rows, cells)


def _area(rows: Sequence[Row]) -> str:
    shared = _shared(rows)
    return _sorted(
        ["order", "10% ↑", "20% ↑", "30% ↑"],
        rows,
        lambda order: [_said(shared.get(order, []), area) for area in range(3)],
    )


def _by_judge(rows: Sequence[Row], estimate: Callable[[Sequence[Row]], Estimate]) -> str:
    """Return a table with a column for each net that was asked."""
    judges = list(dict.fromkeys(row["judge"] for row in rows))
    found = {judge: _shared([row for row in rows if row["judge"] == judge]) for judge in judges}
    return _sorted(
        ["order", *judges],
        rows,
        lambda order: [estimate(found[judge].get(order, [])) for judge in judges],
    )


def _gap(rows: Sequence[Row]) -> Estimate:
    return mean((row["insertion"] - row["deletion"]) / row["image_score"] for row in rows)


def _said(rows: Sequence[Row], area: int) -> Estimate:
    return median(row["areas"][area] / row["image_score"] for row in rows)


def _sorted(
    head: Sequence[str], rows: Sequence[Row], cells: Callable[[str], list[Estimate]]
) -> str:
    """Return a table with a line for each order, the highest first figure first."""
    lines = {order: cells(order) for order in dict.fromkeys(row["order"] for row in rows)}
    known = {order: line for order, line in lines.items() if any(cell.count for cell in line)}
    best = sorted(known, key=lambda order: -next(c.value for c in known[order] if c.count))
    return table(head, [[order, *(cell.text() for cell in known[order])] for order in best])


def _shared(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return the rows of each order on the photos that all have, but for orders with few photos.

    An order with less than half of the photos does not narrow the comparison: it is left out.
    """
    orders: dict[str, list[Row]] = {}
    for row in rows:
        orders.setdefault(row["order"], []).append(row)
    most = max((len(part) for part in orders.values()), default=0)
    broad = {order: part for order, part in orders.items() if 2 * len(part) >= most}
    if not broad:
        return {}
    shared = set.intersection(*({row["photo"] for row in part} for part in broad.values()))
    return {order: [row for row in part if row["photo"] in shared] for order, part in broad.items()}


def _test(rows: Sequence[Row], test: str) -> list[Row]:
    """Return the rows of a test; of curves in different steps each net's with the most steps."""
    found = [row for row in rows if row["test"] == test]
    finest: dict[str, int] = {}
    for row in found:
        finest[row["judge"]] = max(row["steps"], finest.get(row["judge"], 0))
    return [row for row in found if row["steps"] == finest[row["judge"]]]


def _steps(rows: Sequence[Row]) -> str:
    return " or ".join(sorted({str(row["steps"]) for row in rows}))
