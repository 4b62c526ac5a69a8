"""The next thing a Gallery does: open what is asked for, let it run, or explain the next one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from xwidget.batch.background import Background
from xwidget.batch.task import Task
from xwidget.engine.turns import Place, in_background_turn
from xwidget.gallery.item import Inspect, Item, in_view
from xwidget.inspector.work.lock import OwnedLock
from xwidget.inspector.work.views import Views

_LOCK_SECONDS = 0.05


@dataclass(frozen=True)
class Signals:
    """Called as the work goes on, on its thread, with the lock held."""

    opened: Callable[[Item], None]
    """An item's Inspector is there to be shown, or it is known why there is none."""
    changed: Callable[[], None]
    """The items have changed, or may have."""
    settled: Callable[[str], None]
    """The status of the whole work: running, done, stopped or error."""


class Schedule:
    """Decide what a Gallery's batch does, and open its images.

    Whoever asks sets what is wanted, with the lock held, and wakes it. The batch's thread alone
    opens, starts, pauses and frees items, never with the lock held: it waits for what others do
    meanwhile.

    Parameters
    ----------
    items
        The images, in order.
    inspect
        Makes the Inspector of an image that is opened.
    keep
        Most items that hold a whole run at a time.
    lock
        Held around every signal.
    signals
        Where it is told what happens.
    views
        Who looks at the Gallery: without a view all of it rests.
    """

    def __init__(
        self,
        items: Sequence[Item],
        inspect: Inspect,
        keep: int,
        lock: OwnedLock,
        signals: Signals,
        views: Views,
    ) -> None:
        self.items = items
        self._inspect = inspect
        self._lock = lock
        self._signals = signals
        self._views = views
        self._background = Background(self, views.rank, keep)
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
        return self._background.closed

    @property
    def started(self) -> bool:
        """True once the work was started."""
        return self._background.started

    @property
    def entangled(self) -> bool:
        """True if the work may have to wait for the calling thread."""
        return self._background.here or self._lock.owned or in_background_turn()

    def start(self) -> None:
        """Start the work, once; the lock is held."""
        self._background.start()

    def wake(self) -> None:
        """Wake the thread, to look for work. Takes no lock."""
        self._background.wake()

    def close(self) -> None:
        """End the work and close every Inspector; where the thread might wait for the caller, it
        closes those that it is just making.
        """
        self._background.end()
        self._views.changed()
        if not self.entangled:
            self._background.join()
        self.ended()

    # On the batch's thread.

    def order(self) -> list[Item]:
        """Return the items in order of view."""
        return in_view(self.items, self.wanted or 0, self.visible)

    def first(self, place: Place) -> bool:
        """Bring up the image that is wanted, if another is open."""
        for item in self.items:
            item.look()
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
            place.do(item.describe)
            if wanted is None:
                return True
        self._open(item, place)
        if item.failure and wanted is None and not all(i.failure for i in self.items):
            return True
        with self._held():
            if self.wanted == wanted:
                self._pin(item)
                self.wanted = item.index
                self._signals.opened(item)
        return True

    def occupied(self) -> bool:
        """Let run the image that is open, if it wants to, and pause the others."""
        shown, running = self.shown, [item for item in self.items if item.status == "running"]
        with self._held():
            halted, stopping, self.stopping = self.halted, self.stopping, False
        front = shown is not None and (shown in running or (not halted and shown.startable))
        if not front and not halted:
            return bool(running)
        for item in running:
            if item is not shown or stopping:
                item.pause()
        if shown is not None and front and not running:
            shown.start()
        return True

    def cuts(self, task: Task) -> bool:
        """Return True if something more urgent came than the task at work."""
        shown = self.shown
        if self.halted or shown is None or self.wanted != shown.index:
            return True
        return shown is not task and (shown.status == "running" or shown.startable)

    def watches(self) -> bool:
        """Return True if an Inspector runs."""
        return any(item.status == "running" for item in self.items)

    def tell(self) -> None:
        """Signal how far it all is."""
        with self._held():
            self._signals.changed()
            self._signals.settled(self._status())

    def failed(self) -> None:
        """Signal that the thread has ended by an error."""
        with self._held():
            self._signals.settled("error")

    def ended(self) -> None:
        """Close every Inspector, and let go of every run."""
        for item in self.items:
            item.hand_over()
            with self._lock:
                inspector, item.inspector = item.inspector, None
            if inspector is not None:
                inspector.close()

    def _open(self, item: Item, place: Place) -> None:
        """Make an item's Inspector, if it has none, and let it go on where nothing else runs."""
        if item.failure:
            return
        if item.inspector is None:
            if not item.heavy:
                self._background.make_room()
            made = place.do(partial(item.open, self._inspect))
            if made is not None:
                made.attend(self._views, self._background.wake)
        if item.paused and not self.halted and not self.watches():
            item.start()  # before it is seen: it does not say "stopped" first

    def _pin(self, item: Item) -> None:
        if self.shown is not None:
            self.shown.pinned = False
        item.pinned, self.shown = True, item

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
        """Hold the lock; raise ``Closed`` rather than wait for who closes."""
        while not self._lock.acquire(timeout=_LOCK_SECONDS):
            self._background.check_open()
        try:
            self._background.check_open()
            yield
        finally:
            self._lock.release()
