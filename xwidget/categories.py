"""The names of a net's classes, in the order of its outputs, out of whatever holds them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, MappingView, Sequence, Set
from typing import Any, TypeAlias

import numpy as np

#: Names in order, a dict from index to name, or one from name to index.
Categories: TypeAlias = "Iterable[str] | Mapping[int, str] | Mapping[str, str] | Mapping[str, int]"

_FORMS = "a list of names, one per output, a dict from index to name, or one from name to index"
_SHOWN = 5


def read_categories(categories: Categories) -> tuple[str, ...]:
    """Return the names in the order of the net's outputs.

    Parameters
    ----------
    categories
        Names in that order, in a list, tuple, array, column of a table, generator or file; or a
        dict from index to name (indices may be strings of digits, as JSON makes them), or from name
        to index.

    Raises
    ------
    TypeError
        If they are in no order, or are no names.
    ValueError
        If there are none, or the indices of a dict are not 0, 1, 2, ... each once.

    Examples
    --------
    >>> read_categories({"1": "dog", "0": "cat"})
    ('cat', 'dog')
    >>> read_categories({"dog": 1, "cat": 0})
    ('cat', 'dog')
    """
    if isinstance(categories, (str, bytes)):
        raise TypeError(f"categories is one string; expected {_FORMS}")
    names = _checked(_in_order(categories))
    if not names:
        raise ValueError("categories is empty; give one name per output, or leave it out")
    return names


def _in_order(categories: Any) -> list[Any]:
    kind = type(categories).__name__
    if isinstance(categories, MappingView):
        raise TypeError(
            f"categories is a {kind}, in the order in which a dict was filled; give the dict "
            "itself, or list(...) of this where that is the order of the net's outputs"
        )
    if isinstance(categories, Set):
        raise TypeError(
            f"categories is a {kind}, which has no order; expected {_FORMS}. Where the net was "
            "trained on sorted names: sorted(categories)"
        )
    if hasattr(categories, "columns") and hasattr(categories, "to_dict"):
        raise TypeError(f"categories is a {kind}, a table; give the column of names: table['name']")
    if hasattr(categories, "to_dict") and not callable(getattr(categories, "index", None)):
        return _of_series(categories)
    if isinstance(categories, Mapping) or hasattr(categories, "keys"):
        return _of_dict(dict(categories))
    try:
        return list(categories)
    except TypeError:
        raise TypeError(f"categories is a {kind}; expected {_FORMS}") from None


def _of_series(series: Any) -> list[Any]:
    """Return the values of a pandas Series, which has labels beside its order."""
    values, labels = list(series), list(series.index)
    if labels == list(range(len(values))):
        return values
    if values and all(map(_is_index, values)):
        return _of_dict(dict(zip(labels, values, strict=True)))
    raise TypeError(
        f"categories is a {type(series).__name__} whose index is not 0, 1, 2, ...; give "
        "series.tolist() where its order is that of the net's outputs, or series.to_dict() where "
        "its index is"
    )


def _of_dict(names: Mapping[Any, Any]) -> list[Any]:
    if names and all(map(_is_index, names.values())):
        pairs = [(int(index), name) for name, index in names.items()]
    elif all(_is_index(key) or _is_digits(key) for key in names):
        pairs = [(int(index), name) for index, name in names.items()]
    else:
        odd = next(key for key in names if not (_is_index(key) or _is_digits(key)))
        raise TypeError(
            f"categories is a dict that holds {odd!r}: {names[odd]!r}; expected one from index to "
            "name, {0: 'cat', 1: 'dog'}, or from name to index, {'cat': 0, 'dog': 1}"
        )
    found = dict(pairs)
    if len(found) < len(pairs):
        (index, _), *_ = Counter(index for index, _ in pairs).most_common(1)
        twins = [name for one, name in pairs if one == index]
        raise ValueError(
            f"categories gives class {index} {len(twins)} names: {_listed(twins)}; give each class "
            "one"
        )
    _check_complete(found)
    return [found[index] for index in range(len(found))]


def _check_complete(found: Mapping[int, Any]) -> None:
    low, high = min(found, default=0), max(found, default=-1)
    if low < 0:
        raise ValueError(f"categories has class {low}; the net's outputs are counted from 0")
    missing = [index for index in range(min(high, len(found) + _SHOWN)) if index not in found]
    if not missing:
        return
    if low == 1 and high == len(found):
        raise ValueError(
            f"categories counts from 1 to {high}, but the net's outputs are counted from 0; where "
            "they are in this order: {i - 1: name for i, name in categories.items()} (or of name: "
            "i - 1, where names come first)"
        )
    raise ValueError(
        f"categories has {len(found)} names for classes {low} to {high}, but none for class "
        f"{_listed(missing)}; give one name per output, 0 to {high}"
    )


def _checked(names: Sequence[Any]) -> tuple[str, ...]:
    for name in names:
        if not isinstance(name, str):
            hint = ""
            if isinstance(name, (list, tuple)) and name and isinstance(name[-1], str):
                hint = ", such as [name[-1] for name in ...]"
            raise TypeError(f"categories holds {name!r}; expected names (str){hint}")
    return tuple(str(name).rstrip("\r\n") for name in names)  # the lines of a file end so


def _is_index(value: object) -> bool:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def _is_digits(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]+\s*", value) is not None


def _listed(values: Sequence[Any]) -> str:
    more = ", ..." if len(values) > _SHOWN else ""
    return ", ".join(map(repr, values[:_SHOWN])) + more
