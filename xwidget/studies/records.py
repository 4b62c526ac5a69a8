"""Results as JSON lines: a run can be stopped, split and merged, and nothing is measured twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Records:
    """Rows by their identity, the newest of each, kept in a file as they come.

    Parameters
    ----------
    files
        JSON-lines files whose rows are taken in, whether they exist yet or not; new rows are added
        to the first. None of them: rows are kept in memory only.
    names
        Names of what tells one row from another; a row has some of these, and the figures besides.
    """

    def __init__(self, files: Sequence[Path] = (), names: Sequence[str] = ("key",)) -> None:
        self._file = files[0] if files else None
        self._names = tuple(names)
        self._rows: dict[tuple[Any, ...], Row] = {}
        for file in files:
            if file.is_file():
                self._take(_read(file))

    @property
    def rows(self) -> list[Row]:
        """All rows, in the order in which they were first met."""
        return list(self._rows.values())

    def __contains__(self, row: Row) -> bool:
        return self._identity(row) in self._rows

    def get(self, row: Row) -> Row | None:
        """Return the row that has the identity of this one; None if there is none."""
        return self._rows.get(self._identity(row))

    def add(self, rows: Sequence[Row]) -> None:
        """Take in rows that belong together, and write them in one go."""
        self._take(rows)
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            broken = _ends_within_a_line(self._file)
            with self._file.open("a", encoding="utf-8") as out:
                out.write("\n" * broken + "".join(json.dumps(row) + "\n" for row in rows))

    def _take(self, rows: Iterable[Row]) -> None:
        self._rows.update((self._identity(row), row) for row in rows)

    def _identity(self, row: Row) -> tuple[Any, ...]:
        return tuple(row.get(name) for name in self._names)


def _read(file: Path) -> Iterator[Row]:
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        # A run that was killed while it wrote leaves half a line: that result is measured again.
        with suppress(json.JSONDecodeError):
            row = json.loads(line)
            if isinstance(row, dict):
                yield row


def _ends_within_a_line(file: Path) -> bool:
    if not file.is_file() or not file.stat().st_size:
        return False
    with file.open("rb") as there:
        there.seek(-1, 2)
        return there.read(1) != b"\n"
