"""The messages that a Browser sends its page: rows that came into view, and the map."""

from __future__ import annotations

from xwidget.browser.contract import ClusterMap, Listed, Rows, Wanted
from xwidget.browser.entries import entries
from xwidget.browser.listing import Known, Listing
from xwidget.browser.scatter import Map
from xwidget.browser.wall import Wall
from xwidget.gallery.counting import Counting
from xwidget.support import texts


class Page:
    """Sends rows and points; from any thread, without the lock.

    Parameters
    ----------
    wall
        Whose messages these are.
    known
        The rows.
    points
        The map; None where there is none.
    counting
        Counts findings.
    """

    def __init__(self, wall: Wall, known: Known, points: Map | None, counting: Counting) -> None:
        self._wall = wall
        self._known = known
        self._map = points
        self._counting = counting
        self._mapped = False  # whether the page draws the map

    def answer(self, wanted: Wanted, now: Listing) -> None:
        """Send the rows that the page wants, unless it wants them of a listing that is over."""
        if wanted["listing"] != now.number:
            return
        first, show = wanted["first"], wanted["show"]
        rows = now.rows[first : first + wanted["count"]].tolist()
        numbers = {self._known.ids[row]: row for row in rows}
        try:
            found, pictures = entries(self._known.store, numbers, show, self._counting)
        except (ValueError, OSError) as error:
            self._wall.tell(_problem=texts.text_of(error))
            return
        told: Rows = {
            "type": "rows",
            "listing": now.number,
            "first": first,
            "show": show,
            "entries": found,
        }
        self._wall.send(told, [pictures])

    def tell_map(self, now: Listing) -> None:
        """Send the map, and from now on which of its points are listed."""
        if self._map is None:
            return
        self._mapped = True
        told: ClusterMap = {"type": "map"}
        self._wall.send(told, [self._map.points()])
        self.tell_listed(now)

    def tell_listed(self, now: Listing) -> None:
        """Send which points are listed, if the page draws the map."""
        if self._map is not None and self._mapped:
            told: Listed = {"type": "listed", "listing": now.number}
            self._wall.send(told, [self._map.listed(now.rows, self._known)])
