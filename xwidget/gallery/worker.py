"""The Gallery's one worker: it opens what was asked for, looks at the images, explains the rest."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from xwidget.classifier import Classifier
from xwidget.engine.turns import Place, in_background_turn, turns_on
from xwidget.gallery.item import Item, in_view
from xwidget.inspector.widget import Inspector
from xwidget.inspector.work.lock import OwnedLock
from xwidget.inspector.work.views import Views
from xwidget.support.threads import EndingThread

THREAD = "xwidget-gallery"
_PACE = 0.3  # seconds between two words to the page
_LOCK_SECONDS = 0.05
_JOIN_SECONDS = 30.0


@dataclass(frozen=True)
class Listener:
    """Callbacks of the worker, called on its thread with the lock held."""

    opened: Callable[[Item], None]
    """An item's Inspector is there to be shown, or it is known why there is none."""
    changed: Callable[[], None]
    """The items have changed, or may have."""
    settled: Callable[[str], None]
    """The status of the whole work: running, done, stopped or error."""


class _Closed(Exception):
    """The Gallery was closed while the worker was at work."""


class Worker:
    """Explain images one at a time, the one that is open first.

    Whoever asks sets what is wanted, with the lock held, and wakes the thread; the thread alone
    makes, starts, pauses and frees Inspectors, never with the lock held: it waits for what others
    do meanwhile.

    Parameters
    ----------
    items
        The images, in order.
    clf, targets, settings
        What each Inspector is made with.
    make
        The class of the Inspectors.
    live
        Most Inspectors that are there at a time.
    lock
        Held around every call of the listener.
    listener
        Who is told.
    views
        Who looks at the Gallery: without a view all of it rests.
    """

    def __init__(
        self,
        items: Sequence[Item],
        clf: Classifier,
        targets: Any,
        settings: dict[str, Any],
        *,
        make: type[Inspector],
        live: int,
        lock: OwnedLock,
        listener: Listener,
        views: Views,
    ) -> None:
        self.items = items
        self._clf = clf
        self._targets = targets
        self._settings = settings
        self._make = make
        self._live = live
        self._lock = lock
        self._listener = listener
        self._views = views
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._told = -float("inf")
        self.wanted: int | None = None
        """Index of the image to be open; None: the first that can be read."""
        self.shown: Item | None = None
        """The image that is open."""
        self.visible: frozenset[int] = frozenset()
        self.halted = False
        """True if only opened images are explained."""
        self.stopping = False
        """True if the run in progress is to be stopped, too."""

    @property
    def closed(self) -> bool:
        """True once ``close`` was called."""
        return self._closing.is_set()

    @property
    def started(self) -> bool:
        """True once the thread was started."""
        return self._thread is not None

    @property
    def entangled(self) -> bool:
        """True if the worker may have to wait for the calling thread."""
        here = self._thread is threading.current_thread()
        return here or self._lock.owned or in_background_turn()

    def start(self) -> None:
        """Start the thread, once; the lock is held."""
        if self._thread is None and not self.closed:
            thread = EndingThread(self._work, self.end, THREAD)
            thread.start()  # where there are too many, whoever asked is told
            self._thread = thread

    def wake(self, _: object = None) -> None:
        """Have the worker look what is wanted now. Takes no lock."""
        self._wake.set()

    def end(self) -> None:
        """Have the thread end, without waiting for it."""
        self._closing.set()
        self.wake()
        self._views.changed()

    def close(self) -> None:
        """End the thread and close every Inspector; where the thread might wait for the caller, it
        closes those that it is just making.
        """
        self.end()
        thread = self._thread
        if thread is not None and not self.entangled:
            thread.join(_JOIN_SECONDS)
        self._close_all()

    def _close_all(self) -> None:
        for item in self.items:
            with self._lock:
                inspector, item.inspector = item.inspector, None
            if inspector is not None:
                with contextlib.suppress(ValueError):  # it is just being made
                    inspector.unobserve(self.wake, "status")
                inspector.close()

    # The thread.

    def _work(self) -> None:
        try:
            # Looking at images is done by the net as it is handed over: on the CPU.
            turns = turns_on(torch.device("cpu"))
            with (
                contextlib.suppress(_Closed),
                turns.place(self._views.rank, self._check_open) as place,
            ):
                while True:
                    self._wake.clear()
                    busy = self._advance(place)
                    self._tell(at_once=not busy)
                    if not busy:
                        going = any(item.status == "running" for item in self.items)
                        self._wake.wait(_PACE if going else None)
        except BaseException:
            # Whoever closes takes away what the thread works on.
            with contextlib.suppress(_Closed), self._held():
                logging.getLogger("xwidget").exception("the gallery's worker has ended")
                self._thread = None  # what is asked for next starts another
                self._listener.settled("error")
        finally:
            if self.closed:
                self._close_all()

    def _check_open(self) -> None:
        if self.closed:
            raise _Closed

    def _advance(self, place: Place) -> bool:
        """Do one piece of work; return False where there is nothing to do but wait."""
        self._check_open()
        for item in self.items:
            item.look()
        if self._open(place):
            return True
        for item in self._in_view():
            if not item.described:
                place.do(partial(item.describe, self._clf))
                return True
        self._explain(place)
        return False

    def _open(self, place: Place) -> bool:
        """Bring up the image that is wanted, if another is open."""
        with self._held():
            wanted = self.wanted
        if wanted is None:
            # The first that can be read: one that cannot would greet a person with an error.
            item = next((item for item in self.items if not item.failure), self.items[0])
        else:
            item = self.items[wanted]
        if item is self.shown:
            return False
        if not item.described:
            place.do(partial(item.describe, self._clf))
            if wanted is None:
                return True
        self._equip(item, place)
        if item.failure and wanted is None and not all(i.failure for i in self.items):
            return True
        with self._held():
            if self.wanted == wanted:
                self.shown = item
                self.wanted = item.index
                self._listener.opened(item)
        return True

    def _explain(self, place: Place) -> None:
        """Let run what is to run now: the image that is open, else the next in order of view."""
        shown, running = self.shown, [item for item in self.items if item.status == "running"]
        with self._held():
            halted, stopping, self.stopping = self.halted, self.stopping, False
        front = shown is not None and (shown in running or (not halted and _startable(shown)))
        if front or halted:
            for item in running:
                if item is not shown or stopping:
                    item.pause()
            if shown is not None and front and not running:
                shown.start()
        elif not running:
            self._explain_next(place)

    def _explain_next(self, place: Place) -> None:
        for item in self._in_view():
            if item.state == "waiting":
                self._equip(item, place)
                if item.inspector is not None:
                    item.start()
                    return

    def _equip(self, item: Item, place: Place) -> None:
        """Make an item's Inspector, if it has none; where there are too many, free others."""
        if item.inspector is not None or item.failure:
            return
        equipped = [other for other in self._in_view() if other.inspector is not None]
        idle = [o for o in equipped if o is not self.shown and o.status != "running"]
        # The farthest goes first, and one whose run is not through only where no other can.
        idle.sort(key=lambda other: other.state != "waiting")
        too_many = max(0, len(equipped) - self._live + 1)
        for other in idle[::-1][:too_many]:
            self._free(other)
        make = partial(item.make, self._make, self._clf, self._targets, self._settings)
        made = place.do(make)
        if made is not None:
            made._session.views.within = self._views
            made.observe(self.wake, "status")

    def _free(self, item: Item) -> None:
        assert item.inspector is not None
        item.inspector.unobserve(self.wake, "status")
        item.free()

    def _in_view(self) -> list[Item]:
        return in_view(self.items, self.wanted or 0, self.visible)

    def _tell(self, *, at_once: bool) -> None:
        now = time.monotonic()
        if not at_once and now - self._told < _PACE:
            return
        self._told = now
        with self._held():
            self._listener.changed()
            self._listener.settled(self._status())

    def _status(self) -> str:
        states = [item.state for item in self.items]
        asked = self.shown is None or self.wanted != self.shown.index
        if "running" in states or asked or not all(item.described for item in self.items):
            return "running"
        if "waiting" in states:
            return "stopped" if self.halted else "running"
        return "error" if all(state == "error" for state in states) else "done"

    @contextlib.contextmanager
    def _held(self) -> Iterator[None]:
        """Hold the lock; raise ``_Closed`` rather than wait for who closes."""
        while not self._lock.acquire(timeout=_LOCK_SECONDS):
            if self.closed:
                raise _Closed
        try:
            if self.closed:
                raise _Closed
            yield
        finally:
            self._lock.release()


def _startable(item: Item) -> bool:
    """Tell whether an open image's run is to be started, or to go on."""
    return item.status == "idle" or (item.status == "stopped" and item.paused)
