"""Values in few bytes: what a saved notebook shows of panes without a kernel."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import partial

from xwidget.frames import encode, pack, quick_size
from xwidget.inspector.features.beside.lane import Lane, Work
from xwidget.inspector.features.beside.values import Found
from xwidget.inspector.page.panel import Panel

MOST_BYTES = 150_000
"""Of all values that are kept, packed."""

_STILL = 1.0  # seconds without a change, after which they are packed


def packed(found: Mapping[int, Found], most: int = MOST_BYTES) -> dict[str, str]:
    """Return values by pane as packed frames, as many as there is room for."""
    kept, room = {}, most
    for id, each in found.items():
        frame = each.frame()
        # Packing well takes seconds where masks are large: not for what finds no room.
        if quick_size(frame) > room:
            continue
        made = pack(encode(frame))
        if len(made) <= room:
            room -= len(made)
            kept[str(id)] = made
    return kept


class Kept:
    """Keep the values of the class drawn in the page, once nothing has changed for a moment.

    Parameters
    ----------
    panel
        All that it sees of its Inspector; the trait ``_beside_kept`` is told its page.
    values
        Returns the values by pane; None while more are computed. Called with the lock held.
    ended
        Set at the end.
    """

    def __init__(
        self,
        panel: Panel,
        values: Callable[[], Mapping[int, Found] | None],
        ended: threading.Event,
    ) -> None:
        self._panel = panel
        self._values = values
        self._ended = ended
        self._told: tuple[int, ...] = ()  # what the page has
        self._soon = threading.Event()
        self._lane = Lane("xwidget kept", self._next, self._end)

    def wake(self) -> None:
        """Look soon at what there is."""
        self._lane.wake()

    def wait(self, timeout: float | None = None) -> bool:
        """Keep at once what is to be kept; return False where that took longer."""
        self._soon.set()
        try:
            return self._lane.wait(timeout)
        finally:
            if not self._ended.is_set():
                self._soon.clear()

    def close(self) -> None:
        """Keep nothing more."""
        self._lane.close()
        self._end()

    def _end(self) -> None:
        self._ended.set()
        self._soon.set()

    def _next(self) -> Work | None:
        self._soon.wait(_STILL)
        with self._panel.lock:
            found = self._values()
            if found is None or self._ended.is_set():
                return None
        seqs = tuple(each.seq for each in found.values())
        return None if seqs == self._told else partial(self._keep, seqs, found)

    def _keep(self, seqs: tuple[int, ...], found: Mapping[int, Found]) -> None:
        kept = packed(found)
        with self._panel.lock, self._panel.logged():
            if not self._ended.is_set():
                self._told = seqs
                self._panel.tell(_beside_kept=kept)
