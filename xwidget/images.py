"""Reading a picture of any kind into one form: RGB, upright, on white where it was transparent."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit
from urllib.request import url2pathname

import numpy as np
import numpy.typing as npt
import torch
from PIL import ExifTags, Image, UnidentifiedImageError
from torch import Tensor

#: Anything that is read as an image.
ImageLike: TypeAlias = "str | os.PathLike[str] | Image.Image | npt.NDArray[np.generic] | Tensor"
#: A picture: (H,W,3), uint8, or float32 in [0,1] where the source has more than 8 bits.
Picture: TypeAlias = "npt.NDArray[np.uint8] | npt.NDArray[np.float32]"

_ACCEPTED = (
    "an image is a path, a PIL image, an array (H,W), (H,W,1), (H,W,3) or (H,W,4), "
    "or a torch tensor (3,H,W) or (1,H,W)"
)
# Resampling and half precision leave values a little outside [0,1]; these are cut, not refused.
_TOLERANCE = 1e-3
# What makes a photo upright, by its orientation in EXIF.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_EXIF = b"Exif\0\0"  # how its segment of a JPEG file begins
_LONGEST = 200  # characters of a path in an error


def read(image: ImageLike | object) -> Picture:
    """Read an image of any kind into a picture (H,W,3).

    Rotation recorded in EXIF is applied, transparency is put over white, gray becomes three equal
    channels. Nothing is stretched or rescaled: 16 bits are read as value / 65535.

    Parameters
    ----------
    image
        A path or file: URI; a PIL image of any mode; an array (H,W), (H,W,1), (H,W,3) or (H,W,4)
        that is uint8, uint16, bool, or float in [0,1], of any byte order; a torch tensor (3,H,W),
        (1,H,W) or (4,H,W) of the same types, on any device.

    Returns
    -------
    ndarray
        (H,W,3), uint8 where the source has 8 bits or fewer, else float32 in [0,1].

    Raises
    ------
    ValueError, TypeError
        If no picture can be read: the message says what came, what was expected, what to do.

    Examples
    --------
    >>> read(np.full((2, 2), 0.5)).shape
    (2, 2, 3)
    """
    if isinstance(image, Image.Image):
        return _from_pil(image)
    if isinstance(image, np.ndarray):
        return _from_array(image)
    if isinstance(image, Tensor):
        return _from_tensor(image)
    if isinstance(image, (str, os.PathLike)):
        return _from_path(os.fsdecode(image))
    raise TypeError(f"an image cannot be a {type(image).__name__}; {_ACCEPTED}.{_way_out(image)}")


def _way_out(image: object) -> str:
    if isinstance(image, (list, tuple)):
        return " One image at a time: pass one element, or np.asarray(...) of its pixels."
    if isinstance(image, (bytes, bytearray, memoryview)):
        return " Open encoded bytes with PIL.Image.open(io.BytesIO(...))."
    if hasattr(image, "read"):
        return " Open a file with PIL.Image.open(file)."
    if hasattr(image, "__array__"):
        return " Pass np.asarray(image)."
    return ""


def file_of(image: ImageLike) -> Path | None:
    """Return the absolute path of the file that an image is given by; None for any other image."""
    if not isinstance(image, (str, os.PathLike)):
        return None
    return Path(_local(os.fsdecode(image))).expanduser().absolute()


def to_pil(picture: Picture) -> Image.Image:
    """Return a picture (H,W,3), uint8 or float in [0,1], as an 8-bit RGB PIL image."""
    if picture.dtype != np.uint8:
        picture = np.floor(picture * 255 + 0.5).astype(np.uint8)
    return Image.fromarray(picture)


def fit_box(shape: tuple[int, ...], size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Return the part of a picture that :func:`fit` keeps: (left, upper, right, lower)."""
    height, width = shape[:2]
    scale = min(height / size[0], width / size[1])
    rows, cols = size[0] * scale, size[1] * scale
    top, left = (height - rows) / 2, (width - cols) / 2
    return (left, top, left + cols, top + rows)


def fit(picture: Picture, size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Resize so that the picture just covers ``size``; what sticks out is cut evenly on both sides.

    Bicubic with antialiasing. A picture whose aspect already matches loses nothing.

    Parameters
    ----------
    picture
        (H,W,3), uint8 or float32 in [0,1].
    size
        Height and width wanted.

    Returns
    -------
    ndarray
        (H',W',3) float32 in [0,1].
    """
    box = fit_box(picture.shape, size)
    shape = (size[1], size[0])
    if picture.dtype == np.uint8:
        resized = Image.fromarray(picture).resize(shape, Image.Resampling.BICUBIC, box=box)
        return np.asarray(resized, np.float32) / np.float32(255)
    planes = [
        Image.fromarray(np.ascontiguousarray(picture[..., channel])).resize(
            shape, Image.Resampling.BICUBIC, box=box
        )
        for channel in range(3)
    ]
    return np.clip(np.stack([np.asarray(plane, np.float32) for plane in planes], -1), 0, 1)


def _from_path(name: str) -> Picture:
    if not name:
        raise ValueError("the path of the image is empty; pass the path of an image file")
    path = Path(_local(name)).expanduser()
    said = repr(name if len(name) <= _LONGEST else f"{name[:_LONGEST]}...")
    try:
        exists, regular = path.exists(), path.is_file()
    except (OSError, ValueError):  # a name that is no path: too long, or with a zero in it
        exists = regular = False
    if not exists:
        raise ValueError(f"there is no file {said} (looked in {Path.cwd()}); check the path")
    if path.is_dir():
        raise ValueError(f"{said} is a folder; pass the path of one image in it")
    if not regular:
        raise ValueError(f"{said} is no regular file; pass the path of an image file")
    try:
        image = _opened(path)
    except UnidentifiedImageError:
        raise ValueError(
            f"{said} is not an image that Pillow can read; convert it to PNG or JPEG"
        ) from None
    except Exception as error:  # Pillow's readers raise whatever they stumble over
        raise ValueError(f"image {said} could not be read: {_words(error)}") from error
    with image:
        return _from_pil(image, f"image {said}")


def _opened(path: Path) -> Image.Image:
    """Open an image file; where that fails, without its EXIF, over which Pillow may stumble."""
    try:
        return Image.open(path)
    except Exception:
        data = path.read_bytes()
        if _EXIF not in data:
            raise
        return Image.open(io.BytesIO(data.replace(_EXIF, bytes(len(_EXIF)))))


def _local(name: str) -> str:
    """Return the path that a file: URI names, any other path as it is, and refuse web addresses."""
    scheme = name.split(":", 1)[0].lower()
    if scheme == "data" and "," in name:
        raise ValueError(
            "the image is a data: URI; decode it with "
            "PIL.Image.open(urllib.request.urlopen(uri)) and pass that"
        )
    if scheme == "file" and ":" in name:
        parts = urlsplit(name)
        if parts.netloc not in ("", "localhost"):
            raise ValueError(
                f"image {name!r} names the host {parts.netloc!r}; pass the path alone, without "
                "file://, or a URI with three slashes, as pathlib.Path(...).absolute().as_uri() "
                "makes it"
            )
        return url2pathname(parts.path)
    if "://" in name:
        raise ValueError(f"image {name!r} is a web address; download it and pass the file's path")
    return name


def _from_pil(image: Image.Image, said: str = "the image") -> Picture:
    if 0 in image.size:
        raise ValueError(f"the image is empty: its size is {image.size[0]}×{image.size[1]} pixels")
    try:
        _load(image)
    except Exception as error:
        raise ValueError(f"{said} could not be read: {_words(error)}") from error
    image = _upright(image)
    if image.mode.startswith("I"):
        return _from_wide(image)
    if image.mode == "F":
        return _from_array(np.asarray(image))
    try:
        if image.has_transparency_data:
            # Pillow has no way from premultiplied gray to colors but by plain gray.
            image = image.convert("LA" if image.mode == "La" else "RGBA").convert("RGBA")
            white = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(white, image)
        return np.array(image.convert("RGB"), np.uint8)
    except ValueError as error:
        raise ValueError(
            f"{said} has mode {image.mode!r}, which Pillow cannot turn into colors by itself "
            f"({_words(error)}); convert it to RGB first, for instance with PIL.ImageCms"
        ) from error


def _load(image: Image.Image) -> None:
    """Load the pixels; where Pillow then fails at what else the file says, they are there."""
    try:
        image.load()
    except (OSError, SyntaxError):
        raise
    except Exception:
        image.load()


def _upright(image: Image.Image) -> Image.Image:
    """Turn a photo as its EXIF says, or leave it as it is where that cannot be read."""
    try:
        turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        return image
    return image if turn is None else image.transpose(turn)


def _words(error: Exception) -> str:
    return str(error).strip() or type(error).__name__


def _from_wide(image: Image.Image) -> Picture:
    """Read modes ``I;16`` and ``I``, which Pillow's own conversion to RGB would cut off at 255."""
    values = np.asarray(image)
    low, high = int(values.min()), int(values.max())
    if low < 0 or high > 65535:
        raise ValueError(
            f"a PIL image of mode {image.mode!r} is read as 16 bits, but its values span {low} to "
            f"{high}; scale them to 0..65535, or to a float array in [0,1]"
        )
    said, way = f"a PIL image of mode {image.mode!r}", "Image.fromarray(np.uint8(image))"
    if image.mode == "I" and 0 < high <= 255:  # whose numbers may mean anything
        raise ValueError(_too_dark(said, high, way))
    _doubt_16_bits(said, high, way)
    return _from_array(values.astype(np.uint16))


def _doubt_16_bits(said: str, high: int, way: str) -> None:
    """Warn where what is read as 16 bits looks like 8: all of it is black."""
    if 0 < high <= 255:
        warnings.warn(_too_dark(said, high, way), stacklevel=2)


def _too_dark(said: str, high: int, way: str) -> str:
    return (
        f"{said} is read as 16 bits, but its largest value is {high}, which is black; if it has 8 "
        f"bits, pass {way}. If it is as dark as that, pass a float array, np.asarray(image) / 65535"
    )


def _from_tensor(tensor: Tensor) -> Picture:
    shape = tuple(tensor.shape)
    if tensor.ndim == 4:
        hint = "pass one image: batch[0]" if shape[0] != 1 else "drop the batch dimension: image[0]"
        raise ValueError(f"the tensor has shape {shape}, which is a batch; {hint}")
    if tensor.ndim == 3 and shape[0] not in (1, 3, 4) and shape[2] in (1, 3, 4):
        raise ValueError(
            f"the tensor has shape {shape}, channels last; a tensor is (3,H,W): "
            "image.permute(2, 0, 1)"
        )
    if tensor.ndim not in (2, 3) or (tensor.ndim == 3 and shape[0] not in (1, 3, 4)):
        raise ValueError(f"the tensor has shape {shape}; expected (3,H,W) or (1,H,W)")
    if tensor.is_meta or tensor.layout != torch.strided or tensor.is_quantized:
        raise ValueError(
            f"the tensor holds no plain numbers ({tensor.layout}, on {tensor.device}); expected a "
            "dense one: .to_dense() or .dequantize(), and not on the meta device"
        )
    values = tensor.detach().cpu().as_subclass(Tensor)
    if values.dtype == torch.uint16 and values.numel():
        high = int(values.to(torch.int32).max())
        _doubt_16_bits("a tensor of uint16", high, "image.to(torch.uint8)")
    if values.dtype == torch.bfloat16:  # numpy has no such type
        values = values.float()
    if values.ndim == 3:
        values = values.permute(1, 2, 0)
    return _from_array(values.numpy())


def _from_array(array: npt.NDArray[np.generic]) -> Picture:
    return _rgb(_checked_values(array, _checked_shape(array))).copy()


def _checked_shape(array: npt.NDArray[np.generic]) -> tuple[int, int, int]:
    shape = array.shape
    if isinstance(array, np.ma.MaskedArray) and np.ma.is_masked(array):
        count = int(np.ma.getmaskarray(array).sum())
        raise ValueError(
            f"{count} of the image's {array.size} values are masked; say what they are: "
            "image.filled(0)"
        )
    if array.size == 0:
        raise ValueError(f"the image is empty: its shape is {shape}")
    if array.ndim == 2:
        return (shape[0], shape[1], 1)
    if array.ndim == 3 and shape[2] in (1, 3, 4):
        return (shape[0], shape[1], shape[2])
    if array.ndim == 4:
        raise ValueError(f"the array has shape {shape}, which is a batch; pass one image: batch[0]")
    if array.ndim == 3 and shape[0] in (1, 3, 4):
        raise ValueError(
            f"the array has shape {shape}, channels first; an array is (H,W,3): "
            "np.moveaxis(image, 0, -1), or pass a torch tensor"
        )
    raise ValueError(f"the array has shape {shape}; expected (H,W), (H,W,1), (H,W,3) or (H,W,4)")


def _checked_values(array: npt.NDArray[np.generic], shape: tuple[int, int, int]) -> Picture:
    """Return the array as (H,W,C), uint8 or float32 in [0,1], or say why that cannot be."""
    array = np.asarray(array).reshape(shape)
    array = array.astype(array.dtype.newbyteorder("="), copy=False)
    if array.dtype == np.uint8:
        return array.astype(np.uint8)
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype == np.uint16:
        _doubt_16_bits("an array of uint16", int(array.max()), "image.astype(np.uint8)")
        return array.astype(np.float32) / np.float32(65535)
    if array.dtype.kind != "f":
        raise TypeError(
            f"the image has type {array.dtype}; expected uint8, uint16, or float in [0,1]. "
            "For values 0..255 use .astype(np.uint8)"
        )
    values = array.astype(np.float32)
    if not np.isfinite(values).all():
        bad = int((~np.isfinite(values)).sum())
        raise ValueError(f"{bad} of the image's {values.size} values are NaN or infinite")
    low, high = float(values.min()), float(values.max())
    if low < -_TOLERANCE or high > 1 + _TOLERANCE:
        hint = (
            "it looks normalized: pass the picture as it was before"
            if low < 0
            else "divide by 255, or pass uint8"
            if high <= 255
            else "scale it to [0,1]"
        )
        raise ValueError(
            f"a float image lies in [0,1], but its values span {low:.4g} to {high:.4g}; {hint}"
        )
    return np.clip(values, 0, 1)


def _rgb(values: Picture) -> Picture:
    """Bring (H,W,1|3|4) to (H,W,3)."""
    if values.shape[2] == 1:
        return values.repeat(3, axis=2)
    if values.shape[2] == 3:
        return values
    if values.dtype == np.uint8:
        return _from_pil(Image.fromarray(values))
    alpha = values[..., 3:]
    return (values[..., :3] * alpha + (1 - alpha)).astype(np.float32)
