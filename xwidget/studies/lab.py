"""The lab of a run: networks, photos, and what each network says of each photo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import torch

from xwidget.batch.store.about import about
from xwidget.classifier import Classifier
from xwidget.engine.device import pick
from xwidget.engine.plan import Plan
from xwidget.engine.settings import Settings
from xwidget.metrics import Judge
from xwidget.names import plain
from xwidget.studies.part import Unit
from xwidget.studies.photos import Photo
from xwidget.studies.records import Records, Row

#: The plan of every run: nothing is timed, so that a run that goes on does the same.
PLAN = "folded"

_AHEAD = 64  # pictures in a batch on a device that is no CPU
_FREE = ("device", "plan")


@dataclass(frozen=True)
class Options:
    """The choices of a person.

    Parameters
    ----------
    iterations
        Of every run; None for the default.
    seed
        Of all that is drawn.
    device
        Where to compute; None for CUDA, MPS or the CPU, the first that is there.
    marks
        Masks of marked regions; None for none.
    """

    iterations: int | None = None
    seed: int = 0
    device: str | None = None
    marks: Path | None = None


@dataclass(frozen=True)
class Seen:
    """The word of a network on a photo.

    Parameters
    ----------
    photo
        The photo.
    target
        Index of its class: of its label, or else of the most likely one.
    score
        Of that class, in [0,1].
    least
        Index of the least likely class.
    right
        Whether no class is more likely.
    """

    photo: Photo
    target: int
    score: float
    least: int
    right: bool


@dataclass(eq=False)
class Net:
    """A network of the run.

    Parameters
    ----------
    clf
        The classifier; its net is moved to the device.
    photos
        All photos, with their labels among its classes.
    device
        Where to compute.
    witness
        Another network; None for none.
    """

    clf: Classifier
    photos: Sequence[Photo]
    device: torch.device
    witness: Classifier | None = None
    all_seen: list[Seen] = field(default_factory=list)
    """Its word on each photo that it could be asked about."""

    @property
    def name(self) -> str:
        """Its name."""
        return self.clf.name

    @property
    def seen(self) -> list[Seen]:
        """Its word on the photos that it is right about, or that have no label."""
        return [each for each in self.all_seen if each.right]

    @cached_property
    def judge(self) -> Judge:
        """The network, ready to score pictures."""
        self.clf.net.to(self.device)
        return Judge(self.clf, Plan(fold=True), 16 if self.device.type == "cpu" else _AHEAD)

    def about(self, settings: Settings, witness: Classifier | None = None) -> dict[str, Any]:
        """Return all that an explanation depends on, but for the photo and its classes."""
        told = about(self.clf, (), settings, witness)
        del told["versions"]
        for name in _FREE:
            del told["settings"][name]
        return told

    @cached_property
    def identity(self) -> dict[str, Any]:
        """All that scores depend on, but for the picture."""
        told = about(self.clf, None, Settings())
        left_out = ("versions", "settings", "witness", "repeat", "targets")
        return {name: value for name, value in told.items() if name not in left_out}


@dataclass(frozen=True, eq=False)
class Lab:
    """All that studies measure with.

    Parameters
    ----------
    nets
        The networks.
    options
        What a person chose.
    records
        What was measured so far.
    """

    nets: Sequence[Net]
    options: Options = field(default_factory=Options)
    records: Records = field(default_factory=Records)

    def known(self, unit: Unit) -> Row | None:
        """Return the row of a unit that was measured without an error; None if there is none."""
        row = self.records.get(unit.row)
        return None if row is None or row["error"] else row

    def settings(self, **asked: Any) -> Settings:
        """Return settings of a run with the options of the lab."""
        options: dict[str, Any] = {"seed": self.options.seed, "device": self.options.device}
        if self.options.iterations is not None:
            options["iterations"] = self.options.iterations
        return Settings(**{"plan": PLAN, **options, **asked})


def lab_of(
    classifiers: Sequence[Classifier],
    photos: Mapping[str, Sequence[Photo]],
    witness: Classifier | None,
    options: Options,
    records: Records,
) -> Lab:
    """Return a lab; the witness of each network is the one given, or else the next one that has
    its classes.

    Parameters
    ----------
    classifiers
        The classifiers, each of another name.
    photos
        Those of each classifier, by its name.
    witness
        Another network; None for another one of the classifiers, if there are several.
    options, records
        What a person chose, and what was measured so far.
    """
    device = pick(options.device)
    if witness is not None:
        witness.net.to(device)
    nets = []
    for place, clf in enumerate(classifiers):
        others = [*classifiers[place + 1 :], *classifiers[:place]] if witness is None else [witness]
        fit = (each for each in others if witness is not None or _knows(each, clf))
        heard = next((each for each in fit if each.net is not clf.net), None)
        nets.append(Net(clf, photos[clf.name], device, heard))
    return Lab(nets, options, records)


def _knows(other: Classifier, clf: Classifier) -> bool:
    """Return True if another classifier has all classes of one, by name."""
    names, own = ({plain(n) for n in c.categories[: c.classes]} for c in (other, clf))
    return own <= names
