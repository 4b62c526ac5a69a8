"""The engine's front door for many images: a stream of subjects to a stream of explanations."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from typing import Generic, Literal, NamedTuple, TypeVar

from xwidget.batch.task import light as lightened
from xwidget.classifier import Classifier
from xwidget.engine import interrupts
from xwidget.engine.explain import explain
from xwidget.engine.settings import Settings
from xwidget.explanation import Explanation
from xwidget.subject import Subject
from xwidget.targets import Targets

Key = TypeVar("Key")


class Done(NamedTuple, Generic[Key]):
    """An image that is done with.

    Attributes
    ----------
    key
        What the image came with.
    found
        Its explanation, or the reason why there is none.
    seconds
        Spent on it, reading included; of a batch, its share.
    """

    key: Key
    found: Explanation | Exception
    seconds: float


def explain_batch(
    clf: Classifier,
    images: Iterable[tuple[Key, Subject | Exception]],
    targets: Targets | None,
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
        Pairs (key, image), or (key, error) for an image that could not be read, which is passed on.
        They are taken on the calling thread, few ahead of their turn.
    targets
        Indices or names of every image; None for the most likely class of each.
    settings
        Of every image.
    slots
        Most images in one batch of the net; "auto" for what is fastest and fits.
    workers
        Batches at once, each on a thread of its own, which share the cores; None for what is
        fastest.
    witness, repeat
        As in ``explain``.
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
    began = time.perf_counter()
    for key, image in images:
        found: Explanation | Exception = image if isinstance(image, Exception) else RuntimeError()
        if isinstance(image, Subject):
            taken = interrupts.taken()
            try:
                found = explain(
                    image,
                    targets=targets,
                    witness=witness,
                    repeat=repeat,
                    progress=False,
                    on_step=on_step and (lambda step, key=key: on_step(key, step.iteration)),
                    **vars(settings),
                )
            except Exception as error:
                found = error
            if interrupts.taken() != taken:
                raise KeyboardInterrupt
            if light and isinstance(found, Explanation):
                found = lightened(found)
        yield Done(key, found, time.perf_counter() - began)
        began = time.perf_counter()
