"""Photos whose pixels another method ranks, one by one."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from xwidget.batch.result import failure
from xwidget.engine.run import as_error
from xwidget.methods.attribute import attribute
from xwidget.methods.table import METHODS
from xwidget.studies.explained import Case
from xwidget.studies.lab import Net
from xwidget.studies.orders import random_order
from xwidget.studies.part import Measured, Unit, key
from xwidget.studies.pictures import Picture
from xwidget.studies.records import Row
from xwidget.subject import Subject


@dataclass(frozen=True, eq=False)
class Asked:
    """An order of the pixels, to be turned into figures.

    Parameters
    ----------
    case, net
        What was asked about, and the network.
    subject
        The photo before the network.
    relevance
        (H,W), the most relevant highest.
    """

    case: Case
    net: Net
    subject: Subject
    relevance: npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Attributed:
    """Photos whose pixels a method ranks for one network.

    Parameters
    ----------
    study, way
        Name of the study, and of the method; what is no method is a random order.
    net
        The network.
    cases
        Photos and their one class.
    seed
        Of what the method draws.
    figures, draw
        Functions from an order to the figures of its row, and to a picture.
    revision
        Number that is raised when the figures change.
    """

    study: str
    way: str
    net: Net
    cases: Sequence[Case]
    seed: int
    figures: Callable[[Asked], Row]
    draw: Callable[[Asked], Picture]
    revision: int = 1

    @cached_property
    def units(self) -> Sequence[Unit]:
        """All units, in order."""
        options = dict(METHODS[self.way].takes) if self.way in METHODS else {}
        told = {
            "study": self.study,
            "revision": self.revision,
            "way": self.way,
            "options": {name: repr(value) for name, value in options.items()},
            "seed": self.seed,
            **self.net.identity,
        }
        return [
            Unit(
                self.study,
                self.net.name,
                self.way,
                case.photo.name,
                key({**told, **case.identity}),
            )
            for case in self.cases
        ]

    def measure(self, units: Sequence[Unit]) -> Generator[Measured]:
        """Ask the method about some of the photos, and yield each."""
        cases = dict(zip((unit.key for unit in self.units), self.cases, strict=True))
        for unit in units:
            try:
                asked = self._asked(cases[unit.key])
                measured = Measured(unit, self.figures(asked), picture=self.draw(asked))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # even of a net that ends the interpreter
                measured = Measured(unit, error=failure(as_error(error)))
            yield measured

    def _asked(self, case: Case) -> Asked:
        subject = Subject(self.net.clf, case.photo.read(), name=case.photo.name)
        (target,) = case.targets
        if self.way in METHODS:
            found = attribute(
                subject,
                method=self.way,
                targets=[target],
                seed=self.seed,
                device=self.net.device,
                progress=False,
            )
            return Asked(case, self.net, subject, found.relevance[0])
        size = (subject.x.shape[1], subject.x.shape[2])
        order = random_order(size, self.seed, self.net.name, case.photo.name)
        return Asked(case, self.net, subject, order)
