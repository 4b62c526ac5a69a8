"""The parts of an Inspector: its features, and what they share."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from xwidget.findings.opening import Keeper
from xwidget.inspector.features.adding import Adding
from xwidget.inspector.features.annotating import Annotating
from xwidget.inspector.features.beside.feature import Beside
from xwidget.inspector.features.comparing import Comparing
from xwidget.inspector.features.feature import Feature
from xwidget.inspector.features.guessing import Guessing
from xwidget.inspector.features.locating import Locating
from xwidget.inspector.features.reloading import Reloading
from xwidget.inspector.features.running import Running
from xwidget.inspector.features.saving import Saving
from xwidget.inspector.features.scrubbing import Scrubbing
from xwidget.inspector.features.still import StillPicture
from xwidget.inspector.features.testing import Testing
from xwidget.inspector.notebook.display import Display
from xwidget.inspector.page import status
from xwidget.inspector.page.commands import Commands
from xwidget.inspector.page.drawn import Drawn
from xwidget.inspector.page.inbox import Inbox
from xwidget.inspector.page.panel import Panel
from xwidget.inspector.page.receiving import Receiving
from xwidget.inspector.page.stream import Stream
from xwidget.support.line import Line


class Parts:
    """Make the parts of an Inspector, begin and close them.

    Parameters
    ----------
    panel
        All that they see of it.
    inbox
        Where commands wait that come too fast.
    refuse
        Tells the page that something is refused, and why.
    keeper
        Where findings are kept.
    """

    def __init__(
        self,
        panel: Panel,
        inbox: Inbox,
        refuse: Callable[[Any, str], None],
        keeper: Keeper,
    ) -> None:
        self._panel = panel
        self.drawn = Drawn(panel)
        self.stream = Stream(panel, self.drawn)

        self.running = Running(panel, self.drawn)
        self.adding = Adding(panel, self.drawn)
        self.comparing = Comparing(panel, self.running)
        self.testing = Testing(panel, self.drawn)
        self.beside = Beside(panel, self.drawn)
        self.running.stopped = self.beside.stop_models
        lines = {name: Line(f"xwidget {name}") for name in ("findings", "files", "values")}
        self.line = lines["findings"]
        self.annotating = Annotating(panel, self.drawn, keeper, self.line)
        self.guessing = Guessing(panel, self.drawn, self.beside.places, self.beside.alone)
        self.saving = Saving(
            panel,
            self.drawn,
            self.annotating.telling.all,
            self.beside.to_export,
            self.guessing.to_export,
        )
        self.picture = StillPicture(panel, self.drawn, lambda: self.guessing.hides)
        self.features: tuple[Feature, ...] = (
            self.running,
            self.adding,
            self.comparing,
            self.testing,
            self.beside,
            self.guessing,
            self.saving,
            self.picture,
            self.annotating,
            Locating(panel),
            Scrubbing(panel, self.stream),
            Reloading(panel, self.running, self.annotating.look),
        )

        handlers = {name: do for each in self.features for name, do in each.commands.items()}
        self.commands = Commands(panel, handlers, inbox, refuse, lines)
        self.receiving = Receiving(panel, self.drawn, self.commands)
        self.display = Display(panel, self.picture, self.guessing)

    def begin(self) -> None:
        """Begin, once the traits are there."""
        self.drawn.begin()
        for feature in self.features:
            feature.begin()
        self.display.begin()

    def wait(self, timeout: float | None) -> bool:
        """Block until nothing runs, and nothing beside is computed; start the first run if there
        was none. Return False where that took longer.
        """
        began = time.monotonic()
        if not self.running.wait(timeout):
            return False
        left = None if timeout is None else max(0.0, began + timeout - time.monotonic())
        return self.beside.wait(left)

    def close(self) -> bool:
        """End the work and let go of everything; return whether that was still to be done."""
        panel = self._panel
        if panel.session.closed:
            return False
        with panel.lock:
            self.beside.end()  # while the session ends its own: both have turns on the device
        panel.session.close()
        panel.views.close()
        with panel.lock:
            self.stream.clear()
            for feature in self.features:
                feature.close()
            panel.close()
            status.close(panel)
        return True
