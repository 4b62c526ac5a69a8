"""The sheet of a lesson: its steps and questions, beside the panel."""

from __future__ import annotations

from typing import Any

from xwidget.assets import static
from xwidget.inspector.page.locked import LockedWidget
from xwidget.inspector.page.traits import shares
from xwidget.inspector.work.lock import OwnedLock
from xwidget.teaching import contract


@shares(contract.TRAITS)
class Sheet(LockedWidget):
    """The steps of a lesson; its traits are those of ``contract``.

    Parameters
    ----------
    lock
        Held whenever a trait changes.
    count
        Number of steps.
    """

    _esm = static("lessons.js")
    _css = static("lessons.css")

    def __init__(self, lock: OwnedLock, count: int, **traits: Any) -> None:
        self._lock = lock
        self.count = count
        super().__init__(**traits)

    def tell(self, **traits: Any) -> None:
        """Set traits, and send them as one message; from any thread."""
        with self.hold_sync():
            for name, value in traits.items():
                setattr(self, name, value)

    @property
    def shown(self) -> int:
        """The step whose panel is there; -1 before the first."""
        return int(self._shown)

    @property
    def here(self) -> bool:
        """True once a page shows it."""
        return bool(self._here)

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The questions as files of answers have them."""
        return list(self._asked)

    def refuse(self, answer: Any, words: str) -> None:
        """Tell the page why an answer is none."""
        self._refuse_value("_answered", answer, words)

    def close(self) -> None:
        """Free the widget and its layout."""
        self.layout.close()
        super().close()
