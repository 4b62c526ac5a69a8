"""One writer at a time in a folder, on one machine."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import IO, Any
from weakref import WeakSet

from xwidget.support import files

try:
    fcntl: Any = import_module("fcntl")
except ImportError:  # Windows has no such locks
    fcntl = None

_NAME = ".lock"


class Lock:
    """Held from when it is made until it is released, or the process ends.

    A process that is forked from this one does not hold it, and cannot release it.

    Parameters
    ----------
    folder
        It gets an empty file of its own there.

    Raises
    ------
    BlockingIOError
        If another process, or another part of this one, holds it.
    OSError
        If the folder cannot be written to.
    """

    def __init__(self, folder: Path) -> None:
        self._file: IO[bytes] | None = None
        if fcntl is None:
            return
        with files.in_words(folder, "the store"):
            file = (folder / _NAME).open("ab", buffering=0)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise BlockingIOError(
                error.errno,
                "another run writes into this store; wait for its end, or end it, or choose "
                "another folder",
                os.fspath(folder),
            ) from error
        except OSError:  # a file system that has no locks
            file.close()
            return
        self._file = file
        _held.add(self)

    def release(self) -> None:
        """Let others write."""
        if self._file is not None:
            # Closing alone would leave it to a child that was forked without our knowing.
            fcntl.flock(self._file, fcntl.LOCK_UN)
            self.leave()

    def leave(self) -> None:
        """Let go of it for good, while a process that shares it may hold it."""
        if self._file is not None:
            self._file.close()
            self._file = None


_held: WeakSet[Lock] = WeakSet()


def _forked() -> None:
    for lock in _held:
        lock.leave()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
