"""W3C Web Annotations: bodies say what a person says, with author and times. JSON-LD."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote, unquote

from xwidget.findings.finding import Finding
from xwidget.findings.formats import svg
from xwidget.findings.formats.items import Claim, Item, Page, extra, moment, size
from xwidget.findings.formats.parsing import Malformed, Node, dumped
from xwidget.findings.formats.parsing import parsed as parse
from xwidget.findings.formats.picture import Picture, described
from xwidget.findings.region import Box, Pixels, Point, Polygon, Region

CONTEXT: Final = "http://www.w3.org/ns/anno.jsonld"
_FRAGMENTS: Final = "http://www.w3.org/TR/media-frags/"
_PURPOSES: Final = {
    "tagging": "label",
    "classifying": "kind",
    "assessing": "verdict",
    "commenting": "reason",
}
_NUMBER = r"([-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)"
_XYWH = re.compile(r"xywh=(?:(pixel|percent):)?" + ",".join([_NUMBER] * 4) + r"\Z")


def write(pages: Sequence[Page], left_out: Callable[[str], None]) -> bytes:
    """Return findings as a page of annotations; ``left_out`` is told of each without a place."""
    items = []
    for page in pages:
        for finding in page.findings:
            try:
                items.append(_annotation(finding, page.picture))
            except ValueError as error:
                left_out(str(error))
    pictures = [_source(page.picture) for page in pages]
    return dumped(
        {
            "@context": [CONTEXT, {"xwidget": "urn:xwidget:"}],
            "id": "urn:xwidget:findings",
            "type": "AnnotationPage",
            "items": items,
            "xwidget:pictures": pictures,
        }
    )


def _source(picture: Picture) -> dict[str, Any]:
    height, width = picture.size
    return {
        "id": quote(picture.name),
        "type": "Image",
        "xwidget:width": width,
        "xwidget:height": height,
        "xwidget:picture": described(picture),
    }


def _annotation(finding: Finding, picture: Picture) -> dict[str, Any]:
    native = shape(finding.region, picture)
    held = {
        **{name: getattr(finding, name) for name in _PURPOSES.values()},
        **{name: getattr(finding, name) for name in ("id", "author", "created", "changed")},
    }
    ours = extra(
        finding,
        picture,
        held,
        lambda picture, kind: _region(Node(native, ""), picture, kind),
    )
    said = [
        {"type": "TextualBody", "purpose": purpose, "value": held[name]}
        for purpose, name in _PURPOSES.items()
        if held[name]
    ]
    note = {
        "type": "TextualBody",
        "purpose": "describing",
        "format": "application/json",
        "value": dumped(ours).decode("ascii"),
    }
    found: dict[str, Any] = {
        "id": f"urn:uuid:{finding.id}",
        "type": "Annotation",
        "motivation": "assessing",
        "created": finding.created,
        "modified": finding.changed,
        "generator": {"type": "Software", "name": "xwidget"},
        "body": [*said, note],
        "target": {"source": _source(picture)["id"], "selector": native},
    }
    if finding.author:
        found["creator"] = {"type": "Person", "name": finding.author}
    found["target"]["xwidget:digest"] = picture.seen.digest
    return found


def shape(region: Region, picture: Picture) -> dict[str, Any]:
    """Return a region of an image's input as a selector.

    Raises
    ------
    ValueError
        If it has no place in the file's image.
    """
    found = picture.outlined(region) if isinstance(region, Pixels) else picture.out(region)
    if isinstance(found, Polygon):
        return {"type": "SvgSelector", "value": svg.written(found.rings)}
    assert isinstance(found, (Box, Point))
    size = (found.width, found.height) if isinstance(found, Box) else (0, 0)
    values = ",".join(svg.number(value) for value in (found.x, found.y, *size))
    return {
        "type": "FragmentSelector",
        "conformsTo": _FRAGMENTS,
        "value": f"xywh=pixel:{values}",
    }


def claims(file: Node) -> bool:
    """Return whether a JSON file is of this format."""
    value = file.value[0] if isinstance(file.value, list) and file.value else file.value
    return isinstance(value, dict) and "anno.jsonld" in str(value.get("@context", ""))


def read(file: Node) -> Iterator[Item]:
    """Yield the annotations of a page, a collection, a list, or the one of a file."""
    known: dict[tuple[str, str], Claim] = {}
    if isinstance(file.value, dict):
        for node in file.each("xwidget:pictures"):
            where = size(node.get("xwidget:height"), node.get("xwidget:width"))
            claim = Claim.read(unquote(node.text("id")), where, node.get("xwidget:picture"))
            known[node.text("id"), claim.seen.digest] = claim
    for node in _annotations(file):
        target = next(_list(node, "target"), None)
        if target is None:
            raise Malformed(f"{node.place} has no 'target'")
        if isinstance(target.value, str):
            target = Node({"source": target.value}, target.path)
        source = target.get("source") or Node("", target.path)
        name = source.value if isinstance(source.value, str) else source.text("id")
        key = name, target.text("xwidget:digest")
        if key not in known:
            known[key] = Claim(unquote(name.partition("#")[0]), None)
        yield _item(node, target, name, known[key])


def _annotations(file: Node) -> Iterator[Node]:
    if isinstance(file.value, list):
        yield from file.each()
    elif "items" in file.fields:
        yield from file.each("items")
    elif "first" in file.fields:
        yield from file["first"].each("items")
    else:
        yield file


def _item(node: Node, target: Node, source: str, claim: Claim) -> Item:
    said: dict[str, Any] = {"id": node.text("id")}
    for key, name in (("created", "created"), ("modified", "changed")):
        if found := moment(node.text(key)):
            said[name] = found["time"]
    for creator in _list(node, "creator"):
        said["author"] = creator.value if isinstance(creator.value, str) else creator.text("name")
    ours: dict[str, Any] = {}
    for body in _list(node, "body"):
        if isinstance(body.value, str):
            said.setdefault("reason", body.value)
            continue
        purpose, value = body.text("purpose"), body.text("value")
        if purpose == "describing" and body.text("format") == "application/json":
            ours = parse(value).fields
        elif purpose in _PURPOSES:
            said.setdefault(_PURPOSES[purpose], value)
        elif value:
            said.setdefault("reason", value)
    selector = next(_list(target, "selector"), None)
    if selector is None:
        selector = Node(
            {"type": "FragmentSelector", "value": source.partition("#")[2]}, target.path
        )
    return Item(
        node.place,
        claim,
        lambda picture, kind: _region(selector, picture, kind),
        said,
        ours,
        node.value,
        selector.value,
        shape,
        lambda name, value: value,
    )


def _list(node: Node, key: str) -> Iterator[Node]:
    """Yield the values under a key, where one may stand without a list."""
    found = node.get(key)
    if found is not None:
        yield from found.each() if isinstance(found.value, list) else (found,)


def _region(selector: Node, picture: Picture, kind: str) -> Region:
    value = selector.text("value")
    if selector.text("type") == "SvgSelector":
        try:
            found = picture.into(svg.read(value))
        except Malformed as error:
            raise Malformed(f"{selector.place}.value: {error}") from error
        return Pixels.of(found.mask(picture.frame)) if kind == "mask" else found
    if selector.text("type") != "FragmentSelector":
        raise ValueError(f"its selector is a {selector.text('type')!r}, which is not read")
    match = _XYWH.match(value)
    if not match:
        raise ValueError(f"its fragment is {value[:60]!r}; xywh=pixel:x,y,width,height is read")
    x, y, width, height = (float(each) for each in match.groups()[1:])
    if match[1] == "percent":
        across, down = picture.size[1] / 100, picture.size[0] / 100
        x, y, width, height = x * across, y * down, width * across, height * down
    if width == height == 0:
        return picture.into(Point(x, y))
    return picture.into(Box(x, y, width, height))
