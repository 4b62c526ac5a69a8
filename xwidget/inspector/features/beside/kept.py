"""Values in few bytes: what a saved notebook shows of panes without a kernel."""

from __future__ import annotations

from collections.abc import Mapping

from xwidget.frames import encode, pack, quick_size
from xwidget.inspector.features.beside.values import Found

MOST_BYTES = 150_000
"""Of all values that are kept, packed."""


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
