"""Interrupts (Ctrl-C, a notebook's stop button): one ends an explanation, a second one the loop."""

from __future__ import annotations

import time

#: Seconds within which a second interrupt is passed on.
AGAIN = 2.0
_clock = time.monotonic
_last = -float("inf")  # when one was taken
_taken = 0


def take() -> None:
    """Take note of an interrupt that ended an explanation; raise it if it is the second one soon.

    Raises
    ------
    KeyboardInterrupt
        If another was taken within the last ``AGAIN`` seconds.
    """
    global _last, _taken
    _taken += 1
    before, _last = _last, _clock()
    if _last - before < AGAIN:
        raise KeyboardInterrupt


def taken() -> int:
    """Return how many interrupts were taken so far: by it a loop sees that one came."""
    return _taken
