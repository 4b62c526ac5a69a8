"""Rows in groups, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Iterable

from xwidget.studies.records import Row

_ENDING = re.compile(r"\.[A-Za-z]{2,5}(?= [|/] |$)")


def grouped(rows: Iterable[Row], name: str) -> list[tuple[str, list[Row]]]:
    """Return rows by what they have under a name, in the order in which it comes."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[name], []).append(row)
    return list(found.items())


def named(row: Row) -> str:
    """Return the name of a row's photo, or of both photos of a pair, without endings."""
    return _ENDING.sub("", str(row["photo"]))


def ends(rows: Iterable[Row], figure: str, each: int = 2) -> list[Row]:
    """Return the rows with the highest and the lowest of a figure, none twice, highest first."""
    known = [row for row in rows if row.get(figure) is not None]
    ordered = sorted(known, key=lambda row: -float(row[figure]))
    chosen = [*ordered[:each], *ordered[-each:]]
    return list({row["key"]: row for row in chosen}.values())
