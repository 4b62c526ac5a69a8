"""Can any class be generated? The least likely class of each photo, with and without a defense."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from xwidget.studies import intervals, published
from xwidget.studies.explained import Case, Explained, Found
from xwidget.studies.lab import Lab
from xwidget.studies.records import Row
from xwidget.studies.rows import grouped, named
from xwidget.studies.study import Example, Strip, Study, Summary, Table
from xwidget.support.figures import whole_percent

NAME = "defense"

#: Score from which on a class counts as generated: it is more likely than all others together.
GENERATED = 0.5
_EXAMPLES = 3


@dataclass(frozen=True)
class Way:
    """One way to generate a class.

    Parameters
    ----------
    setting
        "paper", no sparsity and a reference of zero; or "default", drawn backgrounds and automatic
        sparsity.
    defense
        The defense.
    """

    setting: str
    defense: str

    @property
    def name(self) -> str:
        """Its name in rows."""
        return f"{self.setting}, {self.defense}"


WAYS = tuple(
    Way(setting, defense)
    for setting in ("paper", "default")
    for defense in ("none", "paper", "directional")
)
_SETTINGS: dict[str, dict[str, Any]] = {
    "paper": {"sparsity": 0.0, "reference": "zero"},
    "default": {"sparsity": "auto", "reference": "drawn"},
}
_SAID = {
    "paper": "the paper's: reference zero, λ = 0",
    "default": "ours: backgrounds drawn anew, λ automatic",
}


def parts(lab: Lab) -> Iterator[Explained]:
    """Yield what is measured: of each photo the true class and the least likely one."""
    for net in lab.nets:
        cases = [Case(seen.photo, (seen.target, seen.least)) for seen in net.seen]
        for way in WAYS:
            settings = lab.settings(
                game="generation",
                defense=way.defense,
                ranking="path",
                **_SETTINGS[way.setting],
            )
            yield Explained(NAME, way.name, net, cases, settings, figures)


def figures(found: Found) -> Row:
    """Return the scores of both classes, before and after."""
    ex = found.explanation
    return {
        "names": list(ex.short_names),
        "image": ex.image_scores.tolist(),
        "scores": ex.scores.tolist(),
        "shown": ex.masks.mean((1, 2, 3)).tolist(),
    }


def summarize(rows: Sequence[Row]) -> Summary:
    """Return the share of the classes that were generated, by network and way."""
    lines: list[tuple[str | None, ...]] = []
    says: list[str] = []
    strips: list[Strip] = []
    for net, of_net in grouped(rows, "net"):
        by_way = dict(grouped(of_net, "way"))
        for way in WAYS:
            of = by_way.get(way.name, [])
            if not of:
                continue
            true, least = ([row["scores"][k] for row in of] for k in (0, 1))
            lines.append(
                (
                    net,
                    _SAID[way.setting],
                    way.defense,
                    _share(least),
                    intervals.median(least).text(digits=3, counted=False),
                    _share(true),
                    intervals.median(true).text(digits=3, counted=False),
                    str(len(of)),
                )
            )
        says += _said(net, by_way)
        strips += _strips(net, by_way)
    head = (
        "network",
        "setting",
        "defense",
        "least likely class generated",
        "its median score",
        "true class generated",
        "its median score",
        "photos",
    )
    return Summary(tuple(says), (Table(head, tuple(lines)),), tuple(strips))


def _share(scores: Sequence[float]) -> str | None:
    return intervals.share(score >= GENERATED for score in scores).text(True, counted=False)


def _said(net: str, by_way: dict[str, list[Row]]) -> Iterator[str]:
    """Yield a sentence on what the defenses do in the paper's setting."""
    shares = {}
    for way in WAYS[:3]:
        of = by_way.get(way.name, [])
        if not of:
            return
        shares[way.defense] = [
            sum(row["scores"][k] >= GENERATED for row in of) / len(of) for k in (0, 1)
        ]
    told = {name: whole_percent(least) for name, (_, least) in shares.items()}
    true = {name: whole_percent(share) for name, (share, _) in shares.items()}
    yield (
        f"{net}, in the paper's setting: the least likely class is generated in {told['none']} of "
        f"the photos without a defense, in {told['paper']} with the paper's, in "
        f"{told['directional']} with the directional one. The true class is generated in "
        f"{true['none']}, {true['paper']} and {true['directional']}: a defense that lets nothing "
        "through would have 0% in both."
    )


def _strips(net: str, by_way: dict[str, list[Row]]) -> Iterator[Strip]:
    for way in (WAYS[0], WAYS[2], WAYS[5]):
        of = sorted(by_way.get(way.name, []), key=lambda row: -row["scores"][1])
        if not of:
            continue
        chosen = list({row["key"]: row for row in [*of[:1], *of[-(_EXAMPLES - 1) :]]}.values())
        examples = tuple(
            Example(
                row,
                f"{named(row)}. {row['names'][0]} {row['scores'][0]:.2f}, "
                f"{row['names'][1]} {row['scores'][1]:.3f}",
            )
            for row in chosen
        )
        yield Strip(
            f"{net}, {_SAID[way.setting]}, defense {way.defense}: the photo, what generates its "
            "own class, what generates the least likely one. The highest score of the least likely "
            "class first, then the lowest",
            examples,
        )


STUDY = Study(
    title="The defense against adversarial evidence",
    asks=(
        "Can a class that the network does not see in a photo be generated from it all the same? "
        "Then what is generated for the class that it does see proves nothing either."
    ),
    how=(
        "Generation is played for two classes of each photo: its own, and the one that the network "
        "finds least likely. In the paper's setting the reference is zero and λ is 0; our default "
        "draws backgrounds anew and sets λ itself.",
        f"A class is generated where its score reaches {GENERATED}: it is then more likely than "
        "all others together.",
    ),
    silent=(
        "One class of a thousand is tried. An attacker who knows the defense is not.",
        "That the least likely class stays out does not show that the evidence of the true class "
        "is right: the study of references asks that.",
    ),
    parts=parts,
    summarize=summarize,
    published=(published.DEFENSE,),
)
