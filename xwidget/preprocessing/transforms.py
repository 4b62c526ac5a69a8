"""A user's own transform: what it is made of, and what it makes of a picture."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from xwidget.images import Picture, to_pil

# Transforms after which a picture is a tensor; a pipeline without any may want one to begin with.
_MAKES_TENSOR = frozenset({"ToTensor", "MaybeToTensor", "PILToTensor", "ToImage", "ToImageTensor"})
_EXPECTED = "expected a float tensor (3,H,W)"


def check(transform: object) -> None:
    """Raise TypeError unless this may be a transform."""
    made = transform.func if isinstance(transform, functools.partial) else transform
    if isinstance(made, type):
        raise TypeError(
            "preprocess is a function that makes a transform; call it: weights.transforms()"
        )
    if not callable(transform):
        hint = ": give weights.transforms()" if hasattr(transform, "transforms") else ""
        raise TypeError(
            f"preprocess is a {type(transform).__name__}; expected a torchvision transform or a "
            f"callable from a PIL image to a tensor (3,H,W){hint}"
        )


def steps(transform: Any) -> Iterator[Any]:
    """Yield the parts of a pipeline, also of nested ones; anything else is its own only part."""
    inner = getattr(transform, "transforms", None)
    if isinstance(transform, nn.Sequential):
        inner = list(transform)
    if not isinstance(inner, (list, tuple, nn.ModuleList)):
        yield transform
        return
    for step in inner:
        yield from steps(step)


def may_take_tensor(transform: object) -> bool:
    """Return True if no step of a transform is known to make tensors of PIL images."""
    kinds = (base.__name__ for step in steps(transform) for base in type(step).__mro__)
    return _MAKES_TENSOR.isdisjoint(kinds)


def numbers(values: object) -> tuple[float, ...] | None:
    """Return one or three finite numbers, of whatever holds them; None of anything else."""
    if values is None or isinstance(values, (str, bytes)):
        return None
    try:
        if isinstance(values, Tensor):
            values = values.detach().cpu().double().numpy()
        found = np.asarray(values, np.float64).reshape(-1)
    except Exception:  # whatever a user's object raises where it is no number
        return None
    if len(found) not in (1, 3) or not np.isfinite(found).all():
        return None
    return tuple(found.tolist())


def numbers_of(step: object, name: str) -> tuple[float, ...] | None:
    """Return the numbers that an attribute of a step holds; None where it holds something else."""
    try:
        return numbers(getattr(step, name, None))
    except Exception:  # a property of the user's
        return None


def _is_of_weights(transform: object) -> bool:
    """Return True for what ``weights.transforms()`` of torchvision makes."""
    presets = sys.modules.get("torchvision.transforms._presets")  # else there is no such object
    return presets is not None and isinstance(transform, presets.ImageClassification)


def apply(transform: Callable[..., Any], picture: Picture, takes_tensor: bool, what: str) -> Tensor:
    """Return a transform of a picture: (3,H,W) or (1,H,W) float32, or say what is wrong.

    Parameters
    ----------
    transform, takes_tensor
        The transform, and whether it wants a tensor (3,H,W) instead of a PIL image.
    picture
        (H,W,3).
    what
        What to call the picture in errors.

    Raises
    ------
    TypeError, ValueError
        If it fails, or returns something else.
    """
    # Weights transforms take both; a tensor keeps more than 8 bits where the picture has them.
    deep = picture.dtype != np.uint8 and (takes_tensor or _is_of_weights(transform))
    given: Image.Image | Tensor
    if takes_tensor or deep:
        given = torch.from_numpy(np.array(picture)).permute(2, 0, 1).contiguous()
    else:
        given = to_pil(picture)
    kind = "float tensor" if deep else "uint8 tensor" if takes_tensor else "PIL image"
    try:
        # What a transform makes without saying where, it makes beside the picture.
        with torch.device("cpu"), torch.no_grad():
            x = transform(given)
    except Exception as error:
        raise ValueError(f"preprocess failed on a {kind} (RGB), {what}: {_words(error)}") from error
    return _checked(x, what)


def _checked(x: object, what: str) -> Tensor:
    if isinstance(x, np.ndarray) and x.dtype.kind in "fiub":
        x = torch.from_numpy(np.array(x, x.dtype.newbyteorder("="), order="C"))
    if not isinstance(x, Tensor):
        name = "None" if x is None else f"a {type(x).__name__}"
        raise TypeError(f"preprocess returned {name} for {what}; {_EXPECTED}{_way_out(x)}")
    x = x.detach().cpu().as_subclass(Tensor)
    if x.ndim == 4 and len(x) == 1:
        x = x[0]
    fits = x.ndim == 3 and x.shape[0] in (1, 3) and x.shape[1] > 0 and x.shape[2] > 0
    if not fits or not x.is_floating_point():
        hint = ""
        if x.ndim == 3 and x.shape[2] in (1, 3) and not fits:
            hint = ": add .permute(2, 0, 1), and .float() / 255 where it is 0..255"
        elif x.ndim == 4 and len(x) > 1:
            hint = ": one picture, not a batch of several"
        elif fits:
            hint = ": add .float() / 255, and the net's normalization"
        raise ValueError(
            f"preprocess returned a tensor of shape {tuple(x.shape)} and type {x.dtype} for "
            f"{what}; expected float (3,H,W){hint}"
        )
    return x.float().contiguous()


def _way_out(x: object) -> str:
    if x is None:
        return ", so let the function end in a return"
    if isinstance(x, Image.Image):
        return "; let it end in torchvision.transforms.ToTensor() and the net's normalization"
    if isinstance(x, Mapping) or hasattr(x, "keys"):
        key = "pixel_values" if "pixel_values" in x else next(iter(x), "...")  # type: ignore[operator, call-overload]
        call = ', return_tensors="pt"' if key == "pixel_values" else ""
        return f'; take the tensor out: preprocess=lambda im: processor(im{call})["{key}"][0]'
    if isinstance(x, (list, tuple)):
        return "; take the tensor out: preprocess=lambda im: transform(im)[0]"
    return ""


def _words(error: Exception) -> str:
    text = str(error).strip()
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
