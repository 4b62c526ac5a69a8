"""The classes that the labels of a data set are indices of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xwidget.batch.sources.items import LABEL
from xwidget.support import texts


def classes_of(data: Any) -> tuple[str, ...]:
    """Return the names of a data set's own classes."""
    names: Any = getattr(data, "classes", None)
    features = getattr(data, "features", None)
    if names is None and isinstance(features, Mapping):
        labels = (features[key] for key in LABEL if key in features)
        names = next((getattr(label, "names", None) for label in labels), None)
    if not isinstance(names, (list, tuple)) or not all(isinstance(each, str) for each in names):
        return ()
    return tuple(names)


def classes_in(data: Any) -> tuple[str, ...]:
    """Return the names of a data set's classes: its own, or those of the data sets in it.

    Raises
    ------
    ValueError
        If those differ, as what a label means is not known then.
    """
    own = classes_of(data)
    inner = getattr(data, "datasets", None)
    parts = inner if isinstance(inner, (list, tuple)) else [getattr(data, "dataset", None)]
    if own or all(part is None for part in parts):
        return own
    found = {classes_in(part): None for part in parts}
    if len(found) > 1:
        lists = " and ".join(texts.shown(repr(list(each)), texts.NAME) for each in found)
        raise ValueError(
            f"the data sets in the {type(data).__name__} have different classes, {lists}, so that "
            "what an index among them means is not known; explain one after another, or give a "
            "ConcatDataset of them instead of a loader"
        )
    return next(iter(found))
