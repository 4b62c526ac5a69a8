"""The content of a file: its entries, and the images that it speaks of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Protocol

from xwidget.findings.finding import Finding, Seen, read_seen
from xwidget.findings.formats.parsing import Malformed, Node
from xwidget.findings.formats.picture import MOST_PIXELS, Picture, by
from xwidget.findings.region import Region, Size
from xwidget.findings.region import read as read_region
from xwidget.findings.times import parsed
from xwidget.preprocessing import geometry
from xwidget.support import texts

UNLABELED = "unlabeled"
"""The label, in other programs, of a finding without one."""

_OF_PICTURE = frozenset({"digest", "image", "size", "geometry"})
_NOT_EXTRA = frozenset({"region", "frame", "seen", "deleted"})


@dataclass(frozen=True)
class Claim:
    """The words of a file on an image.

    Attributes
    ----------
    name
        Of its file, maybe with folders; "" for none.
    size
        Height and width; None if the file does not say.
    seen
        What our own files add; empty in others.
    frame
        Height and width of the network's input, in our own files.
    """

    name: str
    size: Size | None
    seen: Seen = field(default_factory=Seen)
    frame: Size | None = None

    @classmethod
    def read(cls, name: str, size: Size | None, ours: Node | None) -> Claim:
        """Return a claim with what ``picture.described`` added, if anything."""
        if ours is None:
            return cls(name, size)
        try:
            values = {key: ours.fields.get(key) for key in _OF_PICTURE}
            frame = ours.get("frame")
            found = None if frame is None else _size(frame)
            return cls(name, size, read_seen(values), found)
        except (ValueError, TypeError) as error:
            if isinstance(error, Malformed):
                raise
            raise Malformed(f"{ours.place}: {texts.text_of(error)}") from error

    @property
    def picture(self) -> Picture:
        """The image as the file has it, where no other is known.

        Raises
        ------
        ValueError
            If the file does not say its size.
        """
        if self.frame is not None:
            return Picture(self.frame, self.seen)
        if self.size is None:
            raise ValueError(
                "the file names no image that this is of, and no size; load it in a panel that "
                "shows the image, or name the image with images="
            )
        if self.size[0] * self.size[1] > MOST_PIXELS:
            raise ValueError(f"an image of {by(self.size)} pixels is too large")
        way = geometry.identity(self.size).describe()
        return Picture(self.size, Seen(image=texts.valid(self.name), size=self.size, geometry=way))


class Shape(Protocol):
    """Reads a shape as a format has it."""

    def __call__(self, picture: Picture, kind: str) -> Region:
        """Return it as a region of the image's input; ``kind`` is the region's type, or ""."""
        ...


@dataclass(frozen=True)
class Item:
    """An entry of a file that may be a finding.

    Attributes
    ----------
    place
        Where it is in the file.
    claim
        What the file says of its image.
    shape
        Reads its shape.
    said
        Values of a finding that the format has a place for.
    extra
        Those that our own files add, see :func:`extra`.
    content
        All of it as JSON-able values; a finding without an id gets one from this.
    native, again
        Its shape in the file, and what writes a region so: if both are equal, nobody changed it.
    spelled
        How the format writes a value that it has a place for.
    """

    place: str
    claim: Claim
    shape: Shape
    said: Mapping[str, Any]
    extra: Mapping[str, Any]
    content: Any
    native: Any = None
    again: Callable[[Region, Picture], Any] | None = None
    spelled: Callable[[str, Any], Any] = lambda name, value: named(name, value)

    def region(self, picture: Picture) -> Region:
        """Return its region in an image's input.

        Raises
        ------
        ValueError
            In words, if it has none there.
        """
        kept = self.extra.get("region")
        if kept is not None and self.again is not None:
            region = read_region(kept)
            try:
                if self.again(region, picture) == self.native:
                    return region
            except ValueError:  # in another image it may have no place
                pass
        kind = self.extra.get("type", "")
        return self.shape(picture, kind if isinstance(kind, str) else "")

    def values(self) -> dict[str, Any]:
        """Return the values of the finding besides region and image."""
        found = {k: v for k, v in self.extra.items() if k not in _NOT_EXTRA and k != "type"}
        for name, value in self.said.items():
            if name not in found or self.spelled(name, found[name]) != value:
                found[name] = value
        return found


def named(name: str, value: Any) -> Any:
    """Return a value as other programs are shown it: a finding without a label has one there."""
    return value or UNLABELED if name == "label" else value


def extra(
    finding: Finding, picture: Picture, held: Mapping[str, Any], native: Shape | None = None
) -> dict[str, Any]:
    """Return the values of a finding that a format has no place of its own for.

    Parameters
    ----------
    finding
        The finding.
    picture
        Its image.
    held
        Values that the format holds, as it holds them.
    native
        Reads the shape as it is written; where that gives another region, ours is added.
    """
    described, found = finding.describe(), {}
    for each in fields(finding):
        if each.name in _NOT_EXTRA:
            continue
        value = described[each.name]
        # What a reader takes an absent value for; id and times are never absent.
        absent = held.get(each.name, each.default)
        if value != absent:
            found[each.name] = value
    seen = {
        each.name: described["seen"][each.name]
        for each in fields(Seen)
        if each.name not in _OF_PICTURE and described["seen"][each.name] != each.default
    }
    if seen:
        found["seen"] = seen
    found["type"] = finding.region.type
    if native is not None and _other(finding, picture, native):
        found["region"] = described["region"]
    return found


def _other(finding: Finding, picture: Picture, native: Shape) -> bool:
    try:
        return native(picture, finding.region.type) != finding.region
    except ValueError:
        return True


def size(height: Node | None, width: Node | None) -> Size | None:
    """Return an image's size; None where one is missing, or not above 0."""
    if height is None or width is None:
        return None
    found = height.whole, width.whole
    return found if min(found) > 0 else None


def _size(node: Node) -> Size:
    height, width = node.numbers(2)
    if not (1 <= height <= 2**15 and 1 <= width <= 2**15):
        raise node.wrong("a height and a width")
    return int(height), int(width)


@dataclass(frozen=True)
class Page:
    """An image and its findings, to be written.

    Attributes
    ----------
    picture
        The image.
    findings
        Its findings.
    """

    picture: Picture
    findings: Sequence[Finding]


def pages(findings: Iterable[Finding], images: Iterable[Picture] = ()) -> list[Page]:
    """Return findings by image, in the order given; images may have none."""
    found: dict[Any, tuple[Picture, list[Finding]]] = {}
    for picture in images:
        found.setdefault(picture.key, (picture, []))
    for finding in findings:
        picture = Picture.of(finding)
        found.setdefault(picture.key, (picture, []))[1].append(finding)
    return [Page(*each) for each in found.values()]


def moment(text: str) -> dict[str, str]:
    """Return a time of a file as a finding has it, under "time"; without a zone it is UTC.
    Empty where it is none.
    """
    for each in (text, f"{text}Z"):
        try:
            parsed(each)
        except ValueError:
            continue
        return {"time": each}
    return {}
