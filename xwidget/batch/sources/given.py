"""An image as its source has it, and a source of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from xwidget.subject import Subject

SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".avif"}
)


@dataclass(frozen=True)
class Given:
    """One image as a source has it.

    Parameters
    ----------
    image
        What ``Subject`` takes; an exception where the source could not give it.
    name
        What it is called there; "" where it has no name.
    label
        Its true class: a name, or an index among the source's classes; None if it is not known.
    """

    image: Any
    name: str = ""
    label: Any = None


@dataclass(frozen=True)
class Source:
    """Images with what their source says of them.

    Parameters
    ----------
    images
        Yields ``Given``; nothing is opened or kept.
    count
        How many there are; None if only the end tells.
    classes
        Names of the source's own classes, in the order of its indices; empty if it has none.
    shuffled
        Whether they come in another order each time.
    """

    images: Iterable[Given]
    count: int | None = None
    classes: tuple[str, ...] = ()
    shuffled: bool = False


class Again:
    """An iterable made of a function; by map, as a generator would keep what it yielded last."""

    def __init__(self, make: Callable[[], Iterable[Given]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[Given]:
        return iter(self._make())


def path_of(image: Any) -> str:
    """Return the path, as it was given, of the file that an image is, or was opened from; "" for
    none.
    """
    if isinstance(image, Subject):
        return image.name
    file = getattr(image, "filename", "") if isinstance(image, Image.Image) else image
    if not isinstance(file, (str, os.PathLike)) or not file:
        return ""
    text = os.fsdecode(file)
    return text if "://" in text else Path(text).as_posix()


def file_name(image: Any) -> str:
    """Return the name of the file that an image is, or was opened from; "" for none."""
    path = path_of(image)
    return path if isinstance(image, Subject) else Path(path).name
