"""Regions that a user gives, as pixels of the net's input."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from torch import Tensor

from xwidget.findings.region import Box, Mask, Pixels, Point, Polygon, Region
from xwidget.preprocessing.geometry import Geometry

#: A region, or its pixels (H, W).
Place: TypeAlias = "Region | npt.ArrayLike | Tensor"
Size: TypeAlias = tuple[int, int]


def pixels(region: Place, size: Size) -> Mask:
    """Return the pixels (H, W) bool of a region, or of a mask of bool, or of 0 and 1.

    Raises
    ------
    ValueError, TypeError
        If it is neither, of another size, or has no pixel.
    """
    if isinstance(region, Region):
        return region.mask(size)
    values = region.detach().cpu().numpy() if isinstance(region, Tensor) else np.asarray(region)
    if values.dtype.kind not in "biuf":
        raise TypeError(
            f"the region is a {type(region).__name__} of {values.dtype}; expected a Region, or a "
            "mask (H, W) of bool"
        )
    if values.shape != tuple(size):
        raise ValueError(
            f"the region's mask has shape {values.shape}; expected {tuple(size)}, that of the "
            "picture it is given in"
        )
    if not np.isin(values, (0, 1)).all():
        raise ValueError(
            "the region's mask has values other than 0 and 1; choose a threshold: mask > 0.5"
        )
    inside: Mask = values != 0
    if not inside.any():
        raise ValueError("the region's mask has no pixel; expected one or more")
    return inside


def placed(regions: Place | Iterable[Place], size: Size, geometry: Geometry | None = None) -> Mask:
    """Return regions as masks (R, H, W) bool of the net's input.

    Parameters
    ----------
    regions
        One or several.
    size
        Height and width of the input.
    geometry
        The map from the input to the original, if that is what the regions are given in.

    Raises
    ------
    ValueError, TypeError
        As ``pixels``; or if there is no region, no map, or the input has nothing of a region.
    """
    one = isinstance(regions, (Region, Tensor)) or (
        isinstance(regions, np.ndarray) and regions.ndim == 2
    )
    given: list[Place] = [regions] if one else list(regions)  # type: ignore[arg-type, list-item]
    if isinstance(regions, Tensor) and regions.ndim == 3:
        given = list(regions)
    if not given:
        raise ValueError("regions is empty; expected one or more")
    if geometry is None:
        return np.stack([pixels(region, size) for region in given])
    if geometry.matrix is None or geometry.input_size != tuple(size):
        raise ValueError(
            f"the regions cannot be placed in the net's input of {tuple(size)} pixels: "
            + (geometry.reason or f"the geometry is of an input of {geometry.input_size}")
        )
    return np.stack([_from_original(region, geometry) for region in given])


def _from_original(region: Place, geometry: Geometry) -> Mask:
    """Return a region of the original as pixels of the input."""
    height, width = geometry.input_size
    if isinstance(region, (Box, Polygon, Point)):
        moved = _moved(region, geometry)
        left, upper, right, lower = moved.bounds
        if left < width and right > 0 and upper < height and lower > 0:
            return moved.mask((height, width))
        raise ValueError(f"the net's input shows nothing of {_short(region)}: it lies outside")
    inside = pixels(region, geometry.original_size)
    # A pixel of the input belongs if its center does.
    rows, columns = np.indices((height, width))
    found = _sampled(inside, geometry, np.stack([columns, rows], -1))
    if not found.any():  # too small for any center: the pixel that its middle lies in
        middle = geometry.to_input(np.argwhere(inside).mean(0)[::-1])
        assert middle is not None
        column, row = np.floor(middle + 0.5).astype(int).tolist()
        if not (0 <= row < height and 0 <= column < width):
            raise ValueError(f"the net's input shows nothing of {_short(region)}: it lies outside")
        found[row, column] = True
    return found


def _sampled(inside: Mask, geometry: Geometry, centers: npt.NDArray[np.int64]) -> Mask:
    """Return which centers (..., 2) of the input lie in pixels of the original that are inside."""
    points = geometry.to_original(centers)
    assert points is not None
    height, width = inside.shape
    column, row = np.moveaxis(np.floor(points + 0.5).astype(np.int64), -1, 0)
    within = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    found: Mask = within & inside[row.clip(0, height - 1), column.clip(0, width - 1)]
    return found


def _moved(region: Box | Polygon | Point, geometry: Geometry) -> Polygon | Point:
    """Return a region of the original in continuous pixels of the input."""

    def to_input(points: Iterable[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
        # A geometry has whole numbers at the centers of pixels, a region at their corners.
        found = geometry.to_input(np.array(list(points)) - 0.5)
        assert found is not None
        return tuple((x, y) for x, y in (found + 0.5).tolist())

    if isinstance(region, Point):
        return Point(*to_input([(region.x, region.y)])[0])
    if isinstance(region, Box):
        left, upper, right, lower = region.bounds
        return Polygon((to_input([(left, upper), (right, upper), (right, lower), (left, lower)]),))
    return Polygon(tuple(to_input(ring) for ring in region.rings))


def _short(region: Place) -> str:
    if isinstance(region, Pixels) or not isinstance(region, Region):
        return "the region's mask"
    left, upper, right, lower = region.bounds
    return f"the {region.type} from ({left:g}, {upper:g}) to ({right:g}, {lower:g})"
