"""The wall of thumbnails above a Browser's panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xwidget.assets import static
from xwidget.browser import contract
from xwidget.inspector.page.locked import LockedWidget
from xwidget.inspector.page.traits import shares
from xwidget.inspector.work.lock import OwnedLock


@shares(contract.TRAITS)
class Wall(LockedWidget):
    """Thumbnails, what is listed and in which order; its traits are those of ``contract``.

    Parameters
    ----------
    lock
        Held whenever a trait changes.
    columns
        Those that a condition may name, with their meanings.
    """

    _esm = static("browser.js")
    _css = static("browser.css")

    def __init__(self, lock: OwnedLock, columns: Sequence[tuple[str, str]]) -> None:
        self._lock = lock
        #: Number of rows that have a number, those that are gone too.
        self.known = 0
        super().__init__(_columns=[list(each) for each in columns])

    def tell(self, **traits: Any) -> None:
        """Set traits, and send them as one message; from any thread."""
        with self.hold_sync():
            for name, value in traits.items():
                setattr(self, name, value)

    @property
    def asked(self) -> int:
        """The number of the page's last wish for a look at the store."""
        return int(self._refresh)

    @property
    def shown(self) -> int:
        """The row whose panel is below; -1 before the first."""
        return int(self._shown)

    def renew(self) -> None:
        """Tell the page to ask anew for the rows that it has."""
        self._news += 1

    def close(self) -> None:
        """Free the widget and its layout."""
        self.layout.close()
        super().close()
