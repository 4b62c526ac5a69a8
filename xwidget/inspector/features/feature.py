"""A capability of the panel, kernel side."""

from __future__ import annotations

from collections.abc import Mapping

from xwidget.inspector.page.commands import Handler
from xwidget.inspector.page.panel import Panel


class Feature:
    """A capability of the panel: the commands that its page gives for it, and what it does.

    Parameters
    ----------
    panel
        All that it sees of its Inspector.
    """

    def __init__(self, panel: Panel) -> None:
        self._panel = panel

    @property
    def commands(self) -> Mapping[str, Handler]:
        """Handlers by command."""
        return {}

    def begin(self) -> None:
        """Begin: the traits are there now."""

    def close(self) -> None:
        """Let go of everything; the lock is held."""
