"""The precision of a measured geometry: python -m benchmarks.geometry.

Each transform's true map is known. The error is that of the input's four corners, in pixels of the
photo, and the largest over photos of several sizes. Prints the table of docs/concepts/geometry.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torchvision import transforms as T
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F
from torchvision.transforms._presets import ImageClassification

from xwidget.preprocessing.geometry import Geometry
from xwidget.preprocessing.preprocess import Preprocess, read_preprocess
from xwidget.studies.tables import number, table

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
NORMALIZE = T.Normalize(MEAN, STD)
#: Odd, not square, small, large: height and width.
SIZES = ((333, 501), (64, 48), (1200, 801))
LARGE = (3000, 4000)


def photo(height: int, width: int) -> np.ndarray:
    """Return a picture with something in each corner: soft, so that any filter keeps it."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (7, 9, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))


def preprocess(transform: Any, size: int | None = None) -> Preprocess:
    """Return a transform as a classifier reads it."""
    opaque = not hasattr(transform, "transforms") and not isinstance(transform, ImageClassification)
    return read_preprocess(transform, size, MEAN if opaque else None, STD if opaque else None)[0]


def found(transform: Any, picture: np.ndarray, size: int | None = None) -> Geometry:
    """Return the geometry that is measured of a transform with a picture."""
    prepare = preprocess(transform, size)
    return prepare.geometry(picture, prepare(picture))


def letterbox(image: Image.Image, side: int = 160) -> Tensor:
    """Return a picture, shrunk as a whole, in the middle of a gray square."""
    scale = side / max(image.size)
    shrunk = image.resize((round(image.width * scale), round(image.height * scale)))
    sheet = Image.new("RGB", (side, side), (114, 114, 114))
    sheet.paste(shrunk, ((side - shrunk.width) // 2, (side - shrunk.height) // 2))
    return NORMALIZE(F.to_tensor(sheet))


def resized(height: int, width: int, side: tuple[int, int], at: tuple[int, int] = (0, 0)) -> Any:
    """Return a 2×3 matrix: all of the photo at ``side``, its upper left corner at minus ``at``."""
    down, across = height / side[0], width / side[1]
    return np.array(
        [[across, 0, (at[1] + 0.5) * across - 0.5], [0, down, (at[0] + 0.5) * down - 0.5]]
    )


def covered(height: int, width: int, shorter: int, crop: int) -> Any:
    """Return the matrix of torchvision's Resize(shorter) and CenterCrop(crop)."""
    side = (
        (shorter, int(shorter * width / height))
        if height <= width
        else (int(shorter * height / width), shorter)
    )
    at = tuple(round((n - crop) / 2) for n in side)
    return resized(height, width, side, at)  # type: ignore[arg-type]


def boxed(height: int, width: int) -> Any:
    """Return the matrix of ``letterbox``."""
    scale = 160 / max(height, width)
    side = round(height * scale), round(width * scale)
    return resized(height, width, side, (-((160 - side[0]) // 2), -((160 - side[1]) // 2)))


def mirrored(height: int, width: int) -> Any:
    """Return the matrix of a resize to 160×160 and a flip."""
    matrix = resized(height, width, (160, 160))
    return np.array([[-matrix[0, 0], 0, matrix[0, 0] * 159 + matrix[0, 2]], matrix[1]])


def turned(height: int, width: int) -> Any:
    """Return the matrix of a resize to 160×160 and a turn by 90°."""
    matrix = resized(height, width, (160, 160))
    return np.array(
        [[0, -matrix[0, 0], matrix[0, 0] * 159 + matrix[0, 2]], [matrix[1, 1], 0, matrix[1, 2]]]
    )


def by_albumentations(image: Image.Image) -> Tensor:
    """Return a picture as such a pipeline makes it: arrays by name, in and out."""

    def pipeline(*, image: np.ndarray) -> dict[str, np.ndarray]:
        small = np.asarray(Image.fromarray(image).resize((160, 160)), np.float32) / 255
        return {"image": ((small - MEAN) / STD).astype(np.float32)}

    return torch.from_numpy(pipeline(image=np.asarray(image))["image"].transpose(2, 0, 1))


TRANSFORMS: dict[str, tuple[Any, Callable[[int, int], Any]]] = {
    "resize and center crop, torchvision weights": (
        ImageClassification(crop_size=160, resize_size=184),
        lambda h, w: covered(h, w, 184, 160),
    ),
    "resize and center crop, by transforms": (
        T.Compose([T.Resize(184), T.CenterCrop(160), T.ToTensor(), NORMALIZE]),
        lambda h, w: covered(h, w, 184, 160),
    ),
    "resize of a tensor without antialiasing": (
        T.Compose([T.ToTensor(), T.Resize((160, 160), antialias=False), NORMALIZE]),
        lambda h, w: resized(h, w, (160, 160)),
    ),
    "resize to the nearest pixel": (
        T.Compose([T.Resize((160, 160), InterpolationMode.NEAREST), T.ToTensor(), NORMALIZE]),
        lambda h, w: resized(h, w, (160, 160)),
    ),
    "letterbox with gray padding": (letterbox, boxed),
    "flip": (
        T.Compose([T.Resize((160, 160)), T.RandomHorizontalFlip(1.0), T.ToTensor(), NORMALIZE]),
        mirrored,
    ),
    "turn by 90°": (
        T.Compose(
            [T.Resize((160, 160)), T.Lambda(lambda im: im.transpose(2)), T.ToTensor(), NORMALIZE]
        ),
        turned,
    ),
    "resize with reflected borders": (
        T.Compose(
            [T.Resize((128, 128)), T.Pad(16, padding_mode="reflect"), T.ToTensor(), NORMALIZE]
        ),
        lambda h, w: resized(h, w, (128, 128), (-16, -16)),
    ),
    "resize of an array, as by Albumentations": (
        by_albumentations,
        lambda h, w: resized(h, w, (160, 160)),
    ),
    "resize to 28×28 in gray": (
        T.Compose([T.Grayscale(), T.Resize((28, 28)), T.ToTensor(), T.Normalize((0.5,), (0.5,))]),
        lambda h, w: resized(h, w, (28, 28)),
    ),
}


def error(geometry: Geometry, truth: Any) -> float:
    """Return the largest error of the input's four corners, in pixels of the original."""
    height, width = geometry.input_size
    corners = np.array([(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)])
    expected = corners @ truth[:, :2].T + truth[:, 2]
    return float(np.abs(geometry.to_original(corners) - expected).max())


def main() -> None:
    """Measure each transform on photos of all sizes, and print the table."""
    argparse.ArgumentParser(prog="python -m benchmarks.geometry", description=__doc__).parse_args()
    rows = []
    for name, (transform, truth) in TRANSFORMS.items():
        errors = [error(found(transform, photo(*size)), truth(*size)) for size in (*SIZES, LARGE)]
        rows.append([name, number(max(errors[:-1]), 2), number(errors[-1], 2)])
    sizes = ", ".join(f"{width}×{height}" for height, width in SIZES)
    head = ["transform", f"photos of {sizes}", f"photo of {LARGE[1]}×{LARGE[0]}"]
    sys.stdout.write(table(head, rows) + "\n")


if __name__ == "__main__":
    main()
