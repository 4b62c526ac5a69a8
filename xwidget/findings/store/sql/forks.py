"""Forks wait for writers: SQLite in a child would believe forever that one of them still writes."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Protocol


class Writer(Protocol):
    """A writer of a file."""

    timeout: float
    turn: threading.RLock


class _Held(threading.local):
    def __init__(self) -> None:
        self.turns: list[threading.RLock] = []


_writers: weakref.WeakSet[Writer] = weakref.WeakSet()
_held = _Held()


def wait_for(writer: Writer) -> None:
    """Let each fork of this process wait until a writer is done, but no longer than its timeout."""
    _writers.add(writer)


def _before() -> None:
    turns = [each.turn for each in list(_writers) if each.turn.acquire(timeout=each.timeout)]
    _held.turns += turns


def _after() -> None:
    while _held.turns:
        _held.turns.pop().release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_after)
