"""The small pictures of a Gallery."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from xwidget.support.jpeg import to_data_url

THUMBNAIL = 96
"""Longest side of a thumbnail in pixels."""


def data_url(pixels: npt.NDArray[np.uint8]) -> str:
    """Return a picture (H, W, 3) uint8 as the address of a small JPEG."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    return to_data_url(picture)
