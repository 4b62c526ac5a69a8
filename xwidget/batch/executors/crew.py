"""The workers of a cluster as the driver sees them: fed with images, and replaced when they die."""

from __future__ import annotations

import pickle
import time
import warnings
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from xwidget.batch.choice import Choice
from xwidget.batch.executors.packing import packed_item
from xwidget.batch.executors.worker import Answer, Worker
from xwidget.batch.item import Item
from xwidget.batch.job import Job, Outcome
from xwidget.batch.result import failure
from xwidget.batch.store.store import ExplanationStore

_POLL_SECONDS = 1.0
_SLOW = 0.05  # seconds of taking images after which answers that are there come first
_PATIENCE = 60.0  # seconds without any worker after which a word is said
_MOST = 256  # images of a worker on their way, unless its batch is larger
_TRIES = 2  # of an image whose worker died: the second time it is alone there
_STARTS = 3  # of a worker in a row


@dataclass(eq=False)
class _Sent:
    """An image on its way: what it is called, and all of it, pickled."""

    item: Item
    packed: bytes
    tries: int = 0


@dataclass(eq=False)
class _Hand:
    """A worker: its actor, how far it has begun, and what it has."""

    actor: Any
    starts: int
    loaded: bool = False
    ready: bool = False
    dead: bool = False
    room: int = 0
    at_work: dict[Any, _Sent] = field(default_factory=dict)

    @property
    def alone(self) -> bool:
        """Return True if it has an image that may have killed another."""
        return any(sent.tries for sent in self.at_work.values())


class Crew:
    """Explains images by workers, each of which has a few at a time.

    Parameters
    ----------
    ray
        The library, connected.
    job
        What is to be done.
    packed
        The same for workers, pickled.
    threads
        Of each worker's torch.
    options
        Of each worker's actor.
    """

    def __init__(
        self, ray: Any, job: Job, packed: bytes, threads: int, options: dict[str, Any]
    ) -> None:
        self._ray = ray
        self._job = job
        self._packed = ray.put(packed)
        self._threads = threads
        self._make = ray.remote(Worker).options(**options)
        self._needs = {name: options[name] for name in ("num_cpus", "num_gpus")}
        self._choice: Choice | None = None
        self._chooser: _Hand | None = None
        self._hands: list[_Hand] = []
        self._asked: dict[Any, _Hand] = {}  # by what is to be answered
        self._again: deque[_Sent] = deque()
        self._since = time.monotonic()

    def start(self, count: int) -> None:
        """Start so many workers."""
        for _ in range(count):
            self._start()

    def close(self) -> None:
        """End all workers at once; what they have written stays."""
        for hand in self._hands:
            self._ray.kill(hand.actor)
        self._hands.clear()

    def outcomes(self, items: Iterator[Item]) -> Generator[Outcome]:
        """Yield what becomes of each image, as it comes.

        Parameters
        ----------
        items
            Taken when a worker has room.

        Raises
        ------
        RuntimeError, OSError
            If no worker can begin, or the store cannot be written.
        """
        left = True
        while True:
            began = time.monotonic()
            while left and (hand := self._with_room()) is not None:
                if time.monotonic() - began > _SLOW and self._ready(0):
                    break
                item = next(items, None)
                left = item is not None
                if item is not None:
                    yield from self._send(hand, item)
                    del item
            self._send_again()
            if not (left or self._again or any(hand.at_work for hand in self._hands)):
                return
            yield from self._heard()

    # Images to workers.

    def _with_room(self) -> _Hand | None:
        """Return the worker that is to have the next image."""
        hands = [hand for hand in self._hands if hand.ready and not hand.alone]
        if self._again and hands:  # one is kept free for these
            hands.remove(min(hands, key=lambda hand: len(hand.at_work)))
        hands = [hand for hand in hands if len(hand.at_work) < hand.room]
        return min(hands, key=lambda hand: len(hand.at_work), default=None)

    def _send(self, hand: _Hand, item: Item) -> Iterator[Outcome]:
        """Send an image; yield what becomes of one that cannot be sent."""
        try:
            if isinstance(item.image, Exception):
                raise item.image
            sent = _Sent(replace(item, image=item.path), packed_item(item))
        except Exception as error:
            yield Outcome.failed(self._job, item, failure(error))
        else:
            self._give(hand, sent)

    def _give(self, hand: _Hand, sent: _Sent) -> None:
        """Hand an image to a worker."""
        ref = hand.actor.explain.remote(sent.packed)
        hand.at_work[ref] = sent
        self._asked[ref] = hand

    def _send_again(self) -> None:
        for hand in self._hands:
            if self._again and hand.ready and not hand.at_work:
                self._give(hand, self._again.popleft())

    # Answers from workers.

    def _heard(self) -> Iterator[Outcome]:
        """Wait for answers, and yield what became of the images that they are about."""
        if not self._ready(_POLL_SECONDS):
            self._have_patience()
            return
        answered: dict[_Hand, list[Any]] = {}
        for ref in self._ready(0, len(self._asked)):
            hand = self._asked.pop(ref)
            if ref in hand.at_work:
                answered.setdefault(hand, []).append(ref)
            else:
                self._begun(hand, ref)
        self._hands = [hand for hand in self._hands if hand.at_work or not hand.dead]
        for hand, refs in answered.items():
            hand.room = self._room(len(refs))
            for ref in refs:
                yield from self._answered(hand, ref)

    def _ready(self, seconds: float, count: int = 1) -> list[Any]:
        """Return so many of the answers that are there, or come in a while."""
        ready: list[Any]
        ready, _ = self._ray.wait(list(self._asked), num_returns=count, timeout=seconds)
        return ready

    def _room(self, at_once: int) -> int:
        """Return how many images a worker may have that has answered so many at once: those of its
        batch, as many that wait or end, and twice as many as are on their way to the disk together.
        """
        assert self._choice is not None
        slots = self._choice.slots
        return max(2 * slots, min(slots + 2 * at_once - 1, _MOST))

    def _answered(self, hand: _Hand, ref: Any) -> Iterable[Outcome]:
        sent = hand.at_work.pop(ref)
        try:
            answer: Answer = pickle.loads(self._ray.get(ref))
        except self._ray.exceptions.RayTaskError as error:
            raise _cause(error) from error
        except self._ray.exceptions.RayError as error:
            return self._lost(hand, sent, error)
        return [Outcome(sent.item, *answer)]

    def _lost(self, hand: _Hand, sent: _Sent, error: Exception) -> list[Outcome]:
        """Give an image of a worker that died to another; alone, as it may be the reason."""
        if not hand.dead:
            hand.dead, hand.ready = True, False
            self._ray.kill(hand.actor)  # it may be out of reach alone
            self._start()
        sent.tries += not getattr(error, "preempted", False)
        if sent.tries < _TRIES:
            self._again.append(sent)
            return []
        if self._is_kept(sent.item):
            return [Outcome(sent.item, None, "", 0.0)]
        words = str(error).strip().splitlines()
        why = (
            f"the worker process that explained it died {sent.tries} times, the last time with "
            f"nothing else at work ({words[-1] if words else 'no reason'})"
        )
        return [Outcome.failed(self._job, sent.item, why)]

    def _is_kept(self, item: Item) -> bool:
        """Return whether a worker wrote the rows of an image before it died."""
        out = self._job.out
        return out is not None and item.name in ExplanationStore(out).images

    # Workers.

    def _start(self, starts: int = 1) -> None:
        hand = _Hand(self._make.remote(self._threads), starts)
        self._hands.append(hand)
        self._asked[hand.actor.begin.remote(self._packed)] = hand

    def _begun(self, hand: _Hand, ref: Any) -> None:
        """Take the next step with a worker that has done what it was asked."""
        try:
            found = self._ray.get(ref)
        except self._ray.exceptions.RayError as error:
            self._not_begun(hand, error)
            return
        if isinstance(found, Choice):
            self._choice, self._chooser = found, None
            for each in self._hands:
                if each.loaded:
                    self._set_to_work(each, found)
        elif found is not None:  # the number of its process: it is at work
            hand.ready = True
            hand.starts = 0
        else:
            hand.loaded = True
            self._loaded(hand)

    def _loaded(self, hand: _Hand) -> None:
        if self._choice is not None:
            self._set_to_work(hand, self._choice)
        elif self._chooser is None:
            self._chooser = hand
            self._asked[hand.actor.choose.remote()] = hand

    def _set_to_work(self, hand: _Hand, choice: Choice) -> None:
        hand.room = 2 * choice.slots
        self._asked[hand.actor.work.remote(choice)] = hand

    def _not_begun(self, hand: _Hand, error: Exception) -> None:
        """Try again where a process died; go on without it where that does not help."""
        self._hands.remove(hand)
        self._ray.kill(hand.actor)
        died = not isinstance(error, self._ray.exceptions.RayTaskError)
        if self._chooser is hand:
            self._chooser = None
            for each in [each for each in self._hands if each.loaded][:1]:
                self._loaded(each)
        if died and hand.starts < _STARTS:
            self._start(hand.starts + 1)
        elif any(not each.dead for each in self._hands):
            warnings.warn(
                f"a worker could not begin, and the others go on without it: {_cause(error)}",
                stacklevel=2,
            )
        else:
            raise _cause(error) from error

    def _have_patience(self) -> None:
        if any(hand.ready for hand in self._hands):
            self._since = time.monotonic()
        elif time.monotonic() - self._since > _PATIENCE:
            self._since = float("inf")
            warnings.warn(
                f"no worker has begun for {_PATIENCE:.0f} s: each needs {self._needs}, and the "
                f"cluster has {self._ray.available_resources()} left; it is waited for",
                stacklevel=2,
            )


def _cause(error: Exception) -> Exception:
    """Return the error of a worker, as it was raised there."""
    cause = getattr(error, "cause", None)
    if isinstance(cause, Exception):
        return cause
    return RuntimeError(f"a worker ended: {error}")
