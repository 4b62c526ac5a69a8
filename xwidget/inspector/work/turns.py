"""A worker whose jobs take turns on a device with those of others, and rest while nobody looks."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import torch

from xwidget.engine.progress import Meter
from xwidget.engine.turns import GivenUp, Place, turns_on
from xwidget.inspector.work.lock import OwnedLock
from xwidget.inspector.work.views import Views
from xwidget.inspector.work.worker import InspectorWorker, SessionListener

T = TypeVar("T")
_WAITS_SECONDS = 1.0  # that are worth a word


class TurnTaker(InspectorWorker):
    """Do a job's steps in turn with those of others.

    Parameters
    ----------
    lock
        As in ``InspectorWorker``.
    views
        Who looks at it: that decides when it has its turns.
    """

    def __init__(self, lock: OwnedLock, views: Views | None = None) -> None:
        super().__init__(lock)
        self.views = views or Views(busy=lambda: not self.idle)
        self.views.changed = self.nudge
        self._place: Place | None = None
        self.waits = ""
        """The reason for waiting: "a view", "its turn", or none; ``tick`` tells of a change."""

    def nudge(self) -> None:
        """Wake a run that waits for its turn."""
        place = self._place
        if place is not None:
            place.nudge()

    @contextlib.contextmanager
    def _among_others(self, device: torch.device, cancel: threading.Event) -> Iterator[None]:
        """Take part in the turns on a device until the job is done or cancelled."""
        meanwhile = partial(self._meanwhile, cancel)
        try:
            with turns_on(device).place(self.views.rank, meanwhile) as self._place:
                yield
        finally:
            self._place, self.waits = None, ""

    def _in_turn(self, work: Callable[[], T], meter: Meter) -> T:
        """Wait for a turn and have work done in it; a long wait is not counted.

        Raises
        ------
        GivenUp
            If the job is cancelled.
        """
        place = self._place
        assert place is not None

        def begin() -> T:
            if (waited := place.waited) > _WAITS_SECONDS:
                meter.skip(waited)
            return work()

        return place.do(begin)

    def _meanwhile(self, cancel: threading.Event) -> None:
        """Do what cannot wait while the run waits for its turn, or between two pieces of a step: on
        the worker, or on the thread that does the step.
        """
        if cancel.is_set():
            raise GivenUp
        self._do_small_task()
        with self._held() as listener:
            place = self._place
            turn = "its turn" if place and place.waited > _WAITS_SECONDS else ""
            self._say_waiting("a view" if self.views.resting else turn, listener)
            listener.tick()

    def _say_waiting(self, waits: str, listener: SessionListener) -> None:
        if waits != self.waits:
            self.waits = waits
            listener.tick()
