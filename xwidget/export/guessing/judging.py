"""The facts about the evidence, and what a guess is worth by them.

js/src/guess/state/judging.ts judges a guess on a page, and must match.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from xwidget.export.guessing.asking import Asking
from xwidget.findings import runs
from xwidget.lessons.kinds import KINDS
from xwidget.places import Places, first

LEAST, MOST = 0.01, 0.60
"""Shares of the photo that a region may have: less is a dot, and most of the photo is no guess."""

AREAS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6)
"""Shares at which the network's score of the evidence is known without the network."""

_CHANNELS = ("red", "green", "blue")


def channels(mask: npt.NDArray[Any]) -> dict[str, float]:
    """Return each color channel's share of a mask (3, H, W), in [0, 1]."""
    sums = np.asarray(mask, np.float64).sum((1, 2))
    total = float(sums.sum()) or 1.0
    return {name: float(each) / total for name, each in zip(_CHANNELS, sums, strict=True)}


@dataclass(frozen=True)
class Facts:
    """Facts about the evidence, once it is there.

    Attributes
    ----------
    places
        Of the class that is asked about.
    channels
        Each color channel's share of its mask.
    scores
        The image's scores by class name.
    image
        The image's score of the class that is asked about.
    curve
        The network's scores of the first pixels alone, by area; empty where it was not asked.
    """

    places: Places
    channels: Mapping[str, float] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
    image: float | None = None
    curve: Sequence[tuple[float, float | None]] = ()


def pixels_of(value: Any, size: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """Return the pixels (H, W) of a region that is a guess.

    Raises
    ------
    ValueError
        If it is none, or not of this picture, or too small or too large to be a guess.
    """
    region = KINDS["region"].check(None, value)  # type: ignore[arg-type]
    if tuple(region["size"]) != tuple(size):
        raise ValueError(
            f"the region is of a picture of {region['size'][0]}×{region['size'][1]} pixels; "
            f"expected {size[0]}×{size[1]}"
        )
    found = runs.decode(region["counts"], (size[0], size[1]))
    share = float(found.mean())
    if not LEAST <= share <= MOST:
        raise ValueError(
            f"the region has {share:.1%} of the photo; a guess has {LEAST:.0%} to {MOST:.0%}"
        )
    return found


def region(pixels: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """Return pixels (H, W) as JSON has them."""
    return {"size": list(pixels.shape), "counts": runs.encode(pixels)}


def agreement(guess: npt.NDArray[np.bool_], places: Places) -> dict[str, float]:
    """Return a guess's area, its share among the evidence's first pixels of equal area, and chance.

    Examples
    --------
    >>> guess = np.array([[True, True], [False, False]])
    >>> agreement(guess, places_of(np.array([[0.5, 0.1], [1.0, 0.0]])))
    {'area': 0.5, 'overlap': 0.5, 'chance': 0.5}
    """
    count = int(guess.sum())
    both = int((guess & first(places, count)).sum())
    area = count / guess.size
    return {"area": area, "overlap": both / count, "chance": area}


def result(asked: Asking, value: Any, facts: Facts) -> dict[str, Any]:
    """Return the result of a guess other than a region: the answer, and the figures behind it."""
    question = asked.question
    kind, answer = question.kind, question.answer
    found: dict[str, Any] = {}
    if answer is not None:
        found["answer"] = answer if isinstance(answer, float) else ", ".join(_said(kind, answer))
    if kind == "class":
        known = facts.scores
        found |= {name: known[name] for name in question.options or () if name in known}
    if kind == "channel":
        found |= facts.channels
    if kind == "method" and answer is not None and value is not None:
        found["matched"] = sum(a == b for a, b in zip(value, answer, strict=True))
        found["of"] = len(answer)
    return found


def _said(kind: str, answer: Sequence[str]) -> list[str]:
    if kind != "method":
        return list(answer)
    return [f"{chr(65 + place)}: {name}" for place, name in enumerate(answer)]


def right_channel(facts: Facts) -> str:
    """Return the color channel with most of the evidence."""
    return max(_CHANNELS, key=lambda name: facts.channels.get(name, 0.0))
