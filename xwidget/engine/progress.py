"""Progress and speed of the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """Progress: ``iteration`` of ``iterations``, seconds spent, iterations per second."""

    run: int
    iteration: int
    iterations: int
    seconds: float
    rate: float


class Meter:
    """Seconds and iterations a second of one job."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._start = clock()
        self._first = 0.0
        self._count = 0

    def count(self) -> None:
        """Note one more iteration."""
        if self._count == 0:
            self._first = self._clock()
        self._count += 1

    def skip(self, seconds: float) -> None:
        """Leave out time in which nothing was done, or could be."""
        self._start += seconds
        if self._count:
            self._first += seconds

    @property
    def seconds(self) -> float:
        """Seconds since the job began."""
        return self._clock() - self._start

    @property
    def rate(self) -> float:
        """Iterations a second since the first, which alone pays for setting up; 0 until two."""
        since = self._clock() - self._first
        return (self._count - 1) / since if self._count > 1 and since > 0 else 0.0
