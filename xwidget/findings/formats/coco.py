"""COCO: masks as run lengths or polygons, boxes, categories. JSON; pycocotools reads it.

A segmentation decodes to the finding's pixels exactly: as a polygon where its corners are corners
of pixels, otherwise as run lengths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from xwidget.findings import runs
from xwidget.findings.formats import outline
from xwidget.findings.formats.grid import Crop
from xwidget.findings.formats.items import Claim, Item, Page, extra, named, size
from xwidget.findings.formats.parsing import Malformed, Node, dumped
from xwidget.findings.formats.picture import Picture, corners, described
from xwidget.findings.region import Box, Pixels, Point, Polygon, Region, Ring, Size

_MANY = 200  # rings
_HELD = ("verdict", "kind", "reason", "confidence", "author")


def write(pages: Sequence[Page], left_out: Callable[[str], None]) -> bytes:
    """Return findings as COCO's JSON; ``left_out`` is told of each that has no place in it."""
    labels = {named("label", each.label) for page in pages for each in page.findings}
    categories = {label: k + 1 for k, label in enumerate(sorted(labels))}
    annotations: list[dict[str, Any]] = []
    for n, page in enumerate(pages):
        for finding in page.findings:
            try:
                native = shape(finding.region, page.picture)
            except ValueError as error:
                left_out(str(error))
                continue
            held = {name: getattr(finding, name) for name in _HELD}
            label = named("label", finding.label)
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": n + 1,
                    "category_id": categories[label],
                    **native,
                    "iscrowd": 0,
                    "attributes": {k: v for k, v in held.items() if v not in ("", None)},
                    "xwidget": extra(
                        finding,
                        page.picture,
                        {**held, "label": label},
                        lambda picture, kind, native=native: _region(
                            Node(native, ""), picture, kind
                        ),
                    ),
                }
            )
    return dumped(
        {
            "info": {"description": "Findings", "version": "1.0", "contributor": "xwidget"},
            "licenses": [],
            "images": [_image(n + 1, page.picture) for n, page in enumerate(pages)],
            "categories": [
                {"id": k, "name": label, "supercategory": "finding"}
                for label, k in categories.items()
            ],
            "annotations": annotations,
        }
    )


def _image(number: int, picture: Picture) -> dict[str, Any]:
    height, width = picture.size
    return {
        "id": number,
        "file_name": picture.name,
        "width": width,
        "height": height,
        "xwidget": described(picture),
    }


def shape(region: Region, picture: Picture) -> dict[str, Any]:
    """Return a region of an image's input as segmentation, area and bbox.

    Raises
    ------
    ValueError
        If it has no place in the file's image.
    """
    if isinstance(region, Pixels):
        crop, rings = picture.crop(region), _rings(region)
        bounds: tuple[float, ...] = crop.bounds
    else:
        found = picture.out(region)
        crop, rings, bounds = Crop.of(found, picture.size), _rings(found), found.bounds
    segmentation: Any
    if rings and outline.on_corners(rings):
        parts = outline.outlines(crop.mask, crop.top, crop.left)
        if len(rings) == 1 and len(parts) == 1 and len(parts[0]) == 1:
            parts = [rings]
        rows = (outline.seamed(part) for part in parts)
        segmentation = [[value for point in ring for value in point] for ring in rows]
    else:
        segmentation = {"size": list(picture.size), "counts": runs.pack(crop.lengths())}
    left, upper, right, lower = bounds
    box = [left, upper, round(right - left, 6), round(lower - upper, 6)]
    return {"segmentation": segmentation, "area": crop.area, "bbox": box}


def _rings(region: Region) -> tuple[Ring, ...]:
    if isinstance(region, Box):
        return (corners(region),)
    return region.rings if isinstance(region, Polygon) else ()


def claims(file: Node) -> bool:
    """Return whether a JSON file is of this format."""
    return isinstance(file.value, dict) and "annotations" in file.value and "images" in file.value


def read(file: Node) -> Iterator[Item]:
    """Yield the annotations of a file."""
    images: dict[Any, Claim] = {}
    for node in file["images"].each():
        where = size(node.get("height"), node.get("width"))
        images[_key(node["id"])] = Claim.read(node.text("file_name"), where, node.get("xwidget"))
    names = {_key(node["id"]): node.text("name") for node in file.each("categories")}
    for node in file["annotations"].each():
        category = node.get("category_id")
        image = _key(node["image_id"])
        if image not in images:
            raise Malformed(f"{node.path}.image_id is {image!r}, and no image has that id")
        if category is not None and _key(category) not in names:
            raise Malformed(f"{category.path} is {category.value!r}, and no category has that id")
        attributes, ours = node.get("attributes"), node.get("xwidget")
        said = {
            name: attributes.fields[name]
            for name in _HELD
            if attributes is not None and attributes.fields.get(name) is not None
        }
        said["label"] = "" if category is None else names[_key(category)]
        yield Item(
            node.path,
            images[image],
            lambda picture, kind, node=node: _region(node, picture, kind),
            said,
            {} if ours is None else ours.fields,
            node.value,
            {key: node.value.get(key) for key in ("segmentation", "area", "bbox")},
            shape,
        )


def _key(node: Node) -> object:
    """Return an id: a number, 0 among them, or a text."""
    return node.value if isinstance(node.value, str) else node.whole


def _region(node: Node, picture: Picture, kind: str) -> Region:
    """Return the region of an annotation; the kind of segmentation tells how to read it, and not
    ``iscrowd``.
    """
    box, segmentation = node.get("bbox"), node.get("segmentation")
    if kind in ("box", "point") and box is not None:
        found = _box(box, picture)
        if segmentation is not None and shape(found, picture)["segmentation"] == segmentation.value:
            return found
    if segmentation is not None and isinstance(segmentation.value, dict):
        return picture.into(_pixels(segmentation, picture.size))
    if segmentation is not None and segmentation.value:
        return _polygon([_ring(each) for each in segmentation.each()], picture)
    if box is not None:
        return _box(box, picture)
    raise ValueError("its shape is empty: it has neither a segmentation nor a bbox")


def _box(node: Node, picture: Picture) -> Region:
    x, y, width, height = node.numbers(4)
    if width == height == 0:
        return picture.into(Point(x, y))
    if width <= 0 or height <= 0:
        raise ValueError(f"its box is empty: {width:g}×{height:g} pixels")
    return picture.into(Box(x, y, width, height))


def _ring(node: Node) -> Ring:
    values = node.numbers()
    if len(values) % 2 or len(values) < 6:
        raise ValueError("its polygon is empty: it has fewer than 3 corners")
    return tuple(zip(values[::2], values[1::2], strict=True))


def _polygon(rings: list[Ring], picture: Picture) -> Region:
    """Return the union of rings: one polygon where they lie apart, otherwise their pixels."""
    boxes = [Polygon((ring,)).bounds for ring in rings]
    few = len(boxes) < _MANY
    if few and all(_apart(a, b) for k, a in enumerate(boxes) for b in boxes[:k]):
        return picture.into(Polygon(tuple(rings)))
    mask = np.zeros(picture.size, bool)
    for ring in rings:
        part = Crop.of(Polygon((ring,)), picture.size)
        height, width = part.mask.shape
        mask[part.top : part.top + height, part.left : part.left + width] |= part.mask
    return picture.into(Crop(mask, 0, 0, picture.size).tight())


def _apart(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


def _pixels(node: Node, of: Size) -> Crop:
    given = size(*list(node["size"].each())[:2])
    if given != of:
        raise ValueError(f"its mask has another size than the image, {given} and not {of}")
    counts = node["counts"]
    if isinstance(counts.value, str):
        return Crop.of_lengths(runs.unpack(counts.value), of)
    return Crop.of_lengths([each.whole for each in counts.each()], of)
