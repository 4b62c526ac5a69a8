"""Errors that say what a net is that it must not be; and the end of work that was called off."""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])
_around: set[CodeType] = set()


def around(function: F) -> F:
    """Mark a function of this package inside of which a net runs: an error that comes through it is
    the net's.
    """
    _around.add(function.__code__)
    return function


def is_around(code: CodeType) -> bool:
    """Return True if this is a marked function's code."""
    return code in _around


class Cancelled(Exception):
    """Work was given up because ``cancel`` asked for it; the message says what was."""


class DefenseError(ValueError):
    """The net cannot be defended; the message says why and what to do."""


class NotRepeatedError(DefenseError):
    """The net does not give the same twice for the same image."""


NOT_REPEATED = (
    "two forward passes of the same image give different scores: the net is not deterministic. "
    "Remove randomness that stays on in eval mode (noise; F.dropout(h) where "
    "F.dropout(h, training=self.training) is meant; nn.Dropout made in forward), and state that a "
    "forward pass changes (counters, caches)"
)
