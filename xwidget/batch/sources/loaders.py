"""Loaders of batches, and the images in them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sized
from dataclasses import replace
from typing import Any

import numpy as np
from torch import Tensor
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    RandomSampler,
    SequentialSampler,
    Subset,
    SubsetRandomSampler,
    WeightedRandomSampler,
)

from xwidget.batch.sources.data_sets import places_in
from xwidget.batch.sources.given import Given
from xwidget.batch.sources.items import LABEL, NAME, image_key, is_pair, of_value, value_of

_RANDOM = (RandomSampler, SubsetRandomSampler, WeightedRandomSampler)
_END = object()


def is_shuffled(loader: Any) -> bool:
    """Return whether the order of a loader is drawn anew each time."""
    batches = getattr(loader, "batch_sampler", None)
    samplers = (loader.sampler, batches, getattr(batches, "sampler", None))
    return any(isinstance(sampler, _RANDOM) for sampler in samplers)


def unbatched(loader: DataLoader[Any]) -> Iterator[Given]:
    """Return the images of the batches of a loader, one after another.

    Those of a ``Subset`` in order that have no name are called by their places in the whole.

    Raises
    ------
    RuntimeError
        If the loader cannot give a batch.
    """
    found = itertools.chain.from_iterable(map(_of_batch, _batches(loader)))
    in_order = type(loader.sampler) is SequentialSampler
    in_order &= type(loader.batch_sampler) in (BatchSampler, type(None))
    if not in_order or not isinstance(loader.dataset, Subset):
        return found
    places = itertools.chain(places_in(loader.dataset), itertools.repeat(None))
    return map(_placed, found, places)


def _batches(loader: DataLoader[Any]) -> Iterator[Any]:
    """Return the batches; by iter, as a generator would keep what it yielded last."""
    batches, numbers = iter(loader), itertools.count(1)

    def after() -> Any:
        number = next(numbers)
        try:
            return next(batches, _END)
        except Exception as error:
            raise RuntimeError(
                f"the loader could not give batch {number} ({type(error).__name__}: {error}), and "
                "does not tell which image that is; give the data set itself, loader.dataset: a "
                "bad image of it is a row with an error"
            ) from error

    return iter(after, _END)


def _placed(given: Given, place: int | None) -> Given:
    return given if given.name or place is None else replace(given, name=f"image {place + 1}")


def _of_batch(batch: Any) -> Iterable[Given]:
    """Return the images of a batch: stacked, with or without labels, or a list of samples."""
    if isinstance(batch, Mapping):
        key = image_key(batch)
        image: Any = None if key is None else batch[key]
        label, name = value_of(batch, LABEL), value_of(batch, NAME)
        if _is_stack(image) or isinstance(image, (list, tuple)):
            return map(_labeled, image, _each(label, image), _each(name, image))
    elif _is_stack(batch):
        return map(Given, batch)
    elif isinstance(batch, (list, tuple)):
        if len(batch) == 2 and (_is_stack(batch[0]) or _are_apart(*batch)):
            return map(_labeled, batch[0], _each(batch[1], batch[0]), itertools.repeat(None))
        if not is_pair(batch):
            return map(of_value, batch)
    return [of_value(batch)]


def _labeled(image: Any, label: Any, name: Any) -> Given:
    return Given(image, "" if name is None else str(name), label)


def _is_stack(value: Any) -> bool:
    return isinstance(value, (np.ndarray, Tensor)) and value.ndim == 4


def _are_apart(images: Any, labels: Any) -> bool:
    """Return whether these are a list of images and one of their labels, and not two samples."""
    lists = isinstance(images, (list, tuple)) and isinstance(labels, (list, tuple, Tensor))
    return lists and len(images) == len(labels) and not is_pair(images)


def _each(values: Any, images: Sized) -> Iterable[Any]:
    """Return one of some values for each image; where they are something else, that for each."""
    listed = isinstance(values, (list, tuple)) or getattr(values, "ndim", 0) > 0
    return values if listed and len(values) == len(images) else itertools.repeat(values)
