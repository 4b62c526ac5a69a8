"""The word of each network on each photo: measured first, as all studies build on it."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch

from xwidget.studies.lab import Net, Seen
from xwidget.studies.part import Measured, Unit, key
from xwidget.studies.records import Row
from xwidget.studies.scoring import scored

STUDY = "photos"
_REVISION = 1


@dataclass(frozen=True, eq=False)
class Looks:
    """All photos before one network.

    Parameters
    ----------
    net
        The network.
    """

    net: Net

    @cached_property
    def units(self) -> Sequence[Unit]:
        """All units, in order."""
        told = {"study": STUDY, "revision": _REVISION, **self.net.identity}
        return [
            Unit(
                STUDY,
                self.net.name,
                "",
                photo.name,
                key({**told, "photo": [photo.name, photo.digest, photo.label]}),
            )
            for photo in self.net.photos
        ]

    def measure(self, units: Sequence[Unit]) -> Generator[Measured]:
        """Score some of the photos, and yield each."""
        by_name = {photo.name: photo for photo in self.net.photos}
        photos = {unit.key: by_name[unit.photo] for unit in units}
        for unit, found in scored(self.net, units, photos):
            if isinstance(found, str):
                yield Measured(unit, error=found)
            else:
                yield Measured(unit, _figures(found, photos[unit.key].label))


def _figures(scores: torch.Tensor, label: int | None) -> Row:
    best = int(scores.argmax())
    target = best if label is None else label
    return {
        "target": target,
        "labeled": label is not None,
        "best": best,
        "score": float(scores[target]),
        "least": int(scores.argmin()),
        "right": target == best,
    }


def take(net: Net, rows: Mapping[str, Row]) -> None:
    """Tell a network's lab what it says of its photos.

    Parameters
    ----------
    net
        The network.
    rows
        Rows without an error, by their keys.
    """
    units = Looks(net).units
    net.all_seen = [
        Seen(photo, row["target"], row["score"], row["least"], row["right"])
        for photo, unit in zip(net.photos, units, strict=True)
        if (row := rows.get(unit.key)) is not None
    ]
