"""The still picture that stands for an Inspector where no widget can be shown."""

from __future__ import annotations

import base64
import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from xwidget.checks import Checks
from xwidget.export import caption

_SIDE = 224  # px of one picture
_WIDE = 600  # px of all: fits a notebook's cell, and keeps a notebook small
_GAP = 8
_WHITE = (255, 255, 255)

Pixels = npt.NDArray[np.uint8]


def sheet(*pictures: Pixels, says: str = "", checks: Checks | None = None) -> Image.Image:
    """Return pictures (H, W, 3) uint8 beside each other, each made small.

    Parameters
    ----------
    pictures
        One at least.
    says
        What they are, in one sentence.
    checks
        What is written below them; None where nothing is shown that could be trusted.
    """
    side = min(_SIDE, (_WIDE + _GAP) // len(pictures) - _GAP)
    small = [_small(picture, side) for picture in pictures]
    width = sum(picture.width for picture in small) + _GAP * (len(small) - 1)
    joined = Image.new("RGB", (width, max(picture.height for picture in small)), _WHITE)
    left = 0
    for picture in small:
        joined.paste(picture, (left, 0))
        left += picture.width + _GAP
    return joined if checks is None else caption.under(joined, says, checks)


def png(picture: Image.Image) -> str:
    """Return a picture as base64 of a PNG."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def shortest(picture: Pixels) -> Pixels:
    """Return a picture (H, W, 3) as 1x1 where it is of one color; the page spreads it out."""
    one = picture[:1, :1]
    return one if bool((picture == one).all()) else picture


def _small(pixels: Pixels, side: int) -> Image.Image:
    picture = Image.fromarray(pixels)
    picture.thumbnail((side, side))
    return picture
