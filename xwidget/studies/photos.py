"""The photos of a study, and the classes that they are labeled with."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from xwidget.batch.images import Images
from xwidget.batch.item import Item

_INDEX = re.compile(r"(\d+)(?:[ _.-].*)?")


@dataclass(frozen=True)
class Photo:
    """A photo.

    Parameters
    ----------
    name
        Its path within the folder, with "/".
    image
        Its path; or a function that makes the picture of others.
    digest
        Fingerprint of its content.
    label
        Index of the class that it is labeled with; None where it has no label.
    """

    name: str
    image: Any
    digest: str
    label: int | None = None

    def read(self) -> Any:
        """Return the image as ``Subject`` takes it; it may raise whatever reading does."""
        return self.image() if callable(self.image) else self.image


def _folder(item: Item, classes: int) -> int | None:
    return item.label_index


def _name(item: Item, classes: int) -> int | None:
    found = _INDEX.fullmatch(item.name.rsplit("/", 1)[-1])
    index = int(found[1]) if found else classes
    return index if index < classes else None


def _none(item: Item, classes: int) -> int | None:
    return None


#: Where labels come from, by name: (item, number of classes) to the index of a class, or None.
LABELS: Mapping[str, Callable[[Item, int], int | None]] = MappingProxyType(
    {"folder": _folder, "name": _name, "none": _none}
)


def photos_of(
    folder: Path, categories: Sequence[str], labels: str, limit: int | None, seed: int
) -> list[Photo]:
    """Return the photos of a folder, or of its subfolders, as far as they are used.

    Parameters
    ----------
    folder
        The folder, as ``explain_many`` takes it.
    categories
        Names of the network's classes.
    labels
        Where labels come from: "folder", the name of its subfolder; "name", the index of a class at
        the beginning of its own name, such as ``088_macaw.jpg``; "none".
    limit
        How many are used, drawn at random: fewer of the same draw are among more. None for all.
    seed
        Of the draw.

    Raises
    ------
    ValueError
        If there is no such folder, or it holds no photo.
    """
    if not folder.is_dir():
        raise ValueError(f"there is no folder {str(folder)!r} (looked in {Path.cwd()}); check it")
    items = list(Images(folder).items(categories))
    if limit is not None and limit < len(items):
        drawn = sorted(items, key=lambda item: _digest(f"{seed} {item.name}".encode()))[:limit]
        items = sorted(drawn, key=lambda item: item.index)
    read = LABELS[labels]
    return [
        Photo(item.name, item.image, _content(item), read(item, len(categories))) for item in items
    ]


def _content(item: Item) -> str:
    try:
        return _digest(Path(item.image).read_bytes())
    except (OSError, TypeError):  # it will be a row with its error
        return f"unreadable {item.name}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
