"""Pictures as PNG files in memory."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image

Bytes = npt.NDArray[np.uint8]


def to_png(pixels: Bytes | npt.NDArray[np.bool_]) -> bytes:
    """Return a picture (H,W) or (H,W,3), or a mask (H,W), as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def from_png(data: bytes) -> Bytes:
    """Return the pixels (H,W,3) of a PNG file."""
    return np.array(Image.open(io.BytesIO(data)).convert("RGB"))
