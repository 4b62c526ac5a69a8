"""Masks of large images by the part of them that a region lies in."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from xwidget.findings import runs
from xwidget.findings.region import Box, Mask, Pixels, Point, Polygon, Region, Size


@dataclass(frozen=True)
class Crop:
    """Part of a mask; outside of it there is no pixel.

    Attributes
    ----------
    mask
        (h,w) bool; h and w are 0 where the region lies outside of the image.
    top, left
        Place of its upper left pixel in the image.
    size
        The image's height and width.
    """

    mask: Mask
    top: int
    left: int
    size: Size

    @classmethod
    def of(cls, region: Region, size: Size) -> Crop:
        """Return the pixels of a region in an image of a size, see ``Region.mask``; none where
        it lies outside.
        """
        if isinstance(region, Pixels):
            if region.size != tuple(size):
                raise ValueError(f"its mask is of {region.size} pixels, the image has {size}")
            return cls.of_lengths(runs.unpack(region.counts), size)
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

    def lengths(self, *, rows: bool = False) -> list[int]:
        """Return the lengths of the whole mask's runs, the zeros first: down the columns, or along
        the rows.
        """
        if rows:
            turned = Crop(self.mask.T, self.left, self.top, (self.size[1], self.size[0]))
            return turned.lengths()
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

    @classmethod
    def of_lengths(cls, lengths: list[int], size: Size, *, rows: bool = False) -> Crop:
        """Return the mask that has such runs, see :meth:`lengths`.

        Raises
        ------
        ValueError
            If a length is negative, or they do not add up to the size.
        """
        if rows:
            turned = cls.of_lengths(lengths, (size[1], size[0]))
            return cls(turned.mask.T, turned.left, turned.top, size)
        height, width = size
        if min(lengths, default=0) < 0 or sum(lengths) != height * width:
            raise ValueError(
                f"its run lengths add up to {sum(lengths)}, but a mask of {width}×{height} pixels "
                f"has {height * width}"
            )
        ends = np.cumsum(lengths, dtype=np.int64)
        ones = [(ends[k - 1], ends[k]) for k in range(1, len(lengths), 2) if lengths[k]]
        if not ones:
            return cls(np.zeros((0, 0), bool), 0, 0, size)
        first, last = int(ones[0][0]) // height, (int(ones[-1][1]) - 1) // height
        flat = np.zeros((last - first + 1) * height, bool)
        for start, end in ones:
            flat[start - first * height : end - first * height] = True
        mask = flat.reshape((height, -1), order="F")
        return replace(_cut(mask, 0, first), size=size)

    @property
    def pixels(self) -> Pixels:
        """The region of these pixels.

        Raises
        ------
        ValueError
            If there are none.
        """
        return Pixels(self.size, runs.pack(self.lengths()))

    def whole(self) -> Mask:
        """Return the mask of the whole image, (H,W) bool."""
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
    """Return whether a region has a place in an image of a size."""
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
