"""The place of findings: a store that was given, a file made when it is needed, or the memory."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TypeAlias

from xwidget.findings.keeping import Store
from xwidget.findings.memory import MemoryStore
from xwidget.findings.store.accepted import login
from xwidget.findings.store.errors import StoreBusy
from xwidget.findings.store.places import key_of
from xwidget.findings.store.store import FindingStore
from xwidget.support import texts

FILE = "xwidget-findings.sqlite"
"""Name of the file, in the working directory, where nothing else is asked for."""

Place: TypeAlias = "str | os.PathLike[str] | Store | Keeper | bool | None"
"""A file, a server's URL or a store; None for ``FILE``; False for this session only; or the keeper
of another user of the same store.
"""

_NEEDED = tuple(name for name in vars(Store) if not name.startswith("_"))
_SHORT = "findings are kept for this session only: "
_warm = threading.Event()
_SESSION = "findings are kept for this session only, as findings=False says"


class Keeper:
    """A store, opened when it is needed.

    What cannot be opened though nobody asked for it, the file of the working directory, is replaced
    by memory, with the reason; not where another program is only writing into it.

    Parameters
    ----------
    place
        Where findings are to be kept.

    Attributes
    ----------
    reason
        Why findings are kept for this session only; "" where they are not.

    Raises
    ------
    OSError, ValueError, TypeError, ImportError
        If a place was given, and is none or cannot be opened.
    """

    def __init__(self, place: Place = None) -> None:
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._own = False  # whether it is ours to close
        self._users = 1
        self._store: Store | None = None
        self.reason = ""
        if place is None:
            try:
                self._path = Path(FILE).absolute()
                self.key = key_of(self._path)
            except (OSError, ValueError) as error:  # the working directory is gone, or has no name
                self._give_up(error)
                self.key = MemoryStore.key
            return
        if place is False:
            self._store, self.reason = MemoryStore(), _SESSION
        elif isinstance(place, (str, os.PathLike)):
            self._store, self._own = FindingStore(place), True
        elif not isinstance(place, (bool, Keeper)) and all(
            hasattr(place, name) for name in _NEEDED
        ):
            self._store = place
        else:
            raise TypeError(
                f"findings is {texts.shown(repr(place), texts.NAME)}; expected the path of a file, "
                "a server's URL, a FindingStore, None for a file in the working directory, or "
                "False for this session only"
            )
        self.key = self._store.key

    @classmethod
    def of(cls, place: Place) -> Keeper:
        """Return the keeper of a place; of one that others use, the same, which the last of them
        closes. Its errors are those of the class.
        """
        if not isinstance(place, Keeper):
            return cls(place)
        return place.joined()

    def joined(self) -> Keeper:
        """Return it to one more user, who closes it in the end, too."""
        with self._lock:
            self._users += 1
        return self

    @property
    def name(self) -> str:
        """Its name, for a person to read; "" for memory."""
        if self._store is not None:
            return self._store.name
        return "" if self._path is None else self._path.name

    @property
    def author(self) -> str:
        """Name of who works with it."""
        return getattr(self._store, "author", None) or login()

    @property
    def blind(self) -> bool:
        """True if others' judgments are withheld from who has not judged."""
        return getattr(self._store, "blind", True)

    @property
    def store(self) -> Store:
        """The store to read from: opened if it exists, else an empty one. May wait for a disk."""
        with self._lock:
            if self._store is None and self._path is not None and self._path.exists():
                self._open(self._path)
            return MemoryStore() if self._store is None else self._store

    @property
    def writable(self) -> Store:
        """The store to write to; made if it does not exist. May wait for a disk."""
        with self._lock:
            if self._store is None:
                assert self._path is not None
                self._open(self._path)
            assert self._store is not None
            return self._store

    def warm(self) -> None:
        """Load all that opening a file needs, so that the first finding does not wait for it; find
        out whether it is installed.
        """
        with self._lock:
            if self._store is not None or _warm.is_set():
                return
            try:
                FindingStore(":memory:").close()
                _warm.set()
            except (OSError, RuntimeError, ImportError) as error:
                self._give_up(error)

    def close(self) -> None:
        """Close a store that was opened here, unless somebody else uses it."""
        with self._lock:
            self._users -= 1
            if self._users > 0:
                return
            store = self._store
            if store is None:
                self._store = MemoryStore()
            elif self._own:
                self._store, self._own = MemoryStore(), False
                store.close()

    def _open(self, path: Path) -> None:
        try:
            self._store, self._own = FindingStore(path), True
        except StoreBusy:  # it passes: what was to be kept is sent again
            raise
        except (OSError, RuntimeError, ValueError, ImportError) as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        self._path, self._store = None, MemoryStore()
        self.reason = f"{_SHORT}{texts.text_of(error)}"
