"""The effect of a user's transform, found out on pictures made for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from torch import Tensor

from xwidget.images import Picture
from xwidget.preprocessing import transforms
from xwidget.preprocessing.randomness import is_random, left_alone

Size: TypeAlias = tuple[int, int]
Channels: TypeAlias = tuple[float, float, float]
Order: TypeAlias = tuple[int, int, int]

RGB: Order = (0, 1, 2)
#: Flat pictures that tell what is done to a color: two grays, then red, green and blue.
FLATS: tuple[Channels, ...] = (
    (64 / 255,) * 3,
    (191 / 255,) * 3,
    (1.0, 0.0, 0.0),
    (0.0, 1.0, 0.0),
    (0.0, 0.0, 1.0),
)
#: The map that halves the contrast of the test picture: value * HALF[0] + HALF[1].
HALF = (0.5, 64 / 255)

_SIDE = 512
# A channel that keeps less than this share of the others' spread has lost its detail.
_LOST = 0.05


@dataclass(frozen=True)
class Probed:
    """The results for the test pictures.

    Attributes
    ----------
    takes_tensor
        Whether the transform was given tensors.
    size
        Height and width of what came out of a square picture; None where none came through.
    channels
        3, or 1.
    keeps_size
        Whether what comes out is as large as what goes in.
    order
        Which of red, green and blue each channel that comes out is.
    flats
        (5,3): the results for the pictures of ``FLATS``, channel by channel as they come out, NaN
        included; None where the transform fails on them.
    failure
        In which words it failed on a flat picture; "" where it did not.
    busy, dimmed
        The results for a picture full of detail, and for one with half its contrast; None where
        the transform fails on either.
    random
        Whether the same picture comes out differently.
    """

    takes_tensor: bool
    size: Size | None
    channels: int
    keeps_size: bool
    order: Order
    flats: npt.NDArray[np.float64] | None
    failure: str
    busy: Tensor | None
    dimmed: Tensor | None
    random: bool


def probe(transform: Callable[..., Any], forgiving: bool = False) -> Probed:
    """Try a transform on flat pictures and on one full of detail.

    Global random states (torch, numpy, random) are left as they were.

    Parameters
    ----------
    transform
        The user's.
    forgiving
        Whether a transform is taken that fails on every one of these pictures.

    Raises
    ------
    TypeError, ValueError
        If it fails on all pictures, or returns no tensor (3,H,W).
    """
    with left_alone():
        return _probed(transform, forgiving)


def _probed(transform: Callable[..., Any], forgiving: bool) -> Probed:
    picture = _busy()
    trial, busy, refusal = _first_try(transform, picture)
    flats, failure = trial.flats()
    if refusal is not None and not forgiving and (flats is None or not np.isfinite(flats).any()):
        raise type(refusal)(f"{refusal}{_way_out(refusal)}") from refusal
    seen = trial.one(_flat(FLATS[0])) if busy is None else busy
    tall = trial.one(picture[:, : _SIDE // 2])
    sizes = [None if x is None else tuple(x.shape[1:]) for x in (seen, tall)]
    return Probed(
        trial.takes_tensor,
        None if seen is None else (int(seen.shape[1]), int(seen.shape[2])),
        3 if seen is None else int(seen.shape[0]),
        sizes == [(_SIDE, _SIDE), (_SIDE, _SIDE // 2)],
        trial.order(picture),
        flats,
        failure,
        busy,
        trial.one((picture // 2 + 64).astype(np.uint8)),
        is_random(trial.one, list(_varied(picture)), transforms.steps(transform)),
    )


def _first_try(
    transform: Callable[..., Any], picture: Picture
) -> tuple[_Trial, Tensor | None, Exception | None]:
    """Find out whether a transform takes PIL images or, if not, tensors; or why neither."""
    refusal = None
    for takes_tensor in (False, True) if transforms.may_take_tensor(transform) else (False,):
        try:
            busy = transforms.apply(transform, picture, takes_tensor, _WORDS["busy"])
        except (TypeError, ValueError) as error:
            refusal = refusal or error
            if error.__cause__ is None:  # it ran, but what it returned is wrong
                break
        else:
            if bool(busy.isfinite().all()):
                return _Trial(transform, takes_tensor), busy, None
            refusal = ValueError(f"preprocess gave NaN or infinite values for {_WORDS['busy']}")
            return _Trial(transform, takes_tensor), None, refusal
    return _Trial(transform, False), None, refusal


def _way_out(refusal: Exception) -> str:
    """Tell what to do where a transform found nothing to work on: it raised, or returned None."""
    if refusal.__cause__ is None and "returned None" not in str(refusal):
        return ""
    return (
        ". Where it needs pictures of a certain content, a face say, give size=, mean= and std= "
        "too: it is then taken as it is"
    )


class _Trial:
    """A transform on trial."""

    def __init__(self, transform: Callable[..., Any], takes_tensor: bool) -> None:
        self._transform, self.takes_tensor = transform, takes_tensor

    def one(self, picture: Picture) -> Tensor | None:
        """Return a picture as the transform prepares it, or None where that fails."""
        try:
            return transforms.apply(self._transform, picture, self.takes_tensor, "a test picture")
        except (TypeError, ValueError):
            return None

    def flats(self) -> tuple[npt.NDArray[np.float64] | None, str]:
        """Return the results for the flat pictures, or in which words the transform failed."""
        rows = []
        try:
            for color in FLATS:
                x = transforms.apply(
                    self._transform, _flat(color), self.takes_tensor, _WORDS["flat"]
                )
                x = middle(x.expand(3, -1, -1)).reshape(3, -1).double()
                rows.append(np.median(x.numpy(), 1))
        except (TypeError, ValueError) as error:
            return None, str(error)
        return np.array(rows), ""

    def order(self, picture: npt.NDArray[np.uint8]) -> Order:
        """Return which color each channel is: that one loses its detail with the picture's."""
        places = []
        for color in RGB:
            blanked = picture.copy()
            blanked[..., color] = 128
            x = self.one(blanked)
            if x is None or len(x) != 3:
                return RGB
            spread = middle(x).reshape(3, -1).double().std(1, correction=0)
            spread = spread.nan_to_num(0.0)
            flat = (spread < _LOST * spread.max()).nonzero().flatten().tolist()
            if len(flat) != 1:
                return RGB
            places.append(flat[0])
        if sorted(places) != list(RGB):
            return RGB
        first, second, third = (places.index(channel) for channel in RGB)
        return first, second, third


_WORDS = {
    "flat": f"xwidget's own test picture, a flat gray or color, {_SIDE}×{_SIDE} pixels",
    "busy": f"xwidget's own test picture, noise with discs of pure colors, {_SIDE}×{_SIDE} pixels",
}


def middle(x: Tensor) -> Tensor:
    """Return the middle (C,H/2,W/2) of what came out (C,H,W): at the borders it may be padded."""
    rows, cols = (slice(n // 4, n - n // 4) for n in x.shape[1:])
    return x[:, rows, cols]


def _flat(color: tuple[float, float, float]) -> npt.NDArray[np.uint8]:
    return np.full((_SIDE, _SIDE, 3), np.rint(np.array(color) * 255), np.uint8)


def _busy() -> npt.NDArray[np.uint8]:
    """Noise, and discs of white, black, red, green and blue: something for whatever is sought."""
    picture = np.random.default_rng(0).integers(0, 256, (_SIDE, _SIDE, 3), np.uint8)
    rows, cols = np.mgrid[:_SIDE, :_SIDE]
    colors = ((255,) * 3, (0,) * 3, (255, 0, 0), (0, 255, 0), (0, 0, 255))
    for n, color in enumerate(colors):
        angle = 2 * np.pi * n / len(colors)
        row, col = (_SIDE / 2 + _SIDE / 5 * f(angle) for f in (np.sin, np.cos))
        picture[(rows - row) ** 2 + (cols - col) ** 2 < (_SIDE / 12) ** 2] = color
    return picture


def _varied(picture: npt.NDArray[np.uint8]) -> Iterator[Picture]:
    """Yield pictures of several shapes and brightnesses; first of all a small one."""
    yield picture[:48, :64]
    yield picture
    yield picture[:, : _SIDE // 2]
    yield picture[: _SIDE // 3]
    yield picture // 4
    yield (255 - picture // 4).astype(np.uint8)
    yield from (_flat(color) for color in FLATS[:2])
