"""Text on its way to the page: any page can show it, and it is no longer than needed.

Python keeps every text as it is; what is cut or replaced here is the page's copy.
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Iterable, Mapping, Sequence

from xwidget.support import texts
from xwidget.support.texts import HALF_PAIRS, INSTEAD, NAME, Room

_DEEPEST = 32
_SAFE = 2**53  # whole numbers beyond this come out as others in a page
_ITEMS = 12
_SHOWN = 60


def clean(value: object, room: Room | None = None) -> object:
    """Return a message's content with texts that are valid UTF-8, and short where told.

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
        return HALF_PAIRS.sub(INSTEAD, value) if room is None else texts.shown(value, room)
    if depth and isinstance(value, dict):
        return {
            _clean(key, room, depth): _clean(each, room, depth - 1) for key, each in value.items()
        }
    if depth and isinstance(value, (list, tuple)):
        return [_clean(each, room, depth - 1) for each in value]
    return value


def listed(names: Sequence[str], most: int = 4_000_000) -> list[str]:
    """Return many names, none of them so long that all together have more characters than this."""
    room = Room(max(24, min(NAME.characters, most // max(1, len(names)))))
    return [texts.shown(name, room) for name in names]


def curve(values: Iterable[float], digits: int = 5) -> list[float | None]:
    """Return numbers as JSON can carry them: rounded, and None for NaN and infinity."""
    return [round(value, digits) if math.isfinite(value) else None for value in values]


def figures(values: Iterable[float], digits: int = 4) -> list[float | None]:
    """Return numbers of any size as JSON can carry them: to so many significant digits."""
    return [float(f"{v:.{digits}g}") if math.isfinite(v) else None for v in values]


def weight(value: object, most: int) -> int:
    """Return about how many bytes a page's value has as JSON; it stops to count beyond ``most``."""
    found, left = 0, [value]
    while left and found <= most:
        each = left.pop()
        found += 8
        if isinstance(each, str):
            found += len(each)
        elif isinstance(each, (bytes, bytearray, memoryview)):
            found += memoryview(each).nbytes
        elif isinstance(each, Mapping):
            left += each.keys()
            left += each.values()
        elif isinstance(each, (list, tuple)):
            left += each
    return found


def brief(value: object) -> object:
    """Return a page's value as a refusal names it: the same where it is small, else in short."""
    if isinstance(value, Mapping):
        some = list(value.items())[:_ITEMS]
        return {texts.shown(str(key), NAME): _plain(each) for key, each in some}
    return _plain(value)


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _SAFE else shown(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else repr(value)
    if isinstance(value, str):
        return texts.shown(value, Room(_SHOWN))
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
    return texts.shown(_Repr().repr(value), Room(_SHOWN))
