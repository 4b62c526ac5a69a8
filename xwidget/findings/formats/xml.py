"""XML of files from anywhere: elements with their places; document types are refused."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from xwidget.findings.formats.parsing import (
    DEEPEST,
    MOST_BYTES,
    MOST_ENTRIES,
    Malformed,
    shown,
)

_MOST_ELEMENTS = 20 * MOST_ENTRIES
# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass
class Element:
    """An element of an XML file.

    Attributes
    ----------
    name
        Without its namespace.
    values
        Its attributes.
    line
        Line of the file on which it begins.
    children
        The elements in it.
    text
        All text in it, joined.
    """

    name: str
    values: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)
    text: str = ""

    @property
    def place(self) -> str:
        """The place in the file, for a person."""
        return f"line {self.line}"

    def each(self, name: str) -> Iterator[Element]:
        """Yield the elements of a name in it."""
        return (child for child in self.children if child.name == name)

    def get(self, name: str) -> str:
        """Return an attribute.

        Raises
        ------
        Malformed
            If it has none of that name.
        """
        if name not in self.values:
            raise Malformed(f"<{self.name}> in line {self.line} has no {name}")
        return self.values[name]

    def number(self, name: str, default: float | None = None) -> float:
        """Return an attribute that is a finite number.

        Raises
        ------
        Malformed
            If it is none.
        """
        if default is not None and name not in self.values:
            return default
        try:
            found = float(self.get(name))
        except Malformed:
            raise
        except ValueError:
            found = math.nan
        if not math.isfinite(found):
            raise self.wrong(name, "a finite number")
        return found

    def whole(self, name: str) -> int:
        """Return an attribute that is a whole number of 0 or more.

        Raises
        ------
        Malformed
            If it is none.
        """
        found = self.number(name)
        if found != int(found) or not 0 <= found < 2**53:
            raise self.wrong(name, "a whole number")
        return int(found)

    def wrong(self, name: str, expected: str) -> Malformed:
        """Return the error that an attribute is not what was expected."""
        value = shown(self.values.get(name))
        return Malformed(f"{name} of <{self.name}> in line {self.line} is {value}; {expected}")


def parsed(data: bytes | str) -> Element:
    """Return the root of an XML file.

    Raises
    ------
    Malformed
        If it is too large or deep, is not XML, or has a document type, which is where entities are
        declared; the text names line and column.
    """
    if len(data) > MOST_BYTES:
        raise Malformed(f"the file has {len(data):,} bytes; at most {MOST_BYTES:,} are read")
    top = Element("", {}, 0)
    stack, count = [top], 0
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def start(name: str, values: dict[str, str]) -> None:
        nonlocal count
        count += 1
        line = parser.CurrentLineNumber
        if len(stack) > DEEPEST or count > _MOST_ELEMENTS:
            raise Malformed(f"the file holds too many elements, or too deep, at line {line}")
        element = Element(name.rpartition(":")[2], values, line)
        stack[-1].children.append(element)
        stack.append(element)

    def end(name: str) -> None:
        stack.pop()

    def text(characters: str) -> None:
        stack[-1].text += characters

    def refuse(*_: object) -> None:
        line = parser.CurrentLineNumber
        raise Malformed(f"the file declares a document type at line {line}, which is not read")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = text, refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        place = f"line {error.lineno}, column {error.offset + 1}"
        raise Malformed(
            f"the file is not XML at {place}: {expat.ErrorString(error.code)}"
        ) from error
    except (LookupError, UnicodeError) as error:
        raise Malformed(f"the file's encoding cannot be read: {error}") from error
    return top.children[0]


def writable(text: str) -> str:
    """Return a text without the control characters that XML has no way to write."""
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def attribute(text: object) -> str:
    """Return an attribute's value in ASCII, in quotes."""
    found = writable(str(text))
    for character, instead in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        found = found.replace(character, instead)
    for character in "\t\n\r":
        found = found.replace(character, f"&#{ord(character)};")
    return f'"{found}"'


def content(text: object) -> str:
    """Return text between tags in ASCII."""
    return attribute(text)[1:-1]
