"""The true classes of images: names or indices of a data set as classes of the net."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from math import isnan
from typing import Any

from xwidget.names import plain
from xwidget.support import texts

Label = tuple[str | None, int | None]


class Labels:
    """The names of a source's labels, and the classes of the net that they are.

    A name is a class's own or one of its synonyms, where only one class has it; a name of digits is
    an index. Where the net knows no name of a source that has as many classes, the indices are the
    same: as of folders that are named by codes, in the order of the net's outputs.

    Parameters
    ----------
    categories
        Names of the net's classes.
    classes
        Names of the source's own, in the order of its indices; empty for none.

    Examples
    --------
    >>> labels = Labels(["tench, Tinca tinca", "goldfish"])
    >>> labels.of("Tench"), labels.of(1), labels.of("boat")
    (('Tench', 0), ('goldfish', 1), ('boat', None))
    """

    def __init__(self, categories: Sequence[str], classes: Sequence[str] = ()) -> None:
        self._categories = categories
        self._classes = classes
        self._known: dict[str, int | None] = {}  # None for what several classes are called
        for separator in (None, ","):  # synonyms after whole names, which win over them
            found: dict[str, int | None] = {}
            for index, name in enumerate(categories):
                for part in map(plain, [name] if separator is None else name.split(separator)):
                    found[part] = index if found.get(part, index) == index else None
            self._known = {**found, **self._known}
        unknown = not any(self._named(name) is not None for name in classes)
        same = unknown and len(classes) == len(categories)
        self._places = {name: index for index, name in enumerate(classes)} if same else {}
        if same and sorted(self._places) == sorted(map(str, range(len(classes)))):
            self._places = {name: int(name) for name in classes}  # "10" does not follow "1"

    def of(self, label: Any) -> Label:
        """Return a label in words, and the index of the net's class; None for what is not known.

        Raises
        ------
        ValueError
            If it is no index and no name.
        """
        label = _plain(label)
        if label is None:
            return None, None
        if isinstance(label, str):
            index = self._named(label)
            if index is None and label in self._places:
                index = self._places[label]
            if index is None and label.isdecimal() and int(label) < len(self._categories):
                return self._categories[int(label)], int(label)
            return texts.shown(label, texts.NAME), index
        if self._classes:
            known = 0 <= label < len(self._classes)
            return self.of(self._classes[label]) if known else (str(label), None)
        known = 0 <= label < len(self._categories)
        return (self._categories[label], label) if known else (str(label), None)

    def _named(self, name: str) -> int | None:
        return self._known.get(plain(name))


def _plain(label: Any) -> str | int | None:
    """Return a label as text or a number; None for none."""
    given = label
    if isinstance(label, (bytes, bytearray)):
        label = label.decode("utf-8", errors="replace")
    if isinstance(label, str):
        return label.strip() or None
    if hasattr(label, "item"):
        with suppress(ValueError, RuntimeError):  # of more than one value
            label = label.item()
    if isinstance(label, float):
        whole = label.is_integer()
        return int(label) if whole else None if isnan(label) else str(label)
    if label is None or isinstance(label, int):  # True is 1
        return None if label is None else int(label)
    kind = type(given).__name__
    if (count := getattr(given, "size", None)) is not None:
        count = count if isinstance(count, int) else given.numel()
        kind = f"{kind} of {count} values"
    raise ValueError(
        f"its label is a {kind}; expected one class, by its index or name. Give labels=, one for "
        "each image, or pairs (image, label); where classes are marked by 1, label.argmax()"
    )
