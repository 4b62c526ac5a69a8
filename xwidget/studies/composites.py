"""Two photos in one image, side by side or one above the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from xwidget.images import read
from xwidget.studies.lab import Seen
from xwidget.studies.part import key
from xwidget.studies.photos import Photo
from xwidget.subject import Subject

#: Ways to put two photos into one image.
LAYOUTS = ("side by side", "one above the other")
SIDE = 512
"""Of the image in pixels."""
_CROPPED = 1.5  # a half is twice as long as wide; a photo is cropped to this, then squeezed

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Pair:
    """Two photos of different classes in one image.

    Parameters
    ----------
    first, second
        Left and right, or upper and lower.
    layout
        One of ``LAYOUTS``.
    """

    first: Seen
    second: Seen
    layout: str

    @property
    def targets(self) -> tuple[int, int]:
        """Indices of both classes."""
        return self.first.target, self.second.target

    @property
    def photo(self) -> Photo:
        """The image of both, made when it is read."""
        photos = self.first.photo, self.second.photo
        sign = "|" if self.layout == LAYOUTS[0] else "/"
        name = f"{photos[0].name} {sign} {photos[1].name}"
        digest = key({"of": [photo.digest for photo in photos], "layout": self.layout, "v": 1})
        return Photo(name, partial(composed, photos[0], photos[1], self.layout), digest)


def pairs(seen: Sequence[Seen], layout: str, nearest: int, seed: int) -> list[Pair]:
    """Return pairs of photos of different classes: each photo with the next few of a random order.

    Parameters
    ----------
    seen
        The photos.
    layout
        Of the images.
    nearest
        Number of photos that each is put beside, at most.
    seed
        Of the order.
    """
    order = sorted(seen, key=lambda each: key({"seed": seed, "photo": each.photo.digest}))
    found = {
        (one, (one + step) % len(order)): None
        for step in range(1, min(nearest, len(order) - 1) + 1)
        for one in range(len(order))
    }
    return [
        Pair(order[one], order[other], layout)
        for one, other in found
        if order[one].target != order[other].target
    ]


def composed(first: Photo, second: Photo, layout: str) -> Image.Image:
    """Return the image of two photos, of which each fills a half: its middle, a little squeezed."""
    beside = layout == LAYOUTS[0]
    size = (SIDE // 2, SIDE) if beside else (SIDE, SIDE // 2)
    longer = round(_CROPPED * SIDE / 2)
    shape = (SIDE // 2, longer) if beside else (longer, SIDE // 2)
    whole = Image.new("RGB", (SIDE, SIDE))
    for photo, corner in ((first, (0, 0)), (second, (SIDE - size[0], SIDE - size[1]))):
        part = ImageOps.fit(_opened(photo), shape, Image.Resampling.LANCZOS)
        whole.paste(part.resize(size, Image.Resampling.LANCZOS), corner)
    return whole


def _opened(photo: Photo) -> Image.Image:
    found: Any = read(photo.read())
    if found.dtype != np.uint8:
        found = np.floor(255 * found + 0.5).astype(np.uint8)
    return Image.fromarray(found)


def halves(subject: Subject, layout: str) -> tuple[Mask, Mask]:
    """Return the pixels of the network's input that show each of two photos, (H,W) each."""
    height, width = subject.x.shape[-2:]
    rows, columns = np.indices((height, width))
    along, length = (columns, width) if layout == LAYOUTS[0] else (rows, height)
    first: Mask = along < length / 2
    points = subject.geometry.to_original(np.stack([columns, rows], -1))
    if points is not None:
        axis = 0 if layout == LAYOUTS[0] else 1
        first = points[..., axis] < SIDE / 2 - 0.5
    return first, ~first
