"""The parts' view of their Inspector: its traits, its page, its work, and one lock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, TypeAlias

from xwidget.engine.settings import PANEL, Settings
from xwidget.inspector.page.locked import LockedWidget
from xwidget.inspector.page.refusing import logged
from xwidget.inspector.work.inspected import Inspected
from xwidget.inspector.work.lock import OwnedLock
from xwidget.inspector.work.session import Session

_Checks: TypeAlias = Mapping[str, Mapping[str, Any]]


class Panel:
    """All that the parts of an Inspector may know of it.

    Parameters
    ----------
    widget
        Whose traits and messages these are.
    lock
        Held for every change.
    subject
        The image before its net.
    settings
        Of a run; those that are traits replace theirs.
    session
        The work; its views are those of the page.
    """

    def __init__(
        self,
        widget: LockedWidget,
        lock: OwnedLock,
        subject: Inspected,
        settings: Settings,
        session: Session,
    ) -> None:
        self._widget = widget
        self._subject: Inspected | None = subject
        self.lock = lock
        self.settings = settings
        self.session = session
        self.views = session.views
        self.runs = session.runs
        self.taking: frozenset[str] = frozenset()
        """Traits that the page is setting right now."""
        self.more_checks: Callable[[_Checks], _Checks] = lambda made: made
        """Adds to the trait ``_checks`` what features found out, with the lock held."""

    @property
    def subject(self) -> Inspected:
        """The image before its net.

        Raises
        ------
        RuntimeError
            If the Inspector is closed.
        """
        if self._subject is None:
            raise RuntimeError("this Inspector is closed; make a new one")
        return self._subject

    def check_open(self) -> None:
        """Raise RuntimeError if the Inspector is closed."""
        _ = self.subject

    def close(self) -> None:
        """Let go of the image and the net."""
        self._subject = None

    # Traits.

    def next_settings(self) -> Settings:
        """Return the settings of the next run: those that are traits, and the others."""
        return replace(self.settings, **{name: self.get(name) for name in PANEL})

    def get(self, trait: str) -> Any:
        """Return a trait's value."""
        return getattr(self._widget, trait)

    def tell(self, **traits: Any) -> None:
        """Set traits, in this order, and send them as one message; from any thread."""
        with self.lock if len(traits) == 1 else self._widget.hold_sync():
            for name, value in traits.items():
                setattr(self._widget, name, value)

    def together(self) -> AbstractContextManager[None]:
        """Send what is told inside as one message."""
        return self._widget.hold_sync()

    def resend(self, trait: str) -> None:
        """Send a trait that the page may have another value of."""
        self._widget.send_state(trait)

    def watch(self, changed: Callable[[Any], None], *traits: str) -> None:
        """Call a function with the new value after each change of any of some traits."""
        self._widget.observe(lambda change: changed(change["new"]), list(traits))

    # Messages and words.

    def send(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        """Send a message to the page."""
        self._widget.send(content, buffers)

    def logged(self) -> AbstractContextManager[None]:
        """Log what an observer raises: a run must not end because of it."""
        return logged(self._widget)

    def warn(self, words: str, *args: object, error: Exception) -> None:
        """Write an error to the log."""
        self._widget.log.warning(words, *args, exc_info=error)
