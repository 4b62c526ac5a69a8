"""The traits of an Inspector, and what follows where the page sets them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import traitlets

from xwidget.engine.settings import Settings
from xwidget.inspector.page import contract
from xwidget.inspector.page.locked import LockedWidget
from xwidget.inspector.page.synced import shares


class _Stepping(threading.local):
    """Whose run has come to another iteration, while that is told on this thread."""

    widget: SyncedWidget | None = None


_stepping = _Stepping()


@shares(contract.TRAITS)
class SyncedWidget(LockedWidget):
    """The Inspector's traits, those of ``contract``.

    A value from the page that does not fit changes nothing: it is refused in words.
    """

    def __init__(self, **traits: Any) -> None:
        self._taking: frozenset[str] = frozenset()  # traits that the page is setting right now
        self._unheard = False  # whether the page may have an iteration that was not taken
        super().__init__(**traits)

    _follow: bool
    status: str

    # What the Inspector brings.

    _fixed: Settings
    """Settings with what is not a trait; those that are replace theirs."""

    @property
    def _explained(self) -> tuple[int, ...]:
        """Indices of the classes that may be drawn."""
        raise NotImplementedError

    def _is_newest(self, iteration: int) -> bool:
        """Tell whether there is no later one of the drawn class."""
        raise NotImplementedError

    def _rescore(self, scores: Mapping[int, float]) -> None:
        """Take the image's scores by class index, as a run found them."""
        raise NotImplementedError

    def _redraw(self) -> None:
        """Send the mask that is to be drawn now."""
        raise NotImplementedError

    def _obey(self, content: Any) -> None:
        """Do what a message from the page says, or refuse it."""
        raise NotImplementedError

    # What the page sets: on the main thread, the lock held.

    def _take(self, taken: Mapping[str, Any]) -> None:
        """Set what the page set, then do what it asks in the same message."""
        if "iteration" in taken and "_follow" not in taken and self._live and self._follow:
            # A person who leaves a run says so; this comes from what is linked, on the page.
            taken = {name: value for name, value in taken.items() if name != "iteration"}
            self._unheard = True
        command, before = taken.get("_command"), self._command.get("id")
        if command is not None:
            # Of a command its number is kept: what else a page puts into it is not.
            taken = {**taken, "_command": {"id": command["id"]}}
        self._taking = frozenset(taken)
        try:
            with self._logged():  # an observer's error is its own
                super()._take(taken)
        finally:
            self._taking = frozenset()
        if taken.keys() & {"target", "iteration", "_follow"}:
            self._redraw()
        if taken and self.status != "error":
            self.error = ""
        if command is not None and command["id"] != before:
            self._obey(command)

    def _tell_refused(self, request: Any, words: str, name: str | None) -> None:
        super()._tell_refused(request, words, name)
        if not (isinstance(request, dict) and request.get("type") in contract.QUIET):
            self.error = words

    @traitlets.validate("iteration")
    def _on_proposal(self, proposal: Any) -> Any:
        value = proposal["value"]
        if not self._taking:
            if self._live and self._follow and _stepping.widget not in (None, self):
                return self.iteration  # another's step, through a link: no wish
            # Before the iteration itself, which the page would take for what a linked widget says.
            self._follow = self._is_newest(value)
        return value

    def _step_to(self, iteration: int) -> None:
        """Set the iteration that a run has come to; what is linked to it hears of it."""
        before, _stepping.widget = _stepping.widget, self
        try:
            self.iteration = iteration
        finally:
            _stepping.widget = before

    @traitlets.observe("_live")
    def _on_live(self, change: Any) -> None:
        if not change["new"] and self._unheard:
            self._unheard = False
            self.send_state("iteration")
