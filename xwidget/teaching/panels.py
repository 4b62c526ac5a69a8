"""The Inspectors of a lesson's steps: those opened last stay open, and all guesses are kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from typing import Any

from xwidget.support import texts
from xwidget.teaching.content import Content
from xwidget.teaching.panel import StepInspector

_OPEN = 3  # panels that stay open


class Panels:
    """Open Inspectors, and keep the newest.

    Parameters
    ----------
    lock
        Of all Inspectors.
    content
        The lesson's: a panel is called by the place of what it shows among its sources.
    on_answers
        Called where somebody has answered in a panel.
    """

    def __init__(
        self,
        lock: AbstractContextManager[Any],
        content: Content,
        on_answers: Callable[[Any], None],
    ) -> None:
        self._lock = lock
        self._content = content
        self._on_answers = on_answers
        self._ended = False
        self._open: dict[int, StepInspector] = {}  # the newest last
        self._guesses: dict[str, Mapping[str, Any]] = {}  # as they are left, by question

    def get(self, panel: int) -> StepInspector | None:
        """Return the Inspector of a panel; None where it is not open."""
        return self._open.get(panel)

    def open(self, panel: int) -> tuple[str, list[StepInspector]]:
        """Open a panel, unless it is open; without the lock.

        Returns
        -------
        words, old
            Why it cannot be opened, or ""; Inspectors to close that nobody needs any more.
        """
        with self._lock:
            found = self._open.pop(panel, None)
            if found is not None:
                self._open[panel] = found
        if panel < 0 or found is not None:
            return "", []
        try:
            made = self._content.sources[panel].open()
        except (Exception, SystemExit) as error:  # whatever the net raises: who waits is told
            return texts.text_of(error), []
        with self._lock:
            if self._ended or panel in self._open:
                return "", [made]
            self._open[panel] = made
            made.observe(self._on_answers, "answers")
            made.observe(self._on_guess, "_guess")
            oldest = [each for each in list(self._open)[:-_OPEN] if not self._open[each].busy]
            return "", [self._open.pop(each) for each in oldest]

    def prepare(self, inspector: StepInspector, step: int, answered: Collection[str]) -> None:
        """Bring a panel to what a step says; the lock is held.

        Parameters
        ----------
        inspector
            The panel's.
        step
            Place of the step.
        answered
            Ids of the questions that are answered.
        """
        asked = self._content.asked_in_panel(step)
        left = None if asked is None else self._guesses.get(str(asked.id))
        if asked is not None and asked.id in answered and left is None:
            asked = None  # it was answered elsewhere
        inspector.prepare(
            self._content.places[step], self._content.steps[step].controls, asked, left, step
        )

    def take(self) -> list[StepInspector]:
        """Return all that are open, to close them; none is open then, and no guess known. The lock
        is held.
        """
        opened, self._open = list(self._open.values()), {}
        self._guesses = {}
        return opened

    def end(self) -> None:
        """Open nothing more; the lock is held."""
        self._ended = True

    def stop(self) -> None:
        """Stop what runs."""
        for each in list(self._open.values()):
            each.stop()

    def _on_guess(self, change: Any) -> None:
        """Keep a guess as it is now; the lock is held."""
        guess = change["new"]
        if guess and guess["tries"] and change["owner"] in self._open.values():
            self._guesses[guess["question"]["id"]] = guess
