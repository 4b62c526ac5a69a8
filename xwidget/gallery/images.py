"""The images of a Gallery: where they come from, what each is called, and how small it is drawn."""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from torch import Tensor

THUMBNAIL = 96
"""Longest side of a thumbnail in pixels."""

_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".avif"}
)
_WHAT = "images is a folder, a dict of name: image, or several images, each as in clf.prepare"


def collect(images: Any, names: Sequence[str] | None = None) -> dict[str, Any]:
    """Return the images by name, in order; nothing is opened yet.

    Parameters
    ----------
    images
        A folder; a dict name: image; or an iterable of images.
    names
        One for each of an iterable's images, instead of file names and numbers.

    Raises
    ------
    ValueError
        If there is no image, or not one name for each.
    TypeError
        If this is one image, or nothing of the kind.
    """
    if isinstance(images, Mapping):
        if names is not None:
            raise ValueError("names is given twice: images is a dict, whose keys are the names")
        found = [(str(name), image) for name, image in images.items()]
    else:
        listed = _listed(images)
        called = [_called(image, i) for i, image in enumerate(listed)]
        if names is not None:
            if isinstance(names, str) or len(names) != len(listed):
                raise ValueError(
                    f"names has {1 if isinstance(names, str) else len(names)} entries for "
                    f"{len(listed)} images; give one name for each"
                )
            called = [str(name) for name in names]
        found = list(zip(called, listed, strict=True))
    if not found:
        raise ValueError(f"there is no image to show; {_WHAT}")
    unique: dict[str, Any] = {}
    for name, image in found:
        unique[_unlike(name, unique)] = image
    return unique


def data_url(pixels: npt.NDArray[np.uint8]) -> str:
    """Return a picture (H, W, 3) uint8 as the address of a small JPEG."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    buffer = io.BytesIO()
    # Colors at full resolution: that evidence is colored in single pixels is the point.
    picture.save(buffer, "JPEG", quality=88, subsampling=0)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _listed(images: Any) -> list[Any]:
    if isinstance(images, (str, os.PathLike)):
        return _in_folder(images)
    if isinstance(images, Image.Image) or (
        isinstance(images, (np.ndarray, Tensor)) and images.ndim < 4
    ):
        kind = type(images).__name__
        raise TypeError(f"images is one {kind}; put it into a list, [image], or use Inspector")
    if not isinstance(images, Iterable) or isinstance(images, (bytes, bytearray)):
        raise TypeError(f"images cannot be a {type(images).__name__}; {_WHAT}")
    return list(images)


def _in_folder(folder: str | os.PathLike[str]) -> list[Any]:
    path = Path(folder).expanduser()
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise ValueError(f"there is no folder {str(folder)!r} (looked in {Path.cwd()}); check it")
    found = [
        file
        for file in path.iterdir()
        if file.suffix.lower() in _SUFFIXES and not file.name.startswith(".")
    ]
    if not found:
        raise ValueError(
            f"the folder {str(folder)!r} holds no image ({', '.join(sorted(_SUFFIXES))})"
        )
    return sorted(found, key=lambda file: (file.name.casefold(), file.name))


def _called(image: Any, index: int) -> str:
    file = getattr(image, "filename", "") if isinstance(image, Image.Image) else image
    name = Path(file).name if isinstance(file, (str, os.PathLike)) else ""
    return name or f"image {index + 1}"


def _unlike(name: str, taken: Mapping[str, Any]) -> str:
    """Return a name that is not taken yet: the second "cup" is "cup (2)"."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free
