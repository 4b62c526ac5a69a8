"""Files that a store has open: still the one at their path, or moved, deleted, replaced."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from xwidget.findings.store.errors import StoreError


class Presence:
    """The file that is open: still at its path, or moved, deleted or replaced.

    What is written into a file that is not at its path is lost to every other program, and to the
    next kernel.

    Parameters
    ----------
    path
        The file's path; None for a database that is in no file.
    let_go
        Closes the connections to the file that was opened.
    """

    def __init__(self, path: Path | None, let_go: Callable[[], None]) -> None:
        self._path = path
        self._let_go = let_go
        self._opened: tuple[int, int] | None = None  # device and number of the file
        self._lost = False

    def note(self) -> None:
        """Note the file that is open, once."""
        if self._opened is None and not self._lost:
            self._opened = self._found()

    def lost(self) -> bool:
        """Return whether the file that was open is not at its path any more; then it is let go."""
        if not self._lost and self._opened is not None and self._found() != self._opened:
            self._lost = True
            self._let_go()
        return self._lost

    def regain(self, prepare: Callable[[], None]) -> None:
        """Go on with the file that is at the path now, if the one that was open is lost.

        Parameters
        ----------
        prepare
            Brings its tables up to date.

        Raises
        ------
        StoreError
            If there is none, or none that can be used.
        """
        if not self.lost():
            return
        # One without content is not copied yet, or not made.
        if self._path is None or self._found() is None or not self._path.stat().st_size:
            raise self.error()
        self._lost, self._opened = False, None
        try:
            prepare()
        except BaseException:
            self._lost = True
            self._let_go()
            raise

    def error(self) -> StoreError:
        """Return the error that it is gone."""
        return StoreError(
            f"{self._path} was moved or deleted while in use. Nothing was stored: put the file "
            "back, or make a new one there with xw.FindingStore; then it goes on"
        )

    def _found(self) -> tuple[int, int] | None:
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino
