"""The rows that a Browser lists now, and how they change: by a choice, or as the store grows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from xwidget.batch.clusters.file import found_in
from xwidget.batch.store.store import ExplanationStore
from xwidget.browser.choices import Filter
from xwidget.browser.known import Known
from xwidget.browser.listing import Listing, Snapshot
from xwidget.browser.page import Page
from xwidget.browser.scatter import Placed
from xwidget.browser.wall import Wall
from xwidget.inspector.work.lock import OwnedLock
from xwidget.support import texts


class Current:
    """The listing in force, told to the page.

    Another one takes its place whole, under the lock: other threads may read the one before
    meanwhile. Each method may be called from any thread.

    Parameters
    ----------
    store
        The store.
    clusters
        Drawn as a map; None for those that are saved in the store's folder.
    begun
        The rows and the map to begin with.
    wall, page
        Told of what is listed.
    lock
        Of the wall.
    on_choice
        Called with what was chosen and the order, the lock held.

    Attributes
    ----------
    listing
        The listing.
    closed
        Whether it stays as it is from now on; set while the lock is held.
    """

    def __init__(
        self,
        store: ExplanationStore,
        clusters: Placed | None,
        begun: Snapshot,
        wall: Wall,
        page: Page,
        lock: OwnedLock,
        on_choice: Callable[[Filter, str], None],
    ) -> None:
        self._store = store
        self._given = clusters
        self._wall = wall
        self._page = page
        self._lock = lock
        self._on_choice = on_choice
        self.closed = False
        self.listing = begun.listing(1, Filter(), "")
        self._wall.known = len(begun.known.ids)
        self._tell(self.listing)

    @property
    def known(self) -> Known:
        """The rows of the store, as they were when it was last looked at."""
        return self.listing.of.known

    def place(self, row: int) -> list[int]:
        """Return a row and its place in the listing, -1 where it is not listed."""
        return [row, self.listing.place(row)]

    def choose(self, chosen: Filter, order: str) -> None:
        """List other rows; ValueError where the database does not understand: nothing changes."""

        def take(before: Listing, found: Listing) -> None:
            self._tell(found)
            self._on_choice(chosen, order)

        changed = self._change(
            lambda before: before.of.listing(before.number + 1, chosen, order), take
        )
        if changed is not None:
            self._page.tell_listed(changed[1])

    def refresh(self) -> None:
        """Take in what has been written since; ValueError or OSError where it cannot be read."""
        self._store.refresh()
        clusters = clusters_of(self._store, self._given)

        def look(before: Listing) -> Listing:
            now = Snapshot.of(Known(self._store, before.of.known), clusters)
            found = now.listing(before.number + 1, before.chosen, before.order)
            return replace(found, number=before.number) if found.same(before) else found

        def take(before: Listing, found: Listing) -> None:
            self._wall.known = len(found.of.known.ids)
            other = found.of.map != before.of.map
            words = _came(*found.of.known.differs(before.of.known), other=other)
            self._say(words, found, new=found.number != before.number)

        changed = self._change(look, take)
        if changed is not None:
            before, found = changed
            tell = self._page.tell_listed if found.of.map == before.of.map else self._page.tell_map
            tell(found)

    def refresh_there(self) -> None:
        """Take in what has been written since, and have the page say what that was, or why not."""
        try:
            self.refresh()
        except (ValueError, OSError) as error:
            with self._lock:
                if not self.closed:
                    self._say(texts.text_of(error), self.listing, new=False)

    def _change(
        self, make: Callable[[Listing], Listing], take: Callable[[Listing, Listing], None]
    ) -> tuple[Listing, Listing] | None:
        """Put another listing in the place of the one in force; return both, None once closed.

        Parameters
        ----------
        make
            Makes it of the one before, without the lock: once more where that is another meanwhile.
        take
            Tells the page, given both; the lock is held.
        """
        while True:
            before = self.listing
            found = make(before)
            with self._lock:
                if self.closed:
                    return None
                if self.listing is before:
                    take(before, found)
                    return before, found

    def _say(self, words: str, found: Listing, *, new: bool) -> None:
        """Tell the page what a look at the store has found; the lock is held."""
        with self._wall.hold_sync():
            told = {"asked": self._wall.asked, "listing": found.number, "words": words}
            self._wall.tell(_refreshed=told)
            if new:
                self._tell(found)
            else:
                self.listing = found
                self._wall.tell(_total=len(found.of.known))
                self._wall.renew()  # what could not be read before may be read now

    def _tell(self, found: Listing) -> None:
        """List other rows, and tell the page; the lock is held."""
        self.listing = found
        points = found.of.points
        self._wall.tell(
            _clusters=[] if points is None else [list(each) for each in points.clusters],
            _facets=found.facets,
            _total=len(found.of.known),
            _count=len(found.rows),
            _place=self.place(self._wall.opened),
            _problem="",
            _listing=found.number,
        )


def clusters_of(store: ExplanationStore, given: Placed | None) -> Placed | None:
    """Return the clusters that are drawn: those given, else those saved in the store's folder.

    Raises
    ------
    ValueError
        If those given are of another store.
    TypeError
        If they are no clusters.
    """
    if given is None:
        return found_in(store.path)
    if not hasattr(given, "ids"):
        raise TypeError(
            f"clusters is a {type(given).__name__}; expected what xw.cluster(store) returns"
        )
    of = getattr(given, "store", store)
    if of.path != store.path:
        raise ValueError(
            f"the clusters are of the store {str(of.path)!r}, and the Browser shows "
            f"{str(store.path)!r}; give those of xw.cluster({str(store.path)!r})"
        )
    return given


def _came(come: int, gone: int, *, other: bool) -> str:
    """Return in words how many rows have come, and gone, and whether the clusters are others."""
    parts = [f"{_rows(come)} came"] if come else []
    parts += [f"{_rows(gone)} gone"] if gone else []
    parts += ["new clusters"] if other else []
    return ", ".join(parts) or "nothing new"


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"
