"""Data sets: torch's, torchvision's, tables, and parts and joins of them."""

from __future__ import annotations

import itertools
import os
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from torch.utils.data import ConcatDataset, Subset

from xwidget.batch.sources.classes import classes_in, classes_of
from xwidget.batch.sources.given import Again, Given, Source, path_of
from xwidget.batch.sources.items import IMAGE, is_number, of_value


def is_table(images: Any) -> bool:
    """Return whether this is a ``datasets.Dataset``, or a stream of its rows, which are dicts."""
    return all(hasattr(images, name) for name in ("column_names", "features", "cast_column"))


def not_decoded(table: Any) -> Any:
    """Return a table whose images are files, or bytes of files: one that is none ends nothing."""
    for name, feature in (table.features or {}).items():
        if name in IMAGE and getattr(feature, "decode", False):
            table = table.cast_column(name, type(feature)(decode=False))
    return table


@dataclass(frozen=True)
class _Rows:
    """The rows of a data set, or of a part of one.

    Parameters
    ----------
    places
        Of the rows, in order, in the whole data set: a row without a name is called by its place.
    size
        Number of rows of the whole data set.
    at
        Returns the row of a place.
    classes
        As of a ``Source``.
    """

    places: Sequence[int]
    size: int
    at: Callable[[int], Given]
    classes: tuple[str, ...]


def of_data_set(data: Any) -> Source:
    """Return the images of a data set of known length."""
    rows = _rows(data)

    def given(place: int) -> Given:
        found = rows.at(place)
        return found if found.name else replace(found, name=f"image {place + 1}")

    return Source(Again(partial(map, given, rows.places)), len(rows.places), rows.classes)


def places_in(data: Any) -> Sequence[int]:
    """Return the places of a data set's rows in the whole data set that it is a part of."""
    return _rows(data).places


def _rows(data: Any) -> _Rows:
    if isinstance(data, Subset) and type(data).__getitem__ is Subset.__getitem__:
        whole = _rows(data.dataset)
        places = [whole.places[index] for index in data.indices]
        return replace(whole, places=places, classes=classes_of(data) or whole.classes)
    if isinstance(data, ConcatDataset) and type(data).__getitem__ is ConcatDataset.__getitem__:
        return _joined([_rows(part) for part in data.datasets], classes_of(data))
    if is_table(data):
        data = not_decoded(data)
    samples: Any = getattr(data, "samples", None)
    if _are_files(samples) and getattr(data, "loader", None) is not None:
        # torchvision's folders: by path, so that a file that cannot be read ends nothing.
        at = partial(_sample, samples, Path(getattr(data, "root", "")))
        return _Rows(range(len(samples)), len(samples), at, classes_in(data))
    return _Rows(range(len(data)), len(data), partial(_row, data), classes_in(data))


def _joined(parts: Sequence[_Rows], classes: tuple[str, ...]) -> _Rows:
    """Return data sets one after another; where their classes differ, each label is a name.

    Files of several folders may be called alike below these: they are named by their paths.
    """
    ends = list(itertools.accumulate(part.size for part in parts))
    begins = [0, *ends]
    alike = len({part.classes for part in parts}) == 1
    if alike and not classes:
        classes = parts[0].classes

    def at(place: int) -> Given:
        number = bisect_right(ends, place)
        found = parts[number].at(place - begins[number])
        found = replace(found, name=path_of(found.image) or found.name)
        if alike or classes:
            return found
        return replace(found, label=_name_in(parts[number].classes, found.label))

    offsets = zip(begins, parts, strict=False)
    places = [begin + place for begin, part in offsets for place in part.places]
    return _Rows(places, ends[-1], at, classes)


def _name_in(classes: Sequence[str], label: Any) -> Any:
    """Return the name of a label that is an index among classes; any other as it is."""
    if not classes or not is_number(label):
        return label
    index = int(label)
    return classes[index] if 0 <= index < len(classes) else None


def _sample(samples: Sequence[tuple[str, int]], root: Path, place: int) -> Given:
    file, label = samples[place]
    return Given(Path(file), _below(Path(file), root), label)


def _are_files(samples: Any) -> bool:
    return isinstance(samples, list) and all(
        isinstance(each, tuple) and len(each) == 2 and isinstance(each[0], (str, os.PathLike))
        for each in samples
    )


def _below(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _row(data: Any, index: int) -> Given:
    try:
        return of_value(data[index])
    except Exception as error:  # a bad image is a row with an error
        return Given(error)
