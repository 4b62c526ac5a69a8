"""CVAT for images 1.1: XML; masks as row-major run lengths within their box."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from xwidget.findings.finding import Finding
from xwidget.findings.formats import xml
from xwidget.findings.formats.grid import Crop
from xwidget.findings.formats.items import Claim, Item, Page, extra, named
from xwidget.findings.formats.parsing import Malformed, dumped
from xwidget.findings.formats.parsing import parsed as parse
from xwidget.findings.formats.picture import Picture, described
from xwidget.findings.formats.svg import number
from xwidget.findings.region import Box, Pixels, Point, Polygon, Region

_TOLD: Final = ("verdict", "kind", "reason", "confidence", "author")
_OURS: Final = "xwidget"


def write(pages: Sequence[Page], left_out: Callable[[str], None]) -> bytes:
    """Return findings as CVAT's XML in ASCII; ``left_out`` is told of each without a place."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<annotations>", "<version>1.1</version>"]
    labels = sorted({named("label", f.label) for page in pages for f in page.findings})
    lines += ["<meta><task><labels>"]
    attributes = "".join(
        f"<attribute><name>{name}</name><mutable>False</mutable><input_type>text</input_type>"
        "<default_value></default_value><values></values></attribute>"
        for name in (*_TOLD, _OURS)
    )
    for label in labels:
        lines.append(
            f"<label><name>{xml.content(label)}</name><attributes>{attributes}</attributes></label>"
        )
    lines.append("</labels></task>")
    pictures = [described(page.picture) for page in pages]
    lines.append(f"<{_OURS}>{xml.content(dumped(pictures).decode('ascii'))}</{_OURS}></meta>")
    for n, page in enumerate(pages):
        height, width = page.picture.size
        name = xml.attribute(page.picture.name)
        lines.append(f'<image id="{n}" name={name} width="{width}" height="{height}">')
        for finding in page.findings:
            try:
                lines.append(_shape(finding, page.picture))
            except ValueError as error:
                left_out(str(error))
        lines.append("</image>")
    text = "\n".join([*lines, "</annotations>", ""])
    return text.encode("ascii", "xmlcharrefreplace")


def _shape(finding: Finding, picture: Picture) -> str:
    native = shape(finding.region, picture)
    held = {name: _spelled(name, getattr(finding, name)) for name in ("label", *_TOLD)}
    ours = extra(
        finding,
        picture,
        held,
        lambda picture, kind: _region(_element(native), picture),
    )
    told = {
        name: value for name, value in held.items() if name != "label" and value not in ("", None)
    }
    told[_OURS] = dumped(ours).decode("ascii")
    inside = "".join(
        f"<attribute name={xml.attribute(name)}>{xml.content(value)}</attribute>"
        for name, value in told.items()
    )
    name, values = native
    written = "".join(f" {key}={xml.attribute(value)}" for key, value in values.items())
    label = xml.attribute(held["label"])
    return (
        f'<{name} label={label} source="manual" occluded="0"{written} z_order="0">{inside}</{name}>'
    )


def _element(native: tuple[str, dict[str, str]]) -> xml.Element:
    return xml.Element(native[0], native[1], 0)


def _spelled(name: str, value: Any) -> Any:
    """Return a value as the format writes it: without what XML has no way to write."""
    value = named(name, value)
    return xml.writable(value) if isinstance(value, str) else value


def shape(region: Region, picture: Picture) -> tuple[str, dict[str, str]]:
    """Return a region of an image's input as an element's name and attributes.

    Raises
    ------
    ValueError
        If it has no place in the file's image.
    """
    found = None if isinstance(region, Pixels) else picture.out(region)
    if isinstance(found, Box):
        left, upper, right, lower = (number(round(value, 6)) for value in found.bounds)
        return "box", {"xtl": left, "ytl": upper, "xbr": right, "ybr": lower}
    if isinstance(found, Point):
        return "points", {"points": f"{number(found.x)},{number(found.y)}"}
    if isinstance(found, Polygon) and len(found.rings) == 1:
        points = ";".join(f"{number(x)},{number(y)}" for x, y in found.rings[0])
        return "polygon", {"points": points}
    crop = picture.crop(region).tight()
    height, width = crop.mask.shape
    counts = Crop(crop.mask, 0, 0, (height, width)).lengths(rows=True)
    return "mask", {
        "rle": ", ".join(map(str, counts)),
        "left": str(crop.left),
        "top": str(crop.top),
        "width": str(width),
        "height": str(height),
    }


def claims(root: xml.Element) -> bool:
    """Return whether an XML file is of this format."""
    return root.name == "annotations" and any(True for _ in root.each("version"))


def read(root: xml.Element) -> Iterator[Item]:
    """Yield the shapes of a file."""
    described = [ours for meta in root.each("meta") for ours in meta.each(_OURS)]
    pictures = list(parse(described[0].text).each()) if described else []
    for image in root.each("image"):
        claim = Claim.read(
            image.get("name"),
            (max(1, image.whole("height")), max(1, image.whole("width"))),
            pictures[image.whole("id")] if image.whole("id") < len(pictures) else None,
        )
        for element in image.children:
            yield _item(element, claim)


def _item(element: xml.Element, claim: Claim) -> Item:
    said: dict[str, Any] = {"label": element.values.get("label", "")}
    ours: dict[str, Any] = {}
    for attribute in element.each("attribute"):
        name = attribute.get("name")
        if name == _OURS and attribute.text:
            ours = parse(attribute.text).fields
        elif name in _TOLD and attribute.text:
            said[name] = attribute.text
    if "confidence" in said:
        said["confidence"] = _confidence(element, said["confidence"])
    values = {k: v for k, v in element.values.items() if k in ("points", "rle", *_PLACES)}
    return Item(
        element.place,
        claim,
        lambda picture, kind: _region(element, picture),
        said,
        ours,
        [element.name, element.values, said],
        (element.name, values),
        shape,
        _spelled,
    )


_PLACES = ("xtl", "ytl", "xbr", "ybr", "left", "top", "width", "height")


def _confidence(element: xml.Element, text: str) -> float:
    try:
        return float(json.loads(text))
    except (ValueError, TypeError):
        raise Malformed(f"confidence in line {element.line} is {text[:60]!r}; a number") from None


def _region(element: xml.Element, picture: Picture) -> Region:
    if element.name == "box":
        if element.number("rotation", 0.0):
            raise ValueError("its box is turned, which is not read")
        left, upper, right, lower = (element.number(k) for k in ("xtl", "ytl", "xbr", "ybr"))
        if right <= left or lower <= upper:
            raise ValueError("its box is empty")
        return picture.into(Box(left, upper, round(right - left, 9), round(lower - upper, 9)))
    if element.name in ("points", "polygon"):
        points = _points(element)
        if element.name == "polygon":
            if len(points) < 3:
                raise ValueError("its polygon is empty: it has fewer than 3 corners")
            return picture.into(Polygon((tuple(points),)))
        if len(points) != 1:
            raise ValueError(f"it has {len(points)} points; one is read")
        return picture.into(Point(*points[0]))
    if element.name == "mask":
        return picture.into(_mask(element, picture))
    raise ValueError(f"its shape is a {element.name!r}; box, polygon, mask and points are read")


def _points(element: xml.Element) -> list[tuple[float, float]]:
    text = element.get("points")
    try:
        found = [tuple(map(float, pair.split(","))) for pair in text.split(";")]
        return [(x, y) for x, y in found]
    except ValueError:
        raise element.wrong("points", "x,y;x,y;…") from None


def _mask(element: xml.Element, picture: Picture) -> Crop:
    left, top = element.whole("left"), element.whole("top")
    width, height = element.whole("width"), element.whole("height")
    if left + width > picture.size[1] or top + height > picture.size[0]:
        raise ValueError("its mask reaches out of the image")
    try:
        counts = [int(each) for each in element.get("rle").split(",")]
    except ValueError:
        raise element.wrong("rle", "whole numbers") from None
    part = Crop.of_lengths(counts, (height, width), rows=True)
    return Crop(part.mask, top + part.top, left + part.left, picture.size)
