"""The source of images that anything is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from functools import partial
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, IterableDataset

from xwidget.batch.sources.classes import classes_in
from xwidget.batch.sources.data_sets import is_table, not_decoded, of_data_set
from xwidget.batch.sources.folders import names_of, of_folder
from xwidget.batch.sources.given import Again, Source, file_name, path_of
from xwidget.batch.sources.items import of_pair, of_value
from xwidget.batch.sources.loaders import is_shuffled, unbatched

WHAT = (
    "images is a folder, a dict of name: image, several images, each as in clf.prepare, or a data "
    "set or loader of images and labels"
)


def source_of(images: Any, *, short: bool = False) -> Source:
    """Return the images of a folder, dict, data set, loader or iterable.

    Parameters
    ----------
    images
        These.
    short
        Whether the names of a list's files are short: they depend on what else is in it, then.

    Raises
    ------
    ValueError
        If a folder is missing or holds no image.
    TypeError
        If this is one image, or nothing of the kind.
    """
    if isinstance(images, (str, os.PathLike)):
        return of_folder(images)
    if isinstance(images, Mapping):
        named = partial(map, of_pair, images.items())
        return Source(Again(named), len(images))
    if isinstance(images, Image.Image) or (
        isinstance(images, (np.ndarray, Tensor)) and images.ndim < 4
    ):
        raise TypeError(f"images is one {type(images).__name__}; put it into a list, [image]")
    if isinstance(images, DataLoader):
        batches = partial(unbatched, images)
        return Source(Again(batches), None, classes_in(images), shuffled=is_shuffled(images))
    if isinstance(images, Sized) and (
        is_table(images) or (isinstance(images, Dataset) and not _endless(images))
    ):
        return of_data_set(images)
    if is_table(images):
        images = not_decoded(images)
    if not isinstance(images, Iterable) or isinstance(images, (bytes, bytearray)):
        if isinstance(images, Dataset):
            raise TypeError(
                f"the data set {type(images).__name__} has no length, and cannot be iterated over; "
                "give it __len__, or __iter__ as of an IterableDataset"
            )
        raise TypeError(f"images cannot be a {type(images).__name__}; {WHAT}")
    called: Callable[[Any], str] = path_of
    if short:
        called = names_of(images) if isinstance(images, Sequence) else file_name
    given = partial(map, partial(of_value, called=called), images)
    # Not all that has a length can tell it, such as an IterableDataset.
    count = len(images) if isinstance(images, Sized) and not _endless(images) else None
    return Source(Again(given), count, classes_in(images))


def _endless(images: Any) -> bool:
    return isinstance(images, IterableDataset)
