"""Class discrimination: the evidence for each of two objects, and where it lies."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from xwidget.catalog.games import SEEN
from xwidget.studies import intervals, published
from xwidget.studies.composites import LAYOUTS, Pair, halves, pairs
from xwidget.studies.explained import Case, Explained, Found
from xwidget.studies.lab import Lab, Net
from xwidget.studies.part import Measured, Unit, key
from xwidget.studies.records import Row
from xwidget.studies.rows import ends, grouped, named
from xwidget.studies.scoring import scored
from xwidget.studies.study import Example, Strip, Study, Summary, Table
from xwidget.support.figures import whole_percent

NAME = "two_objects"

#: Photos that each is put beside, to find pairs in which the network sees both.
NEAREST = 3
#: A class is seen where its score is so many times what it would be if all were alike.
TIMES = 10
#: By how much more of the evidence than by chance must lie in its own half to tell classes apart.
LITTLE = 0.1


def least_seen(classes: int) -> float:
    """Return the score from which on a class of an image of two counts as seen."""
    return min(SEEN, TIMES / classes)


@dataclass(frozen=True, eq=False)
class Candidates:
    """Images of two photos before one network, and its scores of both classes.

    Parameters
    ----------
    net
        The network.
    layout
        One of ``LAYOUTS``.
    seed
        Of the order of the photos.
    """

    net: Net
    layout: str
    seed: int

    @cached_property
    def pairs(self) -> list[Pair]:
        """All pairs that are tried."""
        return pairs(self.net.seen, self.layout, NEAREST, self.seed)

    @cached_property
    def units(self) -> Sequence[Unit]:
        """All units, in order."""
        told = {"study": f"{NAME}, pairs", **self.net.identity}
        return [
            Unit(
                f"{NAME}, pairs",
                self.net.name,
                self.layout,
                pair.photo.name,
                key({**told, "photo": pair.photo.digest, "targets": list(pair.targets)}),
            )
            for pair in self.pairs
        ]

    def measure(self, units: Sequence[Unit]) -> Generator[Measured]:
        """Score some of the images, and yield each."""
        known = dict(zip((unit.key for unit in self.units), self.pairs, strict=True))
        photos = {unit.key: known[unit.key].photo for unit in units}
        for unit, found in scored(self.net, units, photos):
            if isinstance(found, str):
                yield Measured(unit, error=found)
            else:
                both = [float(found[target]) for target in known[unit.key].targets]
                yield Measured(unit, {"scores": both})


def candidates(lab: Lab) -> Iterator[Candidates]:
    """Yield what is measured first."""
    for net in lab.nets:
        for layout in LAYOUTS:
            yield Candidates(net, layout, lab.options.seed)


def parts(lab: Lab) -> Iterator[Explained]:
    """Yield what is measured: both classes of images in which the network sees both."""
    for tried in candidates(lab):
        net, limit = tried.net, least_seen(tried.net.clf.classes)
        chosen = [
            pair
            for pair, unit in zip(tried.pairs, tried.units, strict=True)
            if (row := lab.known(unit)) is not None and min(row["scores"]) >= limit
        ][: len(net.seen)]
        cases = [Case(pair.photo, pair.targets, {"layout": tried.layout}) for pair in chosen]
        yield Explained(NAME, tried.layout, net, cases, lab.settings(game="generation"), figures)


def notes(lab: Lab) -> list[str]:
    """Return a line for each network that sees both objects in no image."""
    found = []
    for part in parts(lab):
        if not part.cases:
            found.append(f"{part.net.name} sees both objects in no image, {part.way}.")
    return found


def figures(found: Found) -> Row:
    """Return where the evidence of each class lies, and its score without either half."""
    ex, subject = found.explanation, found.subject
    own = halves(subject, found.case.told["layout"])
    judge, x = found.net.judge, subject.x
    pictures = [torch.where(torch.from_numpy(half), x, torch.zeros_like(x)) for half in own]
    scores = judge.all_scores(torch.stack([x, *pictures]))
    each: list[Row] = []
    for k, target in enumerate(ex.targets):
        mass, relevance = ex.masks[k].mean(0, dtype=np.float64), ex.relevance[k]
        best = relevance == relevance.max()
        total, image = float(mass.sum()), float(scores[0, target])
        kept, lost = (float(scores[1 + half, target]) for half in (k, 1 - k))
        each.append(
            {
                "name": ex.short_names[k],
                "image": image,
                "score": float(ex.scores[k]),
                "inside": float(mass[own[k]].sum()) / total if total else None,
                "pointing": float(own[k][best].mean()),
                "chance": float(own[k].mean()),
                "alone": kept,
                "removed": lost,
            }
        )
    inside = [one["inside"] for one in each if one["inside"] is not None]
    return {"classes": each, "inside": sum(inside) / len(inside) if inside else None}


def summarize(rows: Sequence[Row]) -> Summary:
    """Return how often the evidence lies on its own object, by network and layout."""
    lines: list[tuple[str | None, ...]] = []
    says: list[str] = []
    strips: list[Strip] = []
    for net, of_net in grouped(rows, "net"):
        for layout, of in grouped(of_net, "way"):
            means = {
                name: intervals.mean(_mean(row, name) for row in of)
                for name in ("inside", "pointing", "chance", "image", "alone", "removed")
            }
            cells = {name: mean.text(counted=False) for name, mean in means.items()}
            lines.append(
                (
                    net,
                    layout,
                    cells["inside"],
                    cells["pointing"],
                    f"{means['chance'].value:.2f}",
                    cells["image"],
                    cells["alone"],
                    cells["removed"],
                    str(len(of)),
                )
            )
            says.append(_said(net, layout, means))
        examples = tuple(Example(row, _caption(row)) for row in ends(of_net, "inside"))
        strips.append(
            Strip(
                f"{net}: the image, the evidence for its first object, and for its second; those "
                "that lie most on their own object first, then those that do least",
                examples,
            )
        )
    table = Table(
        (
            "network",
            "layout",
            "evidence in its own half",
            "most relevant pixel in its own half",
            "by chance",
            "score in the image",
            "with the other half removed",
            "with its own half removed",
            "images",
        ),
        tuple(lines),
        note="Means over images, of both classes of each. By chance: the share of the image that "
        "the half takes, which a pixel drawn at random hits. Removed: replaced by the data mean.",
    )
    return Summary(tuple(says), (table,), tuple(strips))


def _mean(row: Row, name: str) -> float | None:
    """Return the mean of a figure over both classes; None where one has none."""
    values = [each[name] for each in row["classes"]]
    return None if None in values else sum(values) / len(values)


def _said(net: str, layout: str, means: dict[str, intervals.Estimate]) -> str:
    inside, chance = means["inside"], means["chance"].value
    if inside.low > chance and inside.value - chance < LITTLE:
        verdict = "hardly more than by chance"
    elif inside.low > chance:
        verdict = "more than by chance: the evidence tells the classes apart"
    elif inside.high < chance:
        verdict = "less than by chance: the evidence lies on the other object"
    else:
        verdict = "which is not told from chance"
    return (
        f"{net}, {layout}: {whole_percent(inside.value)} of the evidence for a class lies in "
        f"its own half, {verdict}. The most relevant pixel does in "
        f"{whole_percent(means['pointing'].value)} (by chance {whole_percent(chance)})."
    )


def _caption(row: Row) -> str:
    said = [
        f"{each['name']} {each['image']:.2f}, "
        + ("no evidence" if each["inside"] is None else f"{whole_percent(each['inside'])} inside")
        for each in row["classes"]
    ]
    return f"{named(row)}. {'; '.join(said)}"


STUDY = Study(
    title="Two objects in one image",
    asks=(
        "Does the evidence for a class lie on the object of that class, and not on another one "
        "beside it?"
    ),
    how=(
        "Images are made of two photos of different classes, side by side and one above the other: "
        "the middle of each, a little squeezed. Each photo is put beside the next "
        f"{NEAREST} of a random order; images are used in which the network sees both classes, "
        f"each with a score of {TIMES} times what it would be if all classes were alike, or of "
        f"{SEEN} where that is less.",
        "Generation with the defaults is played for both classes. The pointing game asks whether "
        "the most relevant pixel lies in the half of its class.",
    ),
    silent=(
        "Two photos in one image are no natural scene: the edge between them is seen, too.",
        "Where a network sees both objects in few pairs, these are a choice of easy ones.",
        "Part of an object may lie in the half and be no evidence.",
    ),
    parts=parts,
    summarize=summarize,
    published=(published.TWO_OBJECTS,),
    before=candidates,
    notes=notes,
)
