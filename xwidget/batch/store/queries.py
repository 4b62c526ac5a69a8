"""Questions in SQL to a store, answered by DuckDB."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xwidget.batch.store.schema import EXTRA, LIGHT, NAMES
from xwidget.support.needed import needed

#: What a question may take.
MEMORY = "2GB"


class Queries:
    """A database in memory with two tables of a store: ``rows`` and ``everything``.

    It reads nothing but the store's own files, and writes none.

    Parameters
    ----------
    files
        The store's files that count, in order.
    twice
        Whether an id may be in two of them.
    """

    def __init__(self, files: Sequence[Path], *, twice: bool) -> None:
        self._duckdb = needed("duckdb", EXTRA, "A question in SQL to an explanation store")
        self._turn = threading.Lock()
        self._base = self._duckdb.connect(":memory:")
        listed = ", ".join(_quoted(str(path)) for path in files)
        place = '"index", filename, file_row_number'
        # As in ``Index``.
        first = f"QUALIFY row_number() OVER (PARTITION BY id ORDER BY {place}) = 1" if twice else ""
        light = ", ".join(f'"{name}"' for name in LIGHT)
        found = f"read_parquet([{listed}], filename=true, file_row_number=true)"
        self._base.execute(
            f"CREATE TABLE rows AS SELECT {light} FROM {found} {first} ORDER BY {place}"
        )
        everything = ", ".join(f'"{name}"' for name in NAMES)
        self._base.execute(f"CREATE VIEW everything AS SELECT {everything} FROM {found} {first}")
        folder = _quoted(str(files[0].parent))
        self._base.execute(f"SET allowed_directories=[{folder}]")
        self._base.execute(f"SET memory_limit='{MEMORY}'")
        self._base.execute("SET enable_external_access=false")
        self._base.execute("SET lock_configuration=true")

    def table(self, sql: str, seconds: float | None = None) -> Any:
        """Return the answer to one SELECT as an Arrow table.

        Parameters
        ----------
        sql
            The question.
        seconds
            How long it may take; None for as long as it does.

        Raises
        ------
        ValueError
            If it is no such question, the database cannot answer it, or not in time.
        """
        with self._turn, self._base.cursor() as cursor, _at_most(seconds, cursor.interrupt):
            try:
                asked = cursor.extract_statements(sql)
                if len(asked) != 1:
                    raise ValueError(f"{len(asked)} statements came; expected one SELECT")
                if asked[0].type != self._duckdb.StatementType.SELECT:
                    raise ValueError(
                        f"the statement is a {asked[0].type.name}; expected a SELECT: a store is "
                        "only read"
                    )
                return cursor.sql(asked[0].query).to_arrow_table()
            except self._duckdb.InterruptException as error:
                raise ValueError(f"the question took longer than {seconds:g} s") from error
            except self._duckdb.Error as error:
                raise ValueError(f"the question cannot be answered: {error}") from error


@contextmanager
def _at_most(seconds: float | None, interrupt: Callable[[], None]) -> Iterator[None]:
    """Call a function unless the block ends in time."""
    if seconds is None:
        yield
        return
    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
