"""A picture with a place for everything: smooth, colored, not square."""

from __future__ import annotations

import numpy as np
from PIL import Image


def photo(size: tuple[int, int] = (150, 100)) -> Image.Image:
    """Return a picture of this width and height."""
    y, x = np.mgrid[: size[1], : size[0]] / max(size)
    colors = [np.sin(4 * x + 4 * y) / 2 + 0.5, np.cos(7 * y) / 2 + 0.5, (x + y) / 2]
    return Image.fromarray((np.stack(colors, -1) * 255).astype(np.uint8))
