"""One image of many: what it is called, where it is, and what it truly shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xwidget.images import file_of
from xwidget.support.texts import HALF_PAIRS, valid


@dataclass(frozen=True)
class Item:
    """One image as it was given, not opened.

    Parameters
    ----------
    index
        Its place among those given, from 0.
    name
        What it is called, unique in its batch: its path within the folder, with "/", or its name.
    image
        Path, PIL image, array, tensor or ``Subject``; an exception where it could not be had.
    label
        Its true class in words; None if it is not known.
    label_index
        The true class's index among those of the net; None if it has no such class.
    """

    index: int
    name: str
    image: Any
    label: str | None = None
    label_index: int | None = None

    @property
    def path(self) -> Path | None:
        """The absolute path of its file; None if it is given in another way."""
        try:
            return file_of(self.image)
        except ValueError:  # a web address, say: it is refused in words when it is read
            return None

    def keepable(self) -> Item:
        """Return it as a store can keep it: one whose path is no text has failed."""
        if self.path is None or not HALF_PAIRS.search(str(self.path)):
            return self
        error = ValueError(
            f"the path {valid(str(self.path))!r} is not UTF-8, so that no store can keep it; "
            "rename the file or folder"
        )
        return replace(self, image=error)
