"""The one that writes a store: rows come to it, files of them come to the disk soon after."""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

from xwidget.batch.store.about import expect, written
from xwidget.batch.store.folder import Folder, read
from xwidget.batch.store.lock import Lock
from xwidget.batch.store.merging import Merger
from xwidget.batch.store.pieces import write_piece
from xwidget.batch.store.rows import Row
from xwidget.batch.store.schema import arrow
from xwidget.batch.store.upkeep import Upkeep
from xwidget.support import files
from xwidget.support.threads import EndingThread

THREAD = "xwidget-store"
PACE = 2.0  # seconds until a row is on the disk
_PIECE = 64  # rows that are written without waiting for more
_MOST = 512  # rows that wait before their maker does
_JOIN_SECONDS = 600.0


class Writer:
    """Writes rows into a folder, on a thread of its own, and merges its files on another.

    2 s after a row was added, it is written; then, whatever happens to the process, it is there,
    once. The folder is this one's until the thread has ended.

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
        The images that the store holds, by name, with the label of each.
    user
        The thread that has used it last; while it lives, no other one ends it.

    Raises
    ------
    ValueError
        If the folder holds something else, or a store that was made with other things.
    BlockingIOError
        If another run writes into it, of another process or in another thread. One of this thread
        ends, as of a cell that is run again.
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
        with files.in_words(path, "the store"):
            path.mkdir(parents=True, exist_ok=True)
        earlier = _open.get(_real(path))
        if earlier is not None:
            earlier.give_way()
        self._lock = Lock(path)
        try:
            self._merger = Merger(self.folder, self.about)
            self._begin(about, retry=retry)
        except BaseException:
            self._lock.release()
            raise
        self._process = os.getpid()
        self.user = threading.current_thread()
        self._waiting: list[tuple[float, Row]] = []  # each with when it came
        self._changed = threading.Condition()
        self._ending = self._ended = self._whole = False
        self._asked = False  # to write at once
        self._error: BaseException | None = None
        self._thread = EndingThread(self._work, self.end, THREAD)
        self._thread.start()
        _open[_real(path)] = self

    def _begin(self, about: Mapping[str, Any], *, retry: bool) -> None:
        self._merger.tidy()
        found = self.folder.look()
        for file in found:  # once more: somebody may have written before the lock was had
            expect(file.about, about, self.folder.path)
        if not found:
            write_piece(self.folder, [], self.about)
        self.done: dict[str, str | None] = {}
        for file in found:
            table = read(file.path, ["image", "error", "label"])
            known = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
            if retry and any(error for _, error, _ in known):
                self._merger.merge([file], failed=False)
                known = [each for each in known if not each[1]]
            self.done.update((image, label) for image, _, label in known)

    def add(self, rows: Sequence[Row]) -> None:
        """Take the rows of an image, which stay together; wait while the disk is behind.

        Raises
        ------
        OSError
            If earlier rows could not be written.
        RuntimeError
            If it is closed, or another process has made it.
        """
        if self._forked:
            raise RuntimeError(
                "this stream was made before the process was forked, and its store is written by "
                "the process that made it; explain into another folder here"
            )
        with self._changed:
            while len(self._waiting) > _MOST and not self._ending:
                self._changed.wait()
            self._check()
            if self._ending:
                raise RuntimeError("the store is closed: another run writes into it now")
            now = time.monotonic()
            self._waiting += [(now, row) for row in rows]
            self._changed.notify_all()

    def flush(self) -> None:
        """Return when all rows are on the disk; raises as ``add``."""
        if self._forked:
            return
        with self._changed:
            self._asked = not self._ended
            self._changed.notify_all()
            while self._asked:
                self._changed.wait()
            self._check()

    def end(self, *, whole: bool = False) -> None:
        """Make it write what is left, and end, soon; this waits for nothing.

        Parameters
        ----------
        whole
            Whether nothing more will come: then small files are merged.
        """
        if self._forked:  # its thread is not here, and its locks may be held for ever
            return
        with self._changed:
            self._whole = self._whole or whole
            self._ending = True
            self._changed.notify_all()

    def close(self) -> None:
        """End, and return when all is on the disk; raises as ``add``.

        Raises
        ------
        TimeoutError
            If that takes more than ten minutes; it goes on.
        """
        if self._forked:
            return
        self.end()
        self._thread.join(_JOIN_SECONDS)
        if self._thread.is_alive():
            raise TimeoutError(
                f"after {_JOIN_SECONDS:g} s the store {str(self.folder.path)!r} is still being "
                "written, which goes on; look whether its disk is slow, or out of reach"
            )
        self._check()

    def give_way(self) -> None:
        """End for another run in this process.

        Raises
        ------
        BlockingIOError
            If another thread is at it.
        TimeoutError
            As in ``close``.
        """
        elsewhere = self.user is not threading.current_thread() and self.user.is_alive()
        if elsewhere and not self._ending:
            raise BlockingIOError(
                errno.EAGAIN,
                f"another run of this process writes into this store, in the thread "
                f"{self.user.name!r}; wait for its end, or close its stream, or choose another "
                "folder",
                os.fspath(self.folder.path),
            )
        try:
            self.close()
        except TimeoutError:
            raise
        except Exception:  # which its own stream raises
            pass

    @property
    def _forked(self) -> bool:
        """True in a process that was forked since."""
        return self._process != os.getpid()

    def _check(self) -> None:
        if self._error is not None:
            raise self._error

    # The thread.

    def _work(self) -> None:
        try:
            with Upkeep(self._merger) as upkeep:
                while self._wait():
                    self._write()
                upkeep.whole = self._whole
        except BaseException as error:
            self._error = error
        finally:
            self._lock.release()
            with self._changed:
                self._ending = self._ended = True
                self._asked = False
                self._changed.notify_all()

    def _wait(self) -> bool:
        """Wait until there is something to write; False where it has ended and nothing is left."""
        with self._changed:
            while not (self._asked or self._ending or len(self._waiting) >= _PIECE):
                if not self._waiting:
                    self._changed.wait()
                elif (left := self._waiting[0][0] + PACE - time.monotonic()) > 0:
                    self._changed.wait(left)
                else:
                    break
            return bool(self._waiting) or not self._ending

    def _write(self) -> None:
        with self._changed:
            rows = [row for _, row in self._waiting]
        if rows:
            write_piece(self.folder, rows, self.about)
        with self._changed:
            del self._waiting[: len(rows)]
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
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_open.clear)  # the parent goes on with its own
