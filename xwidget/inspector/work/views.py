"""The views of a widget: those that its pages report, and callers that wait for it in Python.

A page says when a view of it comes, goes, or leaves the screen, and says so again every few
seconds while there is work. One that is closed says good-bye; of one that crashed the kernel hears
nothing more.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from xwidget.engine.turns import Rank

_MOST_PAGES = 64
BEAT = 5.0  # seconds; js/src/kernel/views.ts speaks as often
# After so many beats without a word a page counts as gone. Browsers let a hidden one speak once a
# minute at most.
_PATIENCE = 5
_PATIENCE_HIDDEN = 36
_shown = itertools.count(1)
_OnBeat: TypeAlias = Callable[[asyncio.AbstractEventLoop], object]


@dataclass
class _Page:
    """The last report of a page: its views, those of them on the screen, and beats since then."""

    count: int
    seen: int
    silent: int = 0


class Views:
    """The views of one widget, as its pages tell; anything may be called from any thread.

    Parameters
    ----------
    changed
        Called when the answer of ``rank`` may be another.
    busy
        Whether there is work: only then a page is missed.
    within
        What it is part of: what that is worth counts, not whether this one was shown before.
    """

    def __init__(
        self,
        changed: Callable[[], None] = lambda: None,
        busy: Callable[[], bool] = lambda: True,
        within: Views | None = None,
    ) -> None:
        self.changed = changed
        self._busy = busy
        self.within = within
        self._pages: dict[int, _Page] = {}
        self._told = False  # whether any page ever said what it shows
        self._greeted = False  # whether a page is there that may not
        self._asked = False  # from Python, since the last view went
        self._waiting = 0  # in Python, for the end of the work
        self._counting = threading.Lock()
        self._looked = 0
        self._beating = False

    @property
    def count(self) -> int:
        """Number of views."""
        return sum(page.count for page in list(self._pages.values()))

    @property
    def seen(self) -> int:
        """Number of views on the screen."""
        return sum(page.seen for page in list(self._pages.values()))

    @property
    def pages(self) -> int:
        """Number of pages with a view."""
        return len(self._pages)

    @property
    def told(self) -> bool:
        """True if any page ever said what it shows."""
        return self._told

    @property
    def resting(self) -> bool:
        """True if nobody looks at it any more, or waits for it."""
        if self._waiting:
            return False
        if self.within is not None:
            return self.within.resting
        return self._told and not self._asked and not self.count

    def rank(self) -> Rank | None:
        """Return how urgent its work is: what is waited for, on the screen, off it, never shown."""
        if self.resting:
            return None
        own = self.urgency
        return own if self.within is None else min(own, self.within.urgency), self._looked

    @property
    def urgency(self) -> int:
        """0 where the work is waited for, 1 on the screen, 2 off it, 3 never shown."""
        if self._waiting:
            return 0
        if self.seen:
            return 1
        return 2 if self.count or (self._greeted and not self._told) else 3

    # What happens.

    def greet(self) -> None:
        """Note that a page is there, which may be too old to say what it shows; a page greets
        again and again, and only the first time is a look.
        """
        if not self._greeted:
            self._greeted = True
            self._look()

    def heard(self) -> None:
        """Note a sign of life, whatever a page said."""
        for page in list(self._pages.values()):
            page.silent = 0

    def take(self, page: int, count: int, seen: int) -> None:
        """Take a page's word how many views it has, and how many of them are on the screen."""
        before = self.count, self.seen
        self._told = True
        if count:
            self._pages[page] = _Page(count, min(seen, count))
            if len(self._pages) > _MOST_PAGES:  # the one that was there first
                self._pages.pop(next(iter(self._pages)))
            self._asked = False
            self._beat()
        else:
            self._pages.pop(page, None)
        if self.count > before[0] or (self.seen and not before[1]):
            self._look()
        elif (self.count, self.seen) != before:
            self.changed()

    def ask(self) -> None:
        """Note that a person wants the work from Python, whether or not there is a view."""
        if not self.count:
            self._asked = True
            self.changed()

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Note that somebody waits for the end of the work."""
        try:
            self._wait_for(1)
            yield
        finally:
            self._wait_for(-1)

    def _wait_for(self, more: int) -> None:
        with self._counting:
            self._waiting += more
        self.changed()

    def close(self) -> None:
        """Forget the pages."""
        self._pages.clear()

    def _look(self) -> None:
        self._looked = next(_shown)
        self.changed()

    # Pages that went without a word.

    def _beat(self) -> None:
        """Miss pages from now on, on the loop that brings their messages: while a cell keeps that
        from coming, nobody is missed.
        """
        if self._beating:
            return
        with contextlib.suppress(RuntimeError):  # no loop: a script
            loop = asyncio.get_running_loop()
            self._beat_later(loop)

    def _beat_later(self, loop: asyncio.AbstractEventLoop) -> None:
        self._beating = True
        method: weakref.WeakMethod[_OnBeat] = weakref.WeakMethod(self._on_beat)
        loop.call_later(BEAT, _call, method, loop)

    def _on_beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self.miss()
        self._beating = False
        if self._pages:
            self._beat_later(loop)

    def miss(self) -> None:
        """Note that a beat has gone by; give up the pages that were silent for too many."""
        if not self._busy():
            self.heard()
            return
        lost = False
        for number, page in list(self._pages.items()):
            page.silent += 1
            if page.silent > (_PATIENCE if page.seen else _PATIENCE_HIDDEN):
                self._pages.pop(number, None)
                lost = True
        if lost:
            self.changed()


def _call(method: weakref.WeakMethod[_OnBeat], loop: asyncio.AbstractEventLoop) -> None:
    alive = method()
    if alive is not None:
        alive(loop)
