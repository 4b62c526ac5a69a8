"""Own format: the findings as they are, with their reviews. JSON; nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from xwidget.findings import finding as findings
from xwidget.findings.finding import Finding
from xwidget.findings.formats.items import Claim, Item
from xwidget.findings.formats.parsing import Malformed, Node, dumped
from xwidget.findings.formats.picture import Picture
from xwidget.findings.keeping import Review, read_review
from xwidget.findings.region import Region
from xwidget.support import texts

FORMAT: Final = "xwidget findings"
VERSION: Final = 1


def write(found: Iterable[Finding], reviews: Iterable[Review | Mapping[str, Any]] = ()) -> bytes:
    """Return findings and reviews as JSON; each in a line of its own."""
    given = (each if isinstance(each, Review) else read_review(each) for each in reviews)
    parts = [
        b",\n".join(dumped(each) for each in entries)
        for entries in ((each.describe() for each in found), (each.describe() for each in given))
    ]
    head = dumped({"format": FORMAT, "version": VERSION})[:-1]
    return head + b',"findings":[\n%b\n],"reviews":[\n%b\n]}\n' % (parts[0], parts[1])


def claims(file: Node) -> bool:
    """Return whether a JSON file is of this format."""
    return isinstance(file.value, dict) and file.value.get("format") == FORMAT


def read(file: Node) -> Iterator[Item]:
    """Yield the findings of a file.

    Raises
    ------
    Malformed
        If one is none, or the file is of a later version.
    """
    version = file["version"].whole
    if version > VERSION:
        raise Malformed(
            f"the file is of version {version} of its format, and this is version {VERSION}: "
            "install a newer xwidget"
        )
    pictures: dict[Any, Claim] = {}
    for node in file["findings"].each():
        try:
            finding = findings.read(node.value)
        except (ValueError, TypeError) as error:
            raise Malformed(f"{node.path}: {texts.text_of(error)}") from error
        picture = Picture.of(finding)
        claim = Claim(picture.seen.image, picture.size, picture.seen, finding.frame)
        yield _item(node.path, finding, pictures.setdefault(picture.key, claim))


def _item(place: str, finding: Finding, claim: Claim) -> Item:
    ours = Picture.of(finding)

    def shape(picture: Picture, kind: str) -> Region:
        if (picture.frame, picture.seen.geometry) == (ours.frame, ours.seen.geometry):
            return finding.region
        if not ours.original and picture.frame == ours.frame:
            return finding.region
        return picture.into(ours.out(finding.region))

    said = {k: v for k, v in finding.describe().items() if k not in ("region", "frame", "seen")}
    return Item(place, claim, shape, said, {"seen": finding.describe()["seen"]}, said)


def reviews(file: Node) -> tuple[Review, ...]:
    """Return the reviews of a file.

    Raises
    ------
    Malformed
        If one is none.
    """
    found = []
    for node in file.each("reviews"):
        try:
            found.append(read_review(node.value))
        except (ValueError, TypeError) as error:
            raise Malformed(f"{node.path}: {texts.text_of(error)}") from error
    return tuple(found)
