"""Values that a store accepts."""

from __future__ import annotations

import getpass

from xwidget.support import texts

_PNG = b"\x89PNG\r\n\x1a\n"
_MOST_BYTES = 64_000_000
_DIGEST = 64  # characters
_HEX = frozenset("0123456789abcdef")


def login() -> str:
    """Return the login name, or a word for somebody."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return "somebody"


def name(what: str, value: str) -> str:
    """Return a name without what no file can hold; ValueError if nothing is left."""
    if not isinstance(value, str) or not (text := clean(value).strip()):
        raise ValueError(f"{what} is {value!r}; expected a name")
    if len(text) > texts.NAME.characters:
        raise ValueError(f"{what} has {len(text)} characters; at most 200 fit")
    return text


def act(act: str) -> str:
    """Return the text of an act; ValueError if it is empty or too long."""
    if not isinstance(act, str) or not 1 <= len(clean(act)) <= 100:
        raise ValueError(
            f"act is {texts.shown(repr(act), texts.Room(60))}; expected 1 to 100 characters"
        )
    return clean(act)


def text(what: str, value: str) -> str:
    """Return a text without what no database can hold; TypeError if it is none."""
    if not isinstance(value, str):
        raise TypeError(f"{what} is {texts.shown(repr(value), texts.Room(60))}; expected a text")
    return clean(value)


def digest(text: str) -> str:
    """Return an image's digest as a store looks for it: one that is too long is cut."""
    return clean(text)[:_DIGEST]


def clean(text: str) -> str:
    """Return a text without what no database can hold."""
    return texts.valid(text).replace("\x00", "")


def picture(digest: str, png: bytes) -> None:
    """Check the digest of an image, and the PNG of its input; ValueError in words."""
    if len(digest) != _DIGEST or not _HEX.issuperset(digest):
        raise ValueError(f"digest is {digest!r}; expected 64 hexadecimal digits")
    if not png.startswith(_PNG) or len(png) > _MOST_BYTES:
        raise ValueError(f"the image is not a PNG of at most 64 MB: {len(png)} bytes came")
