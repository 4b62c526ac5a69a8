"""The files of a store: which there are, and which of them count."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from xwidget.batch.store.schema import ABOUT, LAYOUT, NAMES, REPLACES, arrow, parquet
from xwidget.support import texts

PIECE, PART = "piece", "part"
_SUFFIX = ".parquet"
_LOOKS = 20  # at a folder whose files change meanwhile
_PAUSE = 0.1  # seconds


@dataclass(frozen=True)
class StoreFile:
    """One file of a store, whose contents never change.

    Parameters
    ----------
    path
        Where it is.
    footer
        Its own metadata, as pyarrow reads it.
    """

    path: Path
    footer: Any

    @property
    def name(self) -> str:
        """Its name, which no other file ever has."""
        return self.path.name

    @property
    def rows(self) -> int:
        """Number of its rows."""
        return int(self.footer.num_rows)

    @cached_property
    def about(self) -> dict[str, Any]:
        """The things that it was made with; ValueError if it is no file of a store."""
        about = self._told(ABOUT, dict)
        if about is None or "layout" not in about:
            raise _foreign(self.path)
        if about["layout"] != LAYOUT:
            raise ValueError(
                f"{str(self.path)!r} has layout {str(about['layout'])[:20]!r}, and this xwidget "
                f"reads layout {LAYOUT}; upgrade xwidget"
            )
        if missing := set(NAMES).difference(self.footer.schema.to_arrow_schema().names):
            raise _foreign(self.path, f": it has no column {min(missing)!r}")
        return dict(about)

    @cached_property
    def replaces(self) -> frozenset[str]:
        """Names of the files whose rows it has taken over: they do not count any more."""
        return frozenset(map(str, self._told(REPLACES, list) or []))

    @property
    def groups(self) -> list[int]:
        """The numbers of rows of its groups."""
        return [self.footer.row_group(k).num_rows for k in range(self.footer.num_row_groups)]

    def _told(self, key: bytes, kind: type) -> Any:
        """Return the JSON that stands in its metadata under a key; None if there is nothing."""
        text = (self.footer.metadata or {}).get(key)
        if text is None:
            return None
        try:
            told = json.loads(text)
        except ValueError:
            told = None
        if not isinstance(told, kind):
            raise _foreign(self.path)
        return told


class Folder:
    """The folder of a store.

    Parameters
    ----------
    path
        Where it is; it need not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, StoreFile] = {}

    def look(self) -> list[StoreFile]:
        """Return the files that count, by name; those that another one replaces are left out.

        Raises
        ------
        ValueError
            If a file is no file of a store, or of a newer xwidget.
        """
        files = self.found()
        for file in files:
            _ = file.about  # which raises where it is none of ours
        replaced = frozenset[str]().union(*(file.replaces for file in files))
        return [file for file in files if file.name not in replaced]

    def found(self) -> list[StoreFile]:
        """Return all files, also those that do not count any more.

        Raises
        ------
        ValueError
            As in ``look``.
        """
        paths, look = self._listed(), 1
        while True:
            opened = {path: self._known.get(path.name) or _opened(path) for path in paths}
            gone = [path for path, file in opened.items() if file is None]
            before, paths = paths, self._listed()
            # Files may be merged between two steps, or while they are listed: then neither they nor
            # the one that has taken their rows over may be among those found.
            if paths == before and not gone:
                break
            if look == _LOOKS:
                if gone:
                    raise ValueError(
                        f"{str(gone[0])!r} is listed in its folder, but there is no such file; try "
                        "again, or take it out of the folder"
                    )
                break
            if gone:  # a file system of a network may list for a while what is gone
                time.sleep(_PAUSE)
            look += 1
        found = [file for file in opened.values() if file is not None]
        self._known = {file.name: file for file in found}
        return found

    def _listed(self) -> list[Path]:
        return sorted(self.path.glob(f"[!._]*{_SUFFIX}"))

    def free(self, kind: str) -> Path:
        """Return the path of a new file, a ``PIECE`` or a ``PART``."""
        return self.path / f"{kind}-{uuid.uuid4().hex}{_SUFFIX}"


def replacing(files: Iterable[StoreFile]) -> dict[bytes, bytes]:
    """Return the metadata of a file that takes the place of others."""
    return {REPLACES: json.dumps(sorted(file.name for file in files)).encode("ascii")}


@contextmanager
def opened(path: Path, footer: Any = None) -> Iterator[Any]:
    """Give a file as pyarrow reads it, its checksums verified.

    Parameters
    ----------
    path
        Where it is.
    footer
        Its metadata, if they are known.

    Raises
    ------
    ValueError
        If it is damaged, as far as the block reads it.
    OSError
        If it cannot be read; FileNotFoundError if it is gone.
    """
    with (
        _reading(path),
        parquet().ParquetFile(path, metadata=footer, page_checksum_verification=True) as file,
    ):
        yield file


def read(path: Path, columns: Sequence[str]) -> Any:
    """Return columns of a file as an Arrow table; raises as ``opened``."""
    with opened(path) as file:
        return file.read(columns=list(columns))


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Make errors in what a file holds name it, as a ValueError."""
    try:
        yield
    except MemoryError:
        raise
    except (arrow().ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # of the system
            raise
        raise ValueError(
            f"{str(path)!r} is no Parquet file, or it is damaged ({texts.text_of(error)}); take it "
            "out of the folder: its images are explained anew in the next run into it"
        ) from error


def _opened(path: Path) -> StoreFile | None:
    try:
        with _reading(path):
            return StoreFile(path, parquet().read_metadata(path))
    except FileNotFoundError:  # it was replaced since the folder was listed
        return None
    except OSError as error:
        raise ValueError(
            f"{str(path)!r} cannot be read: {error}; take it out of the folder"
        ) from error


def _foreign(path: Path, why: str = "") -> ValueError:
    return ValueError(
        f"{str(path)!r} is a Parquet file, but not one of an explanation store{why}; take it out "
        "of the folder, or give the folder that explain_many(..., out=...) has written"
    )
