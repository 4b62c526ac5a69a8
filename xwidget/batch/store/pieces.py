"""Writing the files of a store: each is there whole, on the disk, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

from xwidget.batch.item import Item
from xwidget.batch.store.folder import PIECE, Folder, StoreFile, opened, replacing
from xwidget.batch.store.rows import Row, failed
from xwidget.batch.store.schema import COLUMNS, arrow, parquet, schema
from xwidget.support import files
from xwidget.support.texts import in_words

#: Rows of a group, which is read as a whole: few, so that one mask is there at once.
GROUP = 32
_LEVEL = 3  # of zstd
_PIXELS = frozenset(column.name for column in COLUMNS if not column.light)
# These are compressed already.
_PICTURES = frozenset({"thumbnail", "photo", "picture"})


def write_piece(folder: Folder, rows: Sequence[Row], about: bytes) -> Path:
    """Write rows as a file of their own; when this returns, they are on the disk.

    Parameters
    ----------
    folder
        Of the store.
    rows
        Those of whole images; none makes an empty store.
    about
        What the store was made with, see ``about.written``.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    table = _table(rows, schema(about))
    path = folder.free(PIECE)
    with new_file(path, table.schema) as write:
        write(table)
    return path


def _table(rows: Sequence[Row], made: Any) -> Any:
    """Return rows as a table; an image with a value that its column cannot hold has failed."""
    table = arrow().Table.from_pylist
    try:
        return table(list(rows), schema=made)
    except Exception:
        kept: list[Row] = []
        for _, each in groupby(rows, lambda row: row["image"]):
            own = list(each)
            try:
                table(own, schema=made)
            except Exception as error:
                item = Item(own[0]["index"], own[0]["image"], None)
                own = [failed(item, f"its row cannot be written ({in_words(error)})", 0.0)]
            kept += own
        return table(kept, schema=made)


@contextmanager
def new_file(path: Path, made: Any) -> Iterator[Any]:
    """Give a function that adds tables to a new file, which is there once the block has ended.

    Parameters
    ----------
    path
        Where it shall be.
    made
        Its schema.
    """
    compression = {name: "none" if name in _PICTURES else "zstd" for name in made.names}
    levels = {name: _LEVEL for name, kind in compression.items() if kind == "zstd"}
    with (
        files.new(path) as part,
        parquet().ParquetWriter(
            part,
            made,
            compression=compression,
            compression_level=levels,
            write_page_checksum=True,
            use_dictionary=[name for name in made.names if name not in _PIXELS],
            write_statistics=[name for name in made.names if name not in _PIXELS],
        ) as writer,
    ):
        yield lambda table: writer.write_table(table, row_group_size=GROUP)


def rewritten(sources: Iterable[StoreFile], about: bytes, keep: Any) -> Iterator[Any]:
    """Yield the rows of files as tables of one group each.

    Parameters
    ----------
    sources
        The files, read one after another.
    about
        For the tables' schema.
    keep
        Function from a table to a boolean array: which of its rows to take.
    """
    pa, made = arrow(), schema(about)
    waiting = made.empty_table()
    for source in sources:
        with opened(source.path) as file:
            for batch in file.iter_batches(GROUP, use_threads=False):
                table = pa.Table.from_batches([batch]).select(made.names).cast(made)
                waiting = pa.concat_tables([waiting, table.filter(keep(table))])
                while len(waiting) >= GROUP:
                    yield waiting.slice(0, GROUP).combine_chunks()
                    waiting = waiting.slice(GROUP).combine_chunks()
    if len(waiting):
        yield waiting


def with_replaced(about: bytes, sources: Iterable[StoreFile]) -> Any:
    """Return the schema of a file that takes the place of others."""
    made = schema(about)
    metadata: Mapping[bytes, bytes] = {**(made.metadata or {}), **replacing(sources)}
    return made.with_metadata(metadata)
