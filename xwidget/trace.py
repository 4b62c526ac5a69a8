"""The course of a run: numbers of every iteration, masks of some. Plain data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Bytes: TypeAlias = npt.NDArray[np.uint8]
Reals: TypeAlias = npt.NDArray[np.float64]

_ROUNDING = 1e-4  # of a score that half precision adds up to a little more than 1


@dataclass(frozen=True, eq=False)
class Trace:
    """Numbers of every iteration of a run.

    Attributes
    ----------
    score, mask_mean, sparsity
        (T,K) float: row i is iteration i, column k is target k; NaN if a target has no value. They
        are the score p_c(e) in [0,1], the mean of the shown mask in [0,1], and λ per mask entry.
    """

    score: Reals
    mask_mean: Reals
    sparsity: Reals

    def __post_init__(self) -> None:
        for name in ("score", "mask_mean", "sparsity"):
            freeze(self, name, np.float64)
        if self.score.ndim != 2:
            raise ValueError(f"trace.score has shape {self.score.shape}; expected (T,K)")
        for name in ("mask_mean", "sparsity"):
            expect(f"trace.{name}", self[name], self.score.shape)
        within("trace.score", self.score, empty=True)
        within("trace.mask_mean", self.mask_mean, empty=True)
        if np.isinf(self.sparsity).any():
            raise ValueError("trace.sparsity holds infinite values; expected finite ones, or NaN")

    def __getitem__(self, name: str) -> Reals:
        return _field(self, name, ("score", "mask_mean", "sparsity"))

    def __len__(self) -> int:
        return len(self.score)


@dataclass(frozen=True, eq=False)
class Frames:
    """Masks of some iterations of a run.

    Attributes
    ----------
    iterations
        (F,) int, rising.
    masks
        (F,K,3,H,W) uint8: ``floor(255 * mask + 0.5)``.
    """

    iterations: npt.NDArray[np.int64]
    masks: Bytes

    def __post_init__(self) -> None:
        freeze(self, "iterations", np.int64)
        freeze(self, "masks", np.uint8)
        if self.masks.ndim != 5 or self.masks.shape[2] != 3:
            raise ValueError(f"frames.masks has shape {self.masks.shape}; expected (F,K,3,H,W)")
        expect("frames.iterations", self.iterations, self.masks.shape[:1])
        if (self.iterations < 0).any():
            raise ValueError(
                f"frames.iterations count from 0, but begin at {self.iterations.min()}"
            )
        if (np.diff(self.iterations) <= 0).any():
            raise ValueError(f"frames.iterations must rise, but are {self.iterations.tolist()}")

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return _field(self, name, ("iterations", "masks"))

    def __len__(self) -> int:
        return len(self.iterations)


def freeze(record: object, name: str, kind: type[np.generic]) -> None:
    """Replace a field by a read-only copy of its own, of the right type."""
    value = np.asarray(getattr(record, name))
    whole = np.issubdtype(kind, np.integer)
    if whole and value.size and not np.issubdtype(value.dtype, np.integer):
        raise TypeError(f"{name} has type {value.dtype}; expected {np.dtype(kind)}")
    if kind is np.uint8 and value.size and value.dtype != np.uint8:
        raise TypeError(f"{name} has type {value.dtype}; expected uint8")
    value = np.array(value, kind, order="C")
    value.setflags(write=False)
    object.__setattr__(record, name, value)


def expect(name: str, value: npt.NDArray[Any], shape: tuple[int, ...]) -> None:
    """Raise ValueError unless a field has this shape."""
    if value.shape != shape:
        raise ValueError(f"{name} has shape {value.shape}; expected {shape}")


def within(name: str, value: npt.NDArray[Any], *, empty: bool = False) -> None:
    """Raise ValueError unless all values lie in [0,1], but for rounding; ``empty`` allows NaN."""
    fits = (value >= -_ROUNDING) & (value <= 1 + _ROUNDING)
    if not (fits | np.isnan(value) if empty else fits).all():
        raise ValueError(
            f"{name} lies in [0,1], but this spans {value.min():.4g} to {value.max():.4g}"
        )


def plain(name: str, value: Any) -> Any:
    """Return a value as what JSON would give back, so that saving changes nothing.

    JSON has no NaN and no infinity: None stands for them.
    """
    try:
        return json.loads(json.dumps(value, default=_number), parse_constant=lambda _: None)
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"{name} must hold only what JSON can: {error}") from error


def _number(value: Any) -> Any:
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is not JSON-able")


def _field(record: object, name: str, names: tuple[str, ...]) -> npt.NDArray[Any]:
    if name not in names:
        raise KeyError(f"{name!r}; there are {', '.join(names)}")
    value: npt.NDArray[Any] = getattr(record, name)
    return value
