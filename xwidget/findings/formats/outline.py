"""Outlines of masks, and polygons of one ring: rings along the edges of pixels lose none.

Of a mask of whole pixels, an outline on their corners has the mask's area exactly; a contour
through the pixels' centers does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from xwidget.findings.region import Mask, Ring

_Corner: TypeAlias = tuple[int, int]  # row, column
_Segments: TypeAlias = dict[tuple[_Corner, int], _Corner]  # from a corner in a direction


def outlines(mask: Mask, top: int = 0, left: int = 0) -> list[tuple[Ring, ...]]:
    """Return the outlines of a mask's parts.

    Pixels that only share a corner are of two parts. The rings of a part touch neither themselves
    nor each other but in corners.

    Parameters
    ----------
    mask
        (H,W) bool.
    top, left
        Place of its upper left pixel.

    Returns
    -------
    list
        For each part, from the top, its outer ring and then those of its holes; points (x, y) at
        the corners of pixels, clockwise on the screen, those of holes the other way.

    Examples
    --------
    >>> outlines(np.array([[False, True]]))
    [(((1.0, 0.0), (2.0, 0.0), (2.0, 1.0), (1.0, 1.0)),)]
    """
    across, along = _segments(mask), _segments(mask.T)
    right, down = across
    # Of the transposed mask rows are columns, and what ran right now runs down.
    segments: _Segments = {}
    for start, end in zip(*right, strict=True):
        segments[start, 0] = end
    for start, end in zip(*down, strict=True):
        segments[end, 2] = start
    upright, downright = along
    for start, end in zip(*upright, strict=True):
        segments[end[::-1], 3] = start[::-1]
    for start, end in zip(*downright, strict=True):
        segments[start[::-1], 1] = end[::-1]
    return _parts(_rings(segments), mask.shape, top, left)


def _segments(
    mask: Mask,
) -> tuple[tuple[list[_Corner], list[_Corner]], tuple[list[_Corner], list[_Corner]]]:
    """Return left and right ends of the edges above a mask's pixels, and of those below."""
    height, width = mask.shape
    padded = np.zeros((height + 2, width + 2), np.int8)
    padded[1:-1, 1:-1] = mask
    steps = np.diff(padded, axis=0)  # 1 above a pixel, -1 below it

    def ends(edges: npt.NDArray[np.bool_]) -> tuple[list[_Corner], list[_Corner]]:
        changes = np.diff(edges.astype(np.int8), axis=1)  # at corner column j: between j-1 and j
        found = [np.nonzero(changes == sign) for sign in (1, -1)]
        first, last = (list(zip(*(k.tolist() for k in each), strict=True)) for each in found)
        return first, last

    return ends(steps == 1), ends(steps == -1)


def _rings(segments: _Segments) -> list[list[_Corner]]:
    """Return the rings of directed edges, each with its pixels to the right."""
    rings = []
    while segments:
        (start, first), _ = next(iter(segments.items()))
        corner, direction, ring = start, first, []
        while (corner, direction) in segments:
            ring.append(corner)
            corner = segments.pop((corner, direction))
            # At a corner that two parts share, turning right stays with the part.
            right, left = (direction + 1) % 4, (direction + 3) % 4
            direction = right if (corner, right) in segments else left
        rings.append(ring)
    return rings


def _parts(
    rings: list[list[_Corner]], size: tuple[int, ...], top: int, left: int
) -> list[tuple[Ring, ...]]:
    """Return the outer rings, each with those of its holes."""
    rings = [_from_first(ring) for ring in rings]
    rings.sort(key=lambda ring: ring[0])
    owner = np.full((size[0], size[1] + 1), -1)  # of each vertical edge, the ring it is of
    parts: dict[int, list[Ring]] = {}
    part_of: list[int] = []
    for n, ring in enumerate(rings):
        for (row, column), (other, _) in zip(ring, [*ring[1:], ring[0]], strict=True):
            owner[min(row, other) : max(row, other), column] = n
        row, column = ring[0]
        if ring[1][0] == row:  # runs right from its first corner: an outer ring
            part_of.append(n)
        else:
            before = np.flatnonzero(owner[row, :column] >= 0)
            part_of.append(part_of[owner[row, before[-1]]])
        points = tuple((float(x + left), float(y + top)) for y, x in ring)
        parts.setdefault(part_of[n], []).append(points)
    return [tuple(found) for found in parts.values()]


def _from_first(ring: list[_Corner]) -> list[_Corner]:
    """Return a ring that begins with its uppermost corner, of these the leftmost."""
    first = ring.index(min(ring))
    return [*ring[first:], *ring[:first]]


def seamed(rings: Sequence[Ring]) -> Ring:
    """Return a ring and its holes as one ring: each hole is joined to what comes before by a seam
    of no width, there and back, so that by the even-odd rule the area stays the same.

    Examples
    --------
    >>> outer, hole = ((0, 0), (4, 0), (4, 4), (0, 4)), ((1, 1), (1, 2), (2, 2), (2, 1))
    >>> len(seamed([outer, hole]))
    10
    """
    joined = list(rings[0])
    for hole in rings[1:]:
        ends, starts = np.array(joined), np.array(hole[0])
        nearest = int(np.abs(ends - starts).sum(1).argmin())
        joined[nearest + 1 : nearest + 1] = [*hole, hole[0], joined[nearest]]
    return tuple(joined)


def on_corners(rings: Iterable[Ring]) -> bool:
    """Return whether rings run along the edges of whole pixels."""
    for ring in rings:
        ends = np.array(ring, np.float64)
        steps = np.abs(np.roll(ends, -1, 0) - ends)
        if not (np.all(ends == np.round(ends)) and np.all(steps.min(1) == 0)):
            return False
    return True


def flat(ring: Ring) -> bool:
    """Return whether all points of a ring lie on one line, so that it has no area."""
    points = np.array(ring, np.float64)
    arms = points - points[0]
    longest = arms[int((arms**2).sum(1).argmax())]
    return bool(np.abs(arms[:, 0] * longest[1] - arms[:, 1] * longest[0]).max() < _LEAST)


_LEAST = 1e-9
