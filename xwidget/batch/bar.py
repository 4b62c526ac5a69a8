"""The progress bar of a batch: images done, and how far one at work is."""

from __future__ import annotations

import time
from typing import Any

from tqdm.auto import tqdm

from xwidget.batch.item import Item
from xwidget.support.texts import Room, shown

_PACE = 0.5  # seconds between two words on one image
_NAME = Room(24)


class Bar:
    """A tqdm bar with a word on an image at work.

    Parameters
    ----------
    visible
        Whether to show it.
    """

    def __init__(self, visible: bool) -> None:
        self._visible = visible
        self._bar: Any = None
        self._said = -float("inf")

    def begin(self, count: int | None) -> None:
        """Show it; ``count`` is the number of images, None where nobody knows."""
        self._bar = tqdm(total=count, disable=not self._visible, unit="image", desc="explain")

    def step(self, item: Item, iteration: int) -> None:
        """Say now and then how far an image at work is."""
        if time.monotonic() - self._said > _PACE:
            self.say(f"{shown(item.name, _NAME)}, iteration {iteration}")

    def count(self, name: str) -> None:
        """Count an image that is done."""
        self._bar.set_postfix_str(shown(name, _NAME), refresh=False)
        self._bar.update()

    def skip(self) -> None:
        """Count an image that was done before."""
        if self._visible:  # else it has no figures
            self._bar.initial += 1
            self._bar.n += 1

    def say(self, words: str) -> None:
        """Write this beside the bar."""
        self._said = time.monotonic()
        if self._bar is not None:  # an interrupt may come before it is there
            self._bar.set_postfix_str(words)

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()
