"""Images out of whatever holds them: a folder, a list, a data set, a loader, a stream."""

from __future__ import annotations

import io
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, IterableDataset

from xwidget.subject import Subject

_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".avif"}
)
WHAT = (
    "images is a folder, a dict of name: image, several images, each as in clf.prepare, or a data "
    "set or loader of images and labels"
)
_IMAGE = ("image", "img", "picture")
_LABEL = ("label", "cls", "class", "target", "fine_label", "labels")
_NAME = ("__key__", "file_name", "filename", "name")


@dataclass(frozen=True)
class Given:
    """One image as a source has it.

    Parameters
    ----------
    image
        What ``Subject`` takes; an exception where the source could not give it.
    name
        What it is called there; "" where it has no name.
    label
        Its true class: a name, or an index among the source's classes; None if it is not known.
    """

    image: Any
    name: str = ""
    label: Any = None


@dataclass(frozen=True)
class Source:
    """Images with what their source says of them.

    Parameters
    ----------
    images
        Yields ``Given``; nothing is opened or kept.
    count
        How many there are; None if only the end tells.
    classes
        Names of the source's own classes, in the order of its indices; empty if it has none.
    named
        Whether the names are those of the source, and no others can be given.
    """

    images: Iterable[Given]
    count: int | None = None
    classes: tuple[str, ...] = ()
    named: bool = False


def source_of(images: Any) -> Source:
    """Return the images of a folder, dict, data set, loader or iterable.

    Raises
    ------
    ValueError
        If a folder is missing or holds no image.
    TypeError
        If this is one image, or nothing of the kind.
    """
    if isinstance(images, (str, os.PathLike)):
        return _folder(images)
    if isinstance(images, Mapping):
        named = partial(map, _of_pair, images.items())
        return Source(_Again(named), len(images), named=True)
    if isinstance(images, Image.Image) or (
        isinstance(images, (np.ndarray, Tensor)) and images.ndim < 4
    ):
        raise TypeError(f"images is one {type(images).__name__}; put it into a list, [image]")
    if isinstance(images, DataLoader):
        batches = partial(_unbatched, images)
        return Source(_Again(batches), None, _classes(getattr(images, "dataset", None)))
    if _is_table(images):
        images = _not_decoded(images)
    if isinstance(images, Sized) and (
        _is_table(images) or (isinstance(images, Dataset) and not _endless(images))
    ):
        return _data_set(images)
    if not isinstance(images, Iterable) or isinstance(images, (bytes, bytearray)):
        raise TypeError(f"images cannot be a {type(images).__name__}; {WHAT}")
    # A list of files that is at hand is named so that no two are called alike.
    short = _names_of(images) if isinstance(images, Sequence) else file_name
    given = partial(map, partial(_of_value, called=short), images)
    # Not all that has a length can tell it, such as an IterableDataset.
    count = len(images) if isinstance(images, Sized) and not _endless(images) else None
    return Source(_Again(given), count, _classes(images))


class _Again:
    """An iterable made of a function; by map, as a generator would keep what it yielded last."""

    def __init__(self, make: Callable[[], Iterable[Given]]) -> None:
        self._make = make

    def __iter__(self) -> Iterator[Given]:
        return iter(self._make())


def file_name(image: Any) -> str:
    """Return the name of the file that an image is, or was opened from; "" for none."""
    if isinstance(image, Subject):
        return image.name
    file = getattr(image, "filename", "") if isinstance(image, Image.Image) else image
    return Path(file).name if isinstance(file, (str, os.PathLike)) else ""


# Folders and lists of files.


def _folder(folder: str | os.PathLike[str]) -> Source:
    path = Path(folder).expanduser()
    if path.is_file():
        return Source([Given(path, path.name)], 1)
    if not path.is_dir():
        raise ValueError(f"there is no folder {str(folder)!r} (looked in {Path.cwd()}); check it")
    names = _sorted(path, path.iterdir())
    classes: list[str] = []
    if not names:
        # None of its own: each folder in it is a class, and holds the images of that class.
        folders = sorted(one.name for one in path.iterdir() if one.is_dir() and one.name[0] != ".")
        of_class = {name: _sorted(path, (path / name).rglob("*")) for name in folders}
        names = [file for files in of_class.values() for file in files]
        classes = [name for name, files in of_class.items() if files]
    if not names:
        raise ValueError(
            f"the folder {str(folder)!r} holds no image ({', '.join(sorted(_SUFFIXES))})"
        )

    def given(name: str) -> Given:
        return Given(path / name, name, name.split("/")[0] if classes else None)

    return Source(_Again(partial(map, given, names)), len(names), tuple(classes))


def _sorted(folder: Path, files: Iterable[Path]) -> list[str]:
    """Return the paths of images below a folder, which take less room than what they are of."""
    found = (
        file.relative_to(folder).as_posix()
        for file in files
        if file.suffix.lower() in _SUFFIXES and not file.name.startswith(".") and file.is_file()
    )
    return sorted(found, key=lambda name: (name.casefold(), name))


def _names_of(images: Sequence[Any]) -> Callable[[Any], str]:
    """Return a function that names the images of a list.

    Where files of several folders are called alike, their names are their paths below the folder
    that they have in common, whatever their order is.
    """
    if not all(isinstance(image, (str, os.PathLike)) for image in images):
        return file_name
    paths = [os.path.abspath(os.fsdecode(image)) for image in images]  # noqa: PTH100 of odd names
    if len({os.path.basename(path) for path in paths}) == len(set(paths)):  # noqa: PTH119
        return file_name
    root = os.path.commonpath(paths)
    return lambda image: Path(os.path.relpath(os.fsdecode(image), root)).as_posix()


# Data sets and loaders.


def _is_table(images: Any) -> bool:
    """Return whether this is a ``datasets.Dataset``, or a stream of its rows, which are dicts."""
    return all(hasattr(images, name) for name in ("column_names", "features", "cast_column"))


def _not_decoded(table: Any) -> Any:
    """Return a table whose images are files, or bytes of files: one that is none ends nothing."""
    for name, feature in (table.features or {}).items():
        if name in _IMAGE and getattr(feature, "decode", False):
            table = table.cast_column(name, type(feature)(decode=False))
    return table


def _data_set(data: Any) -> Source:
    samples: Any = getattr(data, "samples", None)
    classes = _classes(data)
    if _are_files(samples) and getattr(data, "loader", None) is not None:
        # torchvision's folders: by path, so that a file that cannot be read ends nothing.
        root = Path(getattr(data, "root", ""))

        def given(sample: tuple[str, int]) -> Given:
            return Given(Path(sample[0]), _below(Path(sample[0]), root), sample[1])

        return Source(_Again(partial(map, given, samples)), len(samples), classes)
    rows = partial(map, partial(_row, data), range(len(data)))
    return Source(_Again(rows), len(data), classes)


def _are_files(samples: Any) -> bool:
    return isinstance(samples, list) and all(
        isinstance(each, tuple) and len(each) == 2 and isinstance(each[0], (str, os.PathLike))
        for each in samples
    )


def _below(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _row(data: Any, index: int) -> Given:
    try:
        return _of_value(data[index])
    except Exception as error:  # a bad image is a row with an error
        return Given(error)


def _unbatched(loader: Iterable[Any]) -> Iterator[Given]:
    return itertools.chain.from_iterable(map(_of_batch, loader))


def _of_batch(batch: Any) -> Iterable[Given]:
    """Return the images of a batch: stacked, with or without labels, or a list of samples."""
    if isinstance(batch, Mapping):
        image, label, name = (_value(batch, names) for names in (_IMAGE, _LABEL, _NAME))
        if _is_stack(image) or isinstance(image, (list, tuple)):
            return map(_labeled, image, _each(label), _each(name))
    elif _is_stack(batch):
        return map(Given, batch)
    elif isinstance(batch, (list, tuple)) and not _is_labeled(batch):
        if len(batch) == 2 and (_is_stack(batch[0]) or _are_apart(*batch)):
            return map(_labeled, batch[0], _each(batch[1]), _each(None))
        return map(_of_value, batch)
    return [_of_value(batch)]


def _labeled(image: Any, label: Any, name: Any) -> Given:
    return Given(image, "" if name is None else str(name), label)


def _is_stack(value: Any) -> bool:
    return isinstance(value, (np.ndarray, Tensor)) and value.ndim == 4


def _are_apart(images: Any, labels: Any) -> bool:
    """Return whether these are a list of images and one of their labels, and not two samples."""
    lists = isinstance(images, (list, tuple)) and isinstance(labels, (list, tuple, Tensor))
    return lists and len(images) == len(labels) and not _is_labeled(images)


def _each(values: Any) -> Iterable[Any]:
    return itertools.repeat(None) if values is None else values


def _classes(data: Any) -> tuple[str, ...]:
    """Return the names of a data set's own classes."""
    names: Any = getattr(data, "classes", None)
    features = getattr(data, "features", None)
    if names is None and isinstance(features, Mapping):
        labels = (features[key] for key in _LABEL if key in features)
        names = next((getattr(label, "names", None) for label in labels), None)
    if not isinstance(names, (list, tuple)) or not all(isinstance(each, str) for each in names):
        return ()
    return tuple(names)


def _endless(images: Any) -> bool:
    return isinstance(images, IterableDataset)


# One image.


def _of_pair(item: tuple[Any, Any]) -> Given:
    found = _of_value(item[1])
    return Given(found.image, str(item[0]), found.label)


def _of_value(value: Any, called: Callable[[Any], str] = file_name) -> Given:
    """Return an image, an image with its label, or a row of a table as it is."""
    if isinstance(value, Mapping):
        return _of_row(value)
    if isinstance(value, (tuple, list)) and _is_labeled(value):
        image = _opened(value[0])
        return Given(image, called(image), value[1])
    return Given(value, called(value))


def _is_labeled(value: Sequence[Any]) -> bool:
    """Return whether a pair is an image and its label."""
    if len(value) != 2 or _is_number(value[0]):
        return False
    label = value[1]
    return _is_number(label) or isinstance(label, (str, bytes)) or label is None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, np.number)) or (
        isinstance(value, (np.ndarray, Tensor)) and value.ndim == 0
    )


def _of_row(row: Mapping[str, Any]) -> Given:
    """Return the image of a row of a table, or of a sample of a WebDataset."""
    key = next((key for key in _IMAGE if key in row), None) or next(
        (key for key in row if f".{str(key).rsplit('.', 1)[-1]}".lower() in _SUFFIXES), None
    )
    if key is None:
        return Given(
            TypeError(
                f"a row has {', '.join(map(str, row))}, and no image; expected a column "
                f"{' or '.join(_IMAGE)}, or one called as files are, such as jpg"
            )
        )
    image, name = row[key], _value(row, _NAME)
    if name is None:
        file = image["path"] if isinstance(image, Mapping) and "path" in image else image
        name = file_name(file)
    return Given(_opened(image), str(name), _value(row, _LABEL))


def _value(row: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((row[name] for name in names if name in row), None)


def _opened(image: Any) -> Any:
    """Return an image that came as the bytes of its file; or the reason why it is none."""
    if isinstance(image, Mapping) and "bytes" in image:  # of a ``datasets.Image`` not decoded
        image = image["path"] if image["bytes"] is None else image["bytes"]
    if not isinstance(image, (bytes, bytearray)):
        return image
    try:
        return Image.open(io.BytesIO(image))
    except Exception as error:
        return ValueError(f"{len(image)} bytes are not an image that Pillow can read ({error})")
