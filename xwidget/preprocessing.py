"""What is done to a picture before a net sees it, and what must be known to show it again."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torchvision.transforms._presets import ImageClassification

from xwidget.images import Picture, fit, to_pil

Size: TypeAlias = tuple[int, int]
Channels: TypeAlias = tuple[float, float, float]

# Transforms after which a picture is a tensor; a pipeline without any wants a tensor to begin with.
_MAKES_TENSOR = {"ToTensor", "MaybeToTensor", "PILToTensor", "ToImage", "ToImageTensor"}
_PROBE = 512
_LEVELS = (0.25, 0.75)
# A flat picture must come back within this of its own value, of 1, for mean and std to be believed.
_BELIEVED = 0.02


@dataclass(frozen=True)
class Preprocess:
    """From a picture (H,W,3) to what a net sees (3,H,W), with mean and std known.

    Attributes
    ----------
    size
        Height and width of what comes out (of a square picture, where a transform keeps aspects).
    mean, std
        Per channel, red first: what comes out is ``(rgb - mean) / std``.
    channels
        What the net takes: 3, or 1 where it wants grey pictures.
    transform
        A callable to apply in place of the resize, crop and normalization of this module.
    takes_tensor
        Whether ``transform`` wants a tensor (3,H,W) instead of a PIL image.
    """

    size: Size
    mean: Channels
    std: Channels
    channels: int = 3
    transform: Callable[..., Any] | None = None
    takes_tensor: bool = False

    def __call__(self, picture: Picture) -> Tensor:
        """Return what the net sees of a picture (H,W,3): (3,H,W) float32, normalized."""
        if self.transform is not None:
            x = _applied(self.transform, picture, self.takes_tensor)
            return x.expand(3, -1, -1).contiguous()
        rgb = torch.from_numpy(fit(picture, self.size)).permute(2, 0, 1)
        if self.channels == 1:
            rgb = (rgb * _LUMA[:, None, None]).sum(0).expand(3, -1, -1)
        mean, std = torch.tensor(self.mean), torch.tensor(self.std)
        return ((rgb - mean[:, None, None]) / std[:, None, None]).contiguous()


# How bright each channel looks (ITU-R 601), as in Pillow's and torchvision's conversion to grey.
_LUMA = torch.tensor([0.299, 0.587, 0.114])


def read_preprocess(
    transform: Callable[..., Any] | None,
    size: int | Sequence[int] | None,
    mean: float | Sequence[float] | None,
    std: float | Sequence[float] | None,
) -> Preprocess:
    """Find out size, mean and std from what a user gave, and check that they agree.

    Parameters
    ----------
    transform
        A torchvision weights transform, a ``Compose``, any callable from a PIL image to a tensor
        (3,H,W), or None.
    size, mean, std
        As :class:`xwidget.Classifier` takes them.

    Raises
    ------
    TypeError, ValueError
        Where something is missing or contradicts; the message says what to give.
    """
    wanted = None if size is None else _checked_size(size)
    means, stds = _checked_channels("mean", mean), _checked_channels("std", std)
    if transform is not None:
        return _from_transform(transform, wanted, means, stds)
    if wanted is None:
        raise ValueError("the net's input size is unknown; give size=224 (pixels), or preprocess=")
    # A bare number serves three channels; a sequence of length 1 says that there is one.
    grey = means is not None and len(means) == 1 and not isinstance(mean, (int, float))
    return Preprocess(wanted, _three(means or (0.0,)), _three(stds or (1.0,)), 1 if grey else 3)


def _from_transform(
    transform: Callable[..., Any],
    size: Size | None,
    mean: tuple[float, ...] | None,
    std: tuple[float, ...] | None,
) -> Preprocess:
    _check_transform(transform)
    steps = list(_steps(transform))
    takes_tensor = len(steps) > 1 and not any(_makes_tensor(step) for step in steps)
    dark, light = (_applied(transform, _flat(level), takes_tensor) for level in _LEVELS)
    measured = (int(dark.shape[1]), int(dark.shape[2]))
    if size is not None and size != measured:
        raise ValueError(
            f"size={size} contradicts preprocess, which gives {measured[0]}×{measured[1]} pixels; "
            "leave size out"
        )
    colors = _colors(transform, steps, mean, std, (dark, light))
    return Preprocess(measured, *colors, int(dark.shape[0]), transform, takes_tensor)


def _colors(
    transform: object,
    steps: Sequence[Any],
    mean: tuple[float, ...] | None,
    std: tuple[float, ...] | None,
    seen: tuple[Tensor, Tensor],
) -> tuple[Channels, Channels]:
    """Settle mean and std: given or read, and held against what became of two flat pictures."""
    read = _normalization(transform, steps)
    if read and not _misfit(*read, seen):
        for name, ours, theirs in (("mean", mean, read[0]), ("std", std, read[1])):
            if ours is not None and not np.allclose(_three(ours), theirs):
                raise ValueError(
                    f"{name}={ours} contradicts preprocess, which has {theirs}; leave {name} out"
                )
        return read
    if mean is None or std is None:
        raise ValueError(
            f"mean and std cannot be read from preprocess ({type(transform).__name__}); give both "
            "mean= and std= as it applies them to rgb in [0,1], so that the picture can be shown "
            "in its colors"
        )
    given = _three(mean), _three(std)
    if misfit := _misfit(*given, seen):
        warnings.warn(f"{misfit}: colors will look wrong; check mean and std", stacklevel=6)
    return given


def _normalization(transform: object, steps: Sequence[Any]) -> tuple[Channels, Channels] | None:
    """Read mean and std from a pipeline, or guess that one without any leaves rgb in [0,1]."""
    found = [step for step in steps if hasattr(step, "mean") and hasattr(step, "std")]
    if len(found) == 1:
        mean, std = (tuple(map(float, v)) for v in (found[0].mean, found[0].std))
        return _three(mean), _three(std)
    opaque = len(steps) == 1 and steps[0] is transform
    return None if found or opaque else (_three((0.0,)), _three((1.0,)))


def _misfit(mean: Channels, std: Channels, seen: tuple[Tensor, Tensor]) -> str:
    """Tell in words how flat grey pictures would be shown in another grey; empty where they fit."""
    for level, x in zip(_LEVELS, seen, strict=True):
        rgb = x * torch.tensor(std)[:, None, None] + torch.tensor(mean)[:, None, None]
        if abs(float(rgb.mean()) - level) > _BELIEVED:
            return (
                f"preprocess turns a flat grey of {level} into {float(x.mean()):.3g}, which with "
                f"mean={mean} and std={std} is shown as {float(rgb.mean()):.3g}"
            )
    return ""


def _check_transform(transform: object) -> None:
    if isinstance(transform, (type, functools.partial)):
        raise TypeError(
            "preprocess is not a transform yet but what makes one; call it: weights.transforms()"
        )
    if not callable(transform):
        hint = ": give weights.transforms()" if hasattr(transform, "transforms") else ""
        raise TypeError(
            f"preprocess is a {type(transform).__name__}; expected a torchvision transform or a "
            f"callable from a PIL image to a tensor (3,H,W){hint}"
        )


def _steps(transform: Any) -> Iterator[Any]:
    """Yield the parts of a pipeline, also of nested ones; anything else is its own only part."""
    inner = getattr(transform, "transforms", None)
    if isinstance(transform, nn.Sequential):
        inner = list(transform)
    if not isinstance(inner, (list, tuple, nn.ModuleList)):
        yield transform
        return
    for step in inner:
        yield from _steps(step)


def _makes_tensor(step: object) -> bool:
    return any(base.__name__ in _MAKES_TENSOR for base in type(step).__mro__)


def _applied(transform: Callable[..., Any], picture: Picture, takes_tensor: bool) -> Tensor:
    """Return a user's transform of a picture: (3,H,W) or (1,H,W) float32, or say what is wrong."""
    # Weights transforms take both; a tensor keeps more than 8 bits where the picture has them.
    deep = picture.dtype != np.uint8 and isinstance(transform, ImageClassification)
    given: Image.Image | Tensor
    if takes_tensor or deep:
        given = torch.from_numpy(picture).permute(2, 0, 1).contiguous()
    else:
        given = to_pil(picture)
    try:
        x = transform(given)
    except Exception as error:
        kind = "float tensor" if deep else "uint8 tensor" if takes_tensor else "PIL image"
        raise ValueError(f"preprocess failed on a {kind} (RGB): {error}") from error
    if not isinstance(x, Tensor):
        raise TypeError(
            f"preprocess returned a {type(x).__name__}; expected a float tensor (3,H,W)"
        )
    x = x.detach().cpu().as_subclass(Tensor)
    if x.ndim == 4 and len(x) == 1:
        x = x[0]
    if x.ndim != 3 or x.shape[0] not in (1, 3) or not x.is_floating_point():
        raise ValueError(
            f"preprocess returned a tensor of shape {tuple(x.shape)} and type {x.dtype}; expected "
            "float (3,H,W)"
        )
    return x.float().contiguous()


def _flat(level: float) -> Picture:
    return np.full((_PROBE, _PROBE, 3), round(level * 255), np.uint8)


def _checked_size(size: int | Sequence[int]) -> Size:
    sides = tuple(size) if isinstance(size, Sequence) else (size, size)
    whole = all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) for n in sides)
    if len(sides) != 2 or not whole or min(sides) < 1:
        raise ValueError(f"size={size!r}; expected pixels: an int, or (height, width)")
    return int(sides[0]), int(sides[1])


def _checked_channels(
    name: str, values: float | Sequence[float] | None
) -> tuple[float, ...] | None:
    if values is None:
        return None
    try:
        numbers = np.asarray(values, np.float64).reshape(-1)
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if len(numbers) not in (1, 3) or not np.isfinite(numbers).all():
        raise ValueError(f"{name}={values!r}; expected three numbers, one for red, green and blue")
    if name == "std" and (numbers <= 0).any():
        raise ValueError(f"std={values!r}; every channel's spread must be above 0")
    if (np.abs(numbers) > 1).any():
        raise ValueError(
            f"{name}={values!r} seems to be meant for values 0..255; xwidget's colors are in "
            "[0,1]: divide by 255"
        )
    return tuple(numbers.tolist())


def _three(values: tuple[float, ...]) -> Channels:
    return (values[0],) * 3 if len(values) == 1 else (values[0], values[1], values[2])
