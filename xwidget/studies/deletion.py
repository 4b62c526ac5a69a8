"""Deletion and insertion: how fast a class goes, or comes, in the order that each method gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from xwidget.methods.table import METHODS
from xwidget.metrics import deletion as deleted
from xwidget.metrics import insertion as inserted
from xwidget.paper import on_paper
from xwidget.studies import bits, intervals, published
from xwidget.studies.attributed import Asked, Attributed
from xwidget.studies.explained import Case, Explained, Found
from xwidget.studies.lab import Lab, Net
from xwidget.studies.pictures import Picture, row
from xwidget.studies.records import Row
from xwidget.studies.rows import grouped, named
from xwidget.studies.study import Example, Strip, Study, Summary, Table
from xwidget.support.figures import rounded

NAME = "deletion"

#: Steps of each curve; 224 as in RISE change an area by less than 0.002.
STEPS = 56
RANDOM = "random"
#: The games whose order of the pixels is compared.
PLAYED = ("generation", "deletion")
#: The other methods, by their names in ``xwidget.methods``.
OTHERS = (
    "gradcam",
    "integrated_gradients",
    "smoothgrad",
    "occlusion",
    "lime",
    "rise",
    "lrp",
)
_SHOWN = 0.2  # share of the pixels in pictures


def label(way: str) -> str:
    """Return the name of a method, or of a game, in tables."""
    if way in PLAYED:
        return f"FGVis, {way}"
    return METHODS[way].label if way in METHODS else way


def parts(lab: Lab) -> Iterator[Explained | Attributed]:
    """Yield what is measured: the curves of each photo, by the order of each method."""
    for net in lab.nets:
        cases = [Case(seen.photo, (seen.target,), {"steps": STEPS}) for seen in net.seen]
        for game in PLAYED:
            settings = lab.settings(game=game)
            yield Explained(NAME, game, net, cases, settings, _of_explanation, draw=_drawn)
        for method in [*OTHERS, RANDOM]:
            if method == RANDOM or not why_not(net, method):
                yield Attributed(NAME, method, net, cases, lab.options.seed, curves, _picture)


def notes(lab: Lab) -> list[str]:
    """Return a line for each method that cannot be asked, with what to do."""
    found = []
    for method in OTHERS:
        whys = {net.name: why for net in lab.nets if (why := why_not(net, method))}
        missing = METHODS[method].missing
        if missing:
            found.append(f"{label(method)} is missing; install it: `{missing}`")
        else:
            found += [f"{label(method)} does not fit {net}: {why}" for net, why in whys.items()]
    return found


def why_not(net: Net, method: str) -> str:
    """Return the reason why a method cannot be asked about a network; "" if it can."""
    return METHODS[method].missing or METHODS[method].unfit(net.clf.net)


def curves(asked: Asked) -> Row:
    """Return the areas under both curves of an order of the pixels."""
    judge, x, target = asked.net.judge, asked.subject.x, asked.case.targets[0]
    gone = deleted(judge, x, target, asked.relevance, steps=STEPS).auc
    back = inserted(judge, x, target, asked.relevance, steps=STEPS).auc
    return {
        "name": asked.net.clf.short_names[target],
        "deletion": gone,
        "insertion": back,
        "difference": back - gone,
    }


def _of_explanation(found: Found) -> Row:
    return curves(_asked(found))


def _asked(found: Found) -> Asked:
    return Asked(found.case, found.net, found.subject, found.explanation.relevance[0])


def _drawn(found: Found) -> Picture:
    return _picture(_asked(found))


def _picture(asked: Asked) -> Picture:
    """Return the photo, and its most relevant pixels on paper."""
    image = asked.subject.picture
    shown = bits.first(asked.relevance, _SHOWN).astype(np.uint8) * 255
    return row([image, on_paper(image, np.broadcast_to(shown, (3, *shown.shape)))])


def summarize(rows: Sequence[Row]) -> Summary:
    """Return the areas of each method, by network."""
    lines: list[tuple[str | None, ...]] = []
    says: list[str] = []
    strips: list[Strip] = []
    for net, of_net in grouped(rows, "net"):
        by_way = dict(grouped(of_net, "way"))
        ordered = sorted(by_way, key=lambda way: -_mean(by_way[way], "difference"))
        for way in ordered:
            of = by_way[way]
            means = [
                intervals.mean(row[name] for row in of).text(digits=3, counted=False)
                for name in ("deletion", "insertion", "difference")
            ]
            lines.append((net, label(way), *means, str(len(of))))
        if len(ordered) > 1:
            says.append(_said(net, by_way))
        strips += _strips(net, by_way, ordered)
    table = Table(
        (
            "network",
            "method",
            "deletion AUC (low is good)",
            "insertion AUC (high is good)",
            "insertion − deletion",
            "photos",
        ),
        tuple(lines),
        note="Means of the areas under the class's score. The best difference first.",
    )
    return Summary(tuple(says), (table,), tuple(strips))


def _mean(rows: Sequence[Row], name: str) -> float:
    return float(sum(row[name] for row in rows)) / len(rows)


def _said(net: str, by_way: dict[str, list[Row]]) -> str:
    """Return the best by each area, in a sentence, of the methods that have all photos."""
    most = max(map(len, by_way.values()))
    fewer = [label(way) for way in by_way if len(by_way[way]) < most]
    by_way = {way: of for way, of in by_way.items() if len(of) == most}
    gone = min(by_way, key=lambda way: _mean(by_way[way], "deletion"))
    back = max(by_way, key=lambda way: _mean(by_way[way], "insertion"))
    both = max(by_way, key=lambda way: _mean(by_way[way], "difference"))
    named = ((gone, "deletion"), (back, "insertion"), (both, "difference"))
    low, high, apart = (rounded(_mean(by_way[way], name), 3) for way, name in named)
    return (
        f"{net}: by deletion {label(gone)} is best ({low}), by "
        f"insertion {label(back)} ({high}), by their difference "
        f"{label(both)} ({apart})."
        + (f" Not compared, as they have fewer photos: {', '.join(fewer)}." if fewer else "")
    )


def _strips(net: str, by_way: dict[str, list[Row]], ordered: Sequence[str]) -> Iterator[Strip]:
    """Yield two photos, the best and the worst of the first game, as each method sees them."""
    of = sorted(by_way.get(PLAYED[0], []), key=lambda row: -row["difference"])
    for place, one in (("best", of[:1]), ("worst", of[-1:] if len(of) > 1 else [])):
        for chosen in one:
            rows = [
                (way, row)
                for way in ordered
                for row in by_way[way]
                if row["photo"] == chosen["photo"]
            ]
            examples = tuple(
                Example(
                    row,
                    f"{label(way)}. Deletion {row['deletion']:.2f}, insertion "
                    f"{row['insertion']:.2f}",
                )
                for way, row in rows
            )
            yield Strip(
                f"{net}, {named(chosen)} ({chosen['name']}), {place} for {label(PLAYED[0])}: the "
                f"photo and the {_SHOWN:.0%} of its pixels that each method finds most relevant",
                examples,
            )


STUDY = Study(
    title="Deletion and insertion",
    asks=(
        "Does a method's order of the pixels show what the network relies on? Then the class goes "
        "fast when the first pixels are taken away, and comes fast when they are put in."
    ),
    how=(
        "Deletion replaces pixels of the photo by the data mean, insertion puts them into a "
        f"blurred photo, the most relevant first, in {STEPS} equal steps (RISE, Petsiuk et al., "
        "BMVC 2018). The area under the class's score is the figure. Signed values are ranked by "
        "value; equal values come in a random order.",
    ),
    silent=(
        "Deletion alone is low for adversarial noise, too: read it beside insertion.",
        "Pictures with pixels missing are unlike any photo: part of what a curve shows is that.",
    ),
    parts=parts,
    summarize=summarize,
    published=(published.DELETION,),
    notes=notes,
)
