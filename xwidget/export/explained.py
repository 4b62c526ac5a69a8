"""The parts of an explanation that files, pages and plots are made from."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from xwidget.checks import Checks
from xwidget.trace import Bytes, Frames, Reals, Trace


class Explained(Protocol):
    """An explanation of K classes, as ``xwidget.Explanation`` describes it."""

    @property
    def image(self) -> Bytes:
        """(H,W,3) uint8: the image as the net sees it."""
        ...

    @property
    def reference(self) -> Bytes:
        """(H,W,3) uint8: the picture where a mask is 0."""
        ...

    @property
    def targets(self) -> tuple[int, ...]:
        """K class indices."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """K class names."""
        ...

    @property
    def short_names(self) -> tuple[str, ...]:
        """The names in few words."""
        ...

    @property
    def masks(self) -> npt.NDArray[np.float32]:
        """(K,3,H,W) float32 in [0,1]."""
        ...

    @property
    def evidence(self) -> Bytes:
        """(K,H,W,3) uint8: image and reference, blended by the masks."""
        ...

    @property
    def image_scores(self) -> Reals:
        """(K,): scores of the image, in [0,1]."""
        ...

    @property
    def scores(self) -> Reals:
        """(K,): scores of the pictures found, in [0,1]."""
        ...

    @property
    def trace(self) -> Trace:
        """Curves of the run."""
        ...

    @property
    def frames(self) -> Frames:
        """Masks of some iterations."""
        ...

    @property
    def checks(self) -> tuple[Checks, ...]:
        """Checks of each class."""
        ...

    @property
    def diagnostics(self) -> dict[str, Any]:
        """Facts about the run, JSON-able."""
        ...

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of the run, JSON-able."""
        ...

    @property
    def game(self) -> str:
        """Name of the game."""
        ...

    @property
    def defense(self) -> str:
        """Name of the defense, or "auto"."""
        ...

    def says(self, target: int | str | None = None) -> str:
        """Return what the picture of a class is, in one sentence."""
        ...

    def to_pil(self, target: int | str | None = None, *, view: str = "evidence") -> Image.Image:
        """Return a class's evidence as a PIL image."""
        ...
