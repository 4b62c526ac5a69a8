"""Locating: the place in the original photo of each pixel that the net sees."""

from __future__ import annotations

from typing import Any

from xwidget.inspector.features.feature import Feature
from xwidget.inspector.page.panel import Panel
from xwidget.subject import Subject
from xwidget.support.threads import EndingThread

THREAD = "xwidget-geometry"
_ENDED = ("done", "stopped", "error")


def known(subject: Subject) -> dict[str, Any]:
    """Return the trait ``_geometry`` as far as it is known without measuring."""
    return {} if subject.clf.preprocess.measured else subject.origin.geometry.for_page()


class Locating(Feature):
    """Tell the page the geometry.

    That of a user's preprocess is measured, which can take seconds: on a thread of its own, once
    the first mask was sent, so that neither the cell nor the first picture waits for it.

    Parameters
    ----------
    panel
        All that it sees of its Inspector; the trait ``_geometry`` is told its page.
    """

    def __init__(self, panel: Panel) -> None:
        super().__init__(panel)
        self._begun = False

    def begin(self) -> None:
        """Begin to measure it once there is something to look at."""
        if self._panel.subject.clf.preprocess.measured:
            self._panel.watch(self._on_frame, "_frame")
            self._panel.watch(self._on_status, "status")

    def _on_frame(self, _: bytes) -> None:
        self._measure()

    def _on_status(self, status: str) -> None:
        if status in _ENDED:  # perhaps before a first mask
            self._measure()

    def _measure(self) -> None:
        if self._begun or self._panel.session.closed:
            return
        subject = self._panel.subject.subject
        try:
            EndingThread(self._tell, lambda: None, THREAD, (subject,)).start()
        except (
            RuntimeError,
            MemoryError,
        ) as error:  # too many: the next mask tries again
            self._panel.warn("no thread to measure the geometry on", error=error)
            return
        self._begun = True

    def _tell(self, subject: Subject) -> None:
        try:
            place = subject.origin.geometry.for_page()
        except Exception as error:
            self._panel.warn("where the pixels are in the original is not known", error=error)
            return
        with self._panel.lock:
            if not self._panel.session.closed:
                with self._panel.logged():
                    self._panel.tell(_geometry=place)
