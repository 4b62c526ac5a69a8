"""The pictures of a lesson: small, and within the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from xwidget.images import read
from xwidget.support.jpeg import to_data_url

SHOWN, SMALL = 640, 160
"""Longest side of a picture, and of one that goes with answers, in pixels."""


def data_url(image: Any, side: int = SHOWN) -> str:
    """Return an image of any kind as the address of a JPEG."""
    pixels = read(image)
    if pixels.dtype != np.uint8:
        pixels = np.floor(pixels * 255 + 0.5).astype(np.uint8)
    picture = Image.fromarray(pixels)
    picture.thumbnail((side, side))
    return to_data_url(picture)


def with_captions(given: Any) -> list[tuple[str, Any]]:
    """Return the captions and images of the pictures of a step: one, some, or a dict of some."""
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [(str(caption), image) for caption, image in given.items()]
    if not isinstance(given, Sequence) or isinstance(given, str):
        return [("", given)]
    pairs = []
    for each in given:
        if isinstance(each, tuple) and len(each) == 2:
            first, second = each
            captioned = isinstance(second, str) and not isinstance(first, str)
            pairs.append((second, first) if captioned else (str(first), second))
        else:
            pairs.append(("", each))
    return pairs
