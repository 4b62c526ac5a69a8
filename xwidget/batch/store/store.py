"""An explanation store, opened for reading."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from xwidget.batch.store.about import written
from xwidget.batch.store.folder import Folder
from xwidget.batch.store.index import Index
from xwidget.batch.store.lock import Lock
from xwidget.batch.store.merging import Merger
from xwidget.batch.store.queries import Queries, condition
from xwidget.batch.store.restoring import mask_of, relevance_of, restored
from xwidget.batch.store.schema import LIGHT, NAMES
from xwidget.batch.store.subjects import picture_of, subject_of
from xwidget.classifier import Classifier
from xwidget.explanation import Explanation
from xwidget.subject import Subject

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Reals = npt.NDArray[np.float32]
T = TypeVar("T")

_OF_IMAGE = ("id", "image", "path", "digest", "error", "origin", "picture")


class ExplanationStore:
    """The explanations of many images, in a folder of Parquet files.

    ``explain_many(..., out=folder)`` writes it. It may be read meanwhile: :meth:`refresh` takes in
    what has come since. pandas, DuckDB and polars read the files, too.

    Parameters
    ----------
    path
        The folder.

    Raises
    ------
    ValueError
        If the folder holds no explanation store.
    FileNotFoundError
        If there is no such folder.
    ModuleNotFoundError
        If pyarrow is not installed; the message names the extra that brings it.

    Examples
    --------
    >>> import tempfile
    >>> import xwidget as xw
    >>> clf = xw.load("efficientnet_lite0")
    >>> folder = tempfile.mkdtemp()
    >>> photos = {"coffee": xw.sample("coffee")}
    >>> store = xw.explain_many(clf, photos, out=folder, iterations=2, progress=False).run()
    >>> store.ids
    ['coffee/967']
    >>> store.mask("coffee/967").shape
    (3, 224, 224)
    >>> store.table(["target_name", "verdict"], "shown < 0.9").num_rows
    1
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).expanduser().absolute()
        if not self.path.is_dir():
            raise FileNotFoundError(
                f"there is no folder {str(path)!r} (looked in {Path.cwd()}); check it"
            )
        self._folder = Folder(self.path)
        self._index: Index | None = None
        self._queries: Queries | None = None
        self.refresh()

    def refresh(self) -> None:
        """Take in what has been written since.

        Raises
        ------
        ValueError
            If the folder holds no explanation store any more, or a file in it is damaged, or of a
            newer xwidget.
        """
        for last in (False, False, True):
            files = self._folder.look()
            if not files:
                raise ValueError(
                    f"the folder {str(self.path)!r} holds no explanation store; give the folder "
                    "that explain_many(..., out=...) has written"
                )
            known = [] if self._index is None else [part.file.name for part in self._index.parts]
            if known == [file.name for file in files]:
                return
            try:
                self._index = Index(files, self._index)
                break
            except FileNotFoundError:  # files were merged between the two
                if last:
                    raise
        self._queries = None

    @property
    def metadata(self) -> dict[str, Any]:
        """The things that it was made with: ``"settings"``, ``"net"``, ``"weights"`` (the network's
        fingerprint), ``"preprocessing"``, ``"targets"``, ``"witness"``, ``"versions"``, ...
        """
        return self._rows.parts[0].file.about

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def ids(self) -> list[str]:
        """The ids of all rows, in the order of the images given."""
        return list(self._rows.ids)

    @property
    def images(self) -> list[str]:
        """The names of all images, in the order given."""
        return list(dict.fromkeys(self._rows.images))

    @property
    def errors(self) -> dict[str, str]:
        """The images that could not be explained, with the reason."""
        found = self.table(["image", "error"], "error <> ''")
        return dict(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def select(
        self, where: str = "", order: str = "", *, seconds: float | None = None
    ) -> list[str]:
        """Return the ids of some rows.

        Parameters
        ----------
        where
            A condition in SQL, such as ``"verdict = 'holds' AND border > 0.5"``: one expression,
            over the tables of :meth:`query`; empty for all.
        order
            What to sort by, in SQL, such as ``"score DESC"``; by default as the images were given.
        seconds
            How long it may take; None for as long as it does.

        Raises
        ------
        ValueError
            If the database does not understand it, or it takes too long.
        ModuleNotFoundError
            If DuckDB is not installed; the message names the extra that brings it.
        """
        clauses = f"WHERE {condition(where)}" if where.strip() else ""
        by = f"{order}\n, rowid" if order.strip() else "rowid"
        found = self.query(f"SELECT id FROM rows {clauses} ORDER BY {by}", seconds=seconds)
        return list(found.column(0).to_pylist())

    def table(self, columns: Sequence[str] | None = None, filter: str = "") -> pa.Table:
        """Return rows as an Arrow table, in the order of the images given.

        Parameters
        ----------
        columns
            Names of columns; by default all but the large ones (masks, pictures, features).
        filter
            A condition in SQL, see :meth:`select`; empty for all.

        Raises
        ------
        ValueError
            If there is no such column, or the database does not understand the condition.
        ModuleNotFoundError
            If there is a condition, and DuckDB is not installed; the message names the extra that
            brings it.
        """
        if isinstance(columns, str):
            raise TypeError(f"columns is {columns!r}; expected a list of names, [{columns!r}]")
        names = list(LIGHT if columns is None else columns)
        unknown = [name for name in names if name not in NAMES]
        if unknown:
            raise ValueError(f"there is no column {unknown[0]!r}; there are {', '.join(NAMES)}")
        if filter.strip():
            ids = self.select(filter)
            return self._read(lambda rows: rows.read([rows.at[id] for id in ids], names))
        return self._read(lambda rows: rows.read(np.arange(len(rows)), names))

    def to_pandas(self, columns: Sequence[str] | None = None, filter: str = "") -> pd.DataFrame:
        """Return rows as a pandas DataFrame, in the order of the images given.

        Parameters
        ----------
        columns, filter
            As in :meth:`table`.

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed; or DuckDB, as in :meth:`table`.
        ValueError
            As in :meth:`table`.
        """
        if find_spec("pandas") is None:
            raise ModuleNotFoundError("to_pandas() needs pandas: pip install pandas")
        return self.table(columns, filter).to_pandas()

    def query(self, sql: str, *, seconds: float | None = None) -> pa.Table:
        """Return the answer to a question in SQL as an Arrow table.

        DuckDB answers it, over two tables: ``rows`` has all columns but the large ones, in memory;
        ``everything`` has all of them, and is read from the files.

        Parameters
        ----------
        sql
            One SELECT.
        seconds
            How long it may take; None for as long as it does.

        Raises
        ------
        ValueError
            If it is none, DuckDB does not understand it, it takes too long, or more than 2 GB.
        ModuleNotFoundError
            If DuckDB is not installed; the message names the extra that brings it.

        Examples
        --------
        >>> store.query("SELECT verdict, count(*) FROM rows GROUP BY verdict")  # doctest: +SKIP
        """
        queries = self._queries
        if queries is None:
            queries = self._queries = self._read(_asked)
        return queries.table(sql, seconds)

    def values(self, ids: Sequence[str], column: str) -> list[Any]:
        """Return the values of a column, such as ``"thumbnail"``, in the order of some ids.

        Raises
        ------
        ValueError
            If there is no such id or column.
        """
        if column not in NAMES:
            raise ValueError(f"there is no column {column!r}; there are {', '.join(NAMES)}")
        found = self._read(lambda rows: rows.read([self._at(rows, id) for id in ids], [column]))
        return list(found.column(0).to_pylist())

    def row(self, id: str) -> dict[str, Any]:
        """Return all of one row by the names of its columns; ValueError if there is none."""
        found = self._read(lambda rows: rows.read([self._at(rows, id)], NAMES))
        return dict(found.to_pylist()[0])

    def mask(self, id: str) -> Reals:
        """Return the mask of one row, (3,H,W) float32 in [0,1].

        Raises
        ------
        ValueError
            If there is no such row, or its image could not be explained.
        """
        return mask_of(self._some(id, ["id", "mask", "height", "width", "error"]))

    def relevance(self, id: str) -> Reals:
        """Return the order of the pixels of one row, (H,W) float32 in [0,1]: the more relevant, the
        larger, in steps of 1/256; raises as :meth:`mask`.
        """
        return relevance_of(self._some(id, ["id", "relevance", "height", "width", "error"]))

    def explanation(self, which: str, clf: Classifier | None = None) -> Explanation:
        """Return an explanation as it was made, with its last masks.

        Parameters
        ----------
        which
            Id of a row, for its target alone; or name of an image, for all of its targets. Where it
            is both, as "a/1" is of target 1 of the image "a" and of an image "a/1", it is the id.
        clf
            The classifier that the store was made with. It is needed where the image was given by
            its path: then the file is read anew.

        Raises
        ------
        ValueError
            If there is no such row or image, it could not be explained, its file has changed, or
            the classifier is another one.
        """
        found = self._together(which, NAMES)
        wanted = [row for row in found if row["id"] == which]
        image = picture_of(found, clf, self.metadata)
        return restored(wanted or found, image, self.metadata)

    def reopen(self, which: str, clf: Classifier) -> tuple[Subject, Explanation]:
        """Return an image before its net, and its explanation for all targets; parameters and
        errors as of :meth:`subject`.
        """
        found = self._together(which, NAMES)
        subject = subject_of(found, clf, self.metadata)
        return subject, restored(found, subject.picture, self.metadata)

    def picture(self, which: str, clf: Classifier | None = None) -> Bytes:
        """Return the picture that the net saw, (H,W,3) uint8; parameters and errors as of
        :meth:`explanation`.
        """
        return picture_of(self._together(which, _OF_IMAGE), clf, self.metadata)

    def subject(self, which: str, clf: Classifier) -> Subject:
        """Return an image before its net, with the digest and the origin of the original.

        Where the original is not kept, it is what the net saw of it.

        Parameters
        ----------
        which
            Id of a row, or name of an image.
        clf
            The classifier that the store was made with.

        Raises
        ------
        ValueError
            As :meth:`explanation`.
        """
        return subject_of(self._together(which, _OF_IMAGE), clf, self.metadata)

    def compact(self) -> None:
        """Merge small files into large ones, which are read faster.

        A run does so itself, at its end; it is for a store whose run was cut.

        Raises
        ------
        BlockingIOError
            If a run writes into it.
        OSError
            If the new files cannot be written: all rows are in the old ones then.
        ValueError
            As in :meth:`refresh`.
        """
        lock = Lock(self.path)
        try:
            merger = Merger(self._folder, written(self.metadata))
            merger.tidy()
            merger.merge_all()
        finally:
            lock.release()
        self.refresh()

    def __repr__(self) -> str:
        images, net = len(set(self._rows.images)), self.metadata["net"]
        return f"<ExplanationStore {str(self.path)!r}: {len(self)} rows, {images} images, {net}>"

    @property
    def _rows(self) -> Index:
        assert self._index is not None
        return self._index

    def _some(self, id: str, columns: Sequence[str]) -> dict[str, Any]:
        found = self._read(lambda rows: rows.read([self._at(rows, id)], columns))
        return dict(found.to_pylist()[0])

    def _at(self, rows: Index, id: str) -> int:
        if id not in rows.at:
            raise ValueError(
                f"there is no row {id!r} in {str(self.path)!r}; ids are the image's name, a slash "
                f"and the target's index, such as {rows.ids[0]!r}"
                if len(rows)
                else f"there is no row {id!r}: {str(self.path)!r} is empty"
            )
        return rows.at[id]

    def _together(self, which: str, columns: Sequence[str]) -> list[dict[str, Any]]:
        """Return all rows of an image, given its name or the id of one of them."""

        def read(rows: Index) -> pa.Table:
            image = rows.images[rows.at[which]] if which in rows.at else which
            return rows.read(rows.of_image(image) or [self._at(rows, which)], columns)

        return list(self._read(read).to_pylist())

    def _read(self, read: Callable[[Index], T]) -> T:
        """Read; once more where files were merged since the store was opened."""
        try:
            return read(self._rows)
        except FileNotFoundError:
            self.refresh()
            return read(self._rows)


def _asked(rows: Index) -> Queries:
    files = [part.file.path for part in rows.parts]
    for path in files:  # DuckDB's own error has no kind
        path.stat()
    return Queries(files, has_left_out=rows.has_left_out)
