"""A part of a study: what is measured of one network in one way, photo by photo."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from PIL import Image

from xwidget.studies.records import Row


@dataclass(frozen=True)
class Unit:
    """One thing to measure, once.

    Parameters
    ----------
    study, net, way, photo
        Names of what it belongs to.
    key
        Fingerprint of all that the result depends on.
    """

    study: str
    net: str
    way: str
    photo: str
    key: str

    @property
    def row(self) -> Row:
        """The fields of its row that tell it from others, and name it."""
        return {
            "key": self.key,
            "study": self.study,
            "net": self.net,
            "way": self.way,
            "photo": self.photo,
        }


@dataclass(frozen=True)
class Measured:
    """The result of a unit.

    Parameters
    ----------
    unit
        The unit.
    figures
        JSON-able, by name.
    error
        Why there are no figures; "" where there are.
    picture
        A picture for the report; None for none.
    """

    unit: Unit
    figures: Row = field(default_factory=dict)
    error: str = ""
    picture: Image.Image | None = None


class Part(Protocol):
    """The measurements of one network in one way."""

    @property
    def units(self) -> Sequence[Unit]:
        """All units, in order."""

    def measure(self, units: Sequence[Unit]) -> Generator[Measured]:
        """Measure some of the units, and yield each as soon as it is done, in any order."""


def key(told: Mapping[str, Any]) -> str:
    """Return a fingerprint of what a result depends on, 32 hexadecimal digits.

    Parameters
    ----------
    told
        JSON-able.
    """
    text = json.dumps(told, sort_keys=True).encode("utf-8")
    return hashlib.sha256(text).hexdigest()[:32]
