"""Runs: the first, new ones, more of one, and their stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xwidget.engine.settings import PANEL
from xwidget.inspector.features.feature import Feature
from xwidget.inspector.page import status
from xwidget.inspector.page.commands import Handler
from xwidget.inspector.page.drawn import Drawn
from xwidget.inspector.page.panel import Panel
from xwidget.support import arguments


class Running(Feature):
    """Start, extend and stop runs.

    Parameters
    ----------
    panel
        All that it sees of its Inspector.
    drawn
        What is drawn: the newest mask, once a run starts.
    """

    def __init__(self, panel: Panel, drawn: Drawn) -> None:
        super().__init__(panel)
        self._drawn = drawn
        self.stopped: Callable[[], None] = lambda: None
        """Called when a person stops the run: what goes with it is stopped, too."""

    @property
    def commands(self) -> Mapping[str, Handler]:
        """Run, run more, stop."""
        return {
            "run": self.run,
            "run_more": lambda iterations: self._more(iterations, alone=True),
            "stop": self.stop,
        }

    def run(self) -> None:
        """Start over with the settings now in the traits; a run under way is given up."""
        panel = self._panel
        with panel.lock:
            panel.session.run(panel.next_settings())
            self._started()
        panel.views.ask()

    def run_more(self, n: int | None = None) -> None:
        """Go on from where every class is, by ``n`` iterations, or by the trait ``iterations``."""
        if n is None:
            self._more(self._panel.get("iterations"))
        else:
            self._more(PANEL["iterations"].take(n, "n"))

    def start_first(self) -> None:
        """Start the first run if there was none."""
        with self._panel.lock:
            if self._panel.get("status") == "idle" and not self._panel.session.closed:
                self.run()

    def stop(self) -> None:
        """End the run within one iteration; what is done so far stays."""
        self._panel.session.stop()
        self.stopped()

    def wait(self, timeout: float | None) -> bool:
        """Block until nothing runs any more; return whether that is so."""
        timeout = arguments.seconds("timeout", timeout)
        self.start_first()
        with self._panel.views.waiting():
            return self._panel.session.wait(timeout)

    def _more(self, iterations: int, *, alone: bool = False) -> None:
        """Go on; ``alone`` gives up a command to run more that still waits."""
        panel = self._panel
        with panel.lock:
            panel.session.run_more(iterations, alone=alone)
            self._started()
        panel.views.ask()

    def _started(self) -> None:
        self._drawn.follow()
        status.begin(self._panel)
