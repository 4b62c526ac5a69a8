"""Messages between the kernel and the page, with their checks; docs/protocol.md describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xwidget.catalog.choices import COMPARISONS
from xwidget.support import arguments, texts, wire

PROTOCOL = 1
"""Version of the messages, compared in the handshake. js/src/kernel/protocol.ts must match."""

MAX_ITERATIONS = 100_000
"""Most iterations that one run may be asked for."""

_U32 = 2**32 - 1


class ProtocolError(ValueError):
    """A message that breaks the protocol; the text says how, for a person."""


@dataclass(frozen=True)
class Request:
    """A checked message from the page: its type and its fields."""

    type: str
    fields: Mapping[str, int | str]


@dataclass(frozen=True)
class _Whole:
    """A field that is a whole number; one with a default may be left out."""

    low: int
    high: int
    default: int | None = None

    def read(self, name: str, value: object) -> int:
        return whole(name, value, self.low, self.high)


@dataclass(frozen=True)
class _Word:
    """A field that is one of some words."""

    words: tuple[str, ...]
    default: None = None

    def read(self, name: str, value: object) -> str:
        if isinstance(value, str) and value in self.words:
            return value
        known = " or ".join(f'"{word}"' for word in self.words)
        raise ProtocolError(f"{name} must be {known}, got {wire.shown(value)}")


_FIELDS: Mapping[str, Mapping[str, _Whole | _Word]] = {
    "hello": {"protocol": _Whole(0, _U32)},
    "run": {},
    "run_more": {"iterations": _Whole(1, MAX_ITERATIONS)},
    "stop": {},
    "add": {"target": _Whole(0, _U32)},
    "compare": {"by": _Word(COMPARISONS)},
    "frame": {
        "target": _Whole(0, _U32),
        "iteration": _Whole(0, _U32),
        "run": _Whole(0, _U32, default=0),
    },
    "categories": {},
    "save": {},
    "save_last": {},
    "sizes": {},
    "export": {},
    "views": {"page": _Whole(0, 2**53), "count": _Whole(0, 1000), "seen": _Whole(0, 1000)},
    "ack": {"seq": _Whole(1, _U32)},
}
"""Every message type with its fields."""

KINDS = frozenset(_FIELDS)
"""The message types."""


def parse(content: object) -> Request:
    """Return the request that a custom message (or ``_command``) from the page holds.

    Fields that the type does not have are ignored, so that a newer page can say more.

    Raises
    ------
    ProtocolError
        If it is no object, its type is unknown, or a field is missing or out of range.
    """
    if not isinstance(content, Mapping):
        raise ProtocolError(f"a message must be an object with a type, got {wire.shown(content)}")
    kind = content.get("type")
    if not isinstance(kind, str) or kind not in _FIELDS:
        known = ", ".join(_FIELDS)
        raise ProtocolError(f"unknown message type {wire.shown(kind)}, expected one of: {known}")
    fields: dict[str, int | str] = {}
    for name, field in _FIELDS[kind].items():
        value = content.get(name, field.default)
        if value is None:
            raise ProtocolError(f'the message "{kind}" needs the field "{name}"')
        fields[name] = field.read(f'"{name}" of "{kind}"', value)
    return Request(kind, fields)


def whole(name: str, value: object, low: int, high: int) -> int:
    """Return ``value`` when it is a whole number from ``low`` to ``high``.

    Raises
    ------
    ProtocolError
        Otherwise, saying what came. A bool is not a number; 3.0 is 3: JSON has one number type.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not arguments.is_whole(value) or not low <= value <= high:  # type: ignore[operator]
        raise ProtocolError(
            f"{name} must be a whole number from {low} to {high}, got {wire.shown(value)}"
        )
    return int(value)  # type: ignore[call-overload, no-any-return]


def failed(request: object, message: str) -> dict[str, object]:
    """Return the message that tells the page that its ``request`` was refused, and why.

    Both are as short as a page needs them.
    """
    return {"type": "failed", "request": wire.brief(request), "message": texts.shown(message)}
