"""The preprocessing of a picture for a net, and the way back to its colors."""

from __future__ import annotations

import functools
import itertools
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from xwidget.images import Picture, fit, fit_box, to_pil
from xwidget.preprocessing import ramps, randomness, transforms
from xwidget.preprocessing.channels import settle, three
from xwidget.preprocessing.geometry import Geometry, from_box
from xwidget.preprocessing.probing import RGB, Channels, Order, Size, probe

# How bright each channel looks (ITU-R 601), as in Pillow's and torchvision's conversion to gray.
# More than any net takes, and than a machine holds a run of.
_MOST_PIXELS = 2**26
_MOST_STEPS = 12  # of a pipeline that are named
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True)
class Preprocess:
    """From a picture (H,W,3) to what a net sees (3,H,W), red first, with mean and std known.

    All of xwidget works on red, green, blue; only :meth:`for_net` knows the order that a net wants.

    Attributes
    ----------
    size
        Height and width of what comes out (of a square picture, where a transform keeps aspects).
    mean, std
        Per channel, red first: what comes out is ``(rgb - mean) / std``.
    channels
        What the net takes: 3, or 1 where it wants gray pictures.
    order
        Which of red (0), green (1) and blue (2) each channel of the net's input is.
    transform
        A callable to apply in place of the resize, crop and normalization of this module.
    takes_tensor
        Whether ``transform`` wants a tensor (3,H,W) instead of a PIL image.
    fitted
        Whether a picture is brought to ``size`` before ``transform``, which leaves sizes alone.
    random
        Whether ``transform`` is known to be random, and a person was told.
    """

    size: Size
    mean: Channels
    std: Channels
    channels: int = 3
    order: Order = RGB
    transform: Callable[..., Any] | None = None
    takes_tensor: bool = False
    fitted: bool = False
    random: bool = False

    def __call__(self, picture: Picture) -> Tensor:
        """Return the net's input for a picture (H,W,3): (3,H,W) float32, red first, normalized.

        Raises
        ------
        TypeError, ValueError
            If the user's transform fails, or does not give finite numbers (3,H,W).
        """
        if self.transform is None:
            return self._normalized(fit(picture, self.size))
        picture = self._given(picture)
        what = f"the image, {picture.shape[0]}×{picture.shape[1]} pixels"
        apply = functools.partial(self._applied, picture, what)
        x, same = (apply(), True) if self.random else randomness.repeats(apply)
        if not same:
            words = randomness.warning(transforms.steps(self.transform))
            warnings.warn(words, stacklevel=3)
        if not bool(x.isfinite().all()):
            raise ValueError(
                f"preprocess gave NaN or infinite values for {what}; where it divides by the "
                "picture's own spread, a flat picture has none: divide by (std + 1e-6)"
            )
        x = x.expand(3, -1, -1)
        return x[[self.order.index(color) for color in RGB]].contiguous()

    @property
    def measured(self) -> bool:
        """True if ``geometry`` sends pictures through a user's transform, which takes its time."""
        return self.transform is not None and not self.random

    def geometry(self, picture: Picture, x: Tensor) -> Geometry:
        """Return the map from the pixels of what a net sees to those of a picture.

        Of xwidget's own resize and crop it is known; a user's transform is measured, see
        :mod:`xwidget.preprocessing.ramps`.

        Parameters
        ----------
        picture
            (H,W,3).
        x
            (3,H',W'), what this preprocess made of it.
        """
        size, input_size = (picture.shape[0], picture.shape[1]), (x.shape[1], x.shape[2])
        if self.transform is None:
            return from_box(fit_box(size, self.size), self.size, size)
        if self.random:
            return Geometry(input_size, size, None, reason=ramps.RANDOM)
        given = self._given(picture)
        apply = functools.partial(self._applied, what="of brightness that rises to one side")
        in_color = self._in_color if self.channels == 3 else None
        found = ramps.measure(apply, given, input_size, in_color)
        found = ramps.like(found, given, self.colors(x))
        return (
            found.after(from_box(fit_box(size, self.size), self.size, size))
            if self.fitted
            else found
        )

    def _given(self, picture: Picture) -> Picture:
        """Return the picture as the transform is given it."""
        return np.asarray(to_pil(fit(picture, self.size))) if self.fitted else picture

    def _in_color(self, picture: Picture) -> Tensor:
        """Return the true colors (3,H,W) of what a net sees of a picture, not cut to [0,1]."""
        x = self._applied(picture, "of brightness that rises to one side").expand(3, -1, -1)
        x = x[[self.order.index(color) for color in RGB]]
        mean, std = (x.new_tensor(figures).view(3, 1, 1) for figures in (self.mean, self.std))
        return x * std + mean

    def _applied(self, picture: Picture, what: str) -> Tensor:
        assert self.transform is not None
        return transforms.apply(self.transform, picture, self.takes_tensor, what)

    def for_net(self, batch: Tensor) -> Tensor:
        """Return a batch (N,3,H,W), red first, in the channels that the net takes, in its order."""
        if self.channels == 1:
            # Three equal channels, whose mean is any of them: so a mask has its three values.
            return batch.mean(1, keepdim=True)
        return batch if self.order == RGB else batch[:, list(self.order)]

    def colors(self, x: Tensor) -> npt.NDArray[np.uint8]:
        """Return the true colors (H,W,3) of what a net sees (3,H,W)."""
        seen = x.detach().cpu().float().permute(1, 2, 0).numpy()
        rgb = seen * np.array(self.std, np.float32) + np.array(self.mean, np.float32)
        return np.ascontiguousarray(np.rint(np.clip(rgb, 0, 1) * np.float32(255)).astype(np.uint8))

    def normalized(self, picture: npt.NDArray[np.uint8]) -> Tensor:
        """Return true colors (H,W,3) as a net sees them, (3,H,W) float32: the inverse of
        :meth:`colors`.
        """
        return self._scaled(picture.astype(np.float32) / np.float32(255))

    def noise(self, seed: int) -> Tensor:
        """Return noise of all colors as a net sees it, (1,3,H,W) float32, normalized."""
        rgb = np.random.default_rng(seed).random((*self.size, 3), np.float32)
        return self._scaled(rgb)[None]

    @property
    def words(self) -> str:
        """The normalization of colors, such as "mean 0.5, std 0.25"."""
        if set(self.mean) == {0.0} and set(self.std) == {1.0}:
            return "rgb in [0,1] as it is"

        def said(values: Sequence[float]) -> str:
            found = [f"{value:.3g}" for value in values]
            return found[0] if len(set(found)) == 1 else f"({', '.join(found)})"

        return f"mean {said(self.mean)}, std {said(self.std)}"

    @property
    def description(self) -> str:
        """All of it in one line: "resized to cover 224×224, cropped; mean 0.5, std 0.25"."""
        height, width = self.size
        if self.transform is None:
            made = f"resized to cover {height}×{width}, cropped"
        else:
            parts = itertools.islice(transforms.steps(self.transform), _MOST_STEPS)
            names = [getattr(part, "__name__", type(part).__name__) for part in parts]
            made = f"{' → '.join(names)}, {height}×{width}"
        gray = ", gray" if self.channels == 1 else ""
        return f"{made}{gray}; {self.words}"

    def _normalized(self, rgb: npt.NDArray[np.float32]) -> Tensor:
        if self.channels == 1:
            rgb = (rgb * _LUMA).sum(-1, keepdims=True).repeat(3, -1)
        return self._scaled(rgb)

    def _scaled(self, rgb: npt.NDArray[np.float32]) -> Tensor:
        x = (rgb - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)
        return torch.from_numpy(x.transpose(2, 0, 1).copy())


def read_preprocess(
    transform: Callable[..., Any] | None,
    size: int | Sequence[int] | None,
    mean: float | Sequence[float] | None,
    std: float | Sequence[float] | None,
) -> tuple[Preprocess, tuple[str, ...]]:
    """Find out size, mean and std from what a user gave, and check that they agree.

    Parameters
    ----------
    transform
        A torchvision weights transform, a ``Compose``, any callable from a PIL image to a tensor
        (3,H,W), or None.
    size, mean, std
        As :class:`xwidget.Classifier` takes them.

    Returns
    -------
    preprocess, warnings
        What was found, and what a person should be warned of, in words.

    Raises
    ------
    TypeError, ValueError
        If something is missing or contradicts; the message says what to give.
    """
    wanted = None if size is None else _checked_size(size)
    means, stds = _checked_channels("mean", mean), _checked_channels("std", std)
    if transform is not None:
        return _from_transform(transform, wanted, means, stds)
    if wanted is None:
        raise ValueError("the net's input size is unknown; give size=224 (pixels), or preprocess=")
    # A bare number serves three channels; a sequence of length 1 says that there is one.
    bare = isinstance(mean, (int, float, np.number)) or getattr(mean, "ndim", 1) == 0
    gray = means is not None and len(means) == 1 and not bare
    colors = three(means or (0.0,)), three(stds or (1.0,))
    return Preprocess(wanted, *colors, 1 if gray else 3), ()


def _from_transform(
    transform: Callable[..., Any],
    size: Size | None,
    mean: tuple[float, ...] | None,
    std: tuple[float, ...] | None,
) -> tuple[Preprocess, tuple[str, ...]]:
    transforms.check(transform)
    forgiving = size is not None and mean is not None and std is not None
    found = probe(transform, forgiving)
    fitted = found.keeps_size and size is not None
    measured = size if fitted or found.size is None else found.size
    assert measured is not None  # without any size a transform is not forgiven that it fails
    if size is not None and size != measured:
        raise ValueError(
            f"size={size} contradicts preprocess, which gives {measured[0]}×{measured[1]} pixels; "
            "leave size out"
        )
    colors = settle(transform, found, mean, std)
    preprocess = Preprocess(
        measured,
        colors.mean,
        colors.std,
        found.channels,
        found.order,
        transform,
        found.takes_tensor,
        fitted,
        found.random,
    )
    return preprocess, tuple(filter(None, (colors.doubt, _instability(transform, found.random))))


def _instability(transform: object, random: bool) -> str:
    """Tell in words where a transform does not give the same each time; empty where it does."""
    if random:
        return randomness.warning(transforms.steps(transform))
    if kinds := randomness.in_training(transforms.steps(transform)):
        return (
            f"preprocess holds modules in training mode ({', '.join(kinds)}), where they may do "
            "something else than in use: call their .eval() first"
        )
    return ""


def _checked_size(size: int | Sequence[int]) -> Size:
    sides = (size, size) if isinstance(size, (int, np.integer)) else _listed(size)
    whole = all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in sides)
    if len(sides) != 2 or not whole or min(sides) < 1:
        raise ValueError(f"size={size!r}; expected pixels: an int, or (height, width)")
    if int(sides[0]) * int(sides[1]) > _MOST_PIXELS:
        raise ValueError(
            f"size={size!r} is more than {_MOST_PIXELS} pixels; expected what the net was trained "
            "on, such as 224"
        )
    return int(sides[0]), int(sides[1])


def _listed(values: Any) -> tuple[Any, ...]:
    if isinstance(values, (np.ndarray, Tensor)):
        values = values.tolist()
    return tuple(values) if isinstance(values, Sequence) else (values,)


def _checked_channels(
    name: str, values: float | Sequence[float] | None
) -> tuple[float, ...] | None:
    if values is None:
        return None
    numbers = transforms.numbers(values)
    if numbers is None:
        raise ValueError(f"{name}={values!r}; expected three numbers, one for red, green and blue")
    if name == "std" and min(numbers) <= 0:
        raise ValueError(f"std={values!r}; every channel's spread must be above 0")
    if max(map(abs, numbers)) > 1:
        raise ValueError(
            f"{name}={values!r} seems to be meant for values 0..255; xwidget's colors are in "
            "[0,1]: divide by 255"
        )
    return numbers
