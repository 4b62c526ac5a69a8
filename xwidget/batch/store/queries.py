"""Questions in SQL to a store, answered by DuckDB."""

from __future__ import annotations

import functools
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from xwidget.batch.store.folder import read
from xwidget.batch.store.schema import EXTRA, FAILED, LIGHT, NAMES, arrow
from xwidget.support import texts
from xwidget.support.needed import needed

#: What a question may take in memory, and what its answer may.
MEMORY = 2 * 10**9

_ROWS = 2048  # of an answer that come at once
_WHAT = "A question in SQL to an explanation store"
_FREE = frozenset({"unnest"})  # table functions that read nothing from outside
_DEEPEST = 100  # brackets in each other: of thousands, parsing takes minutes
_SHOWN = texts.Room(200)
# As in ``Index``.
_COUNTS = (
    "QUALIFY row_number() OVER (PARTITION BY id ORDER BY {place}) = 1 AND "
    f"(id <> image || '{FAILED}' OR NOT bool_or(id <> image || '{FAILED}') "
    "OVER (PARTITION BY image))"
)


class Queries:
    """A database in memory with two tables of a store: ``rows`` and ``everything``.

    It reads nothing but the store's own files, and writes none.

    Parameters
    ----------
    files
        The store's files that count, in order.
    has_left_out
        Whether they have rows that do not count, see ``Index``.
    """

    def __init__(self, files: Sequence[Path], *, has_left_out: bool) -> None:
        self._duckdb = needed("duckdb", EXTRA, _WHAT)
        self._turn = threading.Lock()
        self._base = self._duckdb.connect(":memory:")
        self._base.execute("SET temp_directory=''")  # else it writes into the working directory
        listed = ", ".join(_quoted(str(path)) for path in files)
        place = '"index", filename, file_row_number'
        counts = _COUNTS.format(place=place) if has_left_out else ""
        light = ", ".join(f'"{name}"' for name in LIGHT)
        found = f"read_parquet([{listed}], filename=true, file_row_number=true)"
        try:
            self._base.execute(
                f"CREATE TABLE rows AS SELECT {light} FROM {found} {counts} ORDER BY {place}"
            )
        except self._duckdb.Error as error:
            for path in files:  # the one that is damaged is named
                read(path, LIGHT)
            raise ValueError(f"the store's files cannot be read: {error}") from error
        everything = ", ".join(f'"{name}"' for name in NAMES)
        self._base.execute(f"CREATE VIEW everything AS SELECT {everything} FROM {found} {counts}")
        self._base.execute(f"SET allowed_paths=[{listed}]")
        self._base.execute(f"SET memory_limit='{MEMORY}B'")
        self._base.execute("SET python_enable_replacements=false")  # no variables as tables
        self._base.execute("SET enable_external_access=false")
        self._base.execute("SET lock_configuration=true")

    def table(self, sql: str, seconds: float | None = None) -> Any:
        """Return the answer to one SELECT as an Arrow table.

        Parameters
        ----------
        sql
            The question.
        seconds
            How long it may take, other questions before it included; None for as long as it does.

        Raises
        ------
        ValueError
            If it is no such question, the database cannot answer it, or not in time, or the answer
            is larger than 2 GB.
        """
        latest = None if seconds is None else time.monotonic() + seconds
        if not self._turn.acquire(timeout=-1 if seconds is None else max(0.0, seconds)):
            raise ValueError(_late(seconds))
        try:
            left = None if latest is None else max(0.0, latest - time.monotonic())
            with self._base.cursor() as cursor, _at_most(left, cursor.interrupt):
                found = self._answer(cursor, sql)
            if latest is not None and time.monotonic() > latest:  # one long step is not broken off
                raise ValueError(_late(seconds))
            return found
        except (OSError, self._duckdb.Error) as error:
            if seconds is not None and "INTERRUPT Error" in str(
                error
            ):  # by whichever library it came
                raise ValueError(_late(seconds)) from error
            if isinstance(error, OSError):
                raise
            raise ValueError(f"the question cannot be answered: {error}") from error
        finally:
            self._turn.release()

    def _answer(self, cursor: Any, sql: str) -> Any:
        asked = cursor.extract_statements(sql)
        if len(asked) != 1:
            raise ValueError(f"{len(asked)} statements came; expected one SELECT")
        if asked[0].type != self._duckdb.StatementType.SELECT:
            raise ValueError(
                f"the statement is a {asked[0].type.name}; expected a SELECT: a store is only read"
            )
        found = cursor.sql(asked[0].query)
        given = getattr(found, "to_arrow_reader", None) or found.fetch_record_batch  # before 2.0
        batches, size = [], 0
        with given(_ROWS) as reader:
            for batch in reader:
                size += batch.nbytes
                if size > MEMORY:
                    raise ValueError(
                        f"the answer is larger than {MEMORY / 1e9:g} GB; ask for fewer rows or "
                        "columns at once"
                    )
                batches.append(batch)
            return arrow().Table.from_batches(batches, reader.schema)


def condition(text: str) -> str:
    """Return a condition in SQL in brackets, so that it can stand beside others.

    Parameters
    ----------
    text
        The condition, which may end in a comment.

    Raises
    ------
    ValueError
        If it is not one expression, or reads from something else than a store's tables.
    ModuleNotFoundError
        If DuckDB is not installed; the message names the extra that brings it.
    """
    bracketed = f"({text}\n)"
    said = texts.shown(repr(text), _SHOWN)
    if _depth(text) > _DEEPEST:
        raise ValueError(f"the condition {said} has more than {_DEEPEST} brackets in each other")
    # With brackets alone, "a) OR (b" would be one; without them, "a LIMIT 1".
    for each in (text, bracketed):
        found = _parsed(f"SELECT 1 FROM rows WHERE {each}")
        if found["error"]:
            raise ValueError(
                f"the condition {said} is not one expression in SQL: {found['error_message']}"
            )
        if len(found["statements"]) != 1:
            raise ValueError(f"the condition {said} is not one expression in SQL, but statements")
    for name in _functions(found):
        if name not in _FREE:
            raise ValueError(
                f"the condition {said} reads from {name}(); expected the tables rows and everything"
            )
    return bracketed


def _parsed(sql: str) -> dict[str, Any]:
    with _parser().cursor() as cursor:
        (row,) = cursor.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchall()
    try:
        found: dict[str, Any] = json.loads(row[0])
    except RecursionError:
        return {"error": True, "error_message": "it has too many parts in each other"}
    return found


@functools.cache
def _parser() -> Any:
    return needed("duckdb", EXTRA, _WHAT).connect(":memory:")


def _functions(statement: Any) -> Iterator[str]:
    """Yield the names of the functions that a parsed statement takes tables from."""
    left = [statement]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            if node.get("type") == "TABLE_FUNCTION":
                yield str(node["function"].get("function_name")).lower()
            left += node.values()
        elif isinstance(node, list):
            left += node


def _depth(text: str) -> int:
    """Return how many brackets are open at once; those in quotes count, too."""
    deepest = depth = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    return deepest


def _late(seconds: float | None) -> str:
    return f"the question took longer than {seconds:g} s"


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
