"""A reentrant lock that can say whether the calling thread holds it."""

from __future__ import annotations

import os
import threading
from types import TracebackType


class OwnedLock:
    """``threading.RLock`` with ``owned``, so that a wait that could never end is refused."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._lock = threading.RLock()
        self._owner: int | None = None
        self._depth = 0

    @property
    def owned(self) -> bool:
        """True if the calling thread holds the lock."""
        return self._owner == threading.get_ident()

    def acquire(self, timeout: float = -1) -> bool:
        """Take the lock; return False if that took longer than ``timeout`` seconds."""
        if not self._lock.acquire(timeout=timeout):
            return False
        self._owner = threading.get_ident()
        self._depth += 1
        return True

    def release(self) -> None:
        """Give the lock back, once for every time it was taken."""
        self._depth -= 1
        if self._depth == 0:
            self._owner = None
        self._lock.release()

    def __enter__(self) -> OwnedLock:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def renew(self) -> None:
        """Begin anew in a process that was forked: a thread of its parent's may have held it."""
        if not self.owned:
            self._begin()


INSPECTORS = OwnedLock()
"""One for all Inspectors and Galleries of a process: a link, or an observer, sets one while it
holds another, and two locks that are taken in both orders wait for each other forever."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=INSPECTORS.renew)
