"""The one that writes a store: rows come to it, files of them come to the disk soon after."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from xwidget.batch.store.about import expect, written
from xwidget.batch.store.folder import Folder
from xwidget.batch.store.lock import Lock
from xwidget.batch.store.merging import Merger
from xwidget.batch.store.pieces import write_piece
from xwidget.batch.store.rows import Row
from xwidget.batch.store.schema import arrow, parquet
from xwidget.support.threads import EndingThread

THREAD = "xwidget-store"
PACE = 2.0  # seconds until a row is on the disk
_PIECE = 64  # rows that are written without waiting for more
_MOST = 512  # rows that wait before their maker does
_JOIN_SECONDS = 600.0


class Writer:
    """Writes rows into a folder, on a thread of its own.

    A row is on the disk 2 s after it was added. Whatever happens to the process then, it is there,
    once.

    Parameters
    ----------
    path
        The folder; it is made if it is not there.
    about
        What the store is made with, see ``about.about``.
    resume
        Whether the folder may have a store with images already.
    retry
        Whether images that failed count as not done: their rows are removed.

    Attributes
    ----------
    done
        Names of the images that the store holds.

    Raises
    ------
    ValueError
        If the folder holds something else, or a store that was made with other things.
    BlockingIOError
        If another run writes into it.
    OSError
        If the folder cannot be made or written to.
    """

    def __init__(
        self, path: Path, about: Mapping[str, Any], *, resume: bool = True, retry: bool = False
    ) -> None:
        arrow()  # if it is not there, nothing is made
        self.folder = Folder(path)
        self.about = written(about)
        _check_fits(self.folder, about, resume=resume)
        path.mkdir(parents=True, exist_ok=True)
        earlier = _open.get(_real(path))
        if earlier is not None:
            with suppress(OSError):  # which its own stream raises
                earlier.close()  # of a cell that is run again, say: its stream ends
        self._lock = Lock(path)
        try:
            self._merger = Merger(self.folder, self.about)
            self._begin(about, retry=retry)
        except BaseException:
            self._lock.release()
            raise
        self._waiting: list[Row] = []
        self._since = 0.0  # when the first of these came
        self._changed = threading.Condition()
        self._ending = self._whole = False
        self._asked = False  # to write at once
        self._error: BaseException | None = None
        self._thread = EndingThread(self._work, self._end, THREAD)
        self._thread.start()
        _open[_real(path)] = self

    def _begin(self, about: Mapping[str, Any], *, retry: bool) -> None:
        self._merger.tidy()
        files = self.folder.look()
        for file in files:  # once more: somebody may have written before the lock was had
            expect(file.about, about, self.folder.path)
        if not files:
            write_piece(self.folder, [], self.about)
        self.done: set[str] = set()
        for file in files:
            table = parquet().read_table(file.path, columns=["image", "error"])
            pairs = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
            if retry and any(error for _, error in pairs):
                self._merger.merge([file], failed=False)
                pairs = [(image, error) for image, error in pairs if not error]
            self.done.update(image for image, _ in pairs)

    def add(self, rows: Sequence[Row]) -> None:
        """Take the rows of an image, which stay together; wait while the disk is behind.

        Raises
        ------
        OSError
            If earlier rows could not be written.
        """
        with self._changed:
            if self._ending:
                raise RuntimeError("the store is closed: another run writes into it now")
            while len(self._waiting) > _MOST and self._thread.is_alive():
                self._changed.wait()
            self._check()
            if not self._waiting:
                self._since = time.monotonic()
            self._waiting += rows
            self._changed.notify_all()

    def flush(self) -> None:
        """Return when all rows are on the disk; raises as ``add``."""
        with self._changed:
            self._asked = True
            self._changed.notify_all()
            while self._asked and self._thread.is_alive():
                self._changed.wait()
            self._check()

    def close(self, *, whole: bool = False) -> None:
        """Write what is left, and end; raises as ``add``.

        Parameters
        ----------
        whole
            Whether nothing more will come: then small files are merged.
        """
        self._whole = whole
        self._end()
        self._thread.join(_JOIN_SECONDS)
        self._lock.release()
        self._check()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    def _end(self) -> None:
        with self._changed:
            self._ending = True
            self._changed.notify_all()

    # The thread.

    def _work(self) -> None:
        try:
            while self._wait():
                self._write()
                while not self._ending and self._merger.merge_due():
                    pass
            if self._whole:
                self._merger.merge_all()
        except BaseException as error:
            with self._changed:
                self._error = error
        finally:
            with self._changed:
                self._asked = False
                self._changed.notify_all()

    def _wait(self) -> bool:
        """Wait until there is something to write; False where it has ended and nothing is left."""
        with self._changed:
            while not (self._asked or self._ending or len(self._waiting) >= _PIECE):
                left = self._since + PACE - time.monotonic() if self._waiting else PACE
                if left <= 0 or not (self._changed.wait(left) or self._waiting):
                    break  # where others write pieces, too, they are merged now and then
            return bool(self._waiting) or not self._ending

    def _write(self) -> None:
        with self._changed:
            rows = self._waiting
        count = len(rows)
        if count:
            write_piece(self.folder, rows[:count], self.about)
        with self._changed:
            del self._waiting[:count]
            self._since = time.monotonic()
            self._asked = self._asked and bool(self._waiting)
            self._changed.notify_all()


def _check_fits(folder: Folder, about: Mapping[str, Any], *, resume: bool) -> None:
    if not folder.path.exists():
        return
    if not folder.path.is_dir():
        raise ValueError(f"{str(folder.path)!r} is no folder; give a new or an empty one as out")
    if any(file.rows for file in folder.look()) and not resume:
        raise ValueError(
            f"the folder {str(folder.path)!r} has a store already; leave resume=True to go on with "
            "it, or give a new folder as out"
        )
    for file in folder.look():
        expect(file.about, about, folder.path)
    other = next((path for path in folder.path.iterdir() if path.name[0] not in "._"), None)
    if other is not None and not folder.found():
        raise ValueError(
            f"the folder {str(folder.path)!r} holds {other.name!r} and no explanation store; give "
            "a new or an empty one as out"
        )


def _real(path: Path) -> str:
    return os.path.realpath(path)


_open: WeakValueDictionary[str, Writer] = WeakValueDictionary()
