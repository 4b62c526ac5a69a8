"""The Inspector of a step: what the lesson may do with it, and a person not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xwidget.export.guessing.kept import Guess
from xwidget.gallery.opened import OpenedInspector
from xwidget.lessons import Question
from xwidget.teaching.place import Place


class StepInspector(OpenedInspector):
    """An Inspector that is told what to show and to ask.

    To a person it is an Inspector like any other.
    """

    @property
    def busy(self) -> bool:
        """True while a guess is not judged yet."""
        return self._parts.guessing.busy

    def prepare(
        self,
        place: Place,
        controls: Sequence[str] | None,
        question: Question | None,
        left: Mapping[str, Any] | None,
        step: int,
    ) -> None:
        """Show what a step says; the lock is held.

        Parameters
        ----------
        place
            What to show at first.
        controls
            As in ``Inspector``.
        question
            What to ask; None for nothing.
        left
            The guess as it was left, which is shown again; None for none.
        step
            Number of the step, by which the page knows that it is another one.
        """
        with self.hold_sync():
            for name, value in place.settings.items():
                setattr(self, name, value)
            if place.target is not None:
                self.target = place.target
            if place.iteration is not None:
                self.iteration = place.iteration
            self.controls = None if controls is None else list(controls)
            self._parts.guessing.ask(question)
            if left is not None:
                self._parts.guessing.restore(left)
            said = [place.link] if place.link else []
            self._parts.guessing.go("&".join([*said, f"step={step}"]))

    def for_page(
        self, place: Place, controls: Sequence[str] | None, question: Question, step: int
    ) -> Guess:
        """Return the question and the controls for a page without a kernel; without the lock.

        Parameters
        ----------
        place, controls, question, step
            As for ``prepare``.
        """
        with self._lock:
            self.prepare(place, controls, question, None, step)
            make: Any = self._parts.guessing.to_export()
        found: Guess = make()
        return found
