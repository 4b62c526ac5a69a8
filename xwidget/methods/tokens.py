"""Tokens of a transformer as a grid of patches."""

from __future__ import annotations

import math

# Tokens that are no patch, and stand first: a class, a distillation token, registers.
_MOST_EXTRA = 8


def grid_of(count: int, size: tuple[int, int]) -> tuple[int, int, int] | None:
    """Return how many of a net's tokens are no patch, and the height and width of the patches'
    grid; None if they are no grid over an image of this size.

    Parameters
    ----------
    count
        Number of tokens.
    size
        Height and width of the net's input in pixels.

    Examples
    --------
    >>> grid_of(197, (224, 224)), grid_of(198, (224, 224)), grid_of(60, (224, 224))
    ((1, 14, 14), (2, 14, 14), None)
    """
    height, width = size
    for extra in range(min(_MOST_EXTRA, count) + 1):
        patches = count - extra
        rows = round(math.sqrt(patches * height / width))
        if rows < 2 or patches % rows:
            continue
        columns = patches // rows
        whole = height % rows == 0 and width % columns == 0
        if columns > 1 and whole and rows * width == columns * height:
            return extra, rows, columns
    return None
