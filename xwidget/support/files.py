"""Writing a file so that it is there whole, or is what it was before."""

from __future__ import annotations

import atexit
import contextlib
import errno
import io
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

#: How the name ends of a file that is being written.
UNFINISHED = ".part"

# Those that are being written: what a thread of its own has not finished goes with the process.
_unfinished: set[Path] = set()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_unfinished.clear)  # the parent finishes its own


_YOURS = "choose one in a folder of yours"
_ROOM = "make room, or choose one on another disk"
_ADVICE = {
    errno.EACCES: _YOURS,
    errno.EPERM: _YOURS,
    errno.EROFS: _YOURS,
    errno.ENOSPC: _ROOM,
    getattr(errno, "EDQUOT", errno.ENOSPC): _ROOM,
    errno.EFBIG: _ROOM,
    errno.ENAMETOOLONG: "choose a shorter name",
}


def replace(path: str | os.PathLike[str], data: bytes) -> Path:
    """Write a file whole, or not at all.

    The bytes go to a file of their own beside it first, so that any number of writers, threads and
    processes, may have the same goal: the last to finish wins, and a reader always finds a whole
    file. A link is followed; an existing file keeps its permissions.

    Parameters
    ----------
    path
        Where to; an existing file is replaced once the new one is on the disk.
    data
        What it shall hold.

    Returns
    -------
    Path
        As given.

    Raises
    ------
    TypeError, ValueError
        If it is no path of a file.
    io.UnsupportedOperation
        If there is something that is no regular file, such as a folder, a pipe or a device; a
        ValueError and an OSError.
    FileNotFoundError
        If there is no such folder.
    OSError
        If the file cannot be written, such as on a full disk.
    """
    given = as_path(path)
    goal = Path(os.path.realpath(given))
    if not goal.parent.is_dir():
        raise FileNotFoundError(
            f"there is no folder {str(goal.parent)!r} to write {goal.name!r} into; make it first, "
            f"Path({str(goal.parent)!r}).mkdir(parents=True)"
        )
    is_there(given)
    with in_words(given), _beside(goal) as part:
        _write(part, data)
        with contextlib.suppress(FileNotFoundError):
            part.chmod(goal.stat().st_mode & 0o7777)
        part.replace(goal)
        _keep(goal.parent)
    return given


@contextlib.contextmanager
def new(path: Path) -> Iterator[Path]:
    """Give the path to write a new file to, which gets its own name once it is on the disk.

    For a file that is too large to be made in memory first, see :func:`replace`. Where the block
    raises, nothing stays.

    Parameters
    ----------
    path
        Where it shall be, in a folder that is there.

    Raises
    ------
    OSError
        If the file cannot be written, such as on a full disk.
    """
    with in_words(path), _beside(path) as part:
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
        _keep(path.parent)


@contextlib.contextmanager
def in_words(path: Path, what: str = "the file") -> Iterator[None]:
    """Make an error of the system say what cannot be written, and what to do.

    Parameters
    ----------
    path
        The file or folder that was asked for.
    what
        What it is.
    """
    try:
        yield
    except OSError as error:
        advice = _ADVICE.get(error.errno or 0, "try again, or choose another folder")
        words = f"{what} cannot be written ({error.strerror}); {advice}"
        raise type(error)(error.errno, words, str(path)) from error


def as_path(path: object) -> Path:
    """Return a file's path; whether there is such a file does not matter.

    Raises
    ------
    TypeError
        If it is neither a str nor a path.
    ValueError
        If no file can have it: it is empty, names a folder, or holds what no name can.
    """
    if not isinstance(path, (str, os.PathLike)):
        way = ": os.fsdecode(path)" if isinstance(path, bytes) else ""
        raise TypeError(f"a path is a str or a pathlib.Path, got {path!r}{way}")
    name = os.fsdecode(path)
    if not name:
        raise ValueError("the path is empty; give the path of a file")
    if name[-1] in (os.sep, os.altsep):
        raise ValueError(f"the path {name!r} ends in {name[-1]!r}: give a file's, not a folder's")
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        raise ValueError(
            f"no file can be called {name!r}: it holds half of a character (a lone surrogate)"
        ) from None
    if "\0" in name:
        raise ValueError(f"no file can be called {name!r}: it holds a zero character")
    return Path(name)


def is_there(path: str | os.PathLike[str]) -> bool:
    """Return whether there is a regular file at a path.

    Raises
    ------
    io.UnsupportedOperation
        If there is something else.
    """
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):  # a name that no file can have
        return False
    if not stat.S_ISREG(mode):
        what = "a folder" if stat.S_ISDIR(mode) else "no regular file"
        raise io.UnsupportedOperation(f"{os.fspath(path)!r} is {what}; give the path of a file")
    return True


@contextlib.contextmanager
def _beside(goal: Path) -> Iterator[Path]:
    """Give a name in the goal's folder that nobody has, and leave nothing there."""
    part = goal.with_name(f".{secrets.token_hex(8)}{UNFINISHED}")
    _unfinished.add(part)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)
        _unfinished.discard(part)


def _write(part: Path, data: bytes) -> None:
    with part.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _keep(folder: Path) -> None:
    """Flush a folder's names to the disk, where the system can."""
    if os.name != "posix":
        return
    # Some file systems cannot, and a folder that can be written to may be closed to readers.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@atexit.register
def _tidy() -> None:
    for part in tuple(_unfinished):
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
