"""Masks as bytes, and pictures through them: in integers, the same for every reader."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from xwidget.trace import Bytes


def quantize(masks: npt.NDArray[np.floating[Any]]) -> Bytes:
    """Return masks in [0,1], any shape, as bytes: ``floor(255 * mask + 0.5)``."""
    values = np.asarray(masks, np.float32) * np.float32(255) + np.float32(0.5)
    return values.astype(np.uint8)  # which cuts off: the floor of what is positive


def blend(image: Bytes, reference: Bytes, masks: Bytes) -> Bytes:
    """Show an image through masks: the image where a mask is 255, the reference where it is 0.

    Parameters
    ----------
    image, reference
        (H,W,3) uint8.
    masks
        (...,3,H,W) uint8.

    Returns
    -------
    ndarray
        (...,H,W,3) uint8: ``(m * image + (255 - m) * reference + 127) // 255``.
    """
    m = np.moveaxis(masks, -3, -1).astype(np.int32)
    blended: Bytes = ((m * image + (255 - m) * reference + 127) // 255).astype(np.uint8)
    return np.ascontiguousarray(blended)
