"""Results of benchmarks, by what was measured of which net and photo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xwidget.studies import records
from xwidget.studies.records import Row

__all__ = ["IDENTITY", "Records", "Row"]

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


class Records(records.Records):
    """Rows of benchmarks by their ``IDENTITY``.

    Parameters
    ----------
    files
        As of ``xwidget.studies.records.Records``.
    """

    def __init__(self, files: Sequence[Path] = ()) -> None:
        super().__init__(files, IDENTITY)
