"""Traits that the page of an Inspector sets, and their effects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from xwidget.inspector.page import drawn
from xwidget.inspector.page.commands import Commands
from xwidget.inspector.page.contract import QUIET
from xwidget.inspector.page.drawn import Drawn
from xwidget.inspector.page.panel import Panel


class Receiving:
    """Take what the page sets, on the main thread with the lock held.

    Parameters
    ----------
    panel
        Whose page it is.
    drawn
        What is drawn.
    commands
        Given those that come through the trait ``_command``.
    """

    def __init__(self, panel: Panel, drawn: Drawn, commands: Commands) -> None:
        self._panel = panel
        self._drawn = drawn
        self._commands = commands

    def take(self, taken: Mapping[str, Any], keep: Callable[[Mapping[str, Any]], None]) -> None:
        """Set what the page set, by ``keep``, then do what it asks in the same message."""
        panel = self._panel
        taken = self._drawn.meant(taken)
        command, before = taken.get("_command"), panel.get("_command").get("id")
        if command is not None:
            # Of a command its number is kept: what else a page puts into it is not.
            taken = {**taken, "_command": {"id": command["id"]}}
        panel.taking = frozenset(taken)
        try:
            with panel.logged():  # an observer's error is its own
                keep(taken)
        finally:
            panel.taking = frozenset()
        if taken.keys() & drawn.TRAITS:
            self._drawn.changed()
        if taken and panel.get("status") != "error":
            panel.tell(error="")
        if command is not None and command["id"] != before:
            self._commands.obey(command)

    def refused(self, request: Any, words: str) -> None:
        """Show a person why what the page asked for, or set, is refused."""
        if not (isinstance(request, dict) and request.get("type") in QUIET):
            self._panel.tell(error=words)
