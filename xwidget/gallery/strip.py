"""The strip of thumbnails above a Gallery's panel."""

from __future__ import annotations

from typing import Any

from xwidget.assets import static
from xwidget.gallery import contract
from xwidget.inspector.page.locked import LockedWidget
from xwidget.inspector.page.traits import shares
from xwidget.inspector.work.lock import OwnedLock


@shares(contract.TRAITS)
class Strip(LockedWidget):
    """Thumbnails with their classes and how far each is; its traits are those of ``contract``.

    Parameters
    ----------
    lock
        Held whenever a trait changes.
    items
        What is known of the images, as ``item.described`` says it.
    """

    _esm = static("gallery.js")
    _css = static("gallery.css")

    def __init__(self, lock: OwnedLock, items: list[dict[str, Any]]) -> None:
        self._lock = lock
        super().__init__(_items=items)

    def close(self) -> None:
        """Free the widget and its layout."""
        self.layout.close()
        super().close()
