"""The map from the pixels of a net's input to those of the original. Plain data, no net.

Pixel (row i, column j) has its center at the point (x, y) = (j, i); a picture of H×W pixels spans
-0.5 to W - 0.5 and -0.5 to H - 0.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Size: TypeAlias = tuple[int, int]
Points: TypeAlias = npt.NDArray[np.float64]
#: ``x' = a x + b y + c`` and ``y' = d x + e y + f``, as ((a, b, c), (d, e, f)).
Matrix: TypeAlias = tuple[tuple[float, float, float], tuple[float, float, float]]

_IDENTITY: Matrix = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
_SAME = 0.01  # pixels within which a map changes nothing


@dataclass(frozen=True)
class Geometry:
    """The map from the pixels of a net's input to those of the original image.

    Attributes
    ----------
    input_size, original_size
        Height and width of the net's input, and of the original.
    matrix
        Takes a point of the input to one of the original, both (x, y) with integers at the centers
        of pixels: ``x' = a x + b y + c``, ``y' = d x + e y + f``, as ((a, b, c), (d, e, f)). None
        where there is no such map.
    residual
        The largest distance, in pixels of the original, between the map and the measured places,
        each averaged over a small block of the input; 0 where the map is known by itself.
    reason
        The reason why there is no map; empty if there is one.

    Raises
    ------
    ValueError
        If there is neither a matrix nor a reason, both, or the matrix has no inverse.

    Examples
    --------
    >>> geometry = Geometry((4, 4), (8, 8), ((2.0, 0.0, 0.5), (0.0, 2.0, 0.5)))
    >>> geometry.to_original((0, 3)).tolist(), geometry.area
    ([0.5, 6.5], (0.0, 0.0, 8.0, 8.0))
    """

    input_size: Size
    original_size: Size
    matrix: Matrix | None
    residual: float = 0.0
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.matrix is None) != bool(self.reason):
            raise ValueError(
                f"a geometry has a matrix or a reason why not; got {self.matrix} and "
                f"{self.reason!r}"
            )
        if self.matrix is None:
            return
        values = np.array(self.matrix, np.float64)
        if values.shape != (2, 3) or not np.isfinite(values).all():
            raise ValueError(f"matrix={self.matrix}; expected 2×3 finite numbers")
        if not abs(np.linalg.det(values[:, :2])) > 0:
            raise ValueError(
                f"matrix={self.matrix} takes all pixels to one line: it has no inverse"
            )

    @property
    def known(self) -> bool:
        """True where there is a map; otherwise ``reason`` says why not."""
        return self.matrix is not None

    @property
    def same(self) -> bool:
        """True where input and original have the same pixels at the same places."""
        if self.matrix is None or self.input_size != self.original_size:
            return False
        height, width = self.input_size
        corners = _points([(0, 0), (width, 0), (0, height)])
        return bool(np.abs(_mapped(self.matrix, corners) - corners).max() < _SAME)

    def to_original(self, points: npt.ArrayLike) -> Points | None:
        """Return points of the input as points of the original.

        Parameters
        ----------
        points
            (..., 2), each (x, y) in pixels of the input, integers at the centers of pixels.

        Returns
        -------
        ndarray or None
            (..., 2) float64, in pixels of the original; outside of it where the input is padded.
            None where there is no map.

        Raises
        ------
        ValueError
            If the last axis is not of length 2.
        """
        return None if self.matrix is None else _mapped(self.matrix, _points(points))

    def to_input(self, points: npt.ArrayLike) -> Points | None:
        """Return points (..., 2) of the original as points of the input.

        Parameters, returns and errors are those of :meth:`to_original`.
        """
        return None if self.matrix is None else _mapped(_inverse(self.matrix), _points(points))

    @property
    def outline(self) -> Points | None:
        """The input's four corners in the original, (4, 2) points (x, y): upper left, upper right,
        lower right, lower left as the net sees them. None where there is no map.
        """
        height, width = self.input_size
        right, bottom = width - 0.5, height - 0.5
        return self.to_original([(-0.5, -0.5), (right, -0.5), (right, bottom), (-0.5, bottom)])

    @property
    def area(self) -> tuple[float, float, float, float] | None:
        """The part of the original that the net sees: (left, upper, right, lower), as Pillow's
        ``crop`` takes it, in pixels counted from the original's upper left corner. None where
        there is no map. Of an input that is turned by other than 90°, its bounding box.
        """
        corners = self.outline
        if corners is None:
            return None
        height, width = self.original_size
        edges = np.clip(corners + 0.5, 0, (width, height)).round(6) + 0.0
        (left, upper), (right, lower) = edges.min(0).tolist(), edges.max(0).tolist()
        return left, upper, right, lower

    def after(self, earlier: Geometry) -> Geometry:
        """Return the map of two steps: ``earlier`` comes first, and its input is our original."""
        if earlier.matrix is None or self.matrix is None:
            reason = earlier.reason or self.reason
            return Geometry(self.input_size, earlier.original_size, None, reason=reason)
        ours, theirs = _square(self.matrix), _square(earlier.matrix)
        scale = float(np.linalg.norm(theirs[:2, :2], 2))
        return Geometry(
            self.input_size,
            earlier.original_size,
            as_matrix(theirs @ ours),
            earlier.residual + scale * self.residual,
        )

    def for_page(self) -> dict[str, Any]:
        """Return the trait ``_geometry``, see docs/protocol.md: what tells places of the original;
        empty where there is no map, or input and original are the same.
        """
        if self.matrix is None or self.same:
            return {}
        return {
            "matrix": [value for row in self.matrix for value in row],
            "size": list(self.original_size),
        }

    def describe(self) -> dict[str, Any]:
        """Return the attributes as JSON-able values, which :meth:`read` takes."""
        return {
            "input_size": list(self.input_size),
            "original_size": list(self.original_size),
            "matrix": None if self.matrix is None else [list(row) for row in self.matrix],
            "residual": self.residual,
            "reason": self.reason,
        }

    @classmethod
    def read(cls, described: Mapping[str, Any]) -> Geometry:
        """Return the geometry that :meth:`describe` described.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it describes none.
        """
        matrix = described["matrix"]
        return cls(
            _size(described["input_size"]),
            _size(described["original_size"]),
            None if matrix is None else as_matrix(np.array(matrix, np.float64)),
            float(described["residual"]),
            str(described["reason"]),
        )


def identity(size: Size) -> Geometry:
    """Return the map of an input that is the original itself."""
    return Geometry(size, size, _IDENTITY)


def from_box(
    box: tuple[float, float, float, float], input_size: Size, original_size: Size
) -> Geometry:
    """Return the map of a part of the original that is resized to the whole input.

    Parameters
    ----------
    box
        (left, upper, right, lower) in pixels from the original's upper left corner, as Pillow's
        ``resize`` takes it.
    input_size, original_size
        Height and width.
    """
    left, upper, right, lower = box
    across, down = (right - left) / input_size[1], (lower - upper) / input_size[0]
    matrix = ((across, 0.0, left + (across - 1) / 2), (0.0, down, upper + (down - 1) / 2))
    return Geometry(input_size, original_size, matrix)


def as_matrix(values: npt.NDArray[np.floating[Any]]) -> Matrix:
    """Return the first two rows of an array (2 or 3, 3) as plain floats."""
    (a, b, c), (d, e, f) = values[:2].tolist()
    return (a, b, c), (d, e, f)


def _mapped(matrix: Matrix, points: Points) -> Points:
    values = np.array(matrix)
    mapped: Points = points @ values[:, :2].T + values[:, 2]
    return mapped


def _inverse(matrix: Matrix) -> Matrix:
    return as_matrix(np.linalg.inv(_square(matrix)))


def _square(matrix: Matrix) -> npt.NDArray[np.float64]:
    return np.array([*matrix, (0.0, 0.0, 1.0)])


def _points(points: npt.ArrayLike) -> Points:
    found = np.asarray(points, np.float64)
    if not found.ndim or found.shape[-1] != 2:
        raise ValueError(f"points have shape {found.shape}; expected (..., 2), each (x, y)")
    return found


def _size(described: Any) -> Size:
    height, width = described
    if min(height, width) < 1:
        raise ValueError(f"a size is {described}; expected a height and a width of 1 or more")
    return int(height), int(width)
