"""Scrubbing: masks of other iterations, classes and runs than those that are drawn."""

from __future__ import annotations

from collections.abc import Mapping

from xwidget.frames import encode
from xwidget.inspector.features.feature import Feature
from xwidget.inspector.page.commands import Answer, Handler
from xwidget.inspector.page.panel import Panel
from xwidget.inspector.page.stream import Stream


class Scrubbing(Feature):
    """Send the masks that a page asks for.

    Parameters
    ----------
    panel
        All that it sees of its Inspector.
    stream
        Told which masks the page has decoded.
    """

    def __init__(self, panel: Panel, stream: Stream) -> None:
        super().__init__(panel)
        self._stream = stream

    @property
    def commands(self) -> Mapping[str, Handler]:
        """One mask; the page's word that it has decoded one."""
        return {"frame": self._frame, "ack": self._stream.ack}

    def _frame(self, target: int, iteration: int, run: int) -> Answer:
        frame = self._panel.runs.frame(target, iteration, run)
        if frame is None:
            raise ValueError(f"class {target} has no mask yet")
        return Answer(buffer=encode(frame))
