"""Merging the files of a store meanwhile: never a reason for a run to wait, or to end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from xwidget.batch.store.merging import Merger
from xwidget.support.threads import EndingThread

if TYPE_CHECKING:
    from typing_extensions import Self

THREAD = "xwidget-store-merging"
PACE = 2.0  # seconds between two looks at the files
AGAIN = 60.0  # seconds until files are tried again that could not be merged


class Upkeep:
    """Merges the files of a store, on a thread of its own, while a ``with`` block writes them.

    Files that cannot be merged, as on a full disk, stay as they are, with all their rows: this is
    logged once, and tried again.

    Parameters
    ----------
    merger
        Of the store; nobody else uses it meanwhile.

    Attributes
    ----------
    whole
        Whether no more files come after the block: then small ones are merged, too.
    """

    def __init__(self, merger: Merger) -> None:
        self._merger = merger
        self.whole = self._told = False
        self._ending = threading.Event()
        self._thread = EndingThread(self._work, self._ending.set, THREAD)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()

    # The thread.

    def _work(self) -> None:
        pause = PACE
        while not self._ending.wait(pause):
            pause = PACE if self._succeeds(self._merge_due) else AGAIN
        if self.whole:
            self._succeeds(self._merger.merge_all)

    def _merge_due(self) -> None:
        while not self._ending.is_set() and self._merger.merge_due():
            pass

    def _succeeds(self, merge: Callable[[], None]) -> bool:
        try:
            merge()
        except Exception as error:
            if not self._told:
                logging.getLogger("xwidget").warning(
                    "small files of an explanation store cannot be merged now; they stay as they "
                    "are, and no row is lost: %s",
                    error,
                )
            self._told = True
            return False
        return True
