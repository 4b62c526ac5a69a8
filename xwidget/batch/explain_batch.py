"""The engine's front door for many images: a stream of subjects to a stream of explanations."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Literal

from xwidget.batch.choice import Choice, pinned
from xwidget.batch.chosen import Chosen
from xwidget.batch.done import Done, Key
from xwidget.batch.lane import Lane
from xwidget.batch.lanes import Here, LaneLike, Lanes
from xwidget.batch.one_by_one import OneByOne
from xwidget.classifier import Classifier
from xwidget.engine.device import pick
from xwidget.engine.plan import Plan
from xwidget.engine.settings import Settings
from xwidget.engine.turns import turns_on
from xwidget.engine.witness import Witness
from xwidget.subject import Subject
from xwidget.targets import Targets

_POLL = 0.05  # seconds until images are asked for again where there was none
_SLOW = 0.05  # seconds of taking images after which what is done with comes first
_PACE = 0.2  # seconds between two words on how far it is


def explain_batch(
    clf: Classifier,
    images: Iterable[tuple[Key, Subject | Exception] | None],
    targets: Targets | Chosen | None,
    settings: Settings,
    *,
    slots: int | Literal["auto"] = "auto",
    workers: int | None = None,
    witness: Classifier | None = None,
    repeat: bool = False,
    light: bool = True,
    on_step: Callable[[Key, int], None] | None = None,
) -> Generator[Done[Key]]:
    """Explain many images and yield each as soon as it is done with.

    Parameters
    ----------
    clf
        The classifier, aimed: with outputs for all targets, see ``Classifier.aimed``.
    images
        Pairs (key, image); (key, error) for an image that could not be read, which is passed on; or
        None where there is none at the moment: then it is asked again after a step. They are taken
        on the calling thread, few ahead of their turn.
    targets
        Indices or names of every image; those that each has of its own; None for the most likely
        class of each.
    settings
        Of every image.
    slots
        Most images in one batch of the net; "auto" for what is fastest and fits, see ``pinned``.
    workers
        Batches at once, each on a thread of its own, which share the cores; None for what is
        fastest.
    witness, repeat
        As in ``explain``; where it is repeated, each batch has one image.
    light
        Whether an explanation keeps only its first and last mask of those on the way.
    on_step
        Called now and then on the calling thread with the key of an image at work, and its
        iteration.

    Raises
    ------
    KeyboardInterrupt
        If it is interrupted: the images at work are dropped. Only what ``images`` itself raises
        comes out besides.
    """
    source, ended, told = iter(images), False, time.monotonic()
    lane: LaneLike[Key] | None = None
    with contextlib.ExitStack() as stack:
        while True:
            since = time.monotonic()
            while not ended and (lane is None or lane.wants):
                if lane is not None and lane.ready and time.monotonic() - since > _SLOW:
                    break
                began = time.perf_counter()
                try:
                    item = next(source)
                except StopIteration:
                    ended = True
                    break
                if item is None:
                    break
                key, image = item
                seconds = time.perf_counter() - began
                if isinstance(image, Exception):
                    yield Done(key, image, seconds)
                else:
                    if lane is None:
                        choice = pinned(clf, targets, settings, image.x, slots, workers)
                        lane = stack.enter_context(
                            _lane(clf, targets, settings, choice, witness, repeat, light)
                        )
                    lane.put(key, image, seconds)
                del item, image  # whoever waits for it keeps it
            if lane is not None and lane.busy:
                ready = deque(lane.advance(last=ended))
                furthest = lane.furthest  # once: a thread of the lanes changes it
                if on_step is not None and furthest and time.monotonic() - told > _PACE:
                    told = time.monotonic()
                    on_step(*furthest)
                while ready:
                    yield ready.popleft()
            elif ended:
                return
            else:
                time.sleep(_POLL)


@contextmanager
def _lane(
    clf: Classifier,
    targets: Targets | Chosen | None,
    settings: Settings,
    choice: Choice,
    witness: Classifier | None,
    repeat: bool,
    light: bool,
) -> Iterator[LaneLike[Key]]:
    """Begin and end the lanes."""
    heard = None if witness is None else Witness(witness, clf)
    turns = turns_on(pick(settings.device))

    def make(meanwhile: Callable[[], None]) -> LaneLike[Key]:
        if repeat:
            return OneByOne(targets, settings, witness, light=light, meanwhile=meanwhile)
        # What was chosen is no setting that was asked for.
        plan = Plan.read(choice.settings.plan)
        return Lane(clf, targets, settings, plan, choice.slots, heard, light=light)

    on_cpu = pick(settings.device).type == "cpu"
    if choice.workers == 1 and on_cpu:
        yield Here(make(lambda: None), turns)
        return
    # Another device is not to wait while images are read and what was found is kept.
    lanes = Lanes(make, choice.workers, turns, max(1, choice.slots // (4 if on_cpu else 2)))
    try:
        yield lanes
    finally:
        lanes.close()
