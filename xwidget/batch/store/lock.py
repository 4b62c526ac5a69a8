"""One writer at a time in a folder, on one machine."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import IO, Any

try:
    fcntl: Any = import_module("fcntl")
except ImportError:  # Windows has no such locks
    fcntl = None

_NAME = ".lock"


class Lock:
    """Held from when it is made until it is released, or the process ends.

    Parameters
    ----------
    folder
        It gets an empty file of its own there.

    Raises
    ------
    BlockingIOError
        If another process, or another part of this one, holds it.
    """

    def __init__(self, folder: Path) -> None:
        self._file: IO[bytes] | None = None
        if fcntl is None:
            return
        file = (folder / _NAME).open("ab")
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

    def release(self) -> None:
        """Let others write."""
        if self._file is not None:
            self._file.close()
            self._file = None
