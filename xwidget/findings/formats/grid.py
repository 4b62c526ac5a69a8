"""Masks of large pictures by the part of them that a region lies in."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from xwidget.findings.region import Box, Mask, Pixels, Point, Polygon, Region, Size


@dataclass(frozen=True)
class Crop:
    """Part of a mask; outside of it there is no pixel.

    Attributes
    ----------
    mask
        (h,w) bool; h and w are 0 where the region lies outside of the picture.
    top, left
        Place of its upper left pixel in the picture.
    size
        The picture's height and width.
    """

    mask: Mask
    top: int
    left: int
    size: Size

    @classmethod
    def of(cls, region: Region, size: Size) -> Crop:
        """Return the pixels of a region in a picture of a size, see ``Region.mask``; none where
        it lies outside.
        """
        if isinstance(region, Pixels):
            return _cut(region.mask(size))
        if not overlaps(region, size):
            return cls(np.zeros((0, 0), bool), 0, 0, size)
        left, upper, right, lower = region.bounds
        left, upper = max(0, math.floor(left)), max(0, math.floor(upper))
        right = min(size[1], max(math.ceil(right), left + 1))
        lower = min(size[0], max(math.ceil(lower), upper + 1))
        left, upper = min(left, right - 1), min(upper, lower - 1)
        mask = moved(region, -left, -upper).mask((lower - upper, right - left))
        return cls(mask, upper, left, size)

    @property
    def area(self) -> int:
        """Number of its pixels."""
        return int(np.count_nonzero(self.mask))

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """Left, upper, right and lower end of its pixels."""
        rows, columns = np.flatnonzero(self.mask.any(1)), np.flatnonzero(self.mask.any(0))
        left, top = self.left, self.top
        return (
            left + int(columns[0]),
            top + int(rows[0]),
            left + int(columns[-1]) + 1,
            top + int(rows[-1]) + 1,
        )

    def lengths(self) -> list[int]:
        """Return the lengths of the whole mask's runs in column order, the zeros first."""
        height, width = self.size
        padded = np.zeros((self.mask.shape[1], self.mask.shape[0] + 2), np.int8)
        padded[:, 1:-1] = self.mask.T
        steps = np.diff(padded, axis=1)
        places = [np.nonzero(steps == sign) for sign in (1, -1)]
        starts, ends = ((x + self.left) * height + y + self.top for x, y in places)
        apart = np.flatnonzero(starts[1:] != ends[:-1])
        starts = np.concatenate([starts[:1], starts[apart + 1]])
        ends = np.concatenate([ends[apart], ends[-1:]])
        edges = np.stack([starts, ends], 1).ravel()
        found: list[int] = np.diff(edges, prepend=0, append=height * width).tolist()
        return found if found[-1] else found[:-1]

    def whole(self) -> Mask:
        """Return the mask of the whole picture, (H,W) bool."""
        mask = np.zeros(self.size, bool)
        height, width = self.mask.shape
        mask[self.top : self.top + height, self.left : self.left + width] = self.mask
        return mask

    def tight(self) -> Crop:
        """Return the same without empty rows and columns around it."""
        return replace(_cut(self.mask, self.top, self.left), size=self.size)


def _cut(mask: Mask, top: int = 0, left: int = 0) -> Crop:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        return Crop(np.zeros((0, 0), bool), 0, 0, (mask.shape[0], mask.shape[1]))
    part = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    size = mask.shape[0], mask.shape[1]
    return Crop(part, top + int(rows[0]), left + int(columns[0]), size)


def overlaps(region: Region, size: Size) -> bool:
    """Return whether a region has a place in a picture of a size."""
    left, upper, right, lower = region.bounds
    return left < size[1] and upper < size[0] and ((right > 0 and lower > 0) or _at_edge(region))


def _at_edge(region: Region) -> bool:
    return isinstance(region, Point) and region.x >= 0 and region.y >= 0


def moved(region: Region, across: float, down: float) -> Region:
    """Return a region at another place; a mask stays."""
    if isinstance(region, (Box, Point)):
        return replace(region, x=region.x + across, y=region.y + down)
    if isinstance(region, Polygon):
        return Polygon(
            tuple(tuple((x + across, y + down) for x, y in ring) for ring in region.rings)
        )
    return region
