"""Traits made from the entries of a contract, and the refusal of values that do not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import traitlets

from xwidget.inspector.page.entries import Trait

W = TypeVar("W", bound=type)

_TYPES: dict[type, Callable[[Any], Any]] = {
    bytes: traitlets.Bytes,
    str: traitlets.Unicode,
    bool: traitlets.Bool,
    int: traitlets.Int,
    list: traitlets.List,
    dict: traitlets.Dict,
}


class Refused(traitlets.TraitError, ValueError):
    """A value that a trait cannot take; the text says what it can."""


class Checked(traitlets.TraitType):  # type: ignore[type-arg]
    """A trait that both sides set: every value passes the entry's check, which is made here alone.

    Values from a page pass it twice: all of a message before the first is set, and as they are set.
    """

    def __init__(self, entry: Trait) -> None:
        super().__init__(entry.default, help=entry.doc)
        self._entry = entry

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the value as it is kept, or raise ``Refused``."""
        check = self._entry.check
        first = self._entry.name not in obj._trait_values and value is self.default_value
        if check is None or first:
            return value
        try:
            return check.read(self._entry.name, value, obj._about or obj)
        except (ValueError, TypeError, OverflowError) as error:
            raise Refused(str(error)) from error


def traitlet(entry: Trait) -> Any:
    """Return the traitlet of an entry."""
    # Echoes of what the page sets would move its controls back.
    if entry.check is not None:
        return Checked(entry).tag(sync=True, open=True, echo_update=False, room=entry.room)
    made = _TYPES[type(entry.default)](entry.default)
    made.help = entry.doc
    return made.tag(sync=True, room=entry.room)


def shares(entries: Iterable[Trait]) -> Callable[[W], W]:
    """Return a class decorator that gives a widget the traits of a table."""
    made = {entry.name: traitlet(entry) for entry in entries}

    def decorate(cls: W) -> W:
        for name, trait in made.items():
            setattr(cls, name, trait)
        # As the metaclass does once a class is written: it lists the traits that there are.
        type(cls).setup_class(cls, {**vars(cls)})  # type: ignore[attr-defined]
        return cls

    return decorate
