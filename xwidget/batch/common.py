"""All that the images of a batch have in common: the net, what is asked of it, and the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from xwidget.classifier import Classifier
from xwidget.engine.optimize import optimize
from xwidget.engine.run import Optimize, Run
from xwidget.engine.settings import Settings
from xwidget.engine.witness import Witness
from xwidget.subject import Subject


@dataclass(frozen=True)
class Common:
    """The net, the settings and the engine of a batch.

    Parameters
    ----------
    clf
        The classifier.
    choose
        The classes to explain of a subject.
    settings
        Of every run.
    witness
        Another net that is asked of each last mask; None for none.
    optimize
        The engine; a test may bring its own.
    """

    clf: Classifier
    choose: Callable[[Subject], tuple[int, ...]]
    settings: Settings
    witness: Witness | None = None
    optimize: Optimize = optimize

    def targets(self, subject: Subject) -> tuple[int, ...]:
        """Return the classes to explain; raise ValueError where the witness lacks one."""
        chosen = self.choose(subject)
        if self.witness is not None:
            self.witness.expect(chosen)
        return chosen

    def run(self) -> Run:
        """Return a run that has not begun."""
        return Run(0, self.settings)
