"""Regions as paths of SVG, and the part of an image that shows one well."""

from __future__ import annotations

import numpy as np

from xwidget.findings.formats.outline import outlines
from xwidget.findings.region import Box, Mask, Point, Polygon, Region, Ring, Size

_MARGIN = 0.4  # around a region in its crop, of its longer side
_LEAST_CROP = 8  # part of the image's shorter side that a crop shows at least
_POINT = 0.02  # radius of a point's ring, of the image's shorter side


def outline(region: Region, frame: Size) -> str:
    """Return the outline of a region, in pixels of the network's input.

    Parameters
    ----------
    region
        The region.
    frame
        Height and width of the input.
    """
    if isinstance(region, Point):
        r = _POINT * min(frame)
        arc = f"a{_n(r)} {_n(r)} 0 1 0"
        return f"M{_n(region.x - r)} {_n(region.y)}{arc} {_n(2 * r)} 0{arc} {_n(-2 * r)} 0z"
    return _exact(region) or _edges(region.mask(frame))


def around(region: Region, frame: Size) -> str:
    """Return all of the image but a region, to be filled by the even-odd rule."""
    whole = f"M0 0H{frame[1]}V{frame[0]}H0z"
    if isinstance(region, Point):
        return whole + outline(region, frame)
    return whole + (_exact(region) or _rows(region.mask(frame)))


def crop(region: Region, frame: Size) -> tuple[float, float, float]:
    """Return a square that shows a region enlarged: left and upper end, side.

    It has a margin and lies within the image where the image has room for it.
    """
    left, upper, right, lower = region.bounds
    height, width = frame
    side = (1 + 2 * _MARGIN) * max(right - left, lower - upper)
    side = float(np.clip(side, min(frame) / _LEAST_CROP, max(frame)))
    x, y = (left + right - side) / 2, (upper + lower - side) / 2
    return _within(x, side, width), _within(y, side, height), side


def _within(start: float, side: float, length: int) -> float:
    """Return where a stretch begins, moved into a length; in its middle if it is longer."""
    return (length - side) / 2 if side >= length else float(np.clip(start, 0, length - side))


def _exact(region: Region) -> str:
    """Return a region's own outline, if it has one of points."""
    if isinstance(region, Box):
        across = f"h{_n(region.width)}v{_n(region.height)}h{_n(-region.width)}z"
        return f"M{_n(region.x)} {_n(region.y)}{across}"
    if isinstance(region, Polygon):
        return "".join(
            f"M{'L'.join(f'{_n(x)} {_n(y)}' for x, y in ring)}z" for ring in region.rings
        )
    return ""


def _rows(mask: Mask) -> str:
    """Return the pixels of a mask, row by row."""
    return "".join(f"M{x} {y}h{n}v1h{-n}z" for y, x, n in _stretches(mask))


def _edges(mask: Mask) -> str:
    """Return the edges between a mask's pixels and others as rings, along which lines can be
    dashed.
    """
    return "".join(_along(ring) for part in outlines(mask) for ring in part)


def _along(ring: Ring) -> str:
    """Return a ring that turns at each of its corners, level and upright in turn."""
    steps = [
        f"h{_n(x - before)}" if x != before else f"v{_n(y - above)}"
        for (before, above), (x, y) in zip(ring, (*ring[1:], ring[0]), strict=True)
    ]
    return f"M{_n(ring[0][0])} {_n(ring[0][1])}{''.join(steps)}z"


def _stretches(rows: Mask) -> list[tuple[int, int, int]]:
    """Return the stretches of each row: row, first column, length."""
    padded = np.pad(rows, ((0, 0), (1, 1))).astype(np.int8)
    steps = np.diff(padded, axis=1)
    (row, first), (_, end) = np.nonzero(steps == 1), np.nonzero(steps == -1)
    return list(zip(row.tolist(), first.tolist(), (end - first).tolist(), strict=True))


def _n(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
