"""One image with its name and label: out of a pair, a row of a table, a sample."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor

from xwidget.batch.sources.given import SUFFIXES, Given, path_of

IMAGE = ("image", "img", "picture")
LABEL = ("label", "cls", "class", "target", "fine_label", "labels")
NAME = ("__key__", "file_name", "filename", "name")


def of_pair(item: tuple[Any, Any]) -> Given:
    """Return an image with the name that it has in a dict."""
    found = of_value(item[1])
    return Given(found.image, str(item[0]), found.label)


def of_value(value: Any, called: Callable[[Any], str] = path_of) -> Given:
    """Return an image, an image with its label, or a row of a table as it is."""
    if isinstance(value, Mapping):
        return _of_row(value)
    if isinstance(value, (tuple, list)) and is_pair(value):
        image = _opened(value[0])
        return Given(image, called(image), value[1])
    return Given(value, called(value))


def is_pair(value: Sequence[Any]) -> bool:
    """Return whether this is an image and its label, or what stands in the place of a label."""
    if len(value) != 2 or is_number(value[0]) or isinstance(value[0], (list, tuple)):
        return False
    label = value[1]
    if label is None or is_number(label) or isinstance(label, (str, bytes)):
        return True
    if isinstance(value[0], Mapping):  # of two rows of a table, say
        return False
    vector = isinstance(label, (np.ndarray, Tensor)) and label.ndim == 1
    return vector or isinstance(label, (Mapping, list, tuple))


def is_number(value: Any) -> bool:
    """Return whether this is one number, in an array of its own, too."""
    return isinstance(value, (int, float, np.generic)) or (
        isinstance(value, (np.ndarray, Tensor)) and value.ndim == 0
    )


def _of_row(row: Mapping[str, Any]) -> Given:
    """Return the image of a row of a table, or of a sample of a WebDataset."""
    key = image_key(row)
    if key is None:
        return Given(
            TypeError(
                f"a row has {', '.join(map(str, row))}, and no image; expected a column "
                f"{' or '.join(IMAGE)}, or one called as files are, such as jpg"
            )
        )
    image, name = row[key], value_of(row, NAME)
    if name is None:
        file = image["path"] if isinstance(image, Mapping) and "path" in image else image
        name = path_of(file)
    return Given(_opened(image), str(name), value_of(row, LABEL))


def image_key(row: Mapping[str, Any]) -> str | None:
    """Return the key of a row's image; None if there is none.

    Of a sample with "jpg" and "depth.png", the image is the first.
    """
    files = [key for key in row if Path(f"_.{key}").suffix.lower() in SUFFIXES]
    plain = [key for key in files if "." not in str(key)]
    return next((key for key in IMAGE if key in row), None) or next(iter([*plain, *files]), None)


def value_of(row: Mapping[str, Any], names: Iterable[str]) -> Any:
    """Return the first of some columns that a row has; None for none."""
    return next((row[name] for name in names if name in row), None)


def _opened(image: Any) -> Any:
    """Return an image that came as the bytes of its file; or the reason why it is none."""
    if isinstance(image, Mapping) and "bytes" in image:  # of a ``datasets.Image`` not decoded
        image = image["path"] if image["bytes"] is None else image["bytes"]
    if not isinstance(image, (bytes, bytearray)):
        return image
    try:
        return Image.open(io.BytesIO(image))
    except Exception as error:
        return ValueError(f"{len(image)} bytes are not an image that Pillow can read ({error})")
