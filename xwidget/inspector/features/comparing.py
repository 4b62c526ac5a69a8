"""Comparing: runs that differ from the main one in their game or their defense."""

from __future__ import annotations

from collections.abc import Mapping

from xwidget.catalog import comparisons
from xwidget.explanation import Explanation
from xwidget.inspector.features.feature import Feature
from xwidget.inspector.features.running import Running
from xwidget.inspector.page import status
from xwidget.inspector.page.commands import Handler
from xwidget.inspector.page.panel import Panel


class Comparing(Feature):
    """Run what the run is to be compared with.

    Parameters
    ----------
    panel
        All that it sees of its Inspector.
    running
        Starts the first run, where there was none.
    """

    def __init__(self, panel: Panel, running: Running) -> None:
        super().__init__(panel)
        self._running = running

    @property
    def commands(self) -> Mapping[str, Handler]:
        """Compare by the game or by the defense."""
        return {"compare": lambda by: self._compare(by, alone=True)}

    def compare(self, by: str) -> None:
        """Run the variants, after what runs now."""
        comparisons.check(by)
        self._compare(by)

    def _compare(self, by: str, *, alone: bool = False) -> None:
        """Run the variants; ``alone`` gives up those of another comparison that have not begun, as
        who looks at this one no longer looks at that.
        """
        panel = self._panel
        with panel.lock:
            panel.check_open()
            self._running.start_first()
            panel.session.compare(by, alone=alone)
            panel.views.ask()
            status.begin(panel)

    @property
    def comparison(self) -> dict[str, Explanation]:
        """The last comparison, by name."""
        return self._panel.runs.comparison()
