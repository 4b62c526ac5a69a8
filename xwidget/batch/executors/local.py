"""Images explained in this process, several in one batch."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import NamedTuple

from xwidget.batch.done import Done
from xwidget.batch.explain_batch import explain_batch
from xwidget.batch.item import Item
from xwidget.batch.job import Job, Outcome
from xwidget.batch.look import Looker
from xwidget.batch.result import failure
from xwidget.batch.store.rows import rows
from xwidget.engine.run import as_error
from xwidget.subject import Subject


class Begun(NamedTuple):
    """An image that was read, or not."""

    item: Item
    subject: Subject | None


def local(
    job: Job, items: Iterator[Item], on_step: Callable[[Item, int], None]
) -> Generator[Outcome]:
    """Explain images in this process, and make their rows; parameters as of ``Executor``."""
    looker = Looker(job.clf, job.settings.device)
    made = explain_batch(
        job.clf,
        map(lambda item: read(job, item), items),  # noqa: C417 a generator would keep what it yielded
        job.targets,
        job.settings,
        slots=job.batch,
        workers=job.workers,
        witness=job.witness,
        repeat=job.repeat,
        on_step=lambda begun, iteration: on_step(begun.item, iteration),
    )
    with closing(made) as stream:
        ready: list[Done[Begun]] = []  # emptied: a local name would keep the last one alive
        for done in stream:
            ready.append(done)
            del done
            yield outcome(job, looker, ready.pop())


def read(job: Job, item: Item) -> tuple[Begun, Subject | Exception]:
    """Return an image before the net, or the error that it makes."""
    if isinstance(item.image, Exception):
        return Begun(item, None), item.image
    try:
        if isinstance(item.image, Subject):
            subject = Subject.of(job.clf, item.image)
        else:
            subject = Subject(job.clf, item.image, name=item.name)
        _ = subject.origin  # from here on, the pixels of a file need not be kept
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # even of a preprocessing that ends the interpreter
        return Begun(item, None), as_error(error)
    return Begun(item, subject), subject


def outcome(job: Job, looker: Looker, done: Done[Begun]) -> Outcome:
    """Return the outcome of an image, with its rows where they are kept."""
    (item, subject), found, seconds = done.key, done.found, done.seconds
    if isinstance(found, Exception):
        return Outcome.failed(job, item, failure(found), seconds)
    if job.out is None or subject is None:
        return Outcome(item, found, "", seconds)
    try:
        seen = looker.look(subject)
        made = tuple(rows(item, found, seen, seconds))
    except KeyboardInterrupt:
        raise
    except BaseException as raised:
        return Outcome.failed(job, item, failure(as_error(raised)), seconds)
    return Outcome(item, found, "", seconds, made)
