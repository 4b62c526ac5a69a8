"""Listings: some rows of a store, in an order, and what else could be chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from xwidget.browser.choices import Filter
from xwidget.browser.known import Known, Numbers
from xwidget.browser.scatter import Map, Placed


@dataclass(frozen=True)
class Snapshot:
    """The rows of a store and the map of its clusters, as they are at one time.

    Parameters
    ----------
    known
        The rows.
    points
        The map; None where there are no clusters.
    """

    known: Known
    points: Map | None

    @classmethod
    def of(cls, known: Known, clusters: Placed | None) -> Snapshot:
        """Return rows with their places among clusters."""
        return cls(known, None if clusters is None else Map.of(clusters, known))

    @property
    def map(self) -> bytes:
        """The points for the page; empty where there is no map."""
        return b"" if self.points is None else self.points.packed()

    def listing(self, number: int, chosen: Filter, order: str) -> Listing:
        """Return the rows that are chosen.

        Parameters
        ----------
        number
            Of the listing.
        chosen, order
            As in ``Listing``.

        Raises
        ------
        ValueError
            If the database does not understand it, or takes longer than 10 s.
        """
        among = None if self.points is None else self.points.chosen(chosen, self.known)
        rows = self.known.listed(chosen, order, among)
        return Listing(number, self, chosen, order, rows, self.known.facets(chosen, among))


@dataclass(frozen=True)
class Listing:
    """Some rows in an order.

    Parameters
    ----------
    number
        No other one of a Browser has it.
    of
        What it lists rows of.
    chosen
        Which rows.
    order
        In SQL; "" for the order in which images were given.
    rows
        Numbers of the rows.
    facets
        What else could be chosen, see ``contract.Facets``.
    """

    number: int
    of: Snapshot
    chosen: Filter
    order: str
    rows: Numbers
    facets: dict[str, Any]

    def place(self, row: int) -> int:
        """Return the place of a row; -1 where it is not listed."""
        found = np.flatnonzero(self.rows == row)
        return int(found[0]) if len(found) else -1

    def same(self, other: Listing) -> bool:
        """Say whether a page would draw another one alike."""
        return (
            np.array_equal(self.rows, other.rows)
            and self.facets == other.facets
            and self.of.map == other.of.map
        )
