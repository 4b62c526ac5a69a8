"""Evidence against marked regions, such as lesions, at 25% and 50% overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from xwidget.metrics import region_agreement
from xwidget.studies import intervals, published
from xwidget.studies.explained import Case, Explained, Found
from xwidget.studies.lab import Lab
from xwidget.studies.marks import Marks, marks_of
from xwidget.studies.records import Row
from xwidget.studies.rows import ends, grouped, named
from xwidget.studies.study import Example, Strip, Study, Summary, Table
from xwidget.support.figures import rounded, whole_percent

NAME = "lesions"

PLAYED = ("generation", "deletion")
#: Share of the picture's side that the most relevant pixel may miss a region by: 5 pixels of 224.
NEAR = 5 / 224
_FIGURES = {
    "hit_25": "hit at 25%",
    "hit_50": "hit at 50%",
    "coverage": "coverage",
    "iou": "IoU",
    "pointing": "pointing",
    "mass": "mass",
}


def skipped(lab: Lab) -> str:
    """Return the reason why there is nothing to measure; "" where there is."""
    if lab.options.marks is None:
        return "no regions are marked; give a folder of masks, --marks FOLDER."
    if not any(_marks(lab).values()):
        return (
            f"no photo has marks in {lab.options.marks.name!r}; a mask is called as its photo, "
            "NAME.png for NAME.jpg."
        )
    return ""


def _marks(lab: Lab) -> dict[str, Marks]:
    assert lab.options.marks is not None
    names = dict.fromkeys(photo.name for net in lab.nets for photo in net.photos)
    return marks_of(lab.options.marks, list(names))


def parts(lab: Lab) -> Iterator[Explained]:
    """Yield what is measured: each photo that has marks, explained by two games."""
    marks = _marks(lab)
    for net in lab.nets:
        cases = [
            Case(seen.photo, (seen.target,), {"marks": marks[seen.photo.name].digest})
            for seen in net.seen
            if seen.photo.name in marks
        ]
        for game in PLAYED:
            settings = lab.settings(game=game)
            yield Explained(NAME, game, net, cases, settings, partial(figures, marks))


def figures(marks: dict[str, Marks], found: Found) -> Row:
    """Return how far the evidence and the marks of a photo agree, each figure beside chance."""
    ex, subject = found.explanation, found.subject
    regions = marks[found.case.photo.name].regions
    near = NEAR * min(subject.x.shape[-2:])
    agreed = region_agreement(ex, regions, tolerance=near, geometry=subject.geometry)
    each = {name: getattr(agreed, name) for name in _FIGURES}
    return {
        "name": ex.short_names[0],
        "regions": len(agreed.areas),
        "area": float(agreed.areas.sum()),
        "shown": agreed.shown,
        **{name: _known(one.mean) for name, one in each.items()},
        **{f"{name} chance": _known(one.by_chance) for name, one in each.items()},
    }


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def summarize(rows: Sequence[Row]) -> Summary:
    """Return the agreement of evidence and marks, by network and game."""
    lines: list[tuple[str | None, ...]] = []
    says: list[str] = []
    strips: list[Strip] = []
    for net, of_net in grouped(rows, "net"):
        for game, of in grouped(of_net, "way"):
            cells = [_beside(of, name) for name in _FIGURES]
            count = sum(row["regions"] for row in of)
            lines.append((net, game, *cells, str(count), str(len(of))))
            says.append(_said(net, game, of))
            examples = tuple(Example(row, _caption(row)) for row in ends(of, "coverage"))
            strips.append(
                Strip(
                    f"{net}, {game}: the photo, and what is left to the network; marks that are "
                    "covered most first, then those that are least",
                    examples,
                )
            )
    head = ("network", "game", *_FIGURES.values(), "regions", "photos")
    note = (
        "Means over photos, with what the same evidence would reach anywhere else in the picture. "
        "Hit: the share of the regions of which at least 25% or 50% are shown. Mass: the share of "
        "the evidence that lies in regions. Pointing: the most relevant pixel lies in one, or "
        "within 5 of 224 pixels."
    )
    return Summary(tuple(says), (Table(head, tuple(lines), note=note),), tuple(strips))


def _beside(rows: Sequence[Row], name: str) -> str | None:
    found = intervals.mean(row[name] for row in rows).text(counted=False)
    chance = intervals.mean(row[f"{name} chance"] for row in rows)
    return found and f"{found}, chance {rounded(chance.value, 2)}"


def _said(net: str, game: str, rows: Sequence[Row]) -> str:
    quarter, half, chance = (
        whole_percent(intervals.mean(row[name] for row in rows).value)
        for name in ("hit_25", "hit_50", "hit_50 chance")
    )
    return (
        f"{net}, {game}: the evidence covers {quarter} of the marked regions to a quarter, "
        f"{half} to a half (by chance {chance})."
    )


def _caption(row: Row) -> str:
    return (
        f"{named(row)}. {row['name']}: {row['regions']} marked, coverage {row['coverage']:.2f}, "
        f"by chance {row['coverage chance']:.2f}"
    )


STUDY = Study(
    title="Evidence and marked regions",
    asks=(
        "Does the evidence lie in regions that people marked, such as lesions? The paper compares "
        "evidence in fundus images with marks of physicians."
    ),
    how=(
        "Generation and deletion are played with the defaults for the class of each photo that has "
        "marks. What an automatic threshold shows is compared with the marked regions.",
    ),
    silent=(
        "Evidence beside a mark may be right, where the mark is not complete, or the network "
        "relies on something else.",
        "No network of fundus images with weights comes in a package: the paper's own study is "
        "not repeated.",
    ),
    parts=parts,
    summarize=summarize,
    published=(published.LESIONS,),
    skipped=skipped,
)
