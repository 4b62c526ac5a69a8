"""Pages that come, reload, and go: their greeting, and their word on the views that they show."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xwidget.assets import text
from xwidget.inspector.features.feature import Feature
from xwidget.inspector.features.running import Running
from xwidget.inspector.page.commands import Answer, Handler
from xwidget.inspector.page.contract import PROTOCOL
from xwidget.inspector.page.panel import Panel


class Reloading(Feature):
    """Welcome a page. What it shows it has from the traits: ipywidgets sends them all to a new one.

    Parameters
    ----------
    panel
        All that it sees of its Inspector.
    running
        Starts the first run, where there was none.
    heard
        Called after each word of a page on its views.
    """

    def __init__(
        self, panel: Panel, running: Running, heard: Callable[[], None] = lambda: None
    ) -> None:
        super().__init__(panel)
        self._running = running
        self._heard = heard

    @property
    def commands(self) -> Mapping[str, Handler]:
        """The greeting, and the views."""
        return {"hello": self._hello, "views": self._views}

    def _views(self, page: int, count: int, seen: int) -> None:
        self._panel.views.take(page, count, seen)
        if count:
            self._heard()

    def _hello(self, protocol: int) -> Answer:
        if protocol != PROTOCOL:
            raise ValueError(
                f"the page speaks protocol {protocol}, the kernel {PROTOCOL}: "
                "reload the page, and restart the kernel after an update"
            )
        if not self._panel.get("_annotate"):  # a notebook without a page stays small
            self._panel.tell(_annotate=text("annotate.js"))
        number = self._panel.runs.number
        self._panel.views.greet()
        self._running.start_first()
        return Answer({"protocol": protocol, "run": number})
