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

    @property
    def count(self) -> int:
        """Number of images."""
        return len(self._items)

    def tell_shown(self, index: int) -> None:
        """Say that the panel below is that of this image, or that it has none."""
        self._shown = index

    def tell_items(
        self, items: list[dict[str, Any]], pictures: list[str], evidence: list[str]
    ) -> None:
        """Send what is known of the images, with their pictures as data: URLs; "" for none yet."""
        with self.hold_sync():
            self._items, self._pictures, self._evidence = items, pictures, evidence

    def close(self) -> None:
        """Free the widget and its layout."""
        self.layout.close()
        super().close()
