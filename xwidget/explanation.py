"""The result of a run: what is shown, how it came about, and views of it. Plain data, no net."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Bytes: TypeAlias = npt.NDArray[np.uint8]
Reals: TypeAlias = npt.NDArray[np.float64]

# A file says what it is and which layout it has, so that a foreign or a newer one is told apart.
_KIND = "xwidget.Explanation"
_LAYOUT = 1
_ARRAYS = (
    "image",
    "reference",
    "targets",
    "masks",
    "image_scores",
    "scores",
    "trace.score",
    "trace.mask_mean",
    "trace.sparsity",
    "frames.iterations",
    "frames.masks",
)


@dataclass(frozen=True, eq=False)
class Trace:
    """How a run went, iteration by iteration.

    Attributes
    ----------
    score, mask_mean, sparsity
        (T,K) float: row i is iteration i, column k is target k; NaN where a target has no value.
        The score p_c(e), the mean of the shown mask in [0,1], and λ per pixel.
    """

    score: Reals
    mask_mean: Reals
    sparsity: Reals

    def __post_init__(self) -> None:
        for name in ("score", "mask_mean", "sparsity"):
            _freeze(self, name, np.float64)
        if self.score.ndim != 2:
            raise ValueError(f"trace.score has shape {self.score.shape}; expected (T,K)")
        for name in ("mask_mean", "sparsity"):
            _expect(f"trace.{name}", self[name], self.score.shape)

    def __getitem__(self, name: str) -> Reals:
        return _field(self, name, ("score", "mask_mean", "sparsity"))

    def __len__(self) -> int:
        return len(self.score)


@dataclass(frozen=True, eq=False)
class Frames:
    """The masks of some of a run's iterations.

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
        _freeze(self, "iterations", np.int64)
        _freeze(self, "masks", np.uint8)
        if self.masks.ndim != 5 or self.masks.shape[2] != 3:
            raise ValueError(f"frames.masks has shape {self.masks.shape}; expected (F,K,3,H,W)")
        _expect("frames.iterations", self.iterations, self.masks.shape[:1])
        if (np.diff(self.iterations) <= 0).any():
            raise ValueError(f"frames.iterations must rise, but are {self.iterations.tolist()}")

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return _field(self, name, ("iterations", "masks"))

    def __len__(self) -> int:
        return len(self.iterations)


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """Which pixels, in which color, a net relies on for K classes of one image.

    Attributes
    ----------
    image
        (H,W,3) uint8: what the net saw, in true color.
    reference
        (H,W,3) uint8: what is seen where the mask is 0.
    targets
        K class indices.
    names
        Their names.
    masks
        (K,3,H,W) float32 in [0,1]: what is shown, one value per pixel and color channel.
    image_scores
        (K,) float: p_c(x), the score of the image.
    scores
        (K,) float: p_c(e), the score of what was optimized.
    trace, frames
        How it came about: numbers of every iteration, masks of some.
    diagnostics
        What is worth knowing about the run; JSON-able.
    settings
        What was asked for: "game", "defense", "sparsity", ...; JSON-able.

    Raises
    ------
    ValueError, TypeError
        Where shapes, types or ranges do not fit together.
    """

    image: Bytes
    reference: Bytes
    targets: tuple[int, ...]
    names: tuple[str, ...]
    masks: npt.NDArray[np.float32]
    image_scores: Reals
    scores: Reals
    trace: Trace
    frames: Frames
    diagnostics: dict[str, Any]
    settings: dict[str, Any]

    def __post_init__(self) -> None:
        for name in ("image", "reference"):
            _freeze(self, name, np.uint8)
        _freeze(self, "masks", np.float32)
        for name in ("image_scores", "scores"):
            _freeze(self, name, np.float64)
        object.__setattr__(self, "targets", tuple(int(target) for target in self.targets))
        object.__setattr__(self, "names", tuple(str(name) for name in self.names))
        for name in ("diagnostics", "settings"):
            object.__setattr__(self, name, _plain(name, getattr(self, name)))
        self._check()

    def _check(self) -> None:
        if not self.targets:
            raise ValueError("an explanation has at least one target, but targets is empty")
        if len(set(self.targets)) != len(self.targets):
            raise ValueError(f"targets names a class twice: {self.targets}")
        if self.image.ndim != 3 or self.image.shape[2] != 3:
            raise ValueError(f"image has shape {self.image.shape}; expected (H,W,3)")
        count, (height, width) = len(self.targets), self.image.shape[:2]
        _expect("reference", self.reference, (height, width, 3))
        _expect("masks", self.masks, (count, 3, height, width))
        _expect("image_scores", self.image_scores, (count,))
        _expect("scores", self.scores, (count,))
        _expect("trace.score", self.trace.score, (len(self.trace), count))
        _expect("frames.masks", self.frames.masks, (len(self.frames), count, 3, height, width))
        if len(self.names) != count:
            raise ValueError(f"names has {len(self.names)} names for {count} targets")
        # NaN is in no range, so it is caught here too.
        if not ((self.masks >= 0) & (self.masks <= 1)).all():
            raise ValueError(
                f"masks lie in [0,1], but these span {self.masks.min():.4g} to "
                f"{self.masks.max():.4g}"
            )

    @property
    def game(self) -> str:
        """The game played: "preservation", "deletion", "generation" or "repression"."""
        return str(self.settings.get("game", ""))

    @property
    def defense(self) -> str:
        """The defense asked for, see ``Settings``; ``"auto"`` is the game's own."""
        return str(self.settings.get("defense", ""))

    @cached_property
    def evidence(self) -> Bytes:
        """What a person sees: (K,H,W,3) uint8, the image where the mask is 1, else the reference.

        In integers, so that every reader of a mask's bytes gets the very same picture:
        ``(m * image + (255 - m) * reference + 127) // 255`` with ``m = floor(255 * mask + 0.5)``.
        """
        evidence = blend(self.image, self.reference, quantize(self.masks))
        evidence.setflags(write=False)
        return evidence

    def to_pil(self, target: int | str | None = None) -> Image.Image:
        """Return a class's evidence as a PIL image.

        Parameters
        ----------
        target
            Class index or name, one of :attr:`targets` or :attr:`names`; None for the first.

        Raises
        ------
        ValueError
            Where the class was not explained.
        """
        return Image.fromarray(self.evidence[self._position(target)])

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write everything to a safetensors file, which :meth:`load` reads back exactly.

        The file holds arrays and text only: opening it runs no code.

        Parameters
        ----------
        path
            Where to; an existing file is replaced once the new one is complete.
        """
        path = Path(path)
        arrays = {name: np.ascontiguousarray(self._array(name)) for name in _ARRAYS}
        about = {
            "kind": _KIND,
            "layout": str(_LAYOUT),
            "names": json.dumps(self.names),
            "settings": json.dumps(self.settings),
            "diagnostics": json.dumps(self.diagnostics),
        }
        part = path.with_name(path.name + ".part")
        try:
            part.write_bytes(save(arrays, about))
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Explanation:
        """Read a file that :meth:`save` wrote.

        Raises
        ------
        ValueError
            Where the file is not one of these, is damaged, or is from a newer version.
        FileNotFoundError
            Where there is no file.
        """
        path = Path(path)
        if not path.exists():
            raise FileNotFoundError(f"there is no file {str(path)!r}")
        try:
            with safe_open(path, framework="numpy") as file:
                about = file.metadata() or {}
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError) as error:
            raise ValueError(
                f"{str(path)!r} is not an explanation saved by xwidget, or it is damaged: it "
                f"cannot be read as safetensors ({error})"
            ) from error
        return cls._restored(str(path), about, arrays)

    @classmethod
    def _restored(
        cls, path: str, about: Mapping[str, str], arrays: Mapping[str, npt.NDArray[Any]]
    ) -> Explanation:
        if about.get("kind") != _KIND:
            raise ValueError(
                f"{path!r} is a safetensors file, but not an explanation saved by xwidget; it "
                f"holds {', '.join(sorted(arrays)[:5]) or 'nothing'}"
            )
        if about.get("layout") != str(_LAYOUT):
            raise ValueError(
                f"{path!r} has layout {about.get('layout')}, and this xwidget reads layout "
                f"{_LAYOUT}; upgrade xwidget"
            )
        try:
            return cls(
                image=arrays["image"],
                reference=arrays["reference"],
                targets=tuple(arrays["targets"].tolist()),
                names=tuple(json.loads(about["names"])),
                masks=arrays["masks"],
                image_scores=arrays["image_scores"],
                scores=arrays["scores"],
                trace=Trace(
                    arrays["trace.score"], arrays["trace.mask_mean"], arrays["trace.sparsity"]
                ),
                frames=Frames(arrays["frames.iterations"], arrays["frames.masks"]),
                diagnostics=json.loads(about["diagnostics"]),
                settings=json.loads(about["settings"]),
            )
        except KeyError as error:
            raise ValueError(f"{path!r} is damaged: it has no {error}") from error
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path!r} is damaged: {error}") from error

    def plot(self) -> Figure:
        """Draw image, evidence and mask heat of every class, a row each.

        The heat is the mean of the mask's three channels, on a scale that is always 0 to 1: masks
        of different classes, runs and nets may be compared.

        Returns
        -------
        matplotlib.figure.Figure
            Shown by a notebook; ``.savefig(path)`` writes it.

        Raises
        ------
        ModuleNotFoundError
            Where matplotlib is not installed; the message names the extra that brings it.

        Examples
        --------
        >>> explain(clf, photo).plot().savefig("espresso.png")  # doctest: +SKIP
        """
        from xwidget.plotting import plot

        return plot(self)

    def export_html(
        self,
        path: str | os.PathLike[str],
        keyframes: int | None = None,
        target: int | str | None = None,
    ) -> Path:
        """Write one HTML file that needs no kernel and no network, and is still interactive.

        It is the Inspector's panel, to look at: classes, views, iterations, values under the
        pointer. Nothing in it can reach the network.

        Parameters
        ----------
        path
            Where to; an existing file is replaced once the new one is complete.
        keyframes
            How many iterations' masks of each class it holds, >= 1: the last, the first, and
            others evenly spread over those that were kept; all where there are fewer. None is 8.
            A mask takes some 60 kB at 224×224 pixels, and in proportion at other sizes: the sample
            photo with three classes makes 1.5 MB, with 16 masks each 2.6 MB, with one 0.3 MB.
        target
            Class drawn first, index or name; None for the one with the highest image score.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ValueError
            Where ``keyframes`` is no such number, or the class was not explained.
        OSError
            Where the file cannot be written.

        Examples
        --------
        >>> explain(clf, photo).export_html("espresso.html")  # doctest: +SKIP
        """
        from xwidget.portable import KEYFRAMES, write

        count = KEYFRAMES if keyframes is None else keyframes
        drawn = None if target is None else self.targets[self._position(target)]
        return write(self, path, count, drawn)

    def __repr__(self) -> str:
        height, width = self.image.shape[:2]
        last = max(len(self.trace) - 1, 0)
        head = f"Explanation: {self.game}, {self.defense} defense, {last} iterations, "
        lines = [f"{head}{height}×{width} pixels"]
        wide = max(len(name) for name in self.names)
        for k, (target, name) in enumerate(zip(self.targets, self.names, strict=True)):
            lines.append(
                f"  {target:>4} {name:<{wide}}  image {self.image_scores[k]:.3f}  "
                f"optimized {self.scores[k]:.3f}  mask mean {self.masks[k].mean():.3f}"
            )
        return "\n".join(lines)

    def _repr_png_(self) -> bytes:
        """Show the image beside the first class's evidence, where a notebook asks for a picture."""
        gap = np.full((self.image.shape[0], 8, 3), 255, np.uint8)
        side_by_side = np.concatenate([self.image, gap, self.evidence[0]], axis=1)
        file = io.BytesIO()
        Image.fromarray(side_by_side).save(file, "PNG")
        return file.getvalue()

    def _position(self, target: int | str | None) -> int:
        if target is None:
            return 0
        if isinstance(target, str):
            names = [name.casefold() for name in self.names]
            if names.count(target.casefold()) == 1:
                return names.index(target.casefold())
        elif target in self.targets:
            return self.targets.index(target)
        explained = ", ".join(
            f"{index} {name!r}" for index, name in zip(self.targets, self.names, strict=True)
        )
        raise ValueError(f"class {target!r} was not explained; these were: {explained}")

    def _array(self, name: str) -> npt.NDArray[Any]:
        found: Any = self
        for part in name.split("."):
            found = getattr(found, part)
        return np.asarray(found, np.int64) if name == "targets" else found


def quantize(masks: npt.NDArray[np.floating[Any]]) -> Bytes:
    """Return masks in [0,1], any shape, as bytes: ``floor(255 * mask + 0.5)``."""
    values = np.asarray(masks, np.float32) * np.float32(255) + np.float32(0.5)
    return values.astype(np.uint8)  # which cuts off: the floor of what is positive


def blend(image: Bytes, reference: Bytes, masks: Bytes) -> Bytes:
    """Show an image through masks: the image where a mask is 255, the reference where it is 0.

    Parameters
    ----------
    image, reference
        (H,W,3) uint8.
    masks
        (...,3,H,W) uint8.

    Returns
    -------
    ndarray
        (...,H,W,3) uint8: ``(m * image + (255 - m) * reference + 127) // 255``.
    """
    m = np.moveaxis(masks, -3, -1).astype(np.int32)
    blended: Bytes = ((m * image + (255 - m) * reference + 127) // 255).astype(np.uint8)
    return np.ascontiguousarray(blended)


def _freeze(record: object, name: str, kind: type[np.generic]) -> None:
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


def _expect(name: str, value: npt.NDArray[Any], shape: tuple[int, ...]) -> None:
    if value.shape != shape:
        raise ValueError(f"{name} has shape {value.shape}; expected {shape}")


def _field(record: object, name: str, names: tuple[str, ...]) -> npt.NDArray[Any]:
    if name not in names:
        raise KeyError(f"{name!r}; there are {', '.join(names)}")
    value: npt.NDArray[Any] = getattr(record, name)
    return value


def _plain(name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a mapping as what JSON would give back, so that saving changes nothing."""
    try:
        plain: dict[str, Any] = json.loads(json.dumps(dict(value), default=_number))
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must hold only what JSON can: {error}") from error
    return plain


def _number(value: Any) -> Any:
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} is not JSON-able")
