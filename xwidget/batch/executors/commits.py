"""Rows on their way to the disk: whoever asked for an image hears of it once they are there."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any, NamedTuple

from xwidget.batch.store.folder import Folder
from xwidget.batch.store.pieces import write_piece
from xwidget.batch.store.rows import Row
from xwidget.support.threads import EndingThread

THREAD = "xwidget-commits"
PACE = 2.0  # seconds between two files of one worker


def tell(answer: Future[Any], value: Any) -> None:
    """Answer, unless nobody waits for it any more."""
    with suppress(InvalidStateError):
        if isinstance(value, BaseException):
            answer.set_exception(value)
        else:
            answer.set_result(value)


class _Waiting(NamedTuple):
    rows: Sequence[Row]
    answer: Future[Any]
    value: Any


class Commits:
    """Writes rows as files of a store: at once where nothing else is at work here, otherwise those
    of 2 s together, so that a fast net does not make thousands of small files.

    Parameters
    ----------
    folder
        Of the store.
    about
        What the store is made with, as it stands in its files.
    """

    def __init__(self, folder: Folder, about: bytes) -> None:
        self._folder = folder
        self._about = about
        self._changed = threading.Condition()
        self._waiting: list[_Waiting] = []
        self._expected = 0
        self._ending = False
        self._written = -float("inf")
        EndingThread(self._work, self._end, THREAD).start()

    def expect(self) -> None:
        """Say that another image is at work."""
        with self._changed:
            self._expected += 1

    def add(self, rows: Sequence[Row], answer: Future[Any], value: Any) -> None:
        """Write the rows of an image that was expected, and then answer.

        Parameters
        ----------
        rows
            Of one image: they come into one file.
        answer
            Gets the value once they are on the disk, or the error.
        value
            What is answered.
        """
        with self._changed:
            self._expected -= 1
            self._waiting.append(_Waiting(rows, answer, value))
            self._changed.notify_all()

    def _end(self) -> None:
        with self._changed:
            self._ending = True
            self._changed.notify_all()

    # The thread.

    def _work(self) -> None:
        while waiting := self._due():
            try:
                write_piece(
                    self._folder, [row for each in waiting for row in each.rows], self._about
                )
            except BaseException as error:
                for each in waiting:
                    tell(each.answer, error)
            else:
                for each in waiting:
                    tell(each.answer, each.value)

    def _due(self) -> list[_Waiting]:
        """Wait until there is something to write now, and return it; nothing at the end."""
        with self._changed:
            while not self._ending and not (self._waiting and self._left() <= 0):
                self._changed.wait(self._left() if self._waiting else None)
            due, self._waiting = self._waiting, []
            self._written = time.monotonic()
            return due

    def _left(self) -> float:
        return self._written + PACE - time.monotonic() if self._expected else 0.0
