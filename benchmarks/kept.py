"""Arrays kept beside the results: masks and maps, so that more can be asked of them later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

_UNREADABLE = (OSError, ValueError, EOFError, BadZipFile)

Arrays = Mapping[str, npt.NDArray[np.generic]]


class Kept:
    """Arrays by name, one compressed file each.

    Parameters
    ----------
    folders
        Where to look for the files; new ones are added to the first. None of them: arrays are kept
        in memory only.
    """

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._folders = tuple(folders)
        self._memory: dict[tuple[str, ...], Arrays] = {}

    def get(self, *name: str) -> Arrays | None:
        """Return the arrays put under a name; None where there are none, or the file is broken."""
        for folder in self._folders:
            # A file that is missing or broken is made anew.
            with suppress(*_UNREADABLE), np.load(_path(folder, name)) as file:
                return dict(file)
        return self._memory.get(name)

    def put(self, arrays: Arrays, *name: str) -> None:
        """Keep arrays under a name, in place of what was there."""
        if not self._folders:
            self._memory[name] = arrays
            return
        path = _path(self._folders[0], name)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written under another name first: a run that is killed leaves no incomplete file.
        unfinished = path.with_suffix(".part")
        with unfinished.open("wb") as file:
            np.savez_compressed(file, **dict(arrays))
        unfinished.replace(path)


def _path(folder: Path, name: tuple[str, ...]) -> Path:
    return folder.joinpath(*map(_plain, name[:-1]), f"{_plain(name[-1])}.npz")


def _plain(name: str) -> str:
    """Return a name without what file systems refuse."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
