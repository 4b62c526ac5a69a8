"""Batches of the net, each on a thread of its own, fed by the thread that asks for results."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Generic, Protocol

import torch

from xwidget.batch.done import Done, Key
from xwidget.engine.step_threads import release
from xwidget.engine.turns import GivenUp, Turns
from xwidget.subject import Subject
from xwidget.support.threads import EndingThread

THREAD = "xwidget-lane"
_POLL = 0.05  # seconds in which a thread that has nothing to do looks around
_JOIN_SECONDS = 30.0


class LaneLike(Protocol[Key]):
    """A taker of images that explains them: a ``Lane``, or ``OneByOne``."""

    @property
    def busy(self) -> bool:
        """True if there is an image."""

    @property
    def wants(self) -> int:
        """Number of images that it could begin with now."""

    @property
    def furthest(self) -> tuple[Key, int] | None:
        """An image at work, and its iteration; None where none is."""

    def put(self, key: Key, subject: Subject, seconds: float) -> None:
        """Take an image in, to wait for its turn."""

    @property
    def ready(self) -> bool:
        """True if an image is done with that ``advance`` returns without further work."""

    def advance(self, *, last: bool = False) -> list[Done[Key]]:
        """Go on for a moment; return what is done with by then.

        Parameters
        ----------
        last
            Whether no more images come.
        """


class Here(Generic[Key]):
    """A lane that works on the thread that asks for its results.

    Parameters
    ----------
    lane
        The lane.
    turns
        Those of the device.
    """

    def __init__(self, lane: LaneLike[Key], turns: Turns) -> None:
        self._lane = lane
        self._turns = turns

    @property
    def busy(self) -> bool:
        """True if there is an image."""
        return self._lane.busy

    @property
    def wants(self) -> int:
        """Number of images that it could begin with now."""
        return self._lane.wants

    @property
    def furthest(self) -> tuple[Key, int] | None:
        """An image at work, and its iteration; None where none is."""
        return self._lane.furthest

    def put(self, key: Key, subject: Subject, seconds: float) -> None:
        """Take an image in, to wait for its turn, see ``Lane.put``."""
        self._lane.put(key, subject, seconds)

    @property
    def ready(self) -> bool:
        """False: each is returned as soon as it is done with."""
        return False

    def advance(self, *, last: bool = False) -> list[Done[Key]]:
        """Go on by a step; return what is done with by then."""
        with self._turns.own() as place, place.turn():
            return self._lane.advance(last=last)


class Lanes(Generic[Key]):
    """One lane or several at once, each on a thread of its own, with the interface of one.

    Parameters
    ----------
    make
        Makes a lane, given what it is to call between two pieces of its work: what that raises ends
        it.
    count
        Number of lanes.
    turns
        Those of the device.
    ahead
        Number of images that wait for each lane.
    """

    def __init__(
        self,
        make: Callable[[Callable[[], None]], LaneLike[Key]],
        count: int,
        turns: Turns,
        ahead: int,
    ) -> None:
        self._turns = turns
        self._most = count * ahead
        self._inbox: queue.SimpleQueue[tuple[Key, Subject, float]] = queue.SimpleQueue()
        self._found: queue.SimpleQueue[Done[Key] | BaseException] = queue.SimpleQueue()
        self._count = 0  # images that were put and are not done with
        self._last = False
        self._closing = threading.Event()
        self.furthest: tuple[Key, int] | None = None
        """An image at work, and its iteration; None where none is."""
        # Of this thread alone: the others begin with the first device.
        self._cuda = torch.cuda.current_device() if torch.cuda.is_initialized() else None
        threads = torch.get_num_threads()
        self._each = max(1, threads // count)
        self._begun = threading.Barrier(count + 1)
        self._threads = [
            EndingThread(self._work, self._closing.set, THREAD, (make(self._check),))
            for _ in range(count)
        ]
        try:
            for thread in self._threads:
                thread.start()
            self._begun.wait()
        except BaseException:  # there are too many threads: whoever asked is told
            self._begun.abort()
            raise
        torch.set_num_threads(threads)  # of this thread, and of those that begin from now on

    @property
    def busy(self) -> bool:
        """True if there is an image."""
        return self._count > 0

    @property
    def wants(self) -> int:
        """Number of images that should wait for the lanes, beyond those that do."""
        return max(0, self._most - self._inbox.qsize())

    def put(self, key: Key, subject: Subject, seconds: float) -> None:
        """Take an image in, to wait for the next lane that is free, see ``Lane.put``."""
        self._count += 1
        self._inbox.put((key, subject, seconds))

    @property
    def ready(self) -> bool:
        """True if an image is done with."""
        return not self._found.empty()

    def advance(self, *, last: bool = False) -> list[Done[Key]]:
        """Wait for a moment, and return what is done with by then; raise what ended a lane."""
        self._last = last
        done: list[Done[Key]] = []
        with contextlib.suppress(queue.Empty):
            found = self._found.get(timeout=_POLL)
            while True:
                if isinstance(found, BaseException):
                    raise found
                done.append(found)
                found = self._found.get_nowait()
        self._count -= len(done)
        return done

    def close(self) -> None:
        """End all lanes within a step, and wait for them, at most 30 s each."""
        self._closing.set()
        for thread in self._threads:
            thread.join(_JOIN_SECONDS)

    def _check(self) -> None:
        if self._closing.is_set():
            raise GivenUp

    def _work(self, lane: LaneLike[Key]) -> None:
        torch.set_num_threads(self._each)  # of this thread alone, and of those that begin meanwhile
        if self._cuda is not None:
            torch.cuda.set_device(self._cuda)
        try:
            self._begun.wait()
            with self._turns.own(self._check) as place:
                while True:
                    self._check()
                    self._feed(lane)
                    if lane.busy:
                        with place.turn():
                            done = lane.advance(last=self._last and self._inbox.empty())
                        self.furthest = lane.furthest
                        while done:
                            self._found.put(done.pop(0))
        except threading.BrokenBarrierError:
            pass
        except BaseException as error:  # even of a net that ends the interpreter
            if not self._closing.is_set():
                self._found.put(error)
        finally:
            release()

    def _feed(self, lane: LaneLike[Key]) -> None:
        with contextlib.suppress(queue.Empty):
            while lane.wants:
                lane.put(*self._inbox.get(block=not lane.busy, timeout=_POLL))
