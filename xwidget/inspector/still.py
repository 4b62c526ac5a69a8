"""The still picture that stands for an Inspector where no widget can be shown."""

from __future__ import annotations

import base64
import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from xwidget import caption
from xwidget.checks import Checks

_SIDE = 224
_GAP = 8
_WHITE = (255, 255, 255)

Pixels = npt.NDArray[np.uint8]


def png(*pictures: Pixels, says: str = "", checks: Checks | None = None) -> str:
    """Return pictures (H, W, 3) uint8 beside each other, as base64 of a small PNG.

    Parameters
    ----------
    pictures
        One at least.
    says
        What they are, in one sentence.
    checks
        What is written below them; None where nothing is shown that could be trusted.
    """
    small = [_small(picture) for picture in pictures]
    width = sum(picture.width for picture in small) + _GAP * (len(small) - 1)
    sheet = Image.new("RGB", (width, max(picture.height for picture in small)), _WHITE)
    left = 0
    for picture in small:
        sheet.paste(picture, (left, 0))
        left += picture.width + _GAP
    if checks is not None:
        sheet = caption.under(sheet, says, checks)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def jpeg(picture: Pixels) -> str:
    """Return a picture (H, W, 3) uint8 as base64 of a small JPEG, a third of what a PNG takes."""
    buffer = io.BytesIO()
    _small(picture).save(buffer, "JPEG", quality=88, subsampling=0, optimize=True)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def shortest(picture: Pixels) -> Pixels:
    """Return a picture (H, W, 3) as 1x1 where it is of one color; the page spreads it out."""
    one = picture[:1, :1]
    return one if bool((picture == one).all()) else picture


def _small(pixels: Pixels) -> Image.Image:
    picture = Image.fromarray(pixels)
    picture.thumbnail((_SIDE, _SIDE))
    return picture
