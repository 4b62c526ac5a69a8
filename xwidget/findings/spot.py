"""Spots: the same region of two findings is the same part of an image where their spots fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from xwidget.findings.finding import Finding, Seen

Way: TypeAlias = "tuple[Any, ...] | None"
"""The map from a network's input to the original, in a row; None where it is unknown, empty where
there is none.
"""


@dataclass(frozen=True)
class Spot:
    """An image, and what a network sees of it.

    Attributes
    ----------
    digest
        The image's.
    frame
        Height and width of the network's input.
    way
        See ``Way``.
    """

    digest: str
    frame: tuple[int, int]
    way: Way = None

    @classmethod
    def of(cls, seen: Seen, frame: tuple[int, int]) -> Spot:
        """Return the spot of what is seen so, in a frame."""
        height, width = frame
        return cls(seen.digest, (height, width), way_of(seen.geometry))

    @classmethod
    def of_finding(cls, finding: Finding) -> Spot:
        """Return the spot of a finding."""
        return cls.of(finding.seen, finding.frame)

    def fits(self, other: Spot) -> bool:
        """Return whether a region of the other is the same part of the image here; a map that is
        unknown is taken for the same.
        """
        if (self.digest, self.frame) != (other.digest, other.frame):
            return False
        return self.way is None or other.way is None or self.way == other.way


def way_of(geometry: Mapping[str, Any] | None) -> Way:
    """Return the map of a geometry, as ``Geometry.describe`` gives it.

    Examples
    --------
    >>> way_of({"matrix": [[2, 0, 0.5], [0, 2, 0.5]]})
    (2.0, 0.0, 0.5, 0.0, 2.0, 0.5)
    >>> way_of({"matrix": None}), way_of(None)
    ((), None)
    """
    if geometry is None:
        return None
    matrix = geometry.get("matrix")
    if matrix is None:
        return ()
    try:
        return tuple(float(value) for row in matrix for value in row)
    except (TypeError, ValueError):  # of a file: no map of anything
        return (repr(matrix),)
