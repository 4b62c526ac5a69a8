"""Texts as any page, file and terminal can show them: valid, and no longer than there is room."""

from __future__ import annotations

import re
from dataclasses import dataclass

HALF_PAIRS = re.compile("[\ud800-\udfff]")
"""Halves of surrogate pairs: Python holds them, no UTF-8 does."""

INSTEAD = "\N{REPLACEMENT CHARACTER}"

# Control characters, too, and marks that turn around what stands beside a name.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAKS = re.compile(r"\s*[\r\n\u2028\u2029]+\s*")


@dataclass(frozen=True)
class Room:
    """The size to which a text is cut: characters, and lines; one line has no breaks."""

    characters: int
    lines: int = 1


NAME = Room(200)
WORDS = Room(1200, 12)


def in_words(error: BaseException) -> str:
    """Return an error's kind and text, which some errors do not have."""
    text = str(error).strip()
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def text_of(error: BaseException) -> str:
    """Return an error's text, or its kind where it has none."""
    return str(error).strip() or type(error).__name__


def valid(text: str) -> str:
    """Return a text without halves of surrogate pairs, which no file and no page can hold."""
    return HALF_PAIRS.sub("?", text)


def shown(text: str, room: Room = WORDS) -> str:
    r"""Return a text of bounded length that can be shown everywhere; beginning and end stay.

    Examples
    --------
    >>> shown("a" * 1000, Room(9))
    'aaaaaa…aa'
    >>> shown("one\ntwo", Room(20))
    'one two'
    """
    text = _cut(text, 8 * room.characters)  # what follows shall not read megabytes
    if room.lines == 1:
        text = _BREAKS.sub(" ", text)
    elif len(lines := text.splitlines()) > room.lines:
        last = (room.lines - 1) // 2
        text = "\n".join([*lines[: room.lines - 1 - last], "…", *lines[-last:]])
    return _UNSEEN.sub(INSTEAD, _cut(text, room.characters))


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    end = (most - 1) // 3
    return f"{text[: most - 1 - end]}…{text[len(text) - end :]}"
