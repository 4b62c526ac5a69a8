"""A finding: a region that a person marked, what they say of it, and what was measured."""

from __future__ import annotations

import numbers
import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final

from xwidget.findings.region import Region, check_place, real
from xwidget.findings.region import read as read_region
from xwidget.findings.times import now, parsed
from xwidget.support import texts

VERDICTS: Final = ("core", "spurious", "unsure")
"""Core: the network should rely on this. Spurious: it should not."""

KINDS: Final = ("object", "part", "other object", "background", "artifact", "text")
"""Words for what a region is, unless a user gives a list of their own."""

MOST_PIXELS = 2**26
"""Of the image that a network sees."""

_FAR = 1e6
_SHARES = (("share", 0, 1 + 1e-6), ("area", 0, 1))  # a share is a sum of rounded values

MOST_CHARACTERS = 10_000
"""Of a text of a finding; a name of a kind, label or author has at most 200."""

_MEASURED_ON = ("digest", "model", "weights", "preprocessing", "target")
_NAMES = frozenset({"kind", "label", "author"})
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


@dataclass(frozen=True)
class Seen:
    """The image, the network and the explanation that a finding was seen on.

    Attributes
    ----------
    digest
        SHA-256 of the upright original's pixels, see :func:`xwidget.origin.digest`; "" if unknown.
    image
        Name of the image or its file; "" for none.
    size
        Height and width of the original; None if unknown.
    geometry
        The map from the network's input to the original, as ``Geometry.describe`` gives it; None if
        unknown.
    model, weights, preprocessing
        The classifier's name, the SHA-256 of its network's state, and its preprocessing in words.
    target, class_name
        Index and name of the class; None and "" for none.
    game, defense, iteration
        Settings of the run, and the iteration that was drawn; None before there was a mask.
    image_score, score
        The class's score of the whole image, and of the evidence (deletion: of the rest), in [0,1].
    checks
        The verdict of the explanation's checks; "" where there are none.
    version
        Version of xwidget.
    """

    digest: str = ""
    image: str = ""
    size: tuple[int, int] | None = None
    geometry: Mapping[str, Any] | None = None
    model: str = ""
    weights: str = ""
    preprocessing: str = ""
    target: int | None = None
    class_name: str = ""
    game: str = ""
    defense: str = ""
    iteration: int | None = None
    image_score: float | None = None
    score: float | None = None
    checks: str = ""
    version: str = ""

    def describe(self) -> dict[str, Any]:
        """Return all of it as JSON-able values, which :func:`read_seen` takes."""
        described = {each.name: getattr(self, each.name) for each in fields(self)}
        return {**described, "size": None if self.size is None else list(self.size)}


@dataclass(frozen=True)
class Effect:
    """The effect of a region on the network's score of one class, measured.

    Attributes
    ----------
    target
        Index of the class.
    image
        Its score of the whole image, in [0,1].
    without
        Its score with the region replaced by drawn backgrounds, the mean over them.
    only
        Its score with all but the region replaced, the mean over them.
    share
        Share of the class's evidence that lies inside, in [0,1]; None where there is no evidence.
    area
        Share of the pixels that belong to the region, in (0,1].
    draws
        Number of drawn backgrounds.
    without_spread, only_spread
        Standard deviations over them.
    """

    target: int
    image: float
    without: float
    only: float
    share: float | None
    area: float
    draws: int
    without_spread: float = 0.0
    only_spread: float = 0.0

    @property
    def drop(self) -> float:
        """Score that is lost without the region; negative where it rises."""
        return self.image - self.without

    def __str__(self) -> str:
        words = f"without it {self.image:.2f} → {self.without:.2f}, alone {self.only:.2f}"
        area = f"{self.area:.0%} of the image"
        return (
            f"{words}; {area}"
            if self.share is None
            else (f"{words}; {self.share:.0%} of the evidence on {area}")
        )


@dataclass(frozen=True)
class Finding:
    """A region that a person marked, and what they say of it.

    Attributes
    ----------
    region
        In continuous pixels of the network's input.
    frame
        Height and width of the network's input.
    verdict
        One of ``VERDICTS``, or "" while there is none.
    kind
        What the region is, such as ``"background"``, see ``KINDS``; or "".
    label, reason
        A name for what was found, and why, in words.
    confidence
        In [0,1], or None.
    author
        Name of who marked it.
    seen
        What it was seen on.
    effect
        What was measured; None where nothing was.
    id
        UUID, made by who marks it.
    version
        1 and up; each change that a store keeps is a version.
    created, changed
        ISO 8601, in UTC.
    deleted
        Whether this version deletes the finding.

    Raises
    ------
    ValueError, TypeError
        If a value is out of range; the text says what came and what was expected.

    Examples
    --------
    >>> from xwidget.findings.region import Box
    >>> found = Finding(Box(10, 20, 30, 40), (224, 224), "spurious", label="watermark")
    >>> read(found.describe()) == found
    True
    """

    region: Region
    frame: tuple[int, int]
    verdict: str = ""
    kind: str = ""
    label: str = ""
    reason: str = ""
    confidence: float | None = None
    author: str = ""
    seen: Seen = field(default_factory=Seen)
    effect: Effect | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    version: int = 1
    created: str = field(default_factory=now)
    changed: str = field(default_factory=now)
    deleted: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.region, Region):
            raise TypeError(f"region is a {type(self.region).__name__}; expected a Region")
        if self.verdict not in ("", *VERDICTS):
            raise ValueError(
                f'verdict is {_shown(self.verdict)}; expected one of {", ".join(VERDICTS)}, or ""'
            )
        for name in ("kind", "label", "reason", "author"):
            self._check_text(name)
        if self.confidence is not None:
            object.__setattr__(self, "confidence", _number("confidence", self.confidence))
            if not 0 <= self.confidence <= 1:
                raise ValueError(f"confidence is {self.confidence}; expected 0 to 1, or None")
        if not isinstance(self.id, str) or not _ID.match(self.id):
            raise ValueError(f"id is {_shown(self.id)}; expected a UUID in lower case")
        if isinstance(self.version, bool) or not isinstance(self.version, int) or self.version < 1:
            raise ValueError(f"version is {_shown(self.version)}; expected 1 or more")
        for name in ("created", "changed"):
            parsed(getattr(self, name), name)
        object.__setattr__(self, "frame", _frame(self.frame))
        check_place(self.region, self.frame)

    def _check_text(self, name: str) -> None:
        text = getattr(self, name)
        most = texts.NAME.characters if name in _NAMES else MOST_CHARACTERS
        if not isinstance(text, str):
            raise TypeError(f"{name} is {_shown(text)}; expected a text")
        if len(text) > most:
            raise ValueError(f"{name} has {len(text)} characters; at most {most} fit")
        object.__setattr__(self, name, texts.valid(text).replace("\x00", ""))

    def edited(self, **changes: Any) -> Finding:
        """Return the finding with other values, changed now; its version is the store's to give.
        What was measured of another region, network, image or class is left out.

        Raises
        ------
        ValueError, TypeError
            As the class; or if there is no such attribute.
        """
        unknown = changes.keys() - {each.name for each in fields(self)}
        if unknown:
            raise TypeError(f"a finding has no {', '.join(sorted(unknown))}")
        edited = replace(self, **{"changed": now(), **changes})
        same = "effect" in changes or same_measured(self, edited)
        return edited if same else replace(edited, effect=None)

    def describe(self) -> dict[str, Any]:
        """Return all of it as JSON-able values, which :func:`read` takes."""
        described = {each.name: getattr(self, each.name) for each in fields(self)}
        return {
            **described,
            "region": self.region.describe(),
            "frame": list(self.frame),
            "seen": self.seen.describe(),
            "effect": None if self.effect is None else asdict(self.effect),
        }


def same_measured(one: Finding, other: Finding) -> bool:
    """Return whether an effect that was measured of one finding is the other's, too: the same
    region before the same network, of the same image and class.
    """
    return (one.region, one.frame) == (other.region, other.frame) and all(
        getattr(one.seen, name) == getattr(other.seen, name) for name in _MEASURED_ON
    )


def read(described: Any) -> Finding:
    """Return the finding that ``Finding.describe`` described; unknown fields are left out.

    Raises
    ------
    ValueError, TypeError
        In words, if it describes none.
    """
    if not isinstance(described, Mapping):
        raise ValueError(f"a finding is an object, got {_shown(described)}")
    known = {each.name for each in fields(Finding)}
    values = {name: value for name, value in described.items() if name in known}
    for name in ("region", "frame"):
        if name not in values:
            raise ValueError(f"a finding has a {name}, and this one has none")
    values["region"] = read_region(values["region"])
    values["frame"] = _frame(values["frame"])
    values["seen"] = read_seen(values.get("seen") or {})
    values["effect"] = read_effect(values.get("effect"))
    if not isinstance(values.get("deleted", False), bool):
        raise TypeError(f"deleted is {_shown(values['deleted'])}; expected true or false")
    return Finding(**values)


def read_seen(described: Any) -> Seen:
    """Return the image and network that a finding was seen on; unknown fields are left out.

    Raises
    ------
    ValueError, TypeError
        In words, if it describes nothing of the kind.
    """
    if not isinstance(described, Mapping):
        raise ValueError(f"seen is {_shown(described)}; expected an object")
    values: dict[str, Any] = {}
    for each in fields(Seen):
        value = described.get(each.name)
        if value is None:
            continue
        if each.name == "size":
            values["size"] = _size("size", value)
        elif each.name == "geometry":
            if not isinstance(value, Mapping):
                raise TypeError(f"geometry is {_shown(value)}; expected an object")
            values["geometry"] = dict(value)
        elif each.name in ("target", "iteration"):
            values[each.name] = _whole(each.name, value)
        elif each.name in ("image_score", "score"):
            values[each.name] = _number(each.name, value)
        elif isinstance(value, str):
            values[each.name] = texts.valid(value[:MOST_CHARACTERS]).replace("\x00", "")
        else:
            raise TypeError(f"{each.name} is {_shown(value)}; expected a text")
    return Seen(**values)


def read_effect(described: Any) -> Effect | None:
    """Return a measured effect; None for None.

    Raises
    ------
    ValueError, TypeError
        In words, if it describes none.
    """
    if described is None:
        return None
    if not isinstance(described, Mapping):
        raise ValueError(f"effect is {_shown(described)}; expected an object")
    values: dict[str, Any] = {}
    for each in fields(Effect):
        value = described.get(each.name)
        if value is None:
            continue
        whole = each.name in ("target", "draws")
        values[each.name] = (_whole if whole else _number)(each.name, value)
    for name, least, most in (("target", 0, 2**53), ("draws", 1, 2**53), *_SHARES):
        if name in values and not least <= values[name] <= most:
            raise ValueError(f"{name} is {values[name]}; expected {least} to {most}")
    try:
        return Effect(**{"share": None, **values})
    except TypeError as error:
        raise ValueError(f"an effect is not whole: {error}") from error


def _whole(name: str, value: Any) -> int:
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or abs(value) >= 2**53:
        raise TypeError(f"{name} is {_shown(value)}; expected a whole number")
    return int(value)


def _number(name: str, value: Any) -> float:
    number = real(value)
    if number is None:
        raise TypeError(f"{name} is {_shown(value)}; expected a number")
    if not abs(number) <= _FAR:  # NaN neither
        raise ValueError(f"{name} is {_shown(value)}; expected a finite number up to {_FAR:.0f}")
    return number


def _size(name: str, value: Any) -> tuple[int, int]:
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise ValueError(f"{name} is {_shown(value)}; expected a height and a width")
    height, width = (_whole(name, side) for side in value)
    if not (1 <= height <= 2**20 and 1 <= width <= 2**20):
        raise ValueError(f"{name} is {_shown(value)}; expected a height and a width of 1 or more")
    return height, width


def _frame(value: Any) -> tuple[int, int]:
    height, width = _size("frame", value)
    if height * width > MOST_PIXELS:
        raise ValueError(f"frame is {height}×{width}; expected at most {MOST_PIXELS:,} pixels")
    return height, width


def _shown(value: object) -> str:
    return texts.shown(repr(value), texts.Room(60))
