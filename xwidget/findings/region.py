"""Regions of an image: a box, a polygon, a mask, a point.

Coordinates (x, y) are continuous pixels of the image that the net saw: pixel j covers [j, j + 1).
A pixel belongs to a region if its center does. ``js/src/annotate/region.ts`` has the same rules.
"""

from __future__ import annotations

import math
import numbers
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

from xwidget.findings import runs
from xwidget.support import texts

Size: TypeAlias = tuple[int, int]
Mask: TypeAlias = npt.NDArray[np.bool_]
Ring: TypeAlias = tuple[tuple[float, float], ...]

MOST_POINTS = 100_000
"""Points of one region."""

_FAR = 1e7
_LEAST = 3


class Region(ABC):
    """A part of an image."""

    type: ClassVar[str]

    @abstractmethod
    def mask(self, size: Size) -> Mask:
        """Return the pixels that belong to it, (H,W) bool: those whose centers do, or, if there are
        none, the pixel that its first point lies in.

        Raises
        ------
        ValueError
            If it has no place in an image of this size.
        """

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """Return it as JSON-able values, which :func:`read` takes."""

    @property
    @abstractmethod
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, upper, right and lower end, in continuous pixels."""

    def area(self, size: Size) -> float:
        """Return the share of an image's pixels that belong to it, in [0,1]."""
        return float(self.mask(size).mean())


@dataclass(frozen=True)
class Box(Region):
    """A rectangle.

    Attributes
    ----------
    x, y
        Upper left corner, in continuous pixels; any real numbers, kept as floats.
    width, height
        In pixels, > 0.
    """

    type: ClassVar[str] = "box"
    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        _keep_numbers(self, "x", "y", "width", "height")
        if not (self.width > 0 and self.height > 0):
            raise ValueError(f"a box has a width and a height above 0, got {self!r}")

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, upper, right and lower end, in continuous pixels."""
        return self.x, self.y, self.x + self.width, self.y + self.height

    def mask(self, size: Size) -> Mask:
        """Return the pixels that belong to it, see :meth:`Region.mask`."""
        rows, columns = np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5
        left, upper, right, lower = self.bounds
        inside = np.outer((rows >= upper) & (rows < lower), (columns >= left) & (columns < right))
        return _or_pixel(inside, (self.x, self.y))

    def describe(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        return {
            "type": self.type,
            "x": self.x,
            "y": self.y,
            "width": self.width,
            "height": self.height,
        }


@dataclass(frozen=True)
class Polygon(Region):
    """One or more rings of points; a place is inside where an odd number of rings go around it.

    Attributes
    ----------
    rings
        Each of 3 or more points (x, y), in continuous pixels; the last is joined to the first.
    """

    type: ClassVar[str] = "polygon"
    rings: tuple[Ring, ...]

    def __post_init__(self) -> None:
        rings = tuple(tuple((_plain(x), _plain(y)) for x, y in ring) for ring in self.rings)
        count = sum(map(len, rings))
        if not rings or min(map(len, rings)) < _LEAST:
            raise ValueError("a polygon has one or more rings of 3 or more points each")
        if count > MOST_POINTS:
            raise ValueError(f"a polygon has at most {MOST_POINTS} points, got {count}")
        _check(*(value for ring in rings for point in ring for value in point))
        object.__setattr__(self, "rings", rings)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, upper, right and lower end, in continuous pixels."""
        points = np.array([point for ring in self.rings for point in ring])
        (left, upper), (right, lower) = points.min(0).tolist(), points.max(0).tolist()
        return left, upper, right, lower

    def mask(self, size: Size) -> Mask:
        """Return the pixels that belong to it, see :meth:`Region.mask`."""
        height, width = size
        crossings = np.zeros((height, width + 1), np.int64)
        for ring in self.rings:
            ends = np.array(ring, np.float64)
            for (x0, y0), (x1, y1) in zip(ends, np.roll(ends, -1, 0), strict=True):
                if y0 == y1:
                    continue
                # Rows whose center lies between the ends; an end counts for the edge below it.
                low, high = sorted((y0, y1))
                first = max(0, math.ceil(low - 0.5))
                last = min(height, math.ceil(high - 0.5))
                if first >= last:
                    continue
                rows = np.arange(first, last)
                x = x0 + (rows + 0.5 - y0) * (x1 - x0) / (y1 - y0)
                columns = np.clip(np.ceil(x - 0.5), 0, width).astype(np.int64)
                np.add.at(crossings, (rows, columns), 1)
        inside = np.cumsum(crossings, 1)[:, :width] % 2 == 1
        return _or_pixel(inside, self.rings[0][0])

    def describe(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        rings = [[list(point) for point in ring] for ring in self.rings]
        return {"type": self.type, "rings": rings}


@dataclass(frozen=True)
class Pixels(Region):
    """Pixels, as run lengths.

    Attributes
    ----------
    size
        Height and width of the image.
    counts
        COCO's compressed run lengths, see :mod:`xwidget.findings.runs`.
    """

    type: ClassVar[str] = "mask"
    size: Size
    counts: str

    def __post_init__(self) -> None:
        height, width = map(int, self.size)
        object.__setattr__(self, "size", (height, width))
        if not runs.decode(self.counts, (height, width)).any():
            raise ValueError("a mask has one pixel or more, got none")

    @classmethod
    def of(cls, mask: npt.ArrayLike) -> Pixels:
        """Return the region of a mask (H,W): bool, or numbers that count where they are not 0.

        Raises
        ------
        ValueError
            If it has another shape, or no pixel.
        """
        values = np.asarray(mask)
        if values.ndim != 2:
            raise ValueError(f"a mask has shape (H, W), got {values.shape}")
        return cls(values.shape, runs.encode(values != 0))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, upper, right and lower end, in continuous pixels."""
        mask = self.mask(self.size)
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        return float(columns[0]), float(rows[0]), columns[-1] + 1.0, rows[-1] + 1.0

    def mask(self, size: Size) -> Mask:
        """Return the pixels that belong to it, see :meth:`Region.mask`."""
        if tuple(size) != self.size:
            raise ValueError(f"the mask is of {self.size} pixels, the image has {tuple(size)}")
        return runs.decode(self.counts, self.size)

    def describe(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        return {"type": self.type, "size": list(self.size), "counts": self.counts}

    def __repr__(self) -> str:
        height, width = self.size
        return f"<{int(self.mask(self.size).sum())} pixels of {height}×{width}>"


@dataclass(frozen=True)
class Point(Region):
    """A place; the pixel that it lies in belongs to it.

    Attributes
    ----------
    x, y
        In continuous pixels.
    """

    type: ClassVar[str] = "point"
    x: float
    y: float

    def __post_init__(self) -> None:
        _keep_numbers(self, "x", "y")

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, upper, right and lower end, in continuous pixels."""
        return self.x, self.y, self.x, self.y

    def mask(self, size: Size) -> Mask:
        """Return the pixels that belong to it, see :meth:`Region.mask`."""
        return _or_pixel(np.zeros(size, bool), (self.x, self.y))

    def describe(self) -> dict[str, Any]:
        """Return it as JSON-able values."""
        return {"type": self.type, "x": self.x, "y": self.y}


def read(described: Any) -> Region:
    """Return the region that ``describe`` described.

    Raises
    ------
    ValueError
        In words, if it describes none.
    """
    if not isinstance(described, Mapping):
        raise ValueError(f"a region is an object with a type, got {_shown(described)}")
    kind = described.get("type")
    make = _READERS.get(kind) if isinstance(kind, str) else None
    if make is None:
        raise ValueError(f"a region's type is one of {', '.join(_READERS)}, got {_shown(kind)}")
    try:
        return make(described)
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"a {kind} cannot be read: {texts.in_words(error)}") from error


def _polygon(described: Mapping[str, Any]) -> Polygon:
    rings = described["rings"]
    count = sum(len(ring) for ring in rings)
    if count > MOST_POINTS:
        raise ValueError(f"a polygon has at most {MOST_POINTS} points, got {count}")
    return Polygon(tuple(tuple((_number(x), _number(y)) for x, y in ring) for ring in rings))


def _mask(described: Mapping[str, Any]) -> Pixels:
    height, width = described["size"]
    size, counts = (_side(height), _side(width)), described["counts"]
    if not isinstance(counts, str):
        raise TypeError(f"counts must be a text of run lengths, got {_shown(counts)}")
    return Pixels(size, counts)


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Region]] = {
    "box": lambda d: Box(*(_number(d[key]) for key in ("x", "y", "width", "height"))),
    "polygon": _polygon,
    "mask": _mask,
    "point": lambda d: Point(_number(d["x"]), _number(d["y"])),
}


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"a coordinate is a number, got {_shown(value)}")
    return float(value)


def _side(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 2**15:
        raise TypeError(
            f"a side is a whole number of pixels from 1 to {2**15}, got {_shown(value)}"
        )
    return value


def real(value: Any) -> float | None:
    """Return a number of any library as Python's float; None for what is no real number."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        return None
    try:
        return float(value) + 0.0  # no -0.0
    except OverflowError:
        return math.inf


def _plain(value: Any) -> float:
    """Return a coordinate so that the same region is the same JSON."""
    number = real(value)
    if number is None:
        raise TypeError(f"a coordinate is a number, got {_shown(value)}")
    return number


def _keep_numbers(region: Region, *names: str) -> None:
    values = [_plain(getattr(region, name)) for name in names]
    _check(*values)
    for name, value in zip(names, values, strict=True):
        object.__setattr__(region, name, value)


def check_place(region: Region, frame: Size) -> None:
    """Check that a region has its place in the picture that a network sees, be it on its edge.

    Raises
    ------
    ValueError
        If it is of a picture of another size, or nothing of it lies there.
    """
    height, width = frame
    if isinstance(region, Pixels) and region.size != tuple(frame):
        mask_height, mask_width = region.size
        raise ValueError(
            f"the mask has {mask_height}×{mask_width} pixels; expected those of the network's "
            f"input, {height}×{width}"
        )
    left, upper, right, lower = region.bounds
    if left > width or upper > height or right < 0 or lower < 0:
        raise ValueError(
            f"the region spans x {left:g} to {right:g} and y {upper:g} to {lower:g}, outside of "
            f"the network's input of {height}×{width} pixels (height×width); give coordinates of "
            "that, not of the original image"
        )


def _check(*values: float) -> None:
    for value in values:
        if not abs(value) <= _FAR:  # NaN neither
            raise ValueError(f"coordinates are finite numbers up to {_FAR:.0f}, got {value}")


def _or_pixel(inside: Mask, point: Sequence[float]) -> Mask:
    """Return a mask, with the pixel of a point where it has none."""
    if not inside.any():
        height, width = inside.shape
        row = min(max(math.floor(point[1]), 0), height - 1)
        inside[row, min(max(math.floor(point[0]), 0), width - 1)] = True
    return inside


def _shown(value: object) -> str:
    return texts.shown(repr(value), texts.Room(60))
