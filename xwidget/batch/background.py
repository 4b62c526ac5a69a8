"""A batch in the background: its images are explained on one thread, the most urgent first."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Protocol

import torch

from xwidget.batch.task import Task
from xwidget.engine.device import pick
from xwidget.engine.turns import GivenUp, Place, Rank, turns_on
from xwidget.support.threads import EndingThread

THREAD = "xwidget-batch"
_PACE = 0.3  # seconds between two words to the host
_JOIN_SECONDS = 30.0


class Closed(GivenUp):
    """The batch was closed while its thread was at work."""


class Host(Protocol):
    """All that is asked of whoever has a batch explained: always on its thread."""

    def order(self) -> Iterable[Task]:
        """Return the tasks, the most urgent first."""

    def first(self, place: Place) -> bool:
        """Do what comes before any explanation; return whether there was something."""

    def occupied(self) -> bool:
        """See to what runs beside the batch; return whether no task may go on now."""

    def cuts(self, task: Task) -> bool:
        """Return True if the task at work is to be cut, to go on later; takes no lock."""

    def watches(self) -> bool:
        """Return True if something goes on elsewhere that is to be looked at again soon."""

    def tell(self) -> None:
        """Tell whoever wants to know how far the tasks are."""

    def failed(self) -> None:
        """Take note that the thread has ended by an error; the next ``start`` starts another."""

    def ended(self) -> None:
        """Take note that the thread ends, as the batch was closed."""


class Background:
    """Look at all images of a batch, then explain one after another.

    Which is next is asked anew each time. A run is cut within a step where something more urgent
    comes, and goes on later from where it was. Whoever wants something else than before says so to
    its ``Host``, and calls ``wake``.

    Parameters
    ----------
    host
        Says what is next, and is told.
    rank
        How urgent the work is among all that takes turns on a device; None while it rests.
    keep
        Most tasks that hold a whole run; where there are more, the least urgent are freed.
    """

    def __init__(self, host: Host, rank: Callable[[], Rank | None], keep: int) -> None:
        self._host = host
        self._rank = rank
        self._keep = keep
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._place: Place | None = None  # of the task at work
        self._told = -float("inf")

    @property
    def closed(self) -> bool:
        """True once ``close`` was called."""
        return self._closing.is_set()

    @property
    def started(self) -> bool:
        """True once the thread was started."""
        return self._thread is not None

    @property
    def here(self) -> bool:
        """True on the batch's own thread."""
        return self._thread is threading.current_thread()

    def start(self) -> None:
        """Start the thread, once; callers take turns."""
        if self._thread is None and not self.closed:
            self._thread = EndingThread(self._work, self.end, THREAD)
            try:
                self._thread.start()
            except BaseException:  # there are too many: whoever asked is told
                self._thread = None
                raise

    def wake(self, _: object = None) -> None:
        """Wake the thread, to look for work. Takes no lock."""
        self._wake.set()
        place = self._place
        if place is not None:
            place.nudge()

    def end(self) -> None:
        """End the thread, without waiting for it."""
        self._closing.set()
        self.wake()

    def join(self) -> None:
        """Wait for the thread's end, at most 30 s."""
        if self._thread is not None:
            self._thread.join(_JOIN_SECONDS)

    def check_open(self) -> None:
        """Raise ``Closed`` where it is closed."""
        if self.closed:
            raise Closed

    def make_room(self) -> None:
        """Free tasks so that one more can hold a run: the least urgent first, and one whose run is
        not through only where no other can be.
        """
        heavy = [task for task in self._host.order() if task.heavy]
        idle = [task for task in heavy if not task.pinned and task.status != "running"]
        idle.sort(key=lambda task: task.state != "waiting")
        for task in idle[::-1][: max(0, len(heavy) - self._keep + 1)]:
            task.free()

    # The thread.

    def _work(self) -> None:
        try:
            # Looking at images is done by the net as it is handed over: on the CPU.
            turns = turns_on(torch.device("cpu"))
            with (
                contextlib.suppress(Closed),
                turns.place(self._rank, self.check_open) as place,
            ):
                while True:
                    self._wake.clear()
                    busy = self._advance(place)
                    self._tell(at_once=not busy)
                    if not busy:
                        self._wake.wait(_PACE if self._host.watches() else None)
        except BaseException:
            # Whoever closes takes away what the thread works on.
            with contextlib.suppress(Closed):
                self.check_open()
                logging.getLogger("xwidget").exception("the batch's thread has ended")
                self._thread = None
                self._host.failed()
        finally:
            if self.closed:
                self._host.ended()

    def _advance(self, place: Place) -> bool:
        """Do one piece of work; return False where there is nothing to do but wait."""
        self.check_open()
        if self._host.first(place):
            return True
        tasks = list(self._host.order())
        for task in tasks:
            if not task.described:
                place.do(task.describe)
                return True
        if self._host.occupied():
            return False
        for task in tasks:
            if task.state == "waiting":
                self._explain(task)
                return True
        return False

    def _explain(self, task: Task) -> None:
        if not task.heavy:
            self.make_room()

        def meanwhile() -> None:
            if self.closed or self._host.cuts(task):
                raise GivenUp

        def between() -> None:
            self._tell(at_once=False)
            meanwhile()

        self._told = -float("inf")  # that this one begins is told at once
        device = pick(task.common.settings.device)
        try:
            with turns_on(device).place(self._rank, meanwhile) as self._place:
                task.go(self._place, between)
        finally:
            self._place = None

    def _tell(self, *, at_once: bool) -> None:
        now = time.monotonic()
        if at_once or now - self._told >= _PACE:
            self._told = now
            self._host.tell()
