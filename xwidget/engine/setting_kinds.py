"""The kinds of values that a setting may have: each checks them and describes its control."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from torch import Tensor

from xwidget.support import arguments, wire

Form = dict[str, Any]


class Kind(Protocol):
    """The values that a setting may have."""

    def check(self, name: str, value: Any) -> Any:
        """Return a value as a run takes it; raise ValueError or TypeError, in words, for others."""

    def plain(self, value: Any) -> Any:
        """Return a value as JSON knows it."""


class PanelKind(Kind, Protocol):
    """The values of a setting that a person sets in the panel."""

    @property
    def span(self) -> str:
        """The values that a page may send, in words; "" where the type says all."""

    def take(self, name: str, value: Any) -> Any:
        """Return a value from the page, checked; JSON has one number type, so that 3.0 is 3."""

    def form(self) -> Form:
        """Return its ``kind`` and what the panel's control needs, as JSON knows it."""


@dataclass(frozen=True)
class Choice:
    """One of some names.

    Parameters
    ----------
    names
        A sentence about each, "" for none.
    tensor
        What to call a tensor that may stand in for a name; "" where none may.
    said
        How a line of several settings says a name.
    """

    names: Mapping[str, str]
    tensor: str = ""
    said: Callable[[str], str] = str

    def check(self, name: str, value: Any) -> Any:
        """Return one of the names, or the tensor."""
        if self.tensor and isinstance(value, Tensor):
            return value
        if isinstance(value, str) and value in self.names:
            return value
        known = ", ".join(map(repr, self.names)) + (f" or {self.tensor}" if self.tensor else "")
        raise ValueError(f"{name} must be one of {known}; got {value!r}")

    def plain(self, value: Any) -> Any:
        """Return the name; a tensor's is ``"tensor"``."""
        return "tensor" if isinstance(value, Tensor) else value

    @property
    def span(self) -> str:
        """The values that a page may send, in words."""
        return "one of its choices"

    def take(self, name: str, value: Any) -> Any:
        """Return one of the names."""
        return self.check(name, value)

    def form(self) -> Form:
        """Return the names, what each is, and how it is said."""
        choices = [
            {"name": name, "summary": summary, "said": self.said(name)}
            for name, summary in self.names.items()
        ]
        return {"kind": "choice", "choices": choices}


@dataclass(frozen=True)
class Whole:
    """A whole number.

    Parameters
    ----------
    least, most
        The smallest and the largest; None for no largest.
    panel_most
        The largest that a page may ask for.
    step
        How far the panel's arrows go.
    written
        The range in words, where the numbers are hard to read.
    """

    least: int = 1
    most: int | None = None
    panel_most: int = 2**31 - 1
    step: int = 1
    written: str = ""

    def check(self, name: str, value: Any) -> int:
        """Return an int within the range."""
        if self.most is None:
            return arguments.whole(name, value, self.least)
        number = arguments.whole(name, value, -(2**200))
        if not self.least <= number <= self.most:
            span = self.written or f"{self.least} to {self.most}"
            raise ValueError(f"{name} must be from {span}, got {arguments.said(number)}")
        return number

    def plain(self, value: Any) -> int:
        """Return the number."""
        return int(value)

    @property
    def span(self) -> str:
        """The values that a page may send, in words."""
        return f"{self.least} to {self.panel_most}"

    def take(self, name: str, value: Any) -> int:
        """Return an int that a page may ask for."""
        number = int(value) if isinstance(value, float) and value.is_integer() else value
        if not arguments.is_whole(number) or not self.least <= number <= self.panel_most:
            raise ValueError(
                f"{name} must be a whole number from {self.least} to {self.panel_most}, "
                f"got {wire.shown(value)}"
            )
        return int(number)

    def form(self) -> Form:
        """Return the range and the step."""
        return {
            "kind": "number",
            "whole": True,
            "least": self.least,
            "most": self.panel_most,
            "step": self.step,
        }


@dataclass(frozen=True)
class Number:
    """A number within a range.

    Parameters
    ----------
    least, most
        The range.
    step
        How far the panel's arrows go.
    """

    least: float
    most: float
    step: float = 0.1

    def check(self, name: str, value: Any) -> float:
        """Return a float within the range."""
        number = arguments.real(value)
        if number is None or not self.least <= number <= self.most:
            raise ValueError(
                f"{name} must be a number from {self.least:g} to {self.most:g}; "
                f"got {arguments.said(value)}"
            )
        return number

    def plain(self, value: Any) -> float:
        """Return the number."""
        return float(value)

    @property
    def span(self) -> str:
        """The values that a page may send, in words."""
        return f"{self.least:g} to {self.most:g}"

    def take(self, name: str, value: Any) -> float:
        """Return a float within the range."""
        return self.check(name, value)

    def form(self) -> Form:
        """Return the range and the step."""
        return {
            "kind": "number",
            "whole": False,
            "least": self.least,
            "most": self.most,
            "step": self.step,
        }


@dataclass(frozen=True)
class Weight:
    """A number from 0 whose order of magnitude counts, or ``"auto"``.

    Parameters
    ----------
    most
        The largest.
    first
        What it is at first where a person switches "auto" off.
    meaning
        What it is, for the error that says what it may be.
    """

    most: float
    first: float
    meaning: str

    def check(self, name: str, value: Any) -> Any:
        """Return a float from 0, or "auto"."""
        if isinstance(value, str) and value == "auto":
            return "auto"
        number = arguments.real(value)
        if number is None or not 0 <= number <= self.most:
            power = f"{self.most:.0e}".replace("e+0", "e")
            raise ValueError(
                f'{name} must be "auto" or a number from 0 to {power}, {self.meaning}; '
                f"got {arguments.said(value)}"
            )
        return number

    def plain(self, value: Any) -> Any:
        """Return the number, or "auto"."""
        return value

    @property
    def span(self) -> str:
        """The values that a page may send, in words."""
        return f"0 to {self.most:g}"

    def take(self, name: str, value: Any) -> Any:
        """Return a float from 0, or "auto"."""
        return self.check(name, value)

    def form(self) -> Form:
        """Return the largest and the first."""
        return {"kind": "weight", "most": self.most, "first": self.first}


@dataclass(frozen=True)
class Flag:
    """True or False.

    Parameters
    ----------
    said
        How a line of several settings says False and True.
    """

    said: tuple[str, str] = ("no", "yes")

    def check(self, name: str, value: Any) -> bool:
        """Return a bool."""
        if isinstance(value, (bool, np.bool_)) or (arguments.is_whole(value) and value in (0, 1)):
            return bool(value)
        raise TypeError(f"{name} must be True or False, got {value!r}")

    def plain(self, value: Any) -> bool:
        """Return the bool."""
        return bool(value)

    @property
    def span(self) -> str:
        """The values that a page may send, in words."""
        return ""

    def take(self, name: str, value: Any) -> bool:
        """Return a bool."""
        return self.check(name, value)

    def form(self) -> Form:
        """Return how either is said."""
        return {"kind": "flag", "said": list(self.said)}


@dataclass(frozen=True)
class Anything:
    """A value that a function knows how to read.

    Parameters
    ----------
    read
        Returns a value as a run takes it, or raises in words.
    write
        Returns such a value as JSON knows it.
    """

    read: Callable[[Any], Any] = lambda value: value
    write: Callable[[Any], Any] = lambda value: value

    def check(self, name: str, value: Any) -> Any:
        """Return the value as a run takes it."""
        return self.read(value)

    def plain(self, value: Any) -> Any:
        """Return the value as JSON knows it."""
        return self.write(value)
