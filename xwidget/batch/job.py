"""A job with many images, and the outcome of each: for whoever executes it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from xwidget.batch.item import Item
from xwidget.batch.store.rows import Row, failed
from xwidget.classifier import Classifier
from xwidget.engine.settings import Settings
from xwidget.explanation import Explanation


@dataclass(frozen=True)
class Job:
    """All that the images have in common.

    Parameters
    ----------
    clf
        The classifier, aimed: it has outputs for all targets.
    targets
        Indices of the targets of every image; None for the most likely class of each.
    settings, witness, repeat
        As in ``explain``.
    workers, batch
        As in ``explain_many``.
    out
        The folder of the store; None if nothing is kept.
    about
        What the store is made with, as it stands in its files; empty if nothing is kept.
    """

    clf: Classifier
    targets: tuple[int, ...] | None
    settings: Settings
    witness: Classifier | None = None
    repeat: bool = False
    workers: int | None = None
    batch: int | Literal["auto"] = "auto"
    out: Path | None = None
    about: bytes = b""


@dataclass(frozen=True)
class Outcome:
    """The end of one image: its explanation, or the reason why there is none.

    Parameters
    ----------
    item
        The image.
    explanation
        None if it could not be explained, or stayed where it was made.
    error
        Why it could not be; empty if it could.
    seconds
        Time spent on it.
    rows
        Its rows, by the names of the store's columns, to be written; none if nothing is kept, or
        they are written already.
    """

    item: Item
    explanation: Explanation | None
    error: str
    seconds: float
    rows: tuple[Row, ...] = ()

    @classmethod
    def failed(cls, job: Job, item: Item, error: str, seconds: float = 0.0) -> Outcome:
        """Return the outcome of an image that could not be explained, with its row where rows are
        kept.
        """
        rows = () if job.out is None else (failed(item, error, seconds),)
        return cls(item, None, error, seconds, rows)


class Executor(Protocol):
    """Explains images, wherever it does; given to ``explain_many(executor=...)``."""

    def __call__(
        self, job: Job, items: Iterator[Item], on_step: Callable[[Item, int], None]
    ) -> Generator[Outcome]:
        """Yield what becomes of each image, in any order.

        An image that cannot be explained is an outcome with an error, and the others go on. What
        this raises ends the stream. When it is closed, it drops the images at work.

        Parameters
        ----------
        job
            What is to be done.
        items
            The images, to be taken as they are needed: there may be any number of them. What this
            raises comes out.
        on_step
            Called on the calling thread with an image at work and its iteration, for the progress
            bar.
        """
