"""The messages that a Browser sends its page: rows that came into view, and the map."""

from __future__ import annotations

from xwidget.browser.contract import ClusterMap, Listed, Rows, Wanted
from xwidget.browser.entries import entries
from xwidget.browser.listing import Listing
from xwidget.browser.wall import Wall
from xwidget.gallery.counting import Counting


class Page:
    """Sends rows and points; from any thread, without the lock.

    Parameters
    ----------
    wall
        Whose messages these are.
    counting
        Counts findings.
    """

    def __init__(self, wall: Wall, counting: Counting) -> None:
        self._wall = wall
        self._counting = counting
        self._mapped = False  # whether the page draws the map

    def answer(self, wanted: Wanted, now: Listing) -> None:
        """Send the rows that the page wants, unless it wants them of a listing that is over."""
        if wanted["listing"] != now.number:
            return
        first, show, known = wanted["first"], wanted["show"], now.of.known
        rows = now.rows[first : first + wanted["count"]].tolist()
        numbers = {known.ids[row]: row for row in rows}
        found, pictures = entries(known.store, numbers, show, self._counting)
        told: Rows = {
            "type": "rows",
            "listing": now.number,
            "first": first,
            "show": show,
            "entries": found,
        }
        self._wall.send(told, [pictures])

    def begin_map(self, now: Listing) -> None:
        """Send the map, and from now on which of its points are listed."""
        self._mapped = True
        self.tell_map(now)

    def tell_map(self, now: Listing) -> None:
        """Send the map and which of its points are listed, if the page draws it."""
        if self._mapped and now.of.points is not None:
            told: ClusterMap = {"type": "map"}
            self._wall.send(told, [now.of.map])
            self.tell_listed(now)

    def tell_listed(self, now: Listing) -> None:
        """Send which points are listed, if the page draws the map."""
        if self._mapped and (points := now.of.points) is not None:
            told: Listed = {"type": "listed", "listing": now.number}
            self._wall.send(told, [points.listed(now.rows, now.of.known)])
