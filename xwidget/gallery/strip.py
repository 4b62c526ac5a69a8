"""The strip of thumbnails above a Gallery's panel: what kernel and page share."""

from __future__ import annotations

from typing import Any

import traitlets

from xwidget.assets import static
from xwidget.inspector.page import messages
from xwidget.inspector.page.closed import Refused, shared, told
from xwidget.inspector.page.locked import LockedWidget
from xwidget.inspector.work.lock import OwnedLock
from xwidget.support import wire
from xwidget.support.texts import WORDS


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
    _items: Any = told(traitlets.List(), "What is known of each image.", WORDS)
    _pictures: Any = told(traitlets.List(), "Thumbnails of the images, as data URLs.")
    _evidence: Any = told(traitlets.List(), "Thumbnails of the evidence; empty until then.")
    _shown = told(traitlets.Int(-1), "The image whose panel is below.")
    status = told(traitlets.Unicode("idle"), "idle, running, done, stopped, error.")

    # Written by both sides.
    opened = shared(traitlets.Int(-1), "The image that is open.")
    paused = shared(traitlets.Bool(False), "Whether only what is opened is explained.")
    show = shared(traitlets.Enum(["image", "evidence"], "image"), "What thumbnails show.")
    _here = shared(traitlets.Bool(False), "Whether a page shows the strip.")
    _visible = shared(traitlets.List(traitlets.Int()), "The images that can be seen.")
    _views: Any = shared(traitlets.Dict(), "How many views a page has, and how many are seen.")

    def __init__(self, lock: OwnedLock, items: list[dict[str, Any]]) -> None:
        self._lock = lock
        super().__init__(_items=items)

    @traitlets.validate("_views")
    def _on_views(self, proposal: Any) -> dict[str, Any]:
        return self._told(proposal["value"]) if proposal["value"] else {}

    @traitlets.validate("opened")
    def _on_opened(self, proposal: Any) -> int:
        return self._place(proposal["value"], -1)

    def _checked(self, name: str, value: Any) -> Any:
        if name == "opened":
            return self._place(value, -1)
        if name == "_visible":
            if not isinstance(value, list) or len(value) > len(self._items):
                raise Refused(f"_visible must be places of images, got {wire.shown(value)}")
            return [self._place(each, 0) for each in value]
        if name == "_views":
            return self._told(value)
        return super()._checked(name, value)

    def _told(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Refused(f"_views must be an object, got {wire.shown(value)}")
        try:
            fields = messages.parse({**value, "type": "views"}).fields
            beat = messages.whole('"beat" of "views"', value.get("beat", 0), 0, 2**53)
        except ValueError as error:
            raise Refused(str(error)) from error
        return {**fields, "beat": beat}

    def _place(self, value: Any, first: int) -> int:
        try:
            return messages.whole("the place of an image", value, first, len(self._items) - 1)
        except ValueError as error:
            raise Refused(str(error)) from error

    def close(self) -> None:
        """Free the widget and its layout."""
        self.layout.close()
        super().close()
