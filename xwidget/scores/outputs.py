"""Finding the tensor that is meant in what a net returns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from xwidget.support import arguments, texts


def tensor(outputs: Any, *keys: str) -> Tensor:
    """Return the tensor itself, the one under the first key that there is, or the first of several.

    Raises
    ------
    TypeError
        If there is none.
    """
    found = outputs
    if not isinstance(found, Tensor):
        named = (
            found if isinstance(found, dict) else vars(found) if hasattr(found, "__dict__") else {}
        )
        found = next((named[key] for key in keys if isinstance(named.get(key), Tensor)), found)
    if isinstance(found, (list, tuple)) and found:
        found = found[0]
    if not isinstance(found, Tensor):
        raise TypeError(
            f"there is no tensor in it, itself, first of several, or under {', '.join(keys)}; "
            "write a score of your own, xw.Score(fn), that takes it out"
        )
    return found.float() if found.dtype.itemsize < 4 else found


def numbered(target: int | str, index: Callable[[int | str], int] | None = None) -> int:
    """Return the index of a class that a score names.

    Raises
    ------
    ValueError, TypeError
        If it is a name, and there are no names to find it in; or no index.
    """
    if index is not None:
        return index(target)
    if isinstance(target, str):
        raise ValueError(
            f"{target!r} is a name, but the net has none; give xw.Classifier(..., categories=...), "
            "or the index"
        )
    return arguments.whole("a label", target, 0)


def chosen(name: str, value: object, known: Sequence[str]) -> None:
    """Raise ValueError unless a value is one of those that there are."""
    if value not in known:
        there_are = " or ".join(map(repr, known))
        raise ValueError(f"{name}={texts.shown(repr(value), texts.NAME)}; expected {there_are}")


def numbers(name: str, values: Any) -> Tensor:
    """Return an array or a tensor as a float32 tensor of its own, on the CPU.

    Raises
    ------
    TypeError
        If it holds no real numbers.
    """
    if isinstance(values, Tensor):
        return values.detach().cpu().to(torch.float32, copy=True)
    array = np.array(values)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} holds {array.dtype} values; expected real numbers")
    return torch.from_numpy(array.astype(np.float32))


def column(values: Tensor, place: int) -> Tensor:
    """Return one of C entries (N, ...) of values (N, C, ...).

    Raises
    ------
    ValueError
        If there is no such entry.
    """
    if not 0 <= place < values.shape[1]:
        raise ValueError(
            f"index {place} is none of its {values.shape[1]}, 0 to {values.shape[1] - 1}"
        )
    return values[:, place]
