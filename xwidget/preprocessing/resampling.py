"""Values in one net's frame as values in another's, by the places of both in the original."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from xwidget.preprocessing.geometry import Geometry

_MOST = 8  # points along an axis that are averaged for a pixel
_EDGE = 1e-6


def resampled(values: Tensor, theirs: Geometry, ours: Geometry) -> Tensor:
    """Return values given in their frame as they lie in ours.

    A pixel of ours gets the mean over points inside of it, each interpolated between the four
    nearest pixels of theirs.

    Parameters
    ----------
    values
        (N, C, H, W), float, one for each pixel of their input.
    theirs, ours
        The maps from both inputs to the one original.

    Returns
    -------
    Tensor
        (N, C, H', W') of our input's size; 0 where they do not see the original.

    Raises
    ------
    ValueError
        If either map is not known, they are of different originals, or the values are not of their
        frame.

    Examples
    --------
    >>> from xwidget.preprocessing.geometry import from_box
    >>> whole = from_box((0, 0, 8, 8), (8, 8), (8, 8))
    >>> left = from_box((0, 0, 4, 8), (4, 2), (8, 8))
    >>> resampled(torch.ones(1, 1, 4, 2), left, whole)[0, 0, 0].tolist()
    [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    """
    height, width = theirs.input_size
    if tuple(values.shape[-2:]) != theirs.input_size:
        raise ValueError(
            f"the values have shape {tuple(values.shape)}; expected {height}×{width} pixels"
        )
    rows, columns, points = _places(theirs, ours)
    at = torch.from_numpy(points).to(values)
    grid = (2 * at + 1) / at.new_tensor([width, height]) - 1
    # At the rim a pixel reaches half a pixel beyond its center.
    found = F.grid_sample(
        values,
        grid[None].expand(len(values), -1, -1, -1),
        mode="bilinear",
        padding_mode="border",
        align_corners=False,
    )
    found = found * _inside(at, height, width)
    return F.avg_pool2d(found, (rows, columns)) if rows * columns > 1 else found


def seen(theirs: Geometry, ours: Geometry) -> Tensor:
    """Return the share of each pixel of our input that they see, (H, W) in [0, 1].

    Raises
    ------
    ValueError
        As ``resampled``.
    """
    rows, columns, points = _places(theirs, ours)
    inside = _inside(torch.from_numpy(points).float(), *theirs.input_size)[None, None]
    return F.avg_pool2d(inside, (rows, columns))[0, 0]


def _places(theirs: Geometry, ours: Geometry) -> tuple[int, int, np.ndarray]:
    """Return how many points there are in a pixel of ours, down and across, and where all of them
    are in theirs: (rows · H', columns · W', 2), each (x, y).
    """
    for each in (theirs, ours):
        if not each.known:
            raise ValueError(f"places of the two networks cannot be matched: {each.reason}")
    if theirs.original_size != ours.original_size:
        raise ValueError(
            f"the originals have {theirs.original_size} and {ours.original_size} pixels; expected "
            "one image"
        )
    corner, right, down = _across(theirs, ours, [(0, 0), (1, 0), (0, 1)])
    columns, rows = (
        min(_MOST, max(1, math.ceil(float(np.abs(step - corner).max()) - _EDGE)))
        for step in (right, down)
    )
    height, width = ours.input_size
    x = (np.arange(width * columns) + 0.5) / columns - 0.5
    y = (np.arange(height * rows) + 0.5) / rows - 0.5
    return rows, columns, _across(theirs, ours, np.stack(np.meshgrid(x, y), -1))


def _across(theirs: Geometry, ours: Geometry, points: object) -> np.ndarray:
    original = ours.to_original(points)  # type: ignore[arg-type]
    assert original is not None
    found = theirs.to_input(original)
    assert found is not None
    return found


def _inside(points: Tensor, height: int, width: int) -> Tensor:
    """Return 1 for each point (..., 2) on a picture of this size, else 0."""
    x, y = points[..., 0], points[..., 1]
    within = (x > -0.5 - _EDGE) & (x < width - 0.5 + _EDGE)
    within &= (y > -0.5 - _EDGE) & (y < height - 0.5 + _EDGE)
    return within.to(points.dtype)
