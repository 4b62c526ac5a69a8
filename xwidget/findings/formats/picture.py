"""The image that a file's coordinates are of, and the way there from the network's input."""

from __future__ import annotations

import posixpath
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from xwidget.findings.finding import Finding, Seen
from xwidget.findings.formats import outline
from xwidget.findings.formats.grid import Crop, overlaps
from xwidget.findings.region import Box, Pixels, Point, Polygon, Region, Ring, Size
from xwidget.origin import Origin
from xwidget.preprocessing.geometry import Geometry
from xwidget.support import texts

MOST_PIXELS = 2**27
"""Of an image that masks are read or written for."""

DECIMALS = 6
"""Of the coordinates in a file."""

_CLOSE = 0.499 * 10.0**-DECIMALS  # rounds to the number in the file
_FAR = 1e7  # as a region's coordinates
_INPUT = ".input.png"


@dataclass(frozen=True)
class Picture:
    """An image before a network, as findings are of it.

    Files hold the coordinates of the upright original, where the way there is known, and otherwise
    those of the network's input, which the panel saves as a picture.

    Attributes
    ----------
    frame
        Height and width of the network's input.
    seen
        Digest, name, size and geometry of the image; the other values do not matter.
    file
        Name of the image's file, by which files of other programs may speak of it, where the image
        is called otherwise here; or "".
    """

    frame: Size
    seen: Seen = field(default_factory=Seen)
    file: str = ""

    @classmethod
    def of(cls, given: Finding | Origin) -> Picture:
        """Return the image of a finding, or of an original before a network."""
        if isinstance(given, Origin):
            way = given.geometry
            seen = Seen(given.digest, given.name, given.size, way.describe())
            return cls(way.input_size, seen)
        seen = given.seen
        return cls(given.frame, Seen(seen.digest, seen.image, seen.size, seen.geometry))

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for images that are the same."""
        seen = self.seen
        return self.frame, seen.digest, seen.image, seen.size, repr(seen.geometry)

    @cached_property
    def _way(self) -> tuple[Geometry | None, str]:
        """The map to the original, or None and the reason."""
        if self.seen.geometry is None:
            return None, "the way from the network's input to the original is not known"
        try:
            geometry = Geometry.read(self.seen.geometry)
        except (LookupError, TypeError, ValueError, OverflowError) as error:
            return None, f"the geometry cannot be read ({texts.in_words(error)})"
        if geometry.matrix is None:
            return None, geometry.reason
        if geometry.input_size != self.frame:
            return None, f"the geometry is of an input of {by(geometry.input_size)} pixels"
        if np.abs(geometry.matrix).max() > _FAR:
            return None, "the geometry's numbers are too large"
        height, width = geometry.original_size
        if height * width > MOST_PIXELS or max(height, width) > 2**15:
            return None, f"an original of {by((height, width))} pixels is too large"
        return geometry, ""

    @property
    def original(self) -> bool:
        """True if coordinates in files are those of the original."""
        return self._way[0] is not None

    @property
    def reason(self) -> str:
        """The reason why they are those of the network's input; "" if they are not."""
        return self._way[1]

    @property
    def size(self) -> Size:
        """Height and width of the image that files speak of."""
        geometry = self._way[0]
        return self.frame if geometry is None else geometry.original_size

    @property
    def name(self) -> str:
        """Name of the image that files speak of."""
        name = self.seen.image or "image"
        return name if self.original else posixpath.splitext(name)[0] + _INPUT

    @property
    def note(self) -> str:
        """A sentence of a file on its coordinates."""
        if self.original:
            return "Coordinates are pixels of the upright original."
        return (
            f"Coordinates are pixels of the network's input ({by(self.frame)}), not of the "
            f"original: {self.reason}."
        )

    @property
    def as_input(self) -> Picture:
        """The same with the coordinates of the network's input."""
        return replace(self, seen=replace(self.seen, geometry=None))

    @cached_property
    def _matrix(self) -> npt.NDArray[np.float64]:
        """From the input to the file's image, (2,3), for coordinates that are continuous."""
        geometry = self._way[0]
        if geometry is None or geometry.matrix is None:
            return np.eye(2, 3)
        found: npt.NDArray[np.float64] = np.array(geometry.matrix, np.float64)
        found[:, 2] += 0.5 - 0.5 * found[:, :2].sum(1)  # pixels' centers are at .5, not at 0
        nearest = np.round(found, 9)
        return np.where(np.abs(found - nearest) < 1e-12, nearest, found)

    @cached_property
    def _inverse(self) -> npt.NDArray[np.float64]:
        inverse = np.linalg.inv(self._matrix[:, :2])
        return np.column_stack([inverse, -inverse @ self._matrix[:, 2]])

    @cached_property
    def _upright(self) -> bool:
        """True if the map neither turns nor flips."""
        (a, b, _), (d, e, _) = self._matrix
        return bool(b == 0 and d == 0 and a > 0 and e > 0)

    def to_file(self, points: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return points (n,2) of the input as points of the file's image."""
        mapped = _mapped(self._matrix, np.array(points, np.float64))
        return np.round(mapped, DECIMALS) + 0.0

    def to_frame(self, points: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return points (n,2) of the file's image as points of the input: of the numbers that
        the file's may stand for, those with the fewest decimals.
        """
        given = np.asarray(points, np.float64)
        return self._shortest(
            _mapped(self._inverse, given), given, lambda found: _mapped(self._matrix, found)
        )

    @staticmethod
    def _shortest(exact: Any, given: Any, back: Any) -> npt.NDArray[np.float64]:
        found = np.array(exact, np.float64)
        open_ = np.ones(len(found), bool)
        for decimals in range(10):
            rounded = np.round(exact, decimals) + 0.0
            fits = open_ & (np.abs(back(rounded) - given).max(1) < _CLOSE)
            found[fits] = rounded[fits]
            open_ &= ~fits
            if not open_.any():
                break
        return found

    def out(self, region: Region) -> Region:
        """Return a region of the input as one of the file's image.

        A box that is turned becomes a polygon. Of a mask, the pixels of the file's image are
        taken whose centers lie in it.

        Raises
        ------
        ValueError
            If it has no place there.
        """
        if isinstance(region, Pixels):
            return self.crop(region).pixels if self.original else region
        return self._found(self._outward(region))

    def crop(self, region: Region) -> Crop:
        """Return the pixels of the file's image that belong to a region of the input.

        Raises
        ------
        ValueError
            If there are none.
        """
        if not isinstance(region, Pixels):
            return Crop.of(self.out(region), self.size)
        given = Crop.of(region, self.frame)
        if not self.original:
            return given
        found = _looked_up(given, self._inverse, self._matrix, self.size)
        if not found.area:
            # Smaller than a pixel of the original: those that its own centers lie in.
            rows, columns = np.nonzero(given.mask)
            places = np.column_stack([columns + given.left, rows + given.top])
            centers = np.array(places, np.float64) + 0.5
            x, y = np.floor(_mapped(self._matrix, centers)).astype(int).T
            inside = (x >= 0) & (y >= 0) & (x < self.size[1]) & (y < self.size[0])
            mask = np.zeros(self.size, bool)
            mask[y[inside], x[inside]] = True
            found = Crop(mask, 0, 0, self.size)
        if not found.area:
            raise ValueError(f"it lies outside of the original's {by(self.size)} pixels")
        return found.tight()

    def _found(self, region: Region) -> Region:
        if not overlaps(region, self.size):
            raise ValueError(f"it lies outside of the image's {by(self.size)} pixels")
        return region

    def _outward(self, region: Region) -> Region:
        if isinstance(region, Point):
            ((x, y),) = self.to_file([(region.x, region.y)]).tolist()
            return Point(x, y)
        if isinstance(region, Polygon):
            return Polygon(tuple(_ring(self.to_file(ring)) for ring in region.rings))
        assert isinstance(region, Box)
        if not self._upright:
            return Polygon((_ring(self.to_file(corners(region))),))
        ((x, y), size) = self.to_file([(region.x, region.y), (0, 0)])
        scale = self._matrix[(0, 1), (0, 1)]
        size = np.round(scale * (region.width, region.height), DECIMALS)
        return Box(float(x), float(y), float(size[0]), float(size[1]))

    def outlined(self, region: Region) -> Polygon:
        """Return a region's outline in the file's image; a mask's runs along the corners of the
        input's pixels, and has their area.

        Raises
        ------
        ValueError
            If it is a point, has too many corners, or no place there.
        """
        if isinstance(region, Point):
            raise ValueError("a point has no outline")
        if isinstance(region, Pixels):
            parts = outline.outlines(region.mask(self.frame))
            region = Polygon(tuple(ring for part in parts for ring in part))
        elif isinstance(region, Box):
            region = Polygon((corners(region),))
        found = self.out(region)
        assert isinstance(found, Polygon)
        return found

    def into(self, region: Region | Crop) -> Region:
        """Return a region of the file's image, or pixels of it, as a region of the input.

        Raises
        ------
        ValueError
            If it has no area, or no place in the image or in what the network sees of it.
        """
        if isinstance(region, Polygon) and all(map(outline.flat, region.rings)):
            raise ValueError("its shape is empty: it has no area")
        if isinstance(region, Pixels):
            return self.into(Crop.of(region, self.size))
        if isinstance(region, Crop):
            return self._pixels_into(region)
        found = self._inward(self._found(region))
        if not overlaps(found, self.frame):
            raise ValueError("it lies outside of what the network sees of the image")
        return found

    def _inward(self, region: Region) -> Region:
        if isinstance(region, Point):
            ((x, y),) = self.to_frame([(region.x, region.y)]).tolist()
            return Point(x, y)
        if isinstance(region, Polygon):
            return Polygon(tuple(_ring(self.to_frame(ring)) for ring in region.rings))
        assert isinstance(region, Box)
        if not self._upright:
            return Polygon((_ring(self.to_frame(corners(region))),))
        ((x, y),) = self.to_frame([(region.x, region.y)])
        given = np.array([[region.width, region.height]])
        scale = self._matrix[(0, 1), (0, 1)]
        ((width, height),) = self._shortest(given / scale, given, lambda found: found * scale)
        return Box(float(x), float(y), float(width), float(height))

    def _pixels_into(self, given: Crop) -> Pixels:
        if not given.area:
            raise ValueError("its mask is empty: it has not one pixel")
        if not self.original:
            return given.pixels
        found = _looked_up(given, self._matrix, self._inverse, self.frame)
        if not found.area:
            raise ValueError("it lies outside of what the network sees of the image")
        return found.pixels


def corners(box: Box) -> Ring:
    """Return a box's corners, clockwise from the upper left."""
    left, upper, right, lower = box.bounds
    return (left, upper), (right, upper), (right, lower), (left, lower)


def by(size: Sequence[int]) -> str:
    """Return a size as width by height, as images' sizes are told.

    Examples
    --------
    >>> by((400, 600))
    '600×400'
    """
    return f"{size[1]}×{size[0]}"


def plain(name: str) -> str:
    """Return the file's name in a path or address, in one way of writing accents."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/"))
    return name.rstrip("/").rsplit("/", 1)[-1]


def described(picture: Picture) -> dict[str, Any]:
    """Return the entries of our files on an image besides name and size."""
    seen = picture.seen
    values: dict[str, Any] = {"note": picture.note, "frame": list(picture.frame)}
    for name in ("digest", "image", "geometry"):
        if getattr(seen, name):
            values[name] = getattr(seen, name)
    if seen.size is not None:
        values["size"] = list(seen.size)
    return values


def _mapped(
    matrix: npt.NDArray[np.float64], points: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    mapped: npt.NDArray[np.float64] = points @ matrix[:, :2].T + matrix[:, 2]
    return mapped


def _looked_up(
    given: Crop, matrix: npt.NDArray[np.float64], back: npt.NDArray[np.float64], size: Size
) -> Crop:
    """Return the pixels of an image whose centers the map takes to given ones of another.

    Parameters
    ----------
    given
        Pixels of the other.
    matrix, back
        From the image to the other, and back.
    size
        The image's height and width.
    """
    height, width = given.mask.shape
    box = Box(given.left, given.top, max(width, 1), max(height, 1))
    ends = _mapped(back, np.array(corners(box)))
    (left, top), (right, bottom) = np.floor(ends.min(0)), np.ceil(ends.max(0))
    columns = np.arange(max(0, left - 1), min(size[1], right + 1)) + 0.5
    rows = np.arange(max(0, top - 1), min(size[0], bottom + 1)) + 0.5
    if not (columns.size and rows.size):
        return Crop(np.zeros((0, 0), bool), 0, 0, size)
    (a, b, c), (d, e, f) = matrix
    if b == 0 and d == 0:
        u, v = _floor(a * columns + c) - given.left, _floor(e * rows + f) - given.top
        across, down = (u >= 0) & (u < width), (v >= 0) & (v < height)
        found = np.zeros((rows.size, columns.size), bool)
        found[np.ix_(down, across)] = given.mask[np.ix_(v[down], u[across])]
    else:
        u = _floor(a * columns + b * rows[:, None] + c) - given.left
        v = _floor(d * columns + e * rows[:, None] + f) - given.top
        inside = (u >= 0) & (u < width) & (v >= 0) & (v < height)
        found = np.zeros(inside.shape, bool)
        found[inside] = given.mask[v[inside], u[inside]]
    return Crop(found, int(rows[0]), int(columns[0]), size).tight()


def _floor(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    return np.floor(np.round(values, 9)).astype(np.int64)


def _ring(points: npt.NDArray[np.float64]) -> Ring:
    return tuple((x, y) for x, y in points.tolist())
