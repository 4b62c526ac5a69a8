"""The strip of thumbnails above a Gallery's panel: what kernel and page share."""

from __future__ import annotations

from typing import Any

import traitlets

from xwidget.inspector.lock import OwnedLock
from xwidget.inspector.locked import LockedWidget
from xwidget.inspector.opening import static


class Strip(LockedWidget):
    """Thumbnails with their classes and how far each is; docs/protocol.md lists the traits.

    Parameters
    ----------
    lock
        Held whenever a trait changes.
    items
        What is known of the images, as ``gallery_item.described`` says it.
    """

    _esm = static("gallery.js")
    _css = static("gallery.css")

    # Written by the kernel.
    _items: Any = traitlets.List(help="What is known of each image.").tag(sync=True)
    _pictures: Any = traitlets.List(help="Thumbnails of the images, as data URLs.").tag(sync=True)
    _evidence: Any = traitlets.List(help="Thumbnails of the evidence; empty until then.").tag(
        sync=True
    )
    _shown = traitlets.Int(-1, help="The image whose panel is below.").tag(sync=True)
    status = traitlets.Unicode("idle", help="idle, running, done, stopped, error.").tag(sync=True)

    # Written by both sides.
    opened = traitlets.Int(-1, help="The image that is open.").tag(sync=True, echo_update=False)
    paused = traitlets.Bool(False, help="Whether only what is opened is explained.").tag(
        sync=True, echo_update=False
    )
    show = traitlets.Enum(["image", "evidence"], "image", help="What thumbnails show.").tag(
        sync=True, echo_update=False
    )
    _here = traitlets.Bool(False, help="Whether a page shows the strip.").tag(
        sync=True, echo_update=False
    )
    _visible = traitlets.List(traitlets.Int(), help="The images that can be seen.").tag(
        sync=True, echo_update=False
    )

    def __init__(self, lock: OwnedLock, items: list[dict[str, Any]]) -> None:
        self._lock = lock
        super().__init__(_items=items)

    @traitlets.validate("opened")
    def _on_opened(self, proposal: Any) -> int:
        index: int = proposal["value"]
        if not -1 <= index < len(self._items):
            raise traitlets.TraitError(f"there is no image {index}: there are {len(self._items)}")
        return index

    def close(self) -> None:
        """Free the widget and its layout."""
        self.layout.close()
        super().close()
