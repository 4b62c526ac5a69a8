"""The images of a batch: what each is called, and what it truly shows."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from xwidget.batch.item import Item
from xwidget.batch.labels import Labels
from xwidget.batch.sources.given import Given
from xwidget.batch.sources.sources import WHAT, source_of
from xwidget.support import texts

_FEW = 3  # names in a warning


class Images:
    """Images and their names, in order; each is taken when its turn comes, none is opened.

    Parameters
    ----------
    images
        A folder (its images by file name, or those of its subfolders by their path); a dict name:
        image; an iterable of images, or of pairs (image, label); a data set or a loader of batches.
    names
        One for each of an iterable's images, in their order, instead of file names and numbers.
    labels
        The true class of each image, in their order, or by name; instead of the source's own.
    again
        Whether the same name must mean the same image whenever they are gone through.
    short
        Whether the files of a list have short names, as of a list that does not change; otherwise
        each is named by its path, whatever else there is.

    Raises
    ------
    ValueError
        If a folder is missing or holds no image, there is not one name or label for each, or their
        order is another one each time where it must not be.
    TypeError
        If this is one image, or nothing of the kind, or the names have no order.

    Notes
    -----
    Iterating yields pairs (name, image). Of two images with one name the second is "name (2)".
    """

    def __init__(
        self,
        images: Any,
        names: Sequence[str] | None = None,
        labels: Sequence[Any] | Mapping[str, Any] | None = None,
        *,
        again: bool = False,
        short: bool = False,
    ) -> None:
        if isinstance(images, Mapping) and names is not None:
            raise ValueError(
                "both a dict of images and names came; expected names only beside a list, as the "
                "dict's keys are its names: leave names out"
            )
        self._source = source_of(images, short=short)
        if self._source.shuffled:
            by_place = labels is not None and not isinstance(labels, Mapping)
            _check_order(again=again, by_hand=names is not None or by_place)
        self.count = self._source.count
        """Number of images; None if only the end of the iterable tells."""
        self._names = self._one_for_each("names", names)
        by_name = isinstance(labels, Mapping)
        self._labels = None if by_name else self._one_for_each("labels", labels)
        self._by_name: Mapping[str, Any] = labels if isinstance(labels, Mapping) else {}

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        # By map, as a generator or enumerate would keep what it yielded last.
        return map(_pair, self.items())

    def items(self, categories: Sequence[str] = ()) -> Iterator[Item]:
        """Yield each image with its place, name and label.

        Parameters
        ----------
        categories
            Names of the net's classes, among which those of the labels are looked for.

        Warns
        -----
        UserWarning
            At the end, if there were names or labels for other images.
        """
        taken: dict[str, int] = {}
        unknown = set(self._by_name)
        places = itertools.count()
        labels = Labels(categories, self._source.classes)

        def item(given: Given) -> Item:
            index = next(places)
            name = _unlike(self._called(given, index), taken)
            unknown.discard(name)
            asked = self._label(given, name, index)
            try:
                return Item(index, name, given.image, *labels.of(asked))
            except ValueError as error:  # it is this image's trouble alone
                failed = given.image if isinstance(given.image, Exception) else error
                return Item(index, name, failed)

        return itertools.chain(map(item, self._source.images), self._end(places, unknown))

    def _end(self, places: Iterator[int], unknown: set[str]) -> Iterator[Item]:
        """Say at the end what was given for images that did not come; there is no other one."""
        count = next(places)
        for what, values in (("names", self._names), ("labels", self._labels)):
            if values is not None and len(values) > count:
                _warn(f"{what} has {len(values)} entries, but there were {count} images")
        if unknown:
            few = ", ".join(repr(texts.shown(name, texts.NAME)) for name in sorted(unknown)[:_FEW])
            rest = f" and {len(unknown) - _FEW} more" if len(unknown) > _FEW else ""
            _warn(
                f"labels has {few}{rest}, but no image is called so; its keys are names of images"
            )
        yield from ()

    def _one_for_each(self, what: str, values: Any) -> list[Any] | None:
        if values is None:
            return None
        listed = _listed(what, values)
        if self.count not in (None, len(listed)):
            raise ValueError(
                f"{what} has {len(listed)} entries for {self.count} images; give one "
                f"{what.removesuffix('s')} for each"
            )
        return [str(value) for value in listed] if what == "names" else listed

    def _called(self, given: Given, index: int) -> str:
        if self._names is None:
            return given.name or f"image {index + 1}"
        return str(_at("names", self._names, index))

    def _label(self, given: Given, name: str, index: int) -> Any:
        if self._labels is not None:
            return _at("labels", self._labels, index)
        return self._by_name.get(name, given.label)


def collect(images: Any, names: Sequence[str] | None = None) -> dict[str, Any]:
    """Return the images by name, in order; nothing is opened yet. Files have short names.

    Parameters
    ----------
    images, names
        As in ``Images``.

    Raises
    ------
    ValueError, TypeError
        As in ``Images``, and if there is no image.
    """
    if isinstance(images, Iterator):
        images = list(images)
    found = dict(Images(images, names, short=True))
    if not found:
        raise ValueError(f"there is no image; {WHAT}")
    return found


def _check_order(*, again: bool, by_hand: bool) -> None:
    """Raise ValueError where images of a loader that shuffles are known by their place."""
    if again or by_hand:
        why = (
            "the names and labels are in one order"
            if by_hand
            else "a store knows them by their place, so that it could not go on with the others"
        )
        raise ValueError(
            f"the loader takes its images at random, and {why}; give it shuffle=False, or give the "
            "data set itself, loader.dataset"
        )


def _warn(words: str) -> None:
    warnings.warn(words, stacklevel=2)


def _pair(item: Item) -> tuple[str, Any]:
    return item.name, item.image


def _listed(what: str, values: Any) -> list[Any]:
    """Return values in order: those of any iterable that has one, read to its end."""
    unordered = isinstance(values, (str, bytes, Set, Mapping)) or not isinstance(values, Iterable)
    if unordered:
        raise TypeError(
            f"{what} is a {type(values).__name__}; expected a list with one "
            f"{what.removesuffix('s')} for each image, in their order"
        )
    return list(values)


def _at(what: str, values: list[Any], index: int) -> Any:
    if index >= len(values):
        raise ValueError(
            f"{what} has {len(values)} entries, but there are more images; give one "
            f"{what.removesuffix('s')} for each"
        )
    return values[index]


def _unlike(name: str, taken: dict[str, int]) -> str:
    """Return a name that is not taken yet, and take it: the second "cup" is "cup (2)"."""
    name = texts.valid(name)
    free, number = name, taken.get(name, 0)
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    taken[name] = max(number, 1)
    taken.setdefault(free, 1)
    return free
