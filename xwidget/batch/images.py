"""The images of a batch: where they come from, and what each is called."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set, Sized
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor

from xwidget.subject import Subject
from xwidget.support import texts

_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".avif"}
)
_WHAT = "images is a folder, a dict of name: image, or several images, each as in clf.prepare"


class Images:
    """Images and their names, in order; each is taken when its turn comes, none is opened.

    Parameters
    ----------
    images
        A folder (its images by file name); a dict name: image; or an iterable of images.
    names
        One for each of an iterable's images, in their order, instead of file names and numbers.

    Raises
    ------
    ValueError
        If a folder is missing or holds no image, or there is not one name for each.
    TypeError
        If this is one image, or nothing of the kind, or the names have no order.

    Notes
    -----
    Iterating yields pairs (name, image). Of two images with one name the second is "name (2)".
    """

    def __init__(self, images: Any, names: Sequence[str] | None = None) -> None:
        if isinstance(images, Mapping) and names is not None:
            raise ValueError(
                "both a dict of images and names came; expected names only beside a list, as the "
                "dict's keys are its names: leave names out"
            )
        self._source = images if isinstance(images, Mapping) else _source(images)
        self.count = len(self._source) if isinstance(self._source, Sized) else None
        """Number of images; None if only the end of the iterable tells."""
        self._names = None if names is None else _listed(names)
        if self._names is not None and self.count not in (None, len(self._names)):
            raise ValueError(
                f"names has {len(self._names)} entries for {self.count} images; give one name "
                "for each"
            )

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        taken: dict[str, int] = {}
        places = itertools.count()

        def of_mapping(item: tuple[Any, Any]) -> tuple[str, Any]:
            return _unlike(str(item[0]), taken), item[1]

        def of_iterable(image: Any) -> tuple[str, Any]:
            return _unlike(self._called(image, next(places)), taken), image

        # By map, as a generator or enumerate would keep what it yielded last.
        if isinstance(self._source, Mapping):
            return map(of_mapping, self._source.items())
        return map(of_iterable, self._source)

    def _called(self, image: Any, index: int) -> str:
        if self._names is None:
            return _file_name(image) or f"image {index + 1}"
        if index >= len(self._names):
            raise ValueError(
                f"names has {len(self._names)} entries, but there are more images; give one name "
                "for each"
            )
        return self._names[index]


def collect(images: Any, names: Sequence[str] | None = None) -> dict[str, Any]:
    """Return the images by name, in order; nothing is opened yet.

    Parameters
    ----------
    images, names
        As in ``Images``.

    Raises
    ------
    ValueError, TypeError
        As in ``Images``, and if there is no image.
    """
    if isinstance(images, Iterator):
        images = list(images)
    found = dict(Images(images, names))
    if not found:
        raise ValueError(f"there is no image; {_WHAT}")
    return found


def _listed(names: Any) -> list[str]:
    """Return names in order: those of any iterable that has one, read to its end."""
    unordered = isinstance(names, (str, bytes, Set, Mapping)) or not isinstance(names, Iterable)
    if unordered:
        raise TypeError(
            f"names is a {type(names).__name__}; expected a list with one name for each image, in "
            "their order"
        )
    return [str(name) for name in names]


def _source(images: Any) -> Iterable[Any]:
    if isinstance(images, (str, os.PathLike)):
        return _in_folder(images)
    if isinstance(images, Image.Image) or (
        isinstance(images, (np.ndarray, Tensor)) and images.ndim < 4
    ):
        kind = type(images).__name__
        raise TypeError(f"images is one {kind}; put it into a list, [image]")
    if not isinstance(images, Iterable) or isinstance(images, (bytes, bytearray)):
        raise TypeError(f"images cannot be a {type(images).__name__}; {_WHAT}")
    return images


def _in_folder(folder: str | os.PathLike[str]) -> list[Path]:
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


def _file_name(image: Any) -> str:
    if isinstance(image, Subject):
        return image.name
    file = getattr(image, "filename", "") if isinstance(image, Image.Image) else image
    return Path(file).name if isinstance(file, (str, os.PathLike)) else ""


def _unlike(name: str, taken: dict[str, int]) -> str:
    """Return a name that is not taken yet, and take it: the second "cup" is "cup (2)"."""
    name = texts.valid(name)
    free, number = name, taken.get(name, 0)
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    taken[name] = max(number, 1)
    taken.setdefault(free, 1)
    return free
