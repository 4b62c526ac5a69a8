"""A worker, a process of its own: it explains images as they come, and writes their rows."""

from __future__ import annotations

import asyncio
import os
import pickle
import queue
import socket
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

import torch

from xwidget.batch.choice import Choice, pinned
from xwidget.batch.done import Done
from xwidget.batch.executors.commits import Commits, tell
from xwidget.batch.executors.local import Begun, outcome, read
from xwidget.batch.explain_batch import explain_batch
from xwidget.batch.item import Item
from xwidget.batch.job import Job
from xwidget.batch.look import Looker
from xwidget.batch.store.folder import Folder
from xwidget.explanation import Explanation
from xwidget.support.threads import EndingThread

THREAD = "xwidget-worker"

#: What became of an image: its explanation, None where it stayed here; the error; the seconds.
Answer: TypeAlias = tuple[Explanation | None, str, float]


class Sent(NamedTuple):
    """An image that was sent here, and where its answer goes to."""

    item: Item
    answer: Future[Answer]


class Worker:
    """Explains images with a net of its own, on a thread of its own.

    All that comes and goes is pickled: what is sent is its own then, and can be written to.

    Parameters
    ----------
    threads
        Of torch.
    """

    def __init__(self, threads: int) -> None:
        torch.set_num_threads(threads)
        self._incoming: queue.SimpleQueue[Sent | None] = queue.SimpleQueue()
        self._at_work: list[Future[Answer]] = []
        self._commits: Commits | None = None
        self._job: Job

    def begin(self, packed: bytes) -> None:
        """Take the job.

        Raises
        ------
        FileNotFoundError
            If the store's folder cannot be seen from here.
        """
        self._job = pickle.loads(packed)
        folder = self._job.out
        if folder is not None and not Folder(folder).found():
            raise FileNotFoundError(
                f"the machine {socket.gethostname()!r} does not see the store {str(folder)!r}; "
                "give a folder that all machines share as out"
            )

    def choose(self) -> Choice:
        """Return the plan, and how many images are in one batch: what is fastest on this machine.

        It is timed once, for all workers, as each might find another.
        """
        job = self._job
        x = job.clf.preprocess.noise(0)[0]
        return pinned(job.clf, job.targets, job.settings, x, job.batch, workers=1)

    def work(self, choice: Choice) -> int:
        """Begin to explain what comes, as it was chosen; return the number of this process."""
        job = self._job
        self._job = replace(job, settings=choice.settings, batch=choice.slots, workers=1)
        if job.out is not None:
            self._commits = Commits(Folder(job.out), job.about)
        EndingThread(self._work, lambda: self._incoming.put(None), THREAD).start()
        return os.getpid()

    async def explain(self, packed: bytes) -> bytes:
        """Explain an image; return an ``Answer`` once its rows are on the disk.

        Parameters
        ----------
        packed
            An ``Item``, pickled; the answer is, too.

        Raises
        ------
        OSError
            If the rows cannot be written.
        """
        sent = Sent(pickle.loads(packed), Future())
        if self._commits is not None:
            self._commits.expect()
        self._incoming.put(sent)
        return pickle.dumps(await asyncio.wrap_future(sent.answer))

    # The thread.

    def _work(self) -> None:
        try:
            self._explain_all()
        except BaseException as error:  # no image's own: whoever asks hears of it
            for answer in self._at_work:
                tell(answer, error)
            while (sent := self._incoming.get()) is not None:
                tell(sent.answer, error)

    def _explain_all(self) -> None:
        job = self._job
        looker = Looker(job.clf, job.settings.device)
        made = explain_batch(
            job.clf,
            self._images(job),
            job.targets,
            job.settings,
            slots=job.batch,
            workers=job.workers,
            witness=job.witness,
            repeat=job.repeat,
        )
        for done in made:
            begun, answer = done.key
            found = outcome(job, looker, Done(begun, done.found, done.seconds))
            self._at_work.remove(answer)
            if self._commits is None:
                tell(answer, (found.explanation, found.error, found.seconds))
            else:
                self._commits.add(found.rows, answer, (None, found.error, found.seconds))
            del done, begun, found

    def _images(self, job: Job) -> Iterator[tuple[tuple[Begun, Future[Answer]], Any] | None]:
        """Yield what comes; None where nothing is there and something is at work."""
        while True:
            try:
                sent = self._incoming.get(block=not self._at_work)
            except queue.Empty:
                yield None
                continue
            if sent is None:
                return
            self._at_work.append(sent.answer)
            begun, image = read(job, sent.item)
            yield (begun, sent.answer), image
            del sent, begun, image
