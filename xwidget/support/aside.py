"""A mark on what runs beside a net, within its pass: a person's own score of what it returns.

Whoever watches the operations of a net leaves these out: they are no part of it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_here = threading.local()


@contextmanager
def aside() -> Iterator[None]:
    """Mark what this thread does inside the ``with`` block as no part of the net."""
    before = is_aside()
    _here.aside = True
    try:
        yield
    finally:
        _here.aside = before


def is_aside() -> bool:
    """Return True inside of ``aside``."""
    return getattr(_here, "aside", False)
