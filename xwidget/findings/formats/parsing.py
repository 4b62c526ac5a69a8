"""Text and JSON of files from anywhere: bounded, and with the place of what is wrong."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from xwidget.support import texts

MOST_BYTES = 32 * 2**20
"""Of a file that is read."""

MOST_ENTRIES = 100_000
"""Of a list in it."""

DEEPEST = 64
"""Objects and lists in one another."""

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


class Malformed(ValueError):
    """A file that cannot be read; the text names the place."""


def decoded(data: bytes) -> str:
    """Return a file's text: UTF-8, with or without a byte order mark, or UTF-16 with one.

    Raises
    ------
    Malformed
        If it is too large, or none of these.
    """
    if len(data) > MOST_BYTES:
        raise Malformed(
            f"the file has {len(data):,} bytes; at most {MOST_BYTES:,} are read. Export it in parts"
        )
    name = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        raise Malformed(
            f"byte {error.start + 1} of the file is no {name[:6].upper().rstrip('-')}; save it "
            "as UTF-8"
        ) from error


def parsed(text: str) -> Node:
    """Return a JSON text's content.

    Raises
    ------
    Malformed
        If it is not JSON, or too deep; the text names line and column.
    """
    bare = np.frombuffer(_STRING.sub(b"", text.encode("utf-8", "replace")), np.uint8)
    opened = np.isin(bare, list(b"[{")).astype(np.int32)
    depth = int(np.cumsum(opened - np.isin(bare, list(b"]}"))).max(initial=0))
    if depth > DEEPEST:
        raise Malformed(f"the file holds {depth} lists and objects in one another; {DEEPEST} fit")
    try:
        return Node(json.loads(text), "")
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Malformed(f"the file is not JSON at {place}: {error.msg}") from error
    except ValueError as error:  # a number of thousands of digits
        raise Malformed(f"the file is not JSON: {error}") from error


def dumped(value: Any) -> bytes:
    """Return JSON in ASCII, which reads the same under every code page; no NaN."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.encode("ascii")


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a JSON file and its place, such as ``annotations[3].bbox``."""

    value: Any
    path: str

    def __getitem__(self, key: str) -> Node:
        found = self.get(key)
        if found is None:
            raise Malformed(f"{self.place} has no {key!r}")
        return found

    @property
    def place(self) -> str:
        """The place in the file, for a person."""
        return self.path or "the file"

    def get(self, key: str) -> Node | None:
        """Return an object's value; None where there is none, or null."""
        value = self.fields.get(key)
        if value is None:
            return None
        return Node(value, f"{self.path}.{key}" if self.path else key)

    @property
    def fields(self) -> dict[str, Any]:
        """The object that it must be."""
        if not isinstance(self.value, dict):
            raise self.wrong("an object")
        return self.value

    def each(self, key: str | None = None) -> Iterator[Node]:
        """Yield a list's values, or those of the list under a key, which may be missing."""
        if key is not None:
            found = self.get(key)
            yield from () if found is None else found.each()
            return
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        if len(self.value) > MOST_ENTRIES:
            raise Malformed(
                f"{self.place} has {len(self.value):,} entries; at most {MOST_ENTRIES:,} are read"
            )
        for k, value in enumerate(self.value):
            yield Node(value, f"{self.path}[{k}]")

    def text(self, key: str, default: str = "") -> str:
        """Return an object's text under a key; the default where there is none."""
        found = self.get(key)
        if found is None:
            return default
        if not isinstance(found.value, str):
            raise found.wrong("a text")
        return found.value

    @property
    def number(self) -> float:
        """The finite number that it must be."""
        value = self.value
        try:
            if isinstance(value, bool) or not math.isfinite(value):
                raise self.wrong("a finite number")
            return float(value)
        except (TypeError, OverflowError):
            raise self.wrong("a finite number") from None

    @property
    def whole(self) -> int:
        """The whole number that it must be."""
        if self.number != int(self.number) or abs(self.number) > 2**53:
            raise self.wrong("a whole number")
        return int(self.number)

    def numbers(self, count: int | None = None) -> list[float]:
        """Return a list's numbers, of which there must be so many."""
        found = [each.number for each in self.each()]
        if count is not None and len(found) != count:
            raise self.wrong(f"{count} numbers")
        return found

    def points(self) -> list[tuple[float, float]]:
        """Return a list of pairs of numbers."""
        found = [each.numbers(2) for each in self.each()]
        return [(x, y) for x, y in found]

    def wrong(self, expected: str) -> Malformed:
        """Return the error that it is not what was expected."""
        return Malformed(f"{self.place} is {shown(self.value)}; expected {expected}")


def shown(value: object) -> str:
    """Return a value in short."""
    return texts.shown(repr(value), texts.Room(60))
