"""A study as data: what it asks, what it measures, and what is said of the figures. No net."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xwidget.studies.records import Row

if TYPE_CHECKING:
    from xwidget.studies.lab import Lab
    from xwidget.studies.part import Part


@dataclass(frozen=True)
class Table:
    """A table of a report.

    Parameters
    ----------
    head
        Names of the columns.
    rows
        Cells as they are printed; None is a dash.
    title
        Its caption; "" for none.
    note
        A sentence below it; "" for none.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    title: str = ""
    note: str = ""


@dataclass(frozen=True)
class Example:
    """A picture of a strip.

    Parameters
    ----------
    row
        The row that it belongs to: its key names the picture.
    caption
        What it shows, with its figures.
    """

    row: Row
    caption: str


@dataclass(frozen=True)
class Strip:
    """A few pictures beside each other, and what is to be seen in them."""

    title: str
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Summary:
    """The outcome of a study.

    Parameters
    ----------
    says
        Sentences that the figures bear out.
    tables, strips
        The figures, and pictures of a few photos.
    """

    says: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    strips: tuple[Strip, ...] = ()


@dataclass(frozen=True)
class Study:
    """One study of the table.

    Parameters
    ----------
    title
        Its heading.
    asks
        The question, in a sentence or two.
    how
        How it is measured: sentences that hold whatever the options are.
    silent
        What it does not show.
    parts
        Function from a ``Lab`` to what is to be measured.
    summarize
        Function from the rows that were measured to the outcome. It uses nothing else.
    published
        The paper's figures; None where none are known.
    skipped
        Function from a ``Lab`` to the reason why there is nothing to measure; "" where there is.
    before
        Function from a ``Lab`` to what is measured first, as ``parts`` depends on it: the lab knows
        its rows.
    notes
        Function from a ``Lab`` to what else a reader must know, such as a library that is missing.
    """

    title: str
    asks: str
    how: tuple[str, ...]
    silent: tuple[str, ...]
    parts: Callable[[Lab], Iterable[Part]]
    summarize: Callable[[Sequence[Row]], Summary]
    published: tuple[Table, ...] = ()
    skipped: Callable[[Lab], str] = field(default=lambda lab: "")
    before: Callable[[Lab], Iterable[Part]] = field(default=lambda lab: ())
    notes: Callable[[Lab], Iterable[str]] = field(default=lambda lab: ())
