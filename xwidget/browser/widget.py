"""The Browser: a store of explanations in one cell, each opened in the Inspector."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from difflib import get_close_matches
from functools import partial
from typing import Any

import ipywidgets
import traitlets

from xwidget.batch.store.schema import COLUMNS
from xwidget.batch.store.store import ExplanationStore
from xwidget.browser.choices import ORDERS, Filter
from xwidget.browser.contract import ALL, OWN
from xwidget.browser.current import Current, clusters_of
from xwidget.browser.desk import Desk
from xwidget.browser.entries import about
from xwidget.browser.known import Known
from xwidget.browser.listing import Listing, Snapshot
from xwidget.browser.opening import Opener
from xwidget.browser.page import Page
from xwidget.browser.problems import problem
from xwidget.browser.scatter import Placed
from xwidget.browser.wall import Wall
from xwidget.classifier import Classifier
from xwidget.findings.opening import Place
from xwidget.gallery.counting import Counting
from xwidget.gallery.opened import OpenedInspector
from xwidget.inspector.notebook.rerun_cell import supersede
from xwidget.inspector.page.refusing import GuardedWidget
from xwidget.inspector.widget import Inspector
from xwidget.inspector.work.lock import INSPECTORS
from xwidget.support import texts


class Browser(GuardedWidget, ipywidgets.VBox):  # type: ignore[misc]
    """A notebook panel for an explanation store: thumbnails of all rows, one of them open in an
    ``Inspector``.

    Rows are sorted and filtered by DuckDB, and read when they come into view, so that a store of
    any size can be browsed. A row that is opened is shown as it was stored: its run is done.

    Parameters
    ----------
    store
        An ``ExplanationStore``, or the path of its folder.
    clf
        The classifier that the store was made with; without it rows are not opened.
    witness
        As in ``Inspector``, for runs that are started here.
    clusters
        From ``xw.cluster``, drawn as a map beside the thumbnails; by default those that were saved
        in the store's folder, if there are any; where those cannot be read, a warning says why.
    findings
        Where findings are kept, as in ``Inspector``; thumbnails count them by verdict.

    Attributes
    ----------
    selected
        Id of the row that is open; set it to open another one. Empty until one is.
    filter
        The condition in SQL for rows to be listed, such as ``"verdict = 'holds' AND border > 0.5"``
        ; empty for all. It includes what is chosen in the panel, but not what is chosen on the map,
        which no condition says: ``ids`` has the rows that are listed with both. Setting it drops
        all that was chosen before, on the map too.
    order
        What rows are sorted by, in SQL, such as ``"score DESC"``; empty for the order in which the
        images were given.

    Raises
    ------
    ValueError, TypeError
        If there is no such store, or the classifier is another one.
    ModuleNotFoundError
        If pyarrow or DuckDB is not installed; the message names the extra that brings them.

    Notes
    -----
    ``selected``, ``filter`` and ``order`` are traits: ``observe`` and ``link`` work on them. A
    condition that DuckDB does not understand raises ValueError, and the one before stays.

    Examples
    --------
    >>> import xwidget as xw
    >>> b = xw.Browser("results", clf)  # doctest: +SKIP
    >>> b.filter = "prediction_score > 0.9 AND label_index <> prediction"  # doctest: +SKIP
    >>> b.open(b.ids[0])  # doctest: +SKIP
    """

    selected = traitlets.Unicode(help="Id of the row that is open.")
    filter = traitlets.Unicode(help="Condition in SQL for rows to be listed.")
    order = traitlets.Unicode(help="What rows are sorted by, in SQL.")

    def __init__(
        self,
        store: ExplanationStore | str | os.PathLike[str],
        clf: Classifier | None = None,
        *,
        witness: Classifier | None = None,
        clusters: Placed | None = None,
        findings: Place = None,
    ) -> None:
        """Show a store; the class says what each parameter is.

        Raises
        ------
        ValueError, TypeError
            If there is no such store, or the classifier is another one.
        ModuleNotFoundError
            If pyarrow or DuckDB is not installed.
        """
        self._store = store if isinstance(store, ExplanationStore) else ExplanationStore(store)
        self._counting = Counting(findings, self._counted)
        self._opener = Opener(self._store, clf, witness, self._counting.keeper)
        self._opener.check()
        self._lock = INSPECTORS
        self._wanted = -1  # the row that is to be open
        self._shown: OpenedInspector | None = None
        self._reading, self._opening = Desk("xwidget browser"), Desk("xwidget browser opening")
        self._setter = 0  # the thread that sets traits to what holds already; 0 for none
        begun = Snapshot.of(Known(self._store), clusters_of(self._store, clusters))
        columns = [(each.name, each.words) for each in COLUMNS if each.light]
        self._wall = Wall(self._lock, columns)
        super().__init__([self._wall])
        self._page = Page(self._wall, self._counting)
        self._current = Current(
            self._store, clusters, begun, self._wall, self._page, self._lock, self._chosen
        )
        page = ["opened", "chosen", "order", "_here", "_wanted", "_mapping", "_refresh"]
        self._wall.observe(self._on_page, page)
        supersede(self, Browser._rest)

    # What a person calls.

    @property
    def ids(self) -> list[str]:
        """Ids of the rows that are listed, in order."""
        return [self._known.ids[row] for row in self._listing.rows.tolist()]

    @property
    def inspector(self) -> Inspector | None:
        """The open Inspector; None before the first is open, and where there is none."""
        return self._shown

    def open(self, row: str | None = None) -> None:
        """Open a row; its panel is there when this returns. That of a row that is open stays, with
        its runs.

        Parameters
        ----------
        row
            Its id. None is reserved for ipywidgets.

        Raises
        ------
        ValueError
            If there is no such row, or it cannot be opened; the message says why.
        RuntimeError
            If the Browser is closed.
        """
        if row is None:
            super().open()
            return
        self._check_open()
        number = self._number(row)
        with self._lock:
            self._want(number, self._known.ids[number])
        if words := self._open(number):
            raise ValueError(f"{row!r} cannot be opened: {words}")

    def show_all(self) -> None:
        """List all rows, whatever is chosen in the panel or by ``filter``."""
        self._check_open()
        self._set(Filter(), self.order)

    def refresh(self) -> None:
        """Take in what has been written to the store since, and its clusters, as *Refresh* in the
        panel does.

        Raises
        ------
        ValueError
            If the store cannot be read any more; then nothing changes.
        RuntimeError
            If the Browser is closed.
        """
        self._check_open()
        self._current.refresh()

    def close(self) -> None:
        """Free threads, the Inspector and widgets."""
        current = getattr(self, "_current", None)  # None where the constructor raised before
        if current is not None and not current.closed:
            with self._lock:
                current.closed = True
            for desk in (self._reading, self._opening):
                desk.close()
            with self._lock:
                shown, self._shown = self._shown, None
            if shown is not None:
                shown.close()
            self._wall.close()
            self.layout.close()
        if (counting := getattr(self, "_counting", None)) is not None:
            counting.close()
        super().close()

    def __repr__(self) -> str:
        total, listed = len(self._known), len(self._listing.rows)
        rows = f"{total} rows" if total == listed else f"{listed} of {total} rows"
        return f"<Browser {str(self._store.path)!r}: {rows}{', closed' if self._closed else ''}>"

    # What is listed.

    @property
    def _listing(self) -> Listing:
        return self._current.listing

    @property
    def _closed(self) -> bool:
        return self._current.closed

    @property
    def _known(self) -> Known:
        return self._current.known

    def _chosen(self, chosen: Filter, order: str) -> None:
        """Set the traits to a choice; the lock is held."""
        with self._logged(), self._by_us():
            self.filter, self.order = chosen.condition, order

    def _set(self, chosen: Filter, order: str) -> None:
        """List other rows, and have the page show why."""
        self._current.choose(chosen, order)
        with self._lock, self._by_us():
            self._wall.tell(chosen={**ALL, "where": chosen.where})

    @contextlib.contextmanager
    def _by_us(self) -> Iterator[None]:
        """Set traits to what holds already; the lock is held.

        Another thread may set ``filter`` and ``order`` meanwhile, without the lock.
        """
        before, self._setter = self._setter, threading.get_ident()
        try:
            yield
        finally:
            self._setter = before

    @property
    def _ours(self) -> bool:
        """True where this thread sets traits to what holds already."""
        return self._setter == threading.get_ident()

    @traitlets.validate("filter", "order")
    def _on_proposal(self, proposal: Any) -> str:
        value = str(proposal["value"])
        if not self._ours:
            own = proposal["trait"].name == "filter"
            where, order = (value, self.order) if own else ("", value)
            self._known.listed(Filter(where=where), order)
        return value

    @traitlets.observe("filter", "order")
    def _on_own(self, change: Any) -> None:
        """Take what a person has set in Python."""
        if self._ours:
            return
        if change["name"] == "filter":
            self._set(Filter(where=change["new"]), self.order)
        else:
            self._current.choose(self._listing.chosen, change["new"])
            with self._lock, self._by_us():
                names = {each.by: name for name, each in ORDERS.items()}
                self._wall.tell(order=names.get(self.order, OWN))

    # What a page does: on the main thread, the lock held.

    def _on_page(self, change: Any) -> None:
        if self._closed or self._ours:
            return
        name, value = change["name"], change["new"]
        if name == "opened":
            if value not in (-1, self._wanted):
                self._want(value, self._known.ids[value])
                self._opening.do("open", partial(self._open, value))
        elif name in ("chosen", "order"):
            self._reading.do("listing", self._chosen_there)
        elif name == "_here":
            self._counting.begin()
        elif name == "_mapping":
            self._reading.do("map", lambda: self._page.begin_map(self._listing))
        elif name == "_refresh":
            self._reading.do("refresh", self._current.refresh_there)
        elif name == "_wanted":
            self._reading.do("rows", lambda: self._page.answer(value, self._listing))

    def _chosen_there(self) -> None:
        """List what the page has chosen."""
        with self._lock:
            choice, name = self._wall.chosen, self._wall.order
        chosen = Filter(**{**choice, "lasso": tuple(map(tuple, choice["lasso"]))})
        order = self.order if name == OWN else ORDERS[name].by
        if (chosen, order) == (self._listing.chosen, self._listing.order):
            self._wall.tell(_problem="")
            return
        try:
            self._current.choose(chosen, order)
        except ValueError as error:
            self._wall.tell(_problem=problem(error, self._listing.chosen.where))

    def _counted(self) -> None:
        """Tell the page to ask for its rows anew, as findings have changed; from any thread."""
        with self._lock, self._logged():
            if not self._closed:
                self._wall.renew()

    # Opening.

    def _want(self, row: int, id: str) -> None:
        """Note which row is to be open, wherever that is said; the lock is held."""
        self._wanted = row
        image = id.rpartition("/")[0]
        self._wall.tell(opened=row, _place=self._current.place(row), _name=image)
        with self._logged():
            self.selected = id

    def _open(self, row: int) -> str:
        """Put a row's Inspector below the wall, in the place of the one before, unless it is there;
        return why there is none, or "".
        """
        with self._lock:
            shown = self._shown
            if shown is not None and shown.comm is not None and self._wall.shown == row:
                return ""
        made, words = None, ""
        try:
            made = self._opener.open(self._known.ids[row])
        except (Exception, SystemExit) as error:  # whatever the net raises: who waits is told
            words = texts.text_of(error)
        told = about(self._store, self._known.ids[row])
        with self._lock:
            late = self._closed or self._wanted != row
            if not late:
                before, self._shown = self._shown, made
                panel = () if made is None else (made,)
                self._wall.tell(_shown=row, _words=words, _classes=told)
                self.children = (self._wall, *panel)
                if made is not None:
                    made.findings.observe(self._counting.take)
            else:
                before = made
        if before is not None:
            before.close()
        return words

    def _rest(self) -> None:
        """Stop the run in progress: another Browser has taken this one's place."""
        if self._shown is not None:
            self._shown.stop()

    @traitlets.validate("selected")
    def _on_selection(self, proposal: Any) -> str:
        name: str = proposal["value"]
        return name if name == "" else self._known.ids[self._number(name)]

    @traitlets.observe("selected")
    def _on_selected(self, change: Any) -> None:
        if not change["new"]:
            return
        with self._lock:
            row = self._number(change["new"])
            if row != self._wanted:
                self._want(row, change["new"])
                self._opening.do("open", partial(self._open, row))

    def _number(self, id: str) -> int:
        known = self._known.number
        if not isinstance(id, str):
            raise TypeError(f"the row is {id!r}; expected its id, such as {self._known.ids[:1]}")
        if id not in known:
            close = get_close_matches(id, self._known.ids[:5000], n=3, cutoff=0.4)
            close = close or self._known.ids[:3]
            raise ValueError(f"there is no row {id!r}; there are {', '.join(close)}, ...")
        return known[id]

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError("this Browser is closed; make a new one")
