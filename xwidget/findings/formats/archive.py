"""Zip archives of files of findings: bounded, and nothing is written anywhere."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath

from xwidget.findings.formats.parsing import MOST_BYTES, Malformed
from xwidget.support import texts

MOST_FILES = 10_000
"""In an archive."""

_ENDINGS = frozenset({".json", ".geojson", ".jsonld", ".xml"})
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def claims(data: bytes) -> bool:
    """Return whether a file is a zip archive."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the files of an archive that may hold findings.

    Raises
    ------
    Malformed
        If it is too large, packed or unpacked, has a password, or is damaged; or if it has no such
        file.
    """
    if len(data) > MOST_BYTES:
        raise Malformed(
            f"the archive has {len(data):,} bytes; at most {MOST_BYTES:,} are read. Export it in "
            "parts"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield from _files(archive)
    except Malformed:
        raise
    except (*_DAMAGED, ValueError) as error:
        raise Malformed(f"the archive is damaged: {texts.in_words(error)}") from error


def _files(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    found = [entry for entry in archive.infolist() if _wanted(entry.filename)]
    if not found:
        known = ", ".join(sorted(_ENDINGS))
        raise Malformed(f"the archive has no file that is read: {known}")
    if len(found) > MOST_FILES:
        raise Malformed(f"the archive has {len(found):,} files; at most {MOST_FILES:,} are read")
    left = MOST_BYTES
    for entry in found:
        name = texts.shown(PurePosixPath(entry.filename).name, texts.NAME)
        if entry.flag_bits & 1 or entry.compress_type not in _PACKED:
            raise Malformed(f"{name} has a password or is packed in a way that is not read")
        with archive.open(entry) as file:
            content = file.read(left + 1)  # whatever size it says that it has
        left -= len(content)
        if left < 0:
            raise Malformed(
                f"the archive's files have more than {MOST_BYTES:,} bytes; unpack it, and load "
                "them one by one"
            )
        yield name, content


def _wanted(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
    return path.suffix.lower() in _ENDINGS and not hidden
