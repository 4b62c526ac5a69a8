"""Color bias: the classes that lose their score when the color channels are permuted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

import torch
from torch import Tensor

from xwidget.studies import intervals, published
from xwidget.studies.explained import Case, Explained, Found
from xwidget.studies.lab import Lab
from xwidget.studies.pictures import Picture, row
from xwidget.studies.records import Row
from xwidget.studies.rows import ends, grouped, named
from xwidget.studies.study import Example, Strip, Study, Summary, Table
from xwidget.support.figures import rounded

NAME = "color"

#: All orders of the channels but the usual one: "green, red, blue" shows green where red was.
ORDERS = tuple(order for order in permutations(range(3)) if order != (0, 1, 2))
#: Share of the photo's score below which a class is lost.
LOST = 0.5
_LETTERS = "RGB"
#: The paper's pair of classes.
PAIR = ("school bus", "minivan")
_FEW = 8
_DRAWN = (2, 0, 1)


def parts(lab: Lab) -> Iterator[Explained]:
    """Yield what is measured: each photo explained, then asked about in other colors."""
    for net in lab.nets:
        cases = [Case(seen.photo, (seen.target,)) for seen in net.seen]
        settings = lab.settings(game="generation", ranking="path")
        yield Explained(NAME, "generation", net, cases, settings, figures, draw=_drawn)


def permuted(
    x: Tensor, order: Sequence[int], mean: Sequence[float], std: Sequence[float]
) -> Tensor:
    """Return a normalized picture (3,H,W) with its colors, not its normalized values, permuted.

    Parameters
    ----------
    x
        (3,H,W), normalized.
    order
        For each channel the one whose colors it shows.
    mean, std
        Of the normalization.
    """
    middle, spread = (x.new_tensor(values).view(3, 1, 1) for values in (mean, std))
    colors = x * spread + middle
    return (colors[list(order)] - middle) / spread


def figures(found: Found) -> Row:
    """Return the share of the score that is left in other colors: of the photo, and of its
    evidence, on a background that stays as it is.
    """
    ex, clf, x = found.explanation, found.net.clf, found.subject.x
    (target,) = ex.targets
    mask = torch.from_numpy(ex.masks[0].copy()).to(x)
    swapped = [permuted(x, order, clf.mean, clf.std) for order in ORDERS]
    # The background is the data mean, 0.
    evidence = [mask[list(order)] * each for order, each in zip(ORDERS, swapped, strict=True)]
    scores = found.net.judge.scores(torch.stack([x, mask * x, *swapped, *evidence]), target)
    image, alone = float(scores[0]), float(scores[1])
    of_image, of_evidence = scores[2 : 2 + len(ORDERS)], scores[2 + len(ORDERS) :]
    return {
        "name": ex.short_names[0],
        "image": image,
        "evidence": alone,
        "image left": _left(of_image, image),
        "evidence left": _left(of_evidence, alone),
        "by order": {
            "".join(_LETTERS[channel] for channel in order): [float(one), float(other)]
            for order, one, other in zip(ORDERS, of_image, of_evidence, strict=True)
        },
    }


def _left(scores: Tensor, before: float) -> float | None:
    """Return the mean score as a share of what it was, more than all of it counting as all."""
    if before <= 0:
        return None
    return float((scores / before).clamp(max=1).mean())


def _drawn(found: Found) -> Picture:
    """Return the photo, its evidence, and the photo in other colors."""
    ex, clf = found.explanation, found.net.clf
    other = clf.picture(permuted(found.subject.x, _DRAWN, clf.mean, clf.std))
    return row([ex.image, ex.on_paper(0), other])


def summarize(rows: Sequence[Row]) -> Summary:
    """Return the share of the photos that lose their class, and the classes that do so most."""
    lines: list[tuple[str | None, ...]] = []
    classes: list[tuple[str | None, ...]] = []
    says: list[str] = []
    strips: list[Strip] = []
    for net, of in grouped(rows, "net"):
        lines.append(
            (
                net,
                *(_lost(of, name).text(True, counted=False) for name in _WHAT),
                *(intervals.median(r[name] for r in of).text(counted=False) for name in _WHAT),
                str(len(of)),
            )
        )
        by_class = _by_class(of)
        classes += [
            (net, name, *(_figure(value) for value in left), str(count))
            for name, left, count in _few(by_class)
        ]
        says += _said(net, of, by_class)
        examples = tuple(
            Example(
                r,
                f"{named(r)}. {r['name']} {r['image']:.2f}; in other colors "
                f"{r['image left']:.2f} of it is left, of the evidence's {r['evidence']:.2f} "
                f"{_figure(r['evidence left'])}",
            )
            for r in reversed(ends(of, "image left"))
        )
        strips.append(
            Strip(
                f"{net}: the photo, its evidence, and the photo in one of the other colors; those "
                "that lose most first, then those that keep most",
                examples,
            )
        )
    tables = (
        Table(
            (
                "network",
                "photos that lose their class",
                "evidence that does",
                "score left, photo, median",
                "score left, evidence, median",
                "photos",
            ),
            tuple(lines),
            note=f"Lost: in other colors, less than {LOST:.0%} of the score is left, as the mean "
            f"over {len(ORDERS)} orders of the channels.",
        ),
        Table(
            ("network", "class", "score left, photo", "score left, evidence", "photos"),
            tuple(classes),
            "The classes that lose most, and those that keep most",
            "Means over the photos of a class; of one photo, no interval can be given.",
        ),
    )
    return Summary(tuple(says), tables, tuple(strips))


_WHAT = ("image left", "evidence left")


def _lost(rows: Sequence[Row], name: str) -> intervals.Estimate:
    return intervals.share(row[name] < LOST for row in rows if row[name] is not None)


_Class = tuple[str, tuple[float | None, float | None], int]


def _by_class(rows: Sequence[Row]) -> list[_Class]:
    """Return each class with the means of what is left, those that lose most first."""
    found: list[_Class] = []
    for name, of in grouped(rows, "name"):
        image, evidence = (intervals.mean(row[what] for row in of) for what in _WHAT)
        if image.count:
            left = image.value, evidence.value if evidence.count else None
            found.append((name, left, len(of)))
    return sorted(found, key=lambda each: (each[1][0], each[0]))


def _few(classes: Sequence[_Class]) -> Sequence[_Class]:
    return classes if len(classes) <= 2 * _FEW else [*classes[:_FEW], *classes[-_FEW:]]


def _figure(value: float | None) -> str:
    return "–" if value is None else rounded(value, 2)


def _said(net: str, rows: Sequence[Row], classes: Sequence[_Class]) -> Iterator[str]:
    """Yield what is found, or that it is not."""
    lost = _lost(rows, "image left")
    if not classes or not lost.count:
        return
    count = round(lost.value * lost.count)
    name, (left, _), _ = classes[0]
    kept, (most, _), _ = classes[-1]
    if count == 0:
        yield (
            f"{net}: the effect is not found: no photo loses its class in other colors. The one "
            f"that loses most is of {name}, of which {_figure(left)} of the score is left."
        )
    elif count == lost.count:
        yield (
            f"{net}: all {lost.count} photos lose their class in other colors. The paper's "
            "contrast, classes of which one depends on color and another does not, is not found."
        )
    else:
        yield (
            f"{net}: {count} of {lost.count} photos lose their class in other colors, the others "
            f"keep it. {name} depends on color most ({_figure(left)} of the score is left), {kept} "
            f"least ({_figure(most)})."
        )
    missing = [name for name in PAIR if name not in {each[0] for each in classes}]
    if missing:
        yield (
            f"{net}: the paper's own pair, {PAIR[0]} against {PAIR[1]}, is not tested: there is no "
            f"photo of a {' and of a '.join(missing)}."
        )


STUDY = Study(
    title="Color",
    asks=(
        "Which classes does the network recognize by their color? A mask for each channel shows "
        "color; permuting the channels tests it."
    ),
    how=(
        "Generation with the defaults is played for the class of each photo. Then the color "
        f"channels of the photo are permuted, in all {len(ORDERS)} other orders, and apart from "
        "that those of the evidence with its mask, on a background that stays as it is.",
    ),
    silent=(
        "Permuted colors are unlike any photo: a class may be lost because of that, and not "
        "because its own color is gone.",
        "A class with one photo says little about the class.",
    ),
    parts=parts,
    summarize=summarize,
    published=(published.COLOR,),
)
