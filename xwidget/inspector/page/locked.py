"""A widget whose traits may be set, and whose messages may be sent, from any thread."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import anywidget

from xwidget.inspector.page.refusing import GuardedWidget


class LockedWidget(GuardedWidget, anywidget.AnyWidget):
    """An AnyWidget that takes one lock wherever ipywidgets keeps state between two calls.

    ``hold_sync``, ``hold_trait_notifications`` and the property lock of ``set_state`` are plain
    attributes of the widget: a second thread that sets a trait meanwhile would have it swallowed,
    sent twice, or rolled back. Sending itself is safe: ipykernel queues for its own thread.
    """

    def notify_change(self, change: Any) -> None:
        """Send a changed trait, then call its observers, one thread at a time."""
        with self._lock:
            super().notify_change(change)

    @contextlib.contextmanager
    def hold_sync(self) -> Iterator[None]:
        """Send what changes inside as one message; other threads wait."""
        with self._lock, super().hold_sync():
            yield

    @contextlib.contextmanager
    def hold_trait_notifications(self) -> Iterator[None]:
        """Call observers once at the end; other threads wait."""
        with self._lock, super().hold_trait_notifications():
            yield

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take traits that the page set."""
        with self._lock:
            super().set_state(sync_data)

    def _handle_msg(self, msg: Mapping[str, Any]) -> None:
        with self._lock:
            super()._handle_msg(msg)
