"""Images of a network's input, as findings are of it: kept ones, or made from originals."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from xwidget.findings.finding import Finding
from xwidget.findings.region import Size
from xwidget.support import texts
from xwidget.support.jpeg import to_data_url

Kept: TypeAlias = Callable[[str, "str | None"], "tuple[bytes, Any] | None"]
"""Digest and preprocessing, None for any, to the input kept: a PNG file with its geometry."""

Given: TypeAlias = Mapping[
    str, "str | os.PathLike[str] | bytes | Image.Image | npt.NDArray[np.uint8]"
]
"""Digest or name to an image: the network's input, or the original."""

_QUALITY = 92
_MOST_PIXELS = 2**28


class Inputs:
    """Pictures of the network's input, each looked up once.

    Parameters
    ----------
    kept
        Looks up one that a store has.
    given
        Images by the digest or the name of their image. One of the input's size is taken for the
        input; an original is mapped to it, where the finding knows how.

    Raises
    ------
    ValueError, TypeError
        When a given image is looked up: if it cannot be read.
    """

    def __init__(self, kept: Kept | None = None, given: Given | None = None) -> None:
        self._kept = kept
        self._given = given or {}
        self._found: dict[tuple[Any, ...], str] = {}

    def url(self, finding: Finding) -> str:
        """Return the image that a finding is on as a data: URL; "" where there is none."""
        seen = finding.seen
        key = (seen.digest, seen.image, seen.preprocessing, finding.frame)
        if key not in self._found:
            picture = self._picture(finding)
            self._found[key] = "" if picture is None else to_data_url(picture, _QUALITY)
        return self._found[key]

    def _picture(self, finding: Finding) -> Image.Image | None:
        seen = finding.seen
        for name in filter(None, (seen.digest, seen.image)):
            if name in self._given:
                return _fitted(_opened(name, self._given[name]), finding)
        kept = self._kept if seen.digest else None
        found = None if kept is None else kept(seen.digest, seen.preprocessing or None)
        return None if found is None else _fitted(_opened(seen.image, found[0]), finding)


def _opened(name: str, given: Any) -> Image.Image:
    """Return an image upright, in RGB, transparency on white."""
    try:
        if isinstance(given, np.ndarray):
            picture = Image.fromarray(given)
        elif isinstance(given, Image.Image):
            picture = given
        else:
            picture = Image.open(io.BytesIO(given) if isinstance(given, bytes) else given)
        if picture.width * picture.height > _MOST_PIXELS:
            raise ValueError(f"it has {picture.width}×{picture.height} pixels")
        picture = ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, ValueError, TypeError, AttributeError, Image.DecompressionBombError) as error:
        raise ValueError(
            f"the image {texts.shown(name, texts.NAME)!r} cannot be read: "
            f"{texts.in_words(error)}; expected a path, the bytes of a file, a PIL image or an "
            "array (H,W,3) uint8"
        ) from error
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")


def _fitted(picture: Image.Image, finding: Finding) -> Image.Image | None:
    """Return an image in the frame of a finding; None if it is not known how it fits."""
    height, width = finding.frame
    if picture.size == (width, height):
        return picture
    seen = finding.seen
    matrix = (seen.geometry or {}).get("matrix")
    if not matrix or seen.size != (picture.height, picture.width):
        return None
    return _mapped(picture, np.array(matrix, np.float64)[:2], finding.frame)


def _mapped(picture: Image.Image, matrix: npt.NDArray[np.float64], frame: Size) -> Image.Image:
    """Return the part of an original that the network saw; the matrix maps centers of pixels."""
    # A center at (i, j) is at (i + 0.5, j + 0.5) of continuous pixels, which PIL counts in.
    move = matrix[:, 2] + 0.5 - 0.5 * matrix[:, :2].sum(1)
    affine = np.column_stack([matrix[:, :2], move])
    # Every pixel of a large original counts.
    factor = max(1, int(np.sqrt(abs(np.linalg.det(affine[:, :2]))) + 1e-6))
    small = picture.reduce(factor)
    data = tuple((affine / factor).ravel().tolist())
    size = (frame[1], frame[0])
    return small.transform(size, Image.Transform.AFFINE, data, Image.Resampling.BICUBIC)
