"""The small pictures of a Gallery."""

from __future__ import annotations

import base64
import io

import numpy as np
import numpy.typing as npt
from PIL import Image

THUMBNAIL = 96
"""Longest side of a thumbnail in pixels."""


def data_url(pixels: npt.NDArray[np.uint8]) -> str:
    """Return a picture (H, W, 3) uint8 as the address of a small JPEG."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    buffer = io.BytesIO()
    # Colors at full resolution: that evidence is colored in single pixels is the point.
    picture.save(buffer, "JPEG", quality=88, subsampling=0)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")
