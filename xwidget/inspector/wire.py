"""What may cross to the page: text that any page can show, and no more of it than it needs.

Python keeps every text as it is; what is cut or replaced here is the page's copy.
"""

from __future__ import annotations

import math
import re
import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_HALF_PAIRS = re.compile("[\ud800-\udfff]")
# What is no text: control characters, and marks that turn around what stands beside a name.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_INSTEAD = "\N{REPLACEMENT CHARACTER}"
_DEEPEST = 32
_SAFE = 2**53  # whole numbers beyond this come out as others in a page
_ITEMS = 12
_SHOWN = 60


@dataclass(frozen=True)
class Room:
    """How much of a text a page is given: characters, and lines; one line has no breaks."""

    characters: int
    lines: int = 1


NAME = Room(200)
WORDS = Room(1200, 12)


def clean(value: object, room: Room | None = None) -> object:
    """Return what a message holds with texts that are valid UTF-8, and short where told.

    Parameters
    ----------
    value
        Anything that JSON can carry, and bytes, which stay as they are.
    room
        For each text in it; None leaves their length.
    """
    return _clean(value, room, _DEEPEST)


def _clean(value: object, room: Room | None, depth: int) -> object:
    if isinstance(value, str):
        return _HALF_PAIRS.sub(_INSTEAD, value) if room is None else text(value, room)
    if depth and isinstance(value, dict):
        return {
            _clean(key, room, depth): _clean(each, room, depth - 1) for key, each in value.items()
        }
    if depth and isinstance(value, (list, tuple)):
        return [_clean(each, room, depth - 1) for each in value]
    return value


def text(words: str, room: Room = WORDS) -> str:
    r"""Return a text of bounded length that every page shows; its beginning and its end stay.

    Examples
    --------
    >>> text("a" * 1000, Room(9))
    'aaaaaa…aa'
    >>> text("one\ntwo", Room(20))
    'one two'
    """
    if room.lines == 1:
        words = re.sub(r"\s*[\r\n\u2028\u2029]+\s*", " ", _cut(words, 4 * room.characters))
    else:
        lines = words.splitlines()
        if len(lines) > room.lines:
            last = (room.lines - 1) // 2
            words = "\n".join([*lines[: room.lines - 1 - last], "…", *lines[-last:]])
    return _UNSEEN.sub(_INSTEAD, _cut(words, room.characters))


def listed(names: Sequence[str], most: int = 4_000_000) -> list[str]:
    """Return many names, none of them so long that all together have more characters than this."""
    room = Room(max(24, min(NAME.characters, most // max(1, len(names)))))
    return [text(name, room) for name in names]


def brief(value: object) -> object:
    """Return what a page sent as a refusal names it: the same where it is small, else in short."""
    if isinstance(value, Mapping):
        some = list(value.items())[:_ITEMS]
        return {text(str(key), NAME): _plain(each) for key, each in some}
    return _plain(value)


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _SAFE else shown(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    if isinstance(value, str):
        return text(value, Room(_SHOWN))
    return shown(value)


class _Repr(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxstring = self.maxother = self.maxlong = _SHOWN

    def repr_int(self, x: int, level: int) -> str:
        try:
            return super().repr_int(x, level)
        except ValueError:  # more digits than Python writes out
            return f"a whole number of {x.bit_length()} bits"


def shown(value: object) -> str:
    """Return a value in few characters, however large or deep it is."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"{len(bytes(value))} bytes"
    return text(_Repr().repr(value), Room(_SHOWN))


def _cut(words: str, most: int) -> str:
    if len(words) <= most:
        return words
    end = (most - 1) // 3
    return f"{words[: most - 1 - end]}…{words[len(words) - end :]}"
