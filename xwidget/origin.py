"""The original image of an explanation: its digest, size and geometry."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from xwidget.preprocessing.geometry import Geometry
from xwidget.support import texts

_HEX = frozenset("0123456789abcdef")
_DIGITS = 64


@dataclass(frozen=True)
class Origin:
    """The original image of a picture that a net saw.

    Attributes
    ----------
    digest
        SHA-256 of its pixels, 64 hexadecimal digits, see :func:`digest`.
    size
        Its height and width in pixels, upright.
    geometry
        The map from the pixels of the net's input to its own.
    name
        Name of the image or of its file; "" for none.

    Raises
    ------
    ValueError, TypeError
        If these do not fit together.
    """

    digest: str
    size: tuple[int, int]
    geometry: Geometry
    name: str = ""

    def __post_init__(self) -> None:
        if len(self.digest) != _DIGITS or not _HEX.issuperset(self.digest):
            raise ValueError(f"digest is {self.digest!r}; expected 64 hexadecimal digits")
        if not isinstance(self.geometry, Geometry) or not isinstance(self.name, str):
            raise TypeError(f"geometry is {self.geometry!r} and name is {self.name!r}")
        if self.geometry.original_size != self.size:
            raise ValueError(
                f"the original has {self.size} pixels, but its geometry is of one with "
                f"{self.geometry.original_size}"
            )

    def describe(self) -> dict[str, Any]:
        """Return the attributes as JSON-able values, which :meth:`read` takes."""
        return {
            "digest": self.digest,
            "size": list(self.size),
            "name": self.name,
            "geometry": self.geometry.describe(),
        }

    @classmethod
    def read(cls, described: Mapping[str, Any]) -> Origin:
        """Return the origin that :meth:`describe` described.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it describes none.
        """
        height, width = described["size"]
        geometry = Geometry.read(described["geometry"])
        return cls(described["digest"], (int(height), int(width)), geometry, described["name"])


def digest(pixels: npt.NDArray[np.uint8]) -> str:
    r"""Return the SHA-256 that tells a picture apart, whatever file it came from.

    Another program computes it from the upright picture in 8-bit RGB, transparency on white::

        head = f"uint8 {height} {width} 3\n"
        hashlib.sha256(head.encode("ascii") + pixels.tobytes()).hexdigest()

    with the pixels in reading order, red, green and blue of each. A lossy file (JPEG) may decode to
    other pixels by another library, and then has another digest.

    Parameters
    ----------
    pixels
        (H,W,3) uint8.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    found = hashlib.sha256(f"uint8 {pixels.shape[0]} {pixels.shape[1]} 3\n".encode("ascii"))
    found.update(np.ascontiguousarray(pixels, np.uint8).data)
    return found.hexdigest()


def name_of(image: object) -> str:
    """Return the name of the file that an image is, or was opened from; "" for none."""
    path = image if isinstance(image, (str, os.PathLike)) else getattr(image, "filename", "")
    try:
        name = os.fsdecode(path) if isinstance(path, (str, bytes, os.PathLike)) else ""
        return texts.valid(Path(name).name)
    except (TypeError, ValueError):
        return ""
