"""Kinds of values that a page may send, each with its check and its type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xwidget.catalog import controls
from xwidget.engine.setting import Setting
from xwidget.frames import Frame, decode
from xwidget.inspector.page.shapes_beside import BesideChoice
from xwidget.support import arguments, texts, wire


class ProtocolError(ValueError):
    """A value that breaks the protocol; the text says how, for a person."""


class Kind:
    """A check of one value."""

    hint: Any
    """Type of the value, as the page sees it."""

    words: str = ""
    """The range, for the tables; "" where the type says all."""

    def read(self, name: str, value: Any, widget: Any) -> Any:
        """Return the value as it is kept.

        Parameters
        ----------
        name
            What it is called in an error.
        value
            Anything.
        widget
            Whose value it is, or who is given the command.

        Raises
        ------
        ValueError, TypeError, OverflowError
            In words, if it is none.
        """
        return self._read(name, value, widget)

    def _read(self, name: str, value: Any, widget: Any) -> Any:
        raise NotImplementedError


_POWERS = {2**32 - 1: "2³² − 1", 2**31 - 1: "2³¹ − 1", 2**31: "2³¹", 2**53: "2⁵³"}


@dataclass(frozen=True)
class Whole(Kind):
    """A whole number in a range."""

    low: int
    high: int
    hint = int

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", f"{self.low} to {_POWERS.get(self.high, self.high)}")

    def _read(self, name: str, value: Any, widget: Any) -> int:
        return whole(name, value, self.low, self.high)


U32 = 2**32 - 1
"""The largest number of 32 bits."""

INDEX = Whole(0, U32)
"""A class's index, or an iteration."""


@dataclass(frozen=True)
class Word(Kind):
    """One of some words."""

    among: tuple[str, ...]
    hint: Any = str
    words = ""

    def _read(self, name: str, value: Any, widget: Any) -> str:
        if isinstance(value, str) and value in self.among:
            return value
        known = " or ".join(f'"{word}"' for word in self.among)
        raise ProtocolError(f"{name} must be {known}, got {wire.shown(value)}")


@dataclass(frozen=True)
class Flag(Kind):
    """True or false."""

    hint = bool
    words = ""

    def _read(self, name: str, value: Any, widget: Any) -> bool:
        if not isinstance(value, bool):
            raise ProtocolError(f"{name} must be true or false, got {wire.shown(value)}")
        return value


@dataclass(frozen=True)
class PanelSetting(Kind):
    """A setting of a run, as far as the panel may set it."""

    setting: Setting

    def __post_init__(self) -> None:
        object.__setattr__(self, "hint", self.setting.type)
        object.__setattr__(self, "words", self.setting.span)

    def _read(self, name: str, value: Any, widget: Any) -> Any:
        try:
            return self.setting.take(value, name)
        except ValueError as error:
            raise ProtocolError(str(error)) from error


@dataclass(frozen=True)
class Explained(Kind):
    """Index of one of the classes that are explained."""

    hint = int
    words = "one of `_classes`"

    def _read(self, name: str, value: Any, widget: Any) -> int:
        explained = widget.session.targets
        if isinstance(value, bool) or value not in explained:
            among = ", ".join(map(str, explained))
            raise ProtocolError(
                f"{name} {wire.shown(value)} is not explained ({among}); add it first"
            )
        return int(value)


@dataclass(frozen=True)
class Mask(Kind):
    """A frame of the image's shape, kept decoded; no bytes are None."""

    hint = bytes
    words = "a frame of the image's shape, or empty"

    def _read(self, name: str, value: Any, widget: Any) -> Frame | None:
        if not isinstance(value, (bytes, bytearray, memoryview)):
            raise ProtocolError(f"{name} must be the bytes of a frame, got {wire.shown(value)}")
        data = bytes(value)
        if not data:
            return None
        frame, (height, width, colors) = decode(data), widget.subject.picture.shape
        if frame.pixels.shape != (colors, height, width):
            raise ProtocolError(
                f"the edited mask has shape {frame.pixels.shape}; expected "
                f"{(colors, height, width)}"
            )
        return frame


@dataclass(frozen=True)
class Share(Kind):
    """A share of a whole, not 0."""

    hint = float
    words = "0 to 1, not 0"

    def _read(self, name: str, value: Any, widget: Any) -> float:
        number = arguments.real(value)
        if number is None or not 0 < number <= 1:
            raise ProtocolError(
                f"{name} must be a share from 0 to 1, not 0, got {wire.shown(value)}"
            )
        return number


_LONGEST = 1e7  # seconds


@dataclass(frozen=True)
class Seconds(Kind):
    """A time that something took."""

    hint = float
    words = "seconds"

    def _read(self, name: str, value: Any, widget: Any) -> float:
        number = arguments.real(value)
        if number is None or not 0 <= number <= _LONGEST:
            raise ProtocolError(f"{name} must be a number of seconds, got {wire.shown(value)}")
        return number


@dataclass(frozen=True)
class Controls(Kind):
    """Names of controls; None for all."""

    hint: Any = list[str] | None
    words = "names of controls"

    def _read(self, name: str, value: Any, widget: Any) -> list[str] | None:
        return controls.check(value)


_MOST_CHOSEN = 100  # of classes or panes, by one view


@dataclass(frozen=True)
class Chosen(Kind):
    """A view's choice of what it shows beside the evidence, and how."""

    hint = BesideChoice
    words = ""

    def _read(self, name: str, value: Any, widget: Any) -> BesideChoice:
        if not isinstance(value, Mapping):
            raise ProtocolError(f"{name} must be an object, got {wire.shown(value)}")
        share = value.get("share")
        return {
            "share": None if share is None else Share().read("its share", share, widget),
            "differences": _indices("its differences", value.get("differences")),
            "models": _indices("its models", value.get("models")),
        }


def _indices(name: str, value: object) -> list[int]:
    if not isinstance(value, (list, tuple)) or len(value) > _MOST_CHOSEN:
        raise ProtocolError(
            f"{name} must be a list of at most {_MOST_CHOSEN} numbers, got {wire.shown(value)}"
        )
    return [whole(name, each, 0, U32) for each in value]


@dataclass(frozen=True)
class Text(Kind):
    """A text of bounded length."""

    most: int
    hint = str

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", f"at most {self.most} characters")

    def _read(self, name: str, value: Any, widget: Any) -> str:
        if not isinstance(value, str):
            raise ProtocolError(f"{name} must be a text, got {wire.shown(value)}")
        if len(value) > self.most:
            raise ProtocolError(
                f"{name} has {len(value)} characters; at most {self.most} are taken"
            )
        return texts.valid(value)


@dataclass(frozen=True)
class Record(Kind):
    """An object of bounded size; what it holds is checked where it is used."""

    most: int
    hint: Any = dict[str, Any]

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", f"an object of at most {self.most / 1e6:g} MB")

    def _read(self, name: str, value: Any, widget: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise ProtocolError(f"{name} must be an object, got {wire.shown(value)}")
        if wire.weight(value, self.most) > self.most:
            raise ProtocolError(f"{name} is larger than {self.most / 1e6:g} MB")
        return dict(value)


@dataclass(frozen=True)
class File(Kind):
    """The bytes of a file."""

    most: int
    hint = bytes

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", f"the bytes of a file of at most {self.most / 1e6:g} MB")

    def _read(self, name: str, value: Any, widget: Any) -> bytes:
        if not isinstance(value, (bytes, bytearray, memoryview)):
            raise ProtocolError(f"{name} must be the bytes of a file, got {wire.shown(value)}")
        size = memoryview(value).nbytes
        if size > self.most:
            raise ProtocolError(
                f"the file has {size / 1e6:.0f} MB; at most {self.most / 1e6:g} MB are read here, "
                "larger ones in Python"
            )
        return bytes(value)


@dataclass(frozen=True)
class Numbered(Kind):
    """A command in a trait: an object with a new ``id`` each time."""

    hint = dict[str, Any]
    words = "`{id, type, ...}`"

    def _read(self, name: str, value: Any, widget: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise ProtocolError(f"a command must be an object, got {wire.shown(value)}")
        whole('"id" of a command', value.get("id"), *ID)
        return dict(value)


ID = (0, 2**53)
"""Range of a command's number."""


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
