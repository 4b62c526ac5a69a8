"""Photos that are explained in one way, several in one batch of the network."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from xwidget.batch.chosen import Chosen
from xwidget.batch.explain_batch import explain_batch
from xwidget.batch.result import failure
from xwidget.classifier import Classifier
from xwidget.engine.run import as_error
from xwidget.engine.settings import Settings
from xwidget.engine.views import views_in
from xwidget.explanation import Explanation
from xwidget.studies.lab import Net
from xwidget.studies.part import Measured, Unit, key
from xwidget.studies.photos import Photo
from xwidget.studies.pictures import Picture, beside
from xwidget.studies.records import Row
from xwidget.subject import Subject

_ROWS = 6  # of the network at once on a CPU, which passes them as fast for each as any number


@dataclass(frozen=True)
class Case:
    """A photo and the classes that it is explained for.

    Parameters
    ----------
    photo
        The photo.
    targets
        Indices of the classes, as many for each photo.
    told
        What else the figures depend on, JSON-able.
    """

    photo: Photo
    targets: tuple[int, ...]
    told: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> dict[str, Any]:
        """Its photo and classes, which tell it from other cases, JSON-able."""
        return {
            "photo": [self.photo.name, self.photo.digest],
            "targets": list(self.targets),
            "told": dict(self.told),
        }


@dataclass(frozen=True, eq=False)
class Found:
    """An explanation, to be turned into figures.

    Parameters
    ----------
    case, net
        What was explained, and the network.
    subject
        The photo before the network.
    explanation
        The explanation.
    """

    case: Case
    net: Net
    subject: Subject
    explanation: Explanation


@dataclass(frozen=True, eq=False)
class Explained:
    """Photos that one network explains in one way.

    Parameters
    ----------
    study, way
        Name of the study, and of the way.
    net
        The network.
    cases
        Photos and classes.
    settings
        Of every run.
    figures
        Function from an explanation to the figures of its row.
    revision
        Number that is raised when the figures change.
    draw
        Function from an explanation to a picture for the report.
    heard
        Whether the second network is asked, too.
    """

    study: str
    way: str
    net: Net
    cases: Sequence[Case]
    settings: Settings
    figures: Callable[[Found], Row]
    revision: int = 1
    draw: Callable[[Found], Picture] = lambda found: beside(found.explanation)
    heard: bool = False

    @property
    def _witness(self) -> Classifier | None:
        return self.net.witness if self.heard else None

    @cached_property
    def units(self) -> Sequence[Unit]:
        """All units, in order."""
        told = {
            "study": self.study,
            "revision": self.revision,
            "way": self.way,
            **self.net.about(self.settings, self._witness),
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
        """Explain some of the photos, and yield each as soon as it is done."""
        cases = dict(zip((unit.key for unit in self.units), self.cases, strict=True))
        targets = {cases[unit.key].photo.name: cases[unit.key].targets for unit in units}
        count = len(cases[units[0].key].targets)

        def images() -> Iterator[tuple[tuple[Unit, Subject | None], Subject | Exception]]:
            for unit in units:
                photo = cases[unit.key].photo
                try:
                    subject = Subject(self.net.clf, photo.read(), name=photo.name)
                except KeyboardInterrupt:
                    raise
                except BaseException as error:  # even of a preprocessing that ends the interpreter
                    yield (unit, None), as_error(error)
                else:
                    yield (unit, subject), subject

        on_cpu = self.net.device.type == "cpu"
        made = explain_batch(
            self.net.clf,
            images(),
            Chosen(count, lambda subject: targets[subject.name]),
            self.settings,
            slots=max(1, _ROWS // (count * len(views_in(self.settings)))) if on_cpu else "auto",
            witness=self._witness,
        )
        with closing(made) as stream:
            for done in stream:
                (unit, subject), found = done.key, done.found
                if isinstance(found, Exception) or subject is None:
                    yield Measured(unit, error=failure(as_error(found)))  # type: ignore[arg-type]
                    continue
                yield self._measured(unit, Found(cases[unit.key], self.net, subject, found))

    def _measured(self, unit: Unit, found: Found) -> Measured:
        try:
            return Measured(unit, self.figures(found), picture=self.draw(found))
        except (ValueError, TypeError, RuntimeError, OSError) as error:
            return Measured(unit, error=failure(error))
