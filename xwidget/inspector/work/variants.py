"""Variants of a main run: what it is compared with, by its game or its defense."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from xwidget.catalog import comparisons
from xwidget.engine.run import Run, Stretch
from xwidget.engine.settings import Settings
from xwidget.explanation import Explanation
from xwidget.subject import Subject


def alternatives(settings: Settings, by: str) -> dict[str, Settings]:
    """Return the settings of a run's comparison, by name, its own among them.

    Parameters
    ----------
    settings
        Of the run.
    by
        As in ``comparisons.alternatives``.
    """
    names = comparisons.alternatives(by, getattr(settings, by))
    changes: dict[str, dict[str, Any]] = {name: {by: name} for name in names}
    return {name: replace(settings, **change) for name, change in changes.items()}


class Variants:
    """The runs beside a main one; they stay until there is another main run.

    Parameters
    ----------
    new
        Makes a run of these settings.
    """

    def __init__(self, new: Callable[[Settings], Run]) -> None:
        self._new = new
        self._by: str | None = None  # what was compared last
        self.runs: list[Run] = []

    def clear(self) -> None:
        """Forget them."""
        self.runs, self._by = [], None

    def stretches(self, main: Run, targets: Iterable[int], by: str) -> list[Stretch]:
        """Return the stretches that bring the variants as far as the main run goes.

        Parameters
        ----------
        main
            The main run.
        targets
            The classes to explain where it has none yet.
        by
            As in ``alternatives``.
        """
        self._by = by
        self.runs = [run for run in self.runs if run.history.targets]  # those that have begun
        targets = main.history.targets or targets
        goal = main.newest if main.history.targets else main.settings.iterations
        wanted = alternatives(main.settings, by).values()
        missing = [settings for settings in wanted if self._find(main, settings) is None]
        self.runs += [self._new(replace(each, iterations=goal)) for each in missing]
        runs = [run for settings in wanted if (run := self._find(main, settings)) is not None]
        return [
            stretch
            for run in runs
            if run is not main
            for stretch in run.stretches(run.open(targets), goal)
        ]

    def comparison(self, main: Run, subject: Subject) -> dict[str, Explanation]:
        """Return the explanations of the last comparison, by name, as far as they exist."""
        if self._by is None:
            return {}
        found = {
            name: run.explanation(subject)
            for name, settings in alternatives(main.settings, self._by).items()
            if (run := self._find(main, settings)) is not None
        }
        return {name: made for name, made in found.items() if made is not None}

    def _find(self, main: Run, settings: Settings) -> Run | None:
        # In nothing else do variants of one run differ; a tensor among the settings compares badly.
        wanted = settings.game, settings.defense
        every = [main, *self.runs]
        alike = (run for run in every if (run.settings.game, run.settings.defense) == wanted)
        return next(alike, None)
