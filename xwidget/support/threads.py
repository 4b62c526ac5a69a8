"""Threads that end before the interpreter does.

A daemon thread that is inside torch when the interpreter ends takes the process down with it
(SIGABRT, exit code 134); one that is no daemon keeps a script from ending. These are daemons that
are told to end at exit, and waited for.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from typing import Any

# Longer than a step of any net that is watched step by step.
_SECONDS = 10.0
_POLL_SECONDS = 0.1


class EndingThread(threading.Thread):
    """A daemon thread that ends with the interpreter.

    Parameters
    ----------
    work
        What it does.
    end
        Has the work end soon, and returns at once: called from another thread at exit, perhaps more
        than once. It waits for no lock for long.
    name
        Of the thread.
    args
        Of the work.
    """

    def __init__(
        self,
        work: Callable[..., None],
        end: Callable[[], None],
        name: str,
        args: tuple[Any, ...] = (),
    ) -> None:
        super().__init__(target=work, args=args, name=name, daemon=True)
        self._end: Callable[[], None] | None = end

    def run(self) -> None:
        """Do the work, then let go of it."""
        try:
            super().run()
        finally:
            self._end = None

    def end(self) -> None:
        """End the work soon."""
        if (end := self._end) is not None:
            end()


@atexit.register
def end_all() -> None:
    """End all of these threads and wait for them, at most 10 s."""
    latest = time.monotonic() + _SECONDS
    while time.monotonic() < latest:
        # One that ends may start another before.
        left = [thread for thread in threading.enumerate() if isinstance(thread, EndingThread)]
        if not left:
            return
        for thread in left:
            thread.end()
        left[0].join(_POLL_SECONDS)
