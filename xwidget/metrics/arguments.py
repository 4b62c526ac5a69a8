"""Arguments of metrics as tensors and plain numbers, or errors that say what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

#: Values of pixels that a metric takes: those that ``prepare``, ``explain`` and torch return.
Values: TypeAlias = "Tensor | npt.NDArray[Any]"

# Resampling and half precision leave values a little outside [0, 1].
_TOLERANCE = 1e-3


def tensor(name: str, values: object) -> Tensor:
    """Return a tensor as it is, but for its gradient, and an array's copy as a tensor.

    Raises
    ------
    TypeError
        If it is neither, or holds no real numbers.
    """
    if isinstance(values, np.ndarray):
        if values.dtype.kind not in "biuf" or values.dtype.itemsize > 8:
            raise TypeError(f"{name} is an array of {values.dtype}; expected real numbers")
        return torch.from_numpy(np.array(values, values.dtype.newbyteorder("=")))
    if not isinstance(values, Tensor):
        raise TypeError(f"{name} is a {type(values).__name__}; expected a tensor or a numpy array")
    if values.is_complex() or values.is_meta or values.layout != torch.strided:
        kind = f"{values.dtype}, {values.layout}, on {values.device}"
        raise TypeError(f"{name} holds no plain real numbers ({kind}); expected a dense tensor")
    return values.detach()


def image(x: object) -> Tensor:
    """Return a normalized image (3, H, W); raise TypeError or ValueError for anything else."""
    if not isinstance(x, (Tensor, np.ndarray)):
        raise TypeError(
            f"x is a {type(x).__name__}; expected a prepared image, from clf.prepare(image)"
        )
    found = tensor("x", x)
    if found.ndim != 3 or found.shape[0] != 3:
        raise ValueError(
            f"x has shape {tuple(found.shape)}; expected a normalized image (3, H, W): "
            "clf.prepare(image)"
        )
    return found if found.is_floating_point() else found.float()


def mask(values: object, x: Tensor) -> Tensor:
    """Return a mask as a tensor like an image; raise TypeError or ValueError if it is none."""
    found = tensor("mask", values).to(x)
    if found.ndim > 3 or any(
        one not in (1, other)
        for one, other in zip(found.shape[::-1], x.shape[-3:][::-1], strict=False)
    ):
        raise ValueError(
            f"mask has shape {tuple(found.shape)}; expected that of the image, "
            f"{tuple(x.shape[-3:])}, or (H, W)"
        )
    low, high = (float(end) for end in found.aminmax())
    if not -_TOLERANCE <= low <= high <= 1 + _TOLERANCE:
        raise ValueError(f"mask spans {low:.4g} to {high:.4g}; expected values in [0, 1]")
    return found


def whole(name: str, value: object, most: int | None = None) -> int:
    """Return a number from 1 to ``most``; raise TypeError or ValueError for anything else."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name}={value!r} is a {type(value).__name__}; expected an int")
    number = int(value)
    if number < 1:
        raise ValueError(f"{name}={number} must be at least 1")
    if most is not None and number > most:
        raise ValueError(f"{name}={number} is more than {most}, one for each pixel")
    return number


def shares(values: Sequence[float] | npt.NDArray[Any]) -> list[float]:
    """Return shares as floats; raise TypeError or ValueError for none, or ones beyond [0, 1]."""
    try:
        found = [float(value) for value in values]
    except (TypeError, ValueError):
        raise TypeError(f"shares={values!r}; expected several numbers, each in [0, 1]") from None
    if not found or not all(0 <= value <= 1 for value in found):
        raise ValueError(f"shares={found!r}; expected at least one, each in [0, 1]")
    return found
