"""Regions as a user gives them: a box, points, a mask, or a region of ours."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from xwidget.findings.region import Box, Pixels, Point, Polygon, Region, Size, check_place
from xwidget.support import texts

_EXPECTED = (
    "expected a box (x, y, width, height), a point (x, y), the corners of a polygon (N, 2), or a "
    "mask (H, W) of the network's input"
)
_LEAST = 3


def region_of(given: Any, frame: Size) -> Region:
    """Return the region that a user gave.

    Parameters
    ----------
    given
        A ``Region``; four numbers (x, y, width, height) for a box; two (x, y) for a point; N >= 3
        corners (N, 2) for a polygon, or a list of several such rings; or a mask (H, W), bool or
        numbers that count where they are not 0. In continuous pixels of the net's input: pixel j
        covers [j, j + 1).
    frame
        Height and width of the net's input.

    Raises
    ------
    ValueError, TypeError
        If it is none of these, or lies outside of the image.

    Examples
    --------
    >>> region_of((10, 20, 30, 40), (224, 224))
    Box(x=10.0, y=20.0, width=30.0, height=40.0)
    >>> region_of(np.eye(4, dtype=bool), (4, 4)).area((4, 4))
    0.25
    """
    region = given if isinstance(given, Region) else _made(given, frame)
    check_place(region, frame)
    return region


def _made(given: Any, frame: Size) -> Region:
    try:
        values = np.asarray(given)
    except ValueError:  # rings of several lengths
        return _rings(given)
    if values.dtype == object or values.dtype.kind not in "bfiu":
        return _rings(given)
    if values.ndim == 2 and (values.dtype.kind == "b" or values.shape == tuple(frame)):
        return Pixels.of(_of_frame(values, frame))
    numbers = values.astype(float)
    if values.shape == (4,):
        return Box(*numbers.tolist())
    if values.shape == (2,):
        return Point(*numbers.tolist())
    if values.ndim == 2 and values.shape[1] == 2 and len(values) >= _LEAST:
        return Polygon((tuple(map(tuple, numbers.tolist())),))
    if values.ndim == 3 and values.shape[2] == 2:
        return _rings(numbers)
    if values.ndim == 2:
        return Pixels.of(_of_frame(values, frame))
    raise ValueError(f"the region is an array of shape {values.shape}; {_EXPECTED}")


def _of_frame(mask: npt.NDArray[Any], frame: Size) -> npt.NDArray[Any]:
    if mask.shape != tuple(frame):
        raise ValueError(f"the region is an array of shape {mask.shape}; {_EXPECTED}, {_by(frame)}")
    return mask


def _rings(given: Any) -> Polygon:
    try:
        rings = [np.asarray(ring, float) for ring in given]
    except (TypeError, ValueError):
        rings = []
    if not rings or any(ring.ndim != 2 or ring.shape[1] != 2 for ring in rings):
        shown = texts.shown(repr(given), texts.Room(60))
        raise TypeError(f"the region is {shown}; {_EXPECTED}")
    return Polygon(tuple(tuple(map(tuple, ring.tolist())) for ring in rings))


def _by(size: Size) -> str:
    return f"{size[0]}×{size[1]}"
