"""Results as JSON lines: a run can be stopped, split and merged, and nothing is measured twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

Row = dict[str, Any]

#: What tells one result from another; a row has some of these, and the figures besides.
IDENTITY = (
    "kind",
    "net",
    "photo",
    "game",
    "defense",
    "iterations",
    "role",
    "order",
    "test",
    "judge",
    "steps",
)


class Records:
    """Rows by their identity, the newest of each, kept in a file as they come.

    Parameters
    ----------
    files
        JSON-lines files whose rows are taken in, whether they exist yet or not; new rows are added
        to the first. None of them: rows are kept in memory only.
    """

    def __init__(self, files: Sequence[Path] = ()) -> None:
        self._file = files[0] if files else None
        self._rows: dict[tuple[Any, ...], Row] = {}
        for file in files:
            if file.is_file():
                self._take(_read(file))

    @property
    def rows(self) -> list[Row]:
        """All rows, in the order in which they were first met."""
        return list(self._rows.values())

    def __contains__(self, row: Row) -> bool:
        return _identity(row) in self._rows

    def add(self, rows: Sequence[Row]) -> None:
        """Take in rows that belong together, and write them in one go."""
        self._take(rows)
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            broken = _ends_within_a_line(self._file)
            with self._file.open("a", encoding="utf-8") as out:
                out.write("\n" * broken + "".join(json.dumps(row) + "\n" for row in rows))

    def _take(self, rows: Iterable[Row]) -> None:
        self._rows.update((_identity(row), row) for row in rows)


def _identity(row: Row) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in IDENTITY)


def _read(file: Path) -> Iterator[Row]:
    for line in file.read_text(encoding="utf-8").splitlines():
        # A run that was killed while it wrote leaves half a line: that result is measured again.
        with suppress(json.JSONDecodeError):
            yield json.loads(line)


def _ends_within_a_line(file: Path) -> bool:
    return file.is_file() and file.read_bytes()[-1:] not in (b"", b"\n")
