"""A rate limit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """A rate limit: so much at once, and so much a second after that."""

    burst: float
    rate: float
