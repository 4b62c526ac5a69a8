"""The places where findings are kept: a file, the memory, or a server; and their names."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

MEMORY = ":memory:"

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_SERVERS = ("postgresql", "postgres", "postgresql+psycopg")
_EXPECTED = "expected a path, sqlite:///PATH, postgresql://USER:PASSWORD@HOST/DATABASE, or :memory:"


@dataclass(frozen=True)
class Place:
    """The place of a store.

    Attributes
    ----------
    file
        Absolute path of an SQLite file; None where there is no file.
    server
        URL of a PostgreSQL database, with the password; "" where there is no server.
    name
        For a person to see: the file's name, or the database and its host.
    location
        The path or URL, without the password.
    key
        32 hexadecimal digits, the same for the same place, before the file is made too.
    """

    file: Path | None
    server: str
    name: str
    location: str
    key: str

    def __repr__(self) -> str:
        return f"Place({self.location!r})"


def place_of(place: str | os.PathLike[str]) -> Place:
    """Return the place that a path or URL names.

    Raises
    ------
    ValueError, TypeError
        If it is neither; a password is not in the text.

    Examples
    --------
    >>> place_of("postgresql://me:secret@db.example.org/lab").location
    'postgresql://me:***@db.example.org/lab'
    """
    try:
        text: object = os.fspath(place)
    except TypeError:
        text = None
    if not isinstance(text, str):
        raise TypeError(f"the place is a {type(place).__name__}; {_EXPECTED}")
    if text == MEMORY or text in ("sqlite://", "sqlite:///:memory:"):
        return Place(None, "", "memory", MEMORY, _key(MEMORY))
    if not _URL.match(text):
        return _file(text)
    scheme, rest = text.split("://", 1)
    if scheme == "sqlite":
        if not rest.startswith("/") or "?" in rest:
            raise ValueError("a URL of a file is sqlite:///PATH, without options after a ?")
        return _file(rest[1:])
    if scheme not in _SERVERS:
        raise ValueError(f"findings cannot be kept in {scheme}://…; {_EXPECTED}")
    return _server(rest)


def key_of(place: str | os.PathLike[str]) -> str:
    """Return the key of the store at a place, see :class:`Place`."""
    return place_of(place).key


def name_of(place: str | os.PathLike[str]) -> str:
    """Return the name of the store at a place, without folder, user and password.

    Examples
    --------
    >>> name_of("/home/me/study.sqlite"), name_of("postgresql://me:secret@db.example.org/lab")
    ('study.sqlite', 'lab on db.example.org')
    """
    return place_of(place).name


def _file(text: str) -> Place:
    if not text or "\x00" in text:
        raise ValueError(f"the path is {text!r}; {_EXPECTED}")
    try:
        os.fsencode(text)
    except UnicodeEncodeError as error:
        raise ValueError(f"the path is {text!r}; no file can have this name: {error}") from error
    path = Path(text).expanduser().resolve()
    return Place(path, "", path.name, str(path), _key(f"sqlite:{path}"))


def _server(rest: str) -> Place:
    try:
        parts = urlsplit(f"postgresql://{rest}")
        options = parse_qs(parts.query)
        host = parts.hostname or options.get("host", ["localhost"])[0]
        port = parts.port or int(options.get("port", ["5432"])[0])
    except ValueError:  # its text has the URL in it, and so the password
        raise ValueError(f"this is no URL of a PostgreSQL database; {_EXPECTED}") from None
    database = unquote(parts.path[1:]) or unquote(parts.username or "postgres")
    shown = "localhost" if host.startswith("/") else host
    return Place(
        None,
        f"postgresql+psycopg://{rest}",
        f"{database} on {shown}",
        _without_password(parts),
        _key(f"postgresql:{host}:{port}/{database}"),
    )


def _without_password(parts: SplitResult) -> str:
    user, at, host = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    options = "&".join(
        "password=***" if each.partition("=")[0] == "password" else each
        for each in parts.query.split("&")
    )
    netloc = f"{name}{':***' if colon else ''}{at}{host}"
    return parts._replace(netloc=netloc, query=options).geturl()


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]
