"""Many small files of a store made into few large ones, with nothing lost and nothing twice."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from xwidget.batch.store.folder import PART, Folder, StoreFile, read
from xwidget.batch.store.pieces import new_file, rewritten, with_replaced
from xwidget.batch.store.schema import EXTRA, arrow
from xwidget.support import files
from xwidget.support.needed import needed

#: Rows of a file that stays as it is.
FULL = 1024
_MANY = 16  # files of like size that are merged into one
_ABANDONED = 600.0  # seconds after which an unfinished file is nobody's any more


class Merger:
    """Merges files; one at a time does in a folder.

    A new file names those that it replaces. From the moment that it has its name, they do not
    count, whether or not they are removed. The ids in all files are kept in memory, 0.1 kB each.

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
        self._full: set[str] = set()  # the names of files that stay,
        self._settled: set[str] = set()  # and the ids in them

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
        settled, taken = self._others(sources)
        compute = needed("pyarrow.compute", EXTRA, "An explanation store")

        def keep(table: Any) -> Any:
            ids = table.column("id").to_pylist()
            fresh = []
            for id in ids:
                fresh.append(id not in settled and id not in taken)
                taken.add(id)
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

    def _others(self, sources: Iterable[StoreFile]) -> tuple[set[str], set[str]]:
        """Return the ids in all other files: in full ones, and in the rest."""
        names = {source.name for source in sources}
        others = [file for file in self._folder.look() if file.name not in names]
        full = {file.name: file for file in others if file.rows >= FULL}
        if not self._full <= full.keys():  # one is merged itself, or was taken out of the folder
            self._full, self._settled = set(), set()
        for name in full.keys() - self._full:
            self._settled |= ids_in(full[name])
            self._full.add(name)
        return self._settled, set[str]().union(*(ids_in(f) for f in others if f.name not in full))

    def _with_left(self, sources: Sequence[StoreFile]) -> list[StoreFile]:
        """Return the files and those that they replace and that could not be removed."""
        replaced = frozenset[str]().union(*(source.replaces for source in sources))
        return [*sources, *(file for file in self._folder.found() if file.name in replaced)]


def ids_in(file: StoreFile) -> set[str]:
    """Return the ids of a file's rows."""
    return set(read(file.path, ["id"]).column("id").to_pylist())


def _due(found: Iterable[StoreFile]) -> list[StoreFile]:
    """Return files of like size that together make one of the next size, or a full one.

    So each row is rewritten once for each of the sizes at most.
    """
    left, least = sorted(found, key=lambda file: file.rows), 0
    for size in _sizes():
        small = [file for file in left if least <= file.rows < size]
        least = size
        # An empty one, as each store begins with, makes nothing larger.
        many = sum(file.rows > 0 for file in small) >= _MANY
        if many or sum(file.rows for file in small) >= FULL:
            return small
    return []


def _sizes() -> list[int]:
    """Return the numbers of rows from which on files are of another size, up to that of full ones:
    many files of one size make one of the next.
    """
    sizes = [_MANY]
    while sizes[-1] * _MANY < FULL:
        sizes.append(sizes[-1] * _MANY)
    return [*sizes, FULL]


def _remove(file: StoreFile) -> None:
    with suppress(OSError):  # a reader may have it open, on Windows: it does not count any more
        file.path.unlink(missing_ok=True)
