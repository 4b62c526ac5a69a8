"""Small pictures of a report, kept beside its results."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from xwidget.explanation import Explanation
from xwidget.support import files
from xwidget.support.jpeg import to_jpeg

#: A picture in true color.
Picture: TypeAlias = Image.Image
#: Height in pixels; sharp at half of it.
SIDE = 224
_GAP = 6
_QUALITY = 82
_WHITE = (255, 255, 255)


def beside(explanation: Explanation) -> Image.Image:
    """Return the image and what each class's mask leaves of it, beside each other."""
    shown = [explanation.on_paper(k) for k in range(len(explanation.targets))]
    return row([explanation.image, *shown])


def row(pictures: Sequence[npt.NDArray[np.uint8]]) -> Image.Image:
    """Return pictures (H,W,3) of one size beside each other."""
    parts = []
    for picture in pictures:
        image = Image.fromarray(picture)
        width = max(1, round(SIDE * image.width / image.height))
        parts.append(image.resize((width, SIDE), Image.Resampling.LANCZOS))
    width = sum(part.width for part in parts) + _GAP * (len(parts) - 1)
    whole = Image.new("RGB", (width, SIDE), _WHITE)
    left = 0
    for part in parts:
        whole.paste(part, (left, 0))
        left += part.width + _GAP
    return whole


class Pictures:
    """Pictures by the key of their row, a small file each.

    Parameters
    ----------
    folder
        Where they are kept; it is made with the first.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, picture: Image.Image) -> None:
        """Keep a picture."""
        self._folder.mkdir(parents=True, exist_ok=True)
        files.replace(self._folder / f"{key}.jpg", to_jpeg(picture, _QUALITY))

    def get(self, key: str) -> bytes | None:
        """Return the bytes of a picture's JPEG file; None where there is none."""
        with suppress(OSError):
            return (self._folder / f"{key}.jpg").read_bytes()
        return None
