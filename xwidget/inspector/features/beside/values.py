"""Values as they travel: in steps of the scale, with each pixel's place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from xwidget.attribution import Attribution
from xwidget.frames import Frame
from xwidget.metrics.ranking import ranks
from xwidget.places import Places, of_ranks

STEPS = 32767
"""Steps of the scale on each side of 0, in 16 bits."""

_BEYOND = 1e-3  # share of the values that may be beyond the scale

Floats = npt.NDArray[np.float32]


def scale_of(values: Floats, signed: bool) -> float:
    """Return the scale: 1, or that of signed values.

    It is their largest magnitude. A few values of many methods are so large that all others would
    look neutral: where less than 0.1% are beyond half of it, it is the magnitude that 0.1% are
    beyond, unless that is 0.

    Examples
    --------
    >>> scale_of(np.array([-0.5, 0.25], np.float32), True)
    0.5
    >>> values = np.linspace(-1, 1, 10_001, dtype=np.float32)
    >>> values[0] = -9
    >>> round(scale_of(values, True), 2)
    1.0
    """
    if not signed:
        return 1.0
    magnitudes = np.abs(values)
    largest = float(magnitudes.max())
    most = float(np.quantile(magnitudes, 1 - _BEYOND, method="higher"))
    return most if 0 < most < largest / 2 else largest or 1.0


def places_of(relevance: npt.NDArray[np.floating]) -> Places:
    """Return each pixel's place (H, W), 0 for the most relevant: ``floor(65536 rank / n)``.

    The top share s of the pixels are those below ``65536 s``.

    Examples
    --------
    >>> places_of(np.array([[0.5, 1.0], [0.25, 0.0]])).tolist()
    [[16384, 0], [32768, 49152]]
    """
    return of_ranks(ranks(np.array(relevance)).numpy())


@dataclass(eq=False)
class Found:
    """A pane's values for one class.

    Attributes
    ----------
    seq
        Another number each time they change.
    attribution
        The values, of this class alone.
    note
        What must be known of them, in words.
    weights
        Fingerprint of the net that they are of.
    final
        Whether they are not to change: not those shown while they are computed.
    order
        (H, W), the most relevant highest, where the source has an order of the pixels of its own;
        None for that of the values.
    """

    seq: int
    attribution: Attribution
    note: str = ""
    weights: str = ""
    final: bool = True
    order: Floats | None = None

    @property
    def values(self) -> Floats:
        """The values, (C, H, W) with one or three channels."""
        values: Floats = self.attribution.values[0]
        return values if values.ndim == 3 else values[None]

    @cached_property
    def scale(self) -> float:
        """The magnitude at the end of the scale."""
        return scale_of(self.values, self.attribution.signed)

    @cached_property
    def clipped(self) -> float:
        """Share of the values beyond the scale."""
        return float((np.abs(self.values) > self.scale).mean()) if self.attribution.signed else 0.0

    @cached_property
    def places(self) -> Places:
        """Each pixel's place."""
        return places_of(self.attribution.relevance[0] if self.order is None else self.order)

    @property
    def ranked(self) -> Attribution:
        """The order of the pixels, as an attribution."""
        if self.order is None:
            return self.attribution
        return replace(self.attribution, values=self.order[None], signed=False)

    @property
    def size(self) -> int:
        """Bytes that it holds, about: values and standing, and an order of its own."""
        order = 0 if self.order is None else self.order.nbytes
        return int(self.values.nbytes + 2 * self.values[0].size + order)

    def buffer(self) -> bytes:
        """Return the values as int16 (C, H, W), then the places as uint16 (H, W)."""
        steps = np.rint(np.clip(self.values / self.scale, -1, 1) * STEPS).astype("<i2")
        return b"".join([steps.tobytes(), self.order_buffer()])

    def order_buffer(self) -> bytes:
        """Return the places alone, as uint16 (H, W)."""
        return self.places.astype("<u2").tobytes()

    def frame(self) -> Frame:
        """Return the values in 8 bits: unit ones as those of a mask, signed ones around 128."""
        if self.attribution.signed:
            pixels = 128 + np.rint(127 * np.clip(self.values / self.scale, -1, 1))
        else:
            pixels = np.floor(255 * self.values + 0.5)
        target = self.attribution.targets[0]
        return Frame(pixels.astype(np.uint8), target=target, seq=self.seq)


def told(found: Found, *, own: bool) -> tuple[dict[str, Any], int, Callable[[], bytes]]:
    """Return the fields that tell of values, with the size of their buffer, and what makes it; of
    our own, the places alone.
    """
    channels, height, width = found.values.shape
    about = {
        "seq": found.seq,
        "scale": 1.0 if own else found.scale,
        "signed": not own and found.attribution.signed,
        "channels": 0 if own else channels,
        "height": height,
        "width": width,
    }
    size = 2 * height * width * (1 if own else 1 + channels)
    return about, size, found.order_buffer if own else found.buffer
