"""The place of each row of a store: its file, and its number in there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from xwidget.batch.store.folder import StoreFile, opened, read
from xwidget.batch.store.schema import FAILED, LIGHT, arrow

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """The rows of one file."""

    file: StoreFile
    ids: list[str]
    images: list[str]
    places: Whole
    """(n,) places of the images among those given."""
    starts: Whole
    """(groups + 1,) number of the first row of each group, and of all rows."""

    @classmethod
    def of(cls, file: StoreFile) -> Part:
        """Return the rows of a file; FileNotFoundError if it is gone."""
        columns = read(file.path, ["id", "image", "index"]).columns
        ids, images, places = (column.to_pylist() for column in columns)
        starts = np.concatenate([[0], np.cumsum(file.groups, dtype=np.int64)])
        return cls(file, ids, images, np.array(places, np.int64), starts)


class Index:
    """All rows, by the place of their image among those given; each id once, and none that says
    that an image could not be explained where it was, too, as by a worker that died.

    Parameters
    ----------
    files
        Those that count.
    known
        An earlier index, of which files that are still there are not read again.

    Attributes
    ----------
    ids, images
        The id and the image's name of each row.
    at
        Number of the row of an id.
    has_left_out
        Whether files have rows that do not count.
    """

    def __init__(self, files: Sequence[StoreFile], known: Index | None = None) -> None:
        earlier: list[Part] = [] if known is None else known.parts
        before = {part.file.name: part for part in earlier}
        self.parts: list[Part] = [before.get(file.name) or Part.of(file) for file in files]
        sizes = [len(part.ids) for part in self.parts]
        files_of = np.repeat(np.arange(len(sizes)), sizes)
        rows = np.concatenate([np.arange(size) for size in sizes] or [np.empty(0, np.int64)])
        places = np.concatenate([part.places for part in self.parts] or [rows])
        order = np.argsort(places, kind="stable")
        ids = [id for part in self.parts for id in part.ids]
        images = [image for part in self.parts for image in part.images]
        void = _void(ids, images)
        self.at: dict[str, int] = {}
        kept: list[int] = []
        for k in order.tolist():
            if ids[k] not in self.at and ids[k] not in void:
                self.at[ids[k]] = len(kept)
                kept.append(k)
        self.has_left_out = len(kept) < len(ids)
        self.ids = [ids[k] for k in kept]
        self.images = [images[k] for k in kept]
        self._file, self._row = files_of[kept], rows[kept]

    def __len__(self) -> int:
        return len(self.ids)

    def of_image(self, name: str) -> list[int]:
        """Return the numbers of an image's rows; none where there is no such image."""
        return self._of_images.get(name, [])

    @cached_property
    def _of_images(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, name in enumerate(self.images):
            found.setdefault(name, []).append(number)
        return found

    def read(self, numbers: Sequence[int] | Whole, columns: Sequence[str]) -> Any:
        """Return rows as an Arrow table, in the order asked for; FileNotFoundError if a file is
        gone.

        Only the groups that hold one of the rows are read.

        Parameters
        ----------
        numbers
            Of the rows.
        columns
            Names of the columns.
        """
        pa = arrow()
        wanted = np.asarray(numbers, np.int64)
        tables, found = [], []
        files = self._file[wanted]
        by_file = np.argsort(files, kind="stable")
        used_files, starts = np.unique(files[by_file], return_index=True)
        for k, among in zip(used_files.tolist(), np.split(by_file, starts[1:]), strict=False):
            part, rows = self.parts[k], self._row[wanted[among]]
            groups = np.searchsorted(part.starts, rows, side="right") - 1
            used, which = np.unique(groups, return_inverse=True)
            sizes = np.diff(part.starts)[used]
            offsets = np.concatenate([[0], np.cumsum(sizes)])[:-1]
            with opened(part.file.path, part.file.footer) as file:
                table = _large(file.read_row_groups(used.tolist(), columns=list(columns)))
            tables.append(table.take(rows - part.starts[groups] + offsets[which]))
            found.append(among)
        if not tables:
            made = self.parts[0].file.footer.schema.to_arrow_schema()
            return _large(pa.schema([made.field(name) for name in columns]).empty_table())
        back = np.empty(len(wanted), np.int64)
        back[np.concatenate(found)] = np.arange(len(wanted))
        return pa.concat_tables(tables).select(list(columns)).take(back)


def _void(ids: Sequence[str], images: Sequence[str]) -> set[str]:
    """Return the ids of failures of images that have other rows."""
    failed = {image: id for id, image in zip(ids, images, strict=True) if id == image + FAILED}
    if not failed:
        return set()
    return {
        failed[image]
        for id, image in zip(ids, images, strict=True)
        if image in failed and id != failed[image]
    }


def _large(table: Any) -> Any:
    """Return a table whose columns may have more than 2 GB each, unless they are light."""
    pa = arrow()
    kinds = {pa.binary(): pa.large_binary(), pa.string(): pa.large_string()}
    fields = [
        field if field.name in LIGHT else field.with_type(kinds.get(field.type, field.type))
        for field in table.schema
    ]
    return table.cast(pa.schema(fields, table.schema.metadata))
