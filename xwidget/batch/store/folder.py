"""The files of a store: which there are, and which of them count."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from xwidget.batch.store.schema import ABOUT, LAYOUT, REPLACES, parquet

PIECE, PART = "piece", "part"
_SUFFIX = ".parquet"


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
        return _read_about(self.path, (self.footer.metadata or {}).get(ABOUT))

    @cached_property
    def replaces(self) -> frozenset[str]:
        """Names of the files whose rows it has taken over: they do not count any more."""
        return frozenset(json.loads((self.footer.metadata or {}).get(REPLACES, b"[]")))

    @property
    def groups(self) -> list[int]:
        """The numbers of rows of its groups."""
        return [self.footer.row_group(k).num_rows for k in range(self.footer.num_row_groups)]


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
        """Return all files, also those that do not count any more."""
        known = {}
        for path in sorted(self.path.glob(f"[!._]*{_SUFFIX}")):
            file = self._known.get(path.name) or _opened(path)
            if file is not None:
                known[path.name] = file
        self._known = known
        return list(known.values())

    def free(self, kind: str) -> Path:
        """Return the path of a new file, a ``PIECE`` or a ``PART``."""
        return self.path / f"{kind}-{uuid.uuid4().hex}{_SUFFIX}"


def replacing(files: Iterable[StoreFile]) -> dict[bytes, bytes]:
    """Return the metadata of a file that takes the place of others."""
    return {REPLACES: json.dumps(sorted(file.name for file in files)).encode("ascii")}


def _opened(path: Path) -> StoreFile | None:
    try:
        return StoreFile(path, parquet().read_metadata(path))
    except FileNotFoundError:  # it was replaced since the folder was listed
        return None
    except Exception as error:
        raise ValueError(
            f"{str(path)!r} is no Parquet file, or it is damaged ({error}); take it out of the "
            "folder"
        ) from error


def _read_about(path: Path, told: bytes | None) -> dict[str, Any]:
    if told is None:
        raise ValueError(
            f"{str(path)!r} is a Parquet file, but not one of an explanation store; give the "
            "folder that explain_many(..., out=...) has written"
        )
    about: dict[str, Any] = json.loads(told)
    if about.get("layout") != LAYOUT:
        raise ValueError(
            f"{str(path)!r} has layout {str(about.get('layout'))[:20]!r}, and this xwidget reads "
            f"layout {LAYOUT}; upgrade xwidget"
        )
    return about
