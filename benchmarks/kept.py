"""Arrays kept beside the results: masks and maps, so that more can be asked of them later."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

Arrays = Mapping[str, npt.NDArray[np.generic]]


class Kept:
    """Arrays by name, one compressed file each.

    Parameters
    ----------
    folder
        Where the files are; None keeps them in memory only.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._memory: dict[tuple[str, ...], Arrays] = {}

    def get(self, *name: str) -> Arrays | None:
        """Return what was put under a name; None where nothing was, or the file is broken."""
        if self._folder is None:
            return self._memory.get(name)
        try:
            with np.load(self._path(name)) as file:
                return dict(file)
        except (OSError, ValueError, EOFError, BadZipFile):
            return None

    def put(self, arrays: Arrays, *name: str) -> None:
        """Keep arrays under a name, in place of what was there."""
        if self._folder is None:
            self._memory[name] = arrays
            return
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written aside first: a run that is killed leaves no half of a file under the name.
        aside = path.with_suffix(".part")
        with aside.open("wb") as file:
            np.savez_compressed(file, **dict(arrays))
        aside.replace(path)

    def _path(self, name: tuple[str, ...]) -> Path:
        assert self._folder is not None
        return self._folder.joinpath(*map(plain, name[:-1]), f"{plain(name[-1])}.npz")


def plain(name: str) -> str:
    """Return a name without what file systems refuse."""
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
