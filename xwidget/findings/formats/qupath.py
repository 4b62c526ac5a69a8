"""QuPath: GeoJSON, one file an image, areas with holes as they are, a class for each label."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from xwidget.findings.finding import Finding
from xwidget.findings.formats import outline
from xwidget.findings.formats.grid import Crop
from xwidget.findings.formats.items import Claim, Item, Page, extra, named, size
from xwidget.findings.formats.parsing import Node, dumped
from xwidget.findings.formats.parsing import parsed as parse
from xwidget.findings.formats.picture import Picture, corners, described
from xwidget.findings.region import Box, Pixels, Point, Polygon, Region, Ring

_TOLD = ("verdict", "kind", "reason", "author")


def write(page: Page, left_out: Callable[[str], None]) -> bytes:
    """Return one image's findings as GeoJSON; ``left_out`` is told of each without a place."""
    features = []
    for finding in page.findings:
        try:
            features.append(_feature(finding, page.picture))
        except ValueError as error:
            left_out(str(error))
    height, width = page.picture.size
    ours = {
        "name": page.picture.name,
        "width": width,
        "height": height,
        "picture": described(page.picture),
    }
    return dumped({"type": "FeatureCollection", "features": features, "xwidget": ours})


def _feature(finding: Finding, picture: Picture) -> dict[str, Any]:
    native = shape(finding.region, picture)
    label = named("label", finding.label)
    told = {name: getattr(finding, name) for name in _TOLD}
    ours = extra(
        finding,
        picture,
        {**told, "label": label, "id": finding.id},
        lambda picture, kind: _region(Node(native, ""), picture, kind),
    )
    metadata = {name: value for name, value in told.items() if value}
    return {
        "type": "Feature",
        "id": finding.id,
        "geometry": native,
        "properties": {
            "objectType": "annotation",
            "classification": {"name": label, "color": _color(label)},
            "isLocked": False,
            "measurements": _measured(finding),
            "metadata": {**metadata, "xwidget": dumped(ours).decode("ascii")},
        },
    }


def _color(label: str) -> list[int]:
    """Return a color that the label always has."""
    return [64 + byte // 2 for byte in hashlib.sha256(label.encode("utf-8")).digest()[:3]]


def _measured(finding: Finding) -> dict[str, float]:
    effect = finding.effect
    if effect is None:
        return {}
    found = {
        "Score": effect.image,
        "Score without": effect.without,
        "Score only": effect.only,
        "Share of evidence": effect.share,
    }
    return {name: value for name, value in found.items() if value is not None}


def shape(region: Region, picture: Picture) -> dict[str, Any]:
    """Return a region of an image's input as a GeoJSON geometry.

    A polygon of several rings, or one that crosses itself, becomes areas and holes by the even-odd
    rule; without shapely, its pixels do.

    Raises
    ------
    ValueError
        If it has no place in the file's image.
    """
    if isinstance(region, Pixels):
        parts = outline.outlines(region.mask(picture.frame))
        whole = picture.out(Polygon(tuple(ring for part in parts for ring in part)))
        assert isinstance(whole, Polygon)
        rings = iter(whole.rings)
        return _areas([tuple(next(rings) for _ in part) for part in parts])
    found = picture.out(region)
    if isinstance(found, Point):
        return {"type": "Point", "coordinates": [found.x, found.y]}
    if isinstance(found, Box):
        return _areas([(corners(found),)])
    assert isinstance(found, Polygon)
    return _areas(_valid(found, picture))


def _valid(found: Polygon, picture: Picture) -> list[tuple[Ring, ...]]:
    """Return the areas of a polygon and their holes, by the even-odd rule."""
    try:
        import shapely
    except ImportError:
        crop = Crop.of(found, picture.size)
        return outline.outlines(crop.mask, crop.top, crop.left)
    areas = [shapely.make_valid(shapely.Polygon(ring)) for ring in found.rings]
    if len(areas) == 1 and shapely.Polygon(found.rings[0]).is_valid:
        return [found.rings]
    whole = areas[0]
    for area in areas[1:]:
        whole = whole.symmetric_difference(area)
    polygons = [part for part in getattr(whole, "geoms", [whole]) if part.geom_type == "Polygon"]
    if not polygons:
        raise ValueError("it has no area")
    return [_rings(polygon) for polygon in polygons]


def _rings(polygon: Any) -> tuple[Ring, ...]:
    return tuple(tuple(ring.coords)[:-1] for ring in (polygon.exterior, *polygon.interiors))


def _areas(parts: list[tuple[Ring, ...]]) -> dict[str, Any]:
    found = [[[list(point) for point in (*ring, ring[0])] for ring in part] for part in parts]
    if len(found) == 1:
        return {"type": "Polygon", "coordinates": found[0]}
    return {"type": "MultiPolygon", "coordinates": found}


def claims(file: Node) -> bool:
    """Return whether a JSON file is of this format."""
    first = file.value[0] if isinstance(file.value, list) and file.value else file.value
    return isinstance(first, dict) and first.get("type") in ("FeatureCollection", "Feature")


def read(file: Node) -> Iterator[Item]:
    """Yield the features of a collection, a list, or the one of a file."""
    claim = Claim("", None)
    nodes = file
    if isinstance(file.value, dict):
        ours = file.get("xwidget")
        if ours is not None:
            where = size(ours.get("height"), ours.get("width"))
            claim = Claim.read(ours.text("name"), where, ours.get("picture"))
        nodes = file.get("features") or Node([file.value], file.path)
    for node in nodes.each():
        yield _item(node, claim)


def _item(node: Node, claim: Claim) -> Item:
    properties = node.get("properties") or Node({}, node.path)
    metadata = properties.get("metadata") or Node({}, node.path)
    said: dict[str, Any] = {"id": _id(node), "label": properties.text("name")}
    classification = properties.get("classification")
    if classification is not None:
        names = classification.get("names")
        name = classification.text("name")
        said["label"] = name or (
            ": ".join(str(each.value) for each in names.each()) if names else ""
        )
    for name in _TOLD:
        if name in metadata.fields:
            said[name] = metadata.text(name)
    ours = metadata.text("xwidget")
    return Item(
        node.place,
        claim,
        lambda picture, kind: _region(node["geometry"], picture, kind),
        said,
        parse(ours).fields if ours else {},
        node.value,
        node["geometry"].value,
        shape,
    )


def _id(node: Node) -> str:
    found = node.get("id")
    return "" if found is None else str(found.value)


def _region(node: Node, picture: Picture, kind: str) -> Region:
    form = node.text("type")
    if form == "Point":
        x, y = node["coordinates"].numbers()[:2]
        return picture.into(Point(x, y))
    if form not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"its shape is a {form!r}; Polygon, MultiPolygon and Point are read")
    areas = [node["coordinates"]] if form == "Polygon" else list(node["coordinates"].each())
    rings = tuple(_ring(ring) for area in areas for ring in area.each())
    if not rings:
        raise ValueError("its shape is empty: it has no rings")
    if kind == "box" and (box := _as_box(rings)) is not None:
        return picture.into(box)
    found = picture.into(Polygon(rings))
    return Pixels.of(found.mask(picture.frame)) if kind == "mask" else found


def _ring(node: Node) -> Ring:
    points = tuple((x, y) for x, y, *_ in (each.numbers() for each in node.each()))
    if points and points[0] == points[-1]:
        points = points[:-1]
    if len(points) < 3:
        raise ValueError("its polygon is empty: a ring has fewer than 3 corners")
    return points


def _as_box(rings: tuple[Ring, ...]) -> Box | None:
    """Return the box of which a ring has the corners, if it is one."""
    (left, upper), (right, _), (_, lower), *_ = rings[0]
    if right <= left or lower <= upper:
        return None
    box = Box(left, upper, round(right - left, 6), round(lower - upper, 6))
    return box if len(rings) == 1 and corners(box) == rings[0] else None
