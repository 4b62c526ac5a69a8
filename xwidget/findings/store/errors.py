"""Errors of a store, each with a text for the person who reads it."""

from __future__ import annotations

from xwidget.findings.finding import Finding


class StoreError(RuntimeError):
    """The store cannot do it now; nothing was stored. The text says why and what to do."""


class StoreBusy(StoreError):
    """Another program is writing: the same can be tried again."""


class MissingExtra(StoreError, ImportError):
    """A library that the store needs is not installed; the text has the command that installs it.

    Examples
    --------
    >>> str(MissingExtra("psycopg", "postgres")).split("  ")[1]
    'pip install "xwidget[postgres]"'
    """

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(
            f"keeping findings needs {library}, which is optional. Install it:  "
            f'pip install "xwidget[{extra}]"'
        )


class ChangedError(ValueError):
    """A finding was changed meanwhile, so that a change of an older version was not stored.

    Attributes
    ----------
    mine
        The finding that was not stored.
    theirs
        The newest version.
    """

    def __init__(self, mine: Finding, theirs: Finding) -> None:
        self.mine, self.theirs = mine, theirs
        done = "deleted" if theirs.deleted else "changed"
        super().__init__(
            f"finding {theirs.id} was {done} meanwhile: its newest version is {theirs.version}. "
            "Nothing was stored: edit that version, or add yours as a new finding"
        )
