"""A run: what is not measured yet is measured and kept, unit by unit."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

import torch
from tqdm.auto import tqdm

from xwidget.batch.result import failure
from xwidget.engine.run import as_error
from xwidget.studies import looks
from xwidget.studies.lab import Lab, Net
from xwidget.studies.part import Measured, Part, Unit
from xwidget.studies.pictures import Pictures
from xwidget.studies.records import Row
from xwidget.studies.study import Study
from xwidget.support.texts import Room, shown

_NAME = Room(24)


class NotKept(Exception):
    """A result that was measured could not be written; its cause says why."""


@dataclass
class Outcome:
    """The part of a run that is of one study.

    Parameters
    ----------
    name, study
        The study.
    skipped
        Why there is nothing to measure; "" where there is.
    units
        What there is to measure.
    rows
        Of the units that were measured, in their order.
    errors
        Of those that could not be.
    notes
        What else a reader must know.
    """

    name: str
    study: Study
    skipped: str = ""
    units: Sequence[Unit] = ()
    rows: Sequence[Row] = ()
    errors: Sequence[Row] = ()
    notes: Sequence[str] = ()

    @property
    def left(self) -> int:
        """Number of units that nobody came to."""
        return len(self.units) - len(self.rows) - len(self.errors)


@dataclass(frozen=True)
class Plan:
    """The plan of one study.

    Parameters
    ----------
    skipped
        Why there is nothing to measure; "" where there is.
    parts
        What is measured.
    notes
        What else a reader must know.
    """

    skipped: str = ""
    parts: Sequence[Part] = ()
    notes: Sequence[str] = ()

    @property
    def units(self) -> list[Unit]:
        """All units, in order."""
        return [unit for part in self.parts for unit in part.units]


@dataclass
class Run:
    """A run over some studies.

    Parameters
    ----------
    lab
        Networks, photos, options.
    studies
        By name.
    pictures
        Where pictures are kept.
    progress
        Whether to show a bar.
    """

    lab: Lab
    studies: dict[str, Study]
    pictures: Pictures
    progress: bool = True
    interrupted: bool = False
    planned: dict[str, Plan] = field(default_factory=dict)
    seen: list[Unit] = field(default_factory=list)

    def go(self) -> None:
        """Measure what is left, to the end or to an interrupt."""
        try:
            for net in self.lab.nets:
                part = looks.Looks(net)
                self.seen += part.units
                self._measure([part], f"look, {net.name}")
                self._take(net)
            skipped = {name: each.skipped(self.lab) for name, each in self.studies.items()}
            asked = [each for name, each in self.studies.items() if not skipped[name]]
            first = [part for study in asked for part in study.before(self.lab)]
            self._measure(first, "prepare")
            plans = {name: self._plan(name, why) for name, why in skipped.items()}
            self.planned = plans  # all or none
            self._measure([part for plan in plans.values() for part in plan.parts], "study")
        except KeyboardInterrupt:
            self.interrupted = True

    def outcomes(self) -> list[Outcome]:
        """Return the outcome of each study, as far as it has come."""
        return [self._outcome(name, study) for name, study in self.studies.items()]

    @property
    def unreadable(self) -> list[Row]:
        """Rows of photos that a network could not be asked about."""
        return [row for row in map(self._row, self.seen) if row is not None and row["error"]]

    def _outcome(self, name: str, study: Study) -> Outcome:
        plan = self.planned.get(name, Plan())
        units = plan.units
        rows = [row for row in map(self._row, units) if row is not None]
        return Outcome(
            name,
            study,
            plan.skipped,
            units,
            [row for row in rows if not row["error"]],
            [row for row in rows if row["error"]],
            plan.notes,
        )

    def _plan(self, name: str, skipped: str) -> Plan:
        study = self.studies[name]
        if skipped:
            return Plan(skipped)
        return Plan("", list(study.parts(self.lab)), list(study.notes(self.lab)))

    def _row(self, unit: Unit) -> Row | None:
        return self.lab.records.get(unit.row)

    def _take(self, net: Net) -> None:
        rows = {row["key"]: row for row in self.lab.records.rows if not row["error"]}
        looks.take(net, rows)

    def _measure(self, parts: Iterable[Part], title: str) -> None:
        parts = list(parts)
        units = [unit for part in parts for unit in part.units]
        done = {unit.key for unit in units if (row := self._row(unit)) and not row["error"]}
        bar = tqdm(
            total=len(units), initial=len(done), desc=title, unit="", disable=not self.progress
        )
        with bar:
            for part in parts:
                left = [unit for unit in part.units if unit.key not in done]
                if left:
                    self._measure_part(part, left, bar)

    def _measure_part(self, part: Part, left: Sequence[Unit], bar: Any) -> None:
        waiting = {unit.key: unit for unit in left}
        one = left[0]
        bar.set_description_str(" · ".join(filter(None, (one.study, one.net, one.way))))
        try:
            with closing(part.measure(left)) as stream:
                for measured in stream:
                    waiting.pop(measured.unit.key, None)
                    self._keep(measured)
                    bar.set_postfix_str(shown(measured.unit.photo, _NAME), refresh=False)
                    bar.update()
        except (KeyboardInterrupt, NotKept):
            raise
        except BaseException as error:  # even of a net that ends the interpreter
            for unit in waiting.values():
                self._keep(Measured(unit, error=failure(as_error(error))))
                bar.update()

    def _keep(self, measured: Measured) -> None:
        unit = measured.unit
        row = {**unit.row, **made(self.lab), **measured.figures, "error": measured.error}
        try:
            if measured.picture is not None:  # first: a row that is there has its picture
                self.pictures.put(unit.key, measured.picture)
            self.lab.records.add([row])
        except OSError as error:
            raise NotKept from error


def made(lab: Lab) -> Row:
    """Return when, where and by what a row is made."""
    device = lab.nets[0].device
    on_gpu = device.type == "cuda"
    return {
        "device": torch.cuda.get_device_name(device) if on_gpu else str(device),
        "date": time.strftime("%Y-%m-%d"),
        "versions": {
            "xwidget": metadata.version("xwidget"),
            "torch": str(torch.__version__),
        },
    }
