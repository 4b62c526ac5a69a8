"""The labels and kinds of a store: the words to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xwidget.findings.store import accepted

if TYPE_CHECKING:
    from xwidget.findings.store.sql.database import Database


class Worded:
    """The labels and kinds of a store."""

    _database: Database

    def labels(self, *, retired: bool = False) -> tuple[str, ...]:
        """Return the labels to choose from, the last used first; or those that are retired."""
        return self._database.words.labels(retired=retired)

    def add_label(self, name: str) -> None:
        """Add a label to choose from; one that a finding uses is added by itself."""
        self._database.words.set_label(accepted.name("label", name), retired=False, new=True)

    def retire_label(self, name: str) -> None:
        """Take a label off the list. Findings that have it keep it, those not yet saved, too.

        Raises
        ------
        KeyError
            If there is no such label.
        """
        self._database.words.set_label(accepted.clean(name), retired=True, new=False)

    def restore_label(self, name: str) -> None:
        """Put a retired label on the list again; KeyError if there is none."""
        self._database.words.set_label(accepted.clean(name), retired=False, new=False)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds to choose from: what a region can be."""
        return self._database.words.kinds()

    def set_kinds(self, kinds: Sequence[str]) -> None:
        """Choose the kinds; findings keep those that they have.

        Raises
        ------
        ValueError, TypeError
            If there is none, one is empty, or one comes twice.
        """
        if isinstance(kinds, str) or not kinds or len(set(kinds)) < len(kinds):
            raise ValueError(f"kinds={kinds!r}; expected a list of different names")
        self._database.words.set_kinds([accepted.name("kind", kind) for kind in kinds])
