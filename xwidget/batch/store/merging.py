"""Many small files of a store made into few large ones, with nothing lost and nothing twice."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from xwidget.batch.store.folder import PART, Folder, StoreFile
from xwidget.batch.store.pieces import new_file, rewritten, with_replaced
from xwidget.batch.store.schema import arrow, parquet
from xwidget.support import files

#: Rows of a file that stays as it is.
FULL = 1024
_SIZES = (64, FULL)  # files between two of these are merged with their like
_MANY = 16
_ABANDONED = 600.0  # seconds after which an unfinished file is nobody's any more


class Merger:
    """Merges files; one at a time does in a folder.

    A new file names those that it replaces. From the moment that it has its name, they do not
    count, whether or not they are removed.

    Parameters
    ----------
    folder
        Of the store.
    about
        What new files are made with, see ``about.written``.
    """

    def __init__(self, folder: Folder, about: bytes) -> None:
        self._folder = folder
        self._about = about
        self._settled: dict[str, set[str]] = {}  # by file that stays: the ids in it

    def tidy(self) -> None:
        """Remove files that do not count any more, and those that somebody did not finish."""
        found = self._folder.found()
        counts = {file.name for file in self._folder.look()}
        for file in found:
            if file.name not in counts:
                _remove(file)
        for path in self._folder.path.glob(f".*{files.UNFINISHED}"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _ABANDONED:
                    path.unlink()

    def merge_due(self) -> bool:
        """Merge files where there are many small ones; return whether there were."""
        due = _due(self._folder.look())
        if due:
            self.merge(due)
        return bool(due)

    def merge_all(self) -> None:
        """Merge all files that are not full; a single one with rows stays as it is."""
        small = [file for file in self._folder.look() if file.rows < FULL]
        if len(small) > 1:
            self.merge(small)

    def merge(self, sources: Sequence[StoreFile], *, failed: bool = True) -> None:
        """Put the rows of some files into one, each id once.

        Parameters
        ----------
        sources
            Files of the folder.
        failed
            Whether to take the rows of images that failed along.
        """
        taken = self._others(sources)
        compute = arrow().compute

        def keep(table: Any) -> Any:
            ids = table.column("id").to_pylist()
            fresh = [id not in taken and not taken.add(id) for id in ids]  # type: ignore[func-returns-value]
            chosen = arrow().array(fresh, arrow().bool_())
            if failed:
                return chosen
            return compute.and_(chosen, compute.equal(table.column("error"), ""))

        path = self._folder.free(PART)
        with new_file(path, with_replaced(self._about, self._with_left(sources))) as write:
            for table in rewritten(sources, self._about, keep):
                write(table)
        for source in sources:
            _remove(source)

    def _others(self, sources: Iterable[StoreFile]) -> set[str]:
        """Return the ids in all other files."""
        names = {source.name for source in sources}
        found: set[str] = set()
        settled = {}
        for file in self._folder.look():
            if file.name in names:
                continue
            ids = self._settled.get(file.name) or ids_in(file)
            if file.rows >= FULL:
                settled[file.name] = ids
            found |= ids
        self._settled = settled
        return found

    def _with_left(self, sources: Sequence[StoreFile]) -> list[StoreFile]:
        """Return the files and those that they replace and that could not be removed."""
        replaced = frozenset[str]().union(*(source.replaces for source in sources))
        return [*sources, *(file for file in self._folder.found() if file.name in replaced)]


def ids_in(file: StoreFile) -> set[str]:
    """Return the ids of a file's rows."""
    column = parquet().read_table(file.path, columns=["id"]).column("id")
    return set(column.to_pylist())


def _due(found: Iterable[StoreFile]) -> list[StoreFile]:
    left, least = sorted(found, key=lambda file: file.rows), 0
    for size in _SIZES:
        small = [file for file in left if least <= file.rows < size]
        least = size
        if len(small) >= _MANY or (len(small) > 1 and sum(file.rows for file in small) >= FULL):
            return small
    return []


def _remove(file: StoreFile) -> None:
    with suppress(OSError):  # a reader may have it open, on Windows: it does not count any more
        file.path.unlink(missing_ok=True)
