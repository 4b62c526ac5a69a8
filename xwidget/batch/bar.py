"""The progress bar of a batch: images done, and how far the one at work is."""

from __future__ import annotations

import time
from typing import Any

from tqdm.auto import tqdm

from xwidget.engine.step import Step
from xwidget.support.texts import Room, shown

_PACE = 0.5  # seconds between two words on one image
_NAME = Room(24)


class Bar:
    """A tqdm bar with a word on the image at work.

    Parameters
    ----------
    visible
        Whether to show it.
    """

    def __init__(self, visible: bool) -> None:
        self._visible = visible
        self._bar: Any = None
        self._name = ""
        self._said = -float("inf")

    def begin(self, count: int | None) -> None:
        """Show it; ``count`` is the number of images, None where nobody knows."""
        self._bar = tqdm(total=count, disable=not self._visible, unit="image", desc="explain")

    def turn_to(self, name: str) -> None:
        """Name the image that is explained now."""
        self._name = shown(name, _NAME)
        self.say(self._name)

    def step(self, step: Step) -> None:
        """Say now and then how far the image is."""
        if time.monotonic() - self._said > _PACE:
            self.say(f"{self._name}, iteration {step.iteration}")

    def count(self) -> None:
        """Count an image that is done."""
        self._bar.update()

    def say(self, words: str) -> None:
        """Write this beside the bar."""
        self._said = time.monotonic()
        self._bar.set_postfix_str(words)

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()
