"""Findings out to a file, and in from one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

from xwidget.findings.finding import Finding
from xwidget.findings.formats import archive, labelme, masks, own, table, xml
from xwidget.findings.formats.items import Item, Page, pages
from xwidget.findings.formats.matching import Row, rows
from xwidget.findings.formats.parsing import MOST_BYTES, Malformed, Node, decoded, parsed
from xwidget.findings.formats.picture import Picture
from xwidget.findings.keeping import Review
from xwidget.support import files, texts

Source: TypeAlias = "str | os.PathLike[str] | bytes | BinaryIO"


@dataclass(frozen=True)
class Written:
    """A file of findings.

    Attributes
    ----------
    data
        The file.
    ending
        Of its name, without the dot; ``"zip"`` where the format has one file an image and there
        are several.
    notes
        What a reader should know: what the coordinates are of, what was left out, and what the
        format cannot hold.
    """

    data: bytes
    ending: str
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        return "\n".join([f"<Written: {len(self.data):,} bytes, .{self.ending}>", *self.notes])


@dataclass(frozen=True)
class Preview:
    """The content of a file, before any of it is taken.

    Attributes
    ----------
    format
        Name of its format.
    rows
        Its entries: findings, and those that are refused with the reason.
    notes
        What a person should know.
    reviews
        Reviews, which files of our own have.
    """

    format: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    reviews: tuple[Review, ...] = ()

    @property
    def findings(self) -> list[Finding]:
        """The findings that are not refused."""
        return [row.finding for row in self.rows if row.finding is not None]

    def accepted(self, *, skip: bool = False) -> list[Finding]:
        """Return the findings, of which none is refused unless those shall be left out.

        Raises
        ------
        ValueError
            If one is refused; the text says the first and why.
        """
        refused = [row for row in self.rows if row.finding is None]
        if refused and not skip:
            raise ValueError(
                f"{len(refused)} of {len(self.rows)} entries are refused, first "
                f"{refused[0].place}: {refused[0].reason}. preview() shows all; skip=True reads "
                "the others"
            )
        return self.findings

    def describe(self) -> dict[str, Any]:
        """Return rows and notes as JSON-able values."""
        return {
            "format": self.format,
            "rows": [row.describe() for row in self.rows],
            "notes": list(self.notes),
        }


def write(
    findings: Iterable[Finding],
    to: str | os.PathLike[str] | BinaryIO | None = None,
    *,
    format: str = "xwidget",
    images: Iterable[Picture] = (),
    reviews: Iterable[Review | Mapping[str, Any]] = (),
    onto: bytes | None = None,
) -> Written:
    """Write findings as a file.

    Parameters
    ----------
    findings
        The findings, of any number of images. Deleted ones are written to the own format only.
    to
        Path, or a binary file that is open; None returns the data only. Where there are several
        files, of PNG masks or of several images, the path is that of a zip archive or of a folder
        that is there.
    format
        Its name, see ``FORMATS``.
    images
        Images to be listed even if they have no finding.
    reviews
        Reviews, or what they describe; the own format alone holds them.
    onto
        A labelme file that the findings were read from: what else is in it stays.

    Returns
    -------
    Written
        The data, the ending of its name, and notes.

    Raises
    ------
    ValueError
        If there is no such format, or what it needs is not installed.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> from xwidget.findings.region import Box
    >>> written = write([Finding(Box(0, 0, 2, 2), (4, 4), "core", label="beak")], format="csv")
    >>> written.data.decode("utf-8-sig").split(",")[:4]
    ['id', 'image', 'digest', 'image_height']
    """
    chosen = table.FORMATS.get(format)
    if chosen is None:
        raise ValueError(f"format is {format!r}; expected one of {', '.join(table.FORMATS)}")
    if onto is not None and format != "labelme":
        raise ValueError(f"onto= is for labelme; format is {format!r}")
    given = list(findings)
    kept = [each for each in given if not each.deleted or format == "xwidget"]
    found = pages(kept, images)
    left_out: Counter[str] = Counter()
    tell = left_out.update

    made: bytes | dict[str, bytes]
    if format == "xwidget":
        made = own.write(given, reviews)
    elif onto is not None:
        made = _onto(found, onto, lambda reason: tell([reason]))
    elif chosen.whole or len(found) == 1:
        made = chosen.write(found, lambda reason: tell([reason]))
    elif not found:
        raise ValueError(
            f"there is nothing to write as {chosen.label}: no finding, and so no image that the "
            "file is of; mark something first, or name an image with images= of formats.write"
        )
    else:
        made = _one_each(chosen, found, lambda reason: tell([reason]))
    ending = "zip" if isinstance(made, dict) else chosen.ending
    notes = [page.picture.note for page in found if not page.picture.original]
    notes += [f"{_findings(count)} left out: {reason}." for reason, count in left_out.items()]
    if len(kept) < len(given):
        notes.append(f"{_findings(len(given) - len(kept))} left out: deleted.")
    data = masks.archive(made) if isinstance(made, dict) else made
    if isinstance(to, (str, os.PathLike)):
        _save(made, data, to)
    elif to is not None:
        to.write(data)
    return Written(data, ending, (*dict.fromkeys(notes), *chosen.loses))


def _findings(count: int) -> str:
    return "1 finding is" if count == 1 else f"{count} findings are"


def _save(made: bytes | dict[str, bytes], data: bytes, to: str | os.PathLike[str]) -> None:
    if not isinstance(made, dict):
        files.replace(to, data)
    elif Path(to).is_dir():
        for name, each in made.items():
            files.replace(Path(to) / name, each)
    elif Path(to).suffix.lower() == ".zip":
        files.replace(to, data)
    else:
        raise ValueError(
            f"there are {len(made)} files to write, but {os.fspath(to)!r} is neither a folder nor "
            "ends in .zip"
        )


def _one_each(chosen: table.Format, found: list[Page], tell: table.LeftOut) -> dict[str, bytes]:
    """Return a file for each image, by name."""
    entries: dict[str, bytes] = {}
    for n, page in enumerate(found):
        stem = texts.shown(Path(page.picture.name).stem, texts.Room(80)).replace("/", "_")
        name = f"{stem}.{chosen.ending}"
        if name in entries:
            name = f"{stem} ({n + 1}).{chosen.ending}"
        made = chosen.write([page], tell)
        assert isinstance(made, bytes)
        entries[name] = made
    return entries


def _onto(found: list[Page], data: bytes, tell: table.LeftOut) -> bytes:
    """Return a labelme file anew, with the findings that were read from it as they are now."""
    if len(found) != 1:
        raise ValueError(f"a labelme file is of one image; the findings are of {len(found)}")
    file = parsed(decoded(data))
    before, _ = rows(labelme.read(file), [found[0].picture])
    numbers = {row.finding.id: n for n, row in enumerate(before) if row.finding is not None}
    others = [n for n, row in enumerate(before) if row.finding is None]
    return labelme.write(found[0], tell, labelme.Onto(file, numbers, others))


def preview(data: bytes, name: str = "", images: Sequence[Picture] | None = None) -> Preview:
    """Return the content of a file; none of it is kept anywhere.

    An entry's image is recognized by the digest of its pixels, or by name and size. Of our own
    files, and of W3C and QuPath files, findings keep their ids; others get one that is made from
    their content, so that reading a file twice gives the same findings.

    Parameters
    ----------
    data
        The file.
    name
        Its name, for errors.
    images
        The images that it may be of; None takes those that the file names.

    Returns
    -------
    Preview
        A row for each entry: a finding in pixels of its image's input, or the reason why it is
        refused.

    Raises
    ------
    ValueError
        If the file cannot be read: it is too large or too deep, or malformed, and then the text
        names the place; or it is of none of the formats.
    """
    try:
        return _previewed(bytes(data), images)
    except Malformed as error:
        raise ValueError(f"{name}: {error}" if name else str(error)) from error


def _previewed(data: bytes, images: Sequence[Picture] | None) -> Preview:
    if not archive.claims(data):
        each = _content(data)
        found, notes = rows(each.items, images)
        return Preview(each.format, tuple(found), tuple(notes), each.reviews)
    files: list[_Content] = []

    def items() -> Iterator[Item]:
        for name, content in archive.unpacked(data):
            try:
                files.append(each := _content(content))
                for item in each.items:
                    yield replace(item, place=f"{name}: {item.place}")
            except Malformed as error:
                raise Malformed(f"{name}: {error}") from error

    found, notes = rows(items(), images)
    reviews = tuple(review for each in files for review in each.reviews)
    return Preview(files[0].format, tuple(found), tuple(notes), reviews)


@dataclass(frozen=True)
class _Content:
    format: str
    items: Iterable[Item]
    reviews: tuple[Review, ...]


def _content(data: bytes) -> _Content:
    content: Node | xml.Element
    if not data:
        raise Malformed("The file is empty")
    if data[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<"):
        content = xml.parsed(data)
    else:
        content = parsed(decoded(data))
    chosen = table.of(content)
    if chosen is None or chosen.read is None:
        known = ", ".join(each.label for each in table.FORMATS.values() if each.read)
        raise Malformed(f"the file is of no format that is read: {known}")
    reviews = own.reviews(content) if chosen.read is own.read and isinstance(content, Node) else ()
    return _Content(chosen.name, chosen.read(content), reviews)


def read(
    source: Source, images: Sequence[Picture] | None = None, *, skip: bool = False
) -> list[Finding]:
    """Return the findings of a file.

    Parameters
    ----------
    source
        Path, content or open binary file.
    images
        The images that it may be of; None takes those that the file names.
    skip
        Whether entries that are refused are left out; otherwise none is read.

    Returns
    -------
    list of Finding
        In the order of the file.

    Raises
    ------
    ValueError
        As :func:`preview`; or if an entry is refused, see ``skip``.
    OSError
        If the file cannot be read.
    """
    return opened(source, images).accepted(skip=skip)


def opened(source: Source, images: Sequence[Picture] | None = None) -> Preview:
    """Return the content of a file that is given by path, content or open file; see
    :func:`preview`.
    """
    name = ""
    if isinstance(source, (str, os.PathLike)):
        name = Path(source).name
        with Path(source).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    elif isinstance(source, (bytes, bytearray, memoryview)):
        data = bytes(source)
    else:
        read = getattr(source, "read", None)
        content = read(MOST_BYTES + 1) if callable(read) else None
        if not isinstance(content, bytes):
            raise TypeError(
                f"the file is a {type(source).__name__}; expected a path, its content as bytes, "
                "or a file that is open for reading bytes"
            )
        data = content
    return preview(data, name, images)
