"""labelme: one JSON file an image, shapes in pixels. What others wrote into it can stay."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from PIL import Image

from xwidget.findings.finding import Finding
from xwidget.findings.formats.grid import Crop
from xwidget.findings.formats.items import Claim, Item, Page, extra, named, size
from xwidget.findings.formats.parsing import Malformed, Node, dumped
from xwidget.findings.formats.picture import Picture, described
from xwidget.findings.region import Box, Pixels, Point, Polygon, Region
from xwidget.support.png import to_png

_VERSION: Final = "5.5.0"
_OURS: Final = ("label", "points", "shape_type", "mask", "description", "xwidget")


@dataclass(frozen=True)
class Onto:
    """A labelme file that findings were read from, to be written anew.

    Attributes
    ----------
    file
        Its content.
    numbers
        Of each finding's id, the number of the shape that it was read from.
    others
        Numbers of the shapes that could not be read; they stay.
    """

    file: Node
    numbers: Mapping[str, int]
    others: Collection[int]


def write(page: Page, left_out: Callable[[str], None], onto: Onto | None = None) -> bytes:
    """Return one image's findings as a labelme file; ``left_out`` is told of each without a
    place. What else is in a file that is written anew stays.
    """
    height, width = page.picture.size
    before: dict[str, Any] = {} if onto is None else onto.file.fields
    numbers = {} if onto is None else onto.numbers
    shapes: dict[int, dict[str, Any]] = (
        {} if onto is None else {number: before["shapes"][number] for number in onto.others}
    )
    end = len(before.get("shapes", ()))
    for finding in page.findings:
        try:
            written = _shape(finding, page.picture)
        except ValueError as error:
            left_out(str(error))
            continue
        number = numbers.get(finding.id)
        rest = {} if number is None else before["shapes"][number]
        rest = {key: value for key, value in rest.items() if key not in _OURS}
        shapes[end if number is None else number] = {**written, **rest}
        end += number is None
    return dumped(
        {
            "version": _VERSION,
            "flags": {},
            "imagePath": page.picture.name,
            "imageData": None,
            **before,
            "shapes": [shapes[number] for number in sorted(shapes)],
            "imageHeight": height,
            "imageWidth": width,
            "xwidget": described(page.picture),
        }
    )


def _shape(finding: Finding, picture: Picture) -> dict[str, Any]:
    native = shape(finding.region, picture)
    held = {"label": named("label", finding.label), "reason": finding.reason}
    return {
        "label": held["label"],
        **native,
        "group_id": None,
        "description": finding.reason,
        "flags": {},
        "xwidget": extra(
            finding, picture, held, lambda picture, kind: _region(Node(native, ""), picture)
        ),
    }


def shape(region: Region, picture: Picture) -> dict[str, Any]:
    """Return a region of an image's input as type, points and mask.

    Raises
    ------
    ValueError
        If it has no place in the file's image.
    """
    found = None if isinstance(region, Pixels) else picture.out(region)
    if isinstance(found, Box):
        left, upper, right, lower = found.bounds
        points = [[left, upper], [round(right, 6), round(lower, 6)]]
        return {"shape_type": "rectangle", "points": points, "mask": None}
    if isinstance(found, Point):
        return {"shape_type": "point", "points": [[found.x, found.y]], "mask": None}
    if isinstance(found, Polygon) and len(found.rings) == 1:
        ring = [list(point) for point in found.rings[0]]
        return {"shape_type": "polygon", "points": ring, "mask": None}
    crop = picture.crop(region).tight()
    left, upper, right, lower = crop.bounds
    return {
        "shape_type": "mask",
        "points": [[left, upper], [right - 1, lower - 1]],  # its last pixels
        "mask": base64.b64encode(to_png(crop.mask)).decode("ascii"),
    }


def claims(file: Node) -> bool:
    """Return whether a JSON file is of this format."""
    return isinstance(file.value, dict) and "shapes" in file.value and "imagePath" in file.value


def read(file: Node) -> Iterator[Item]:
    """Yield the shapes of a file."""
    where = size(file.get("imageHeight"), file.get("imageWidth"))
    claim = Claim.read(file.text("imagePath"), where, file.get("xwidget"))
    for node in file["shapes"].each():
        ours = node.get("xwidget")
        yield Item(
            node.path,
            claim,
            lambda picture, kind, node=node: _region(node, picture),
            {
                "label": node.text("label"),
                "reason": node.text("description"),
            },
            {} if ours is None else ours.fields,
            {key: value for key, value in node.fields.items() if key != "xwidget"},
            {key: node.value.get(key) for key in ("shape_type", "points", "mask")},
            shape,
        )


def _region(node: Node, picture: Picture) -> Region:
    kind, points = node.text("shape_type", "polygon"), node["points"].points()
    if kind == "rectangle":
        _expect(node, points, 2)
        (x0, y0), (x1, y1) = points
        if x0 == x1 or y0 == y1:
            raise ValueError("its rectangle is empty")
        left, upper = min(x0, x1), min(y0, y1)
        return picture.into(Box(left, upper, round(abs(x1 - x0), 9), round(abs(y1 - y0), 9)))
    if kind == "polygon":
        if len(points) < 3:
            raise ValueError("its polygon is empty: it has fewer than 3 corners")
        return picture.into(Polygon((tuple(points),)))
    if kind == "point":
        _expect(node, points, 1)
        return picture.into(Point(*points[0]))
    if kind == "mask":
        _expect(node, points, 2)
        return picture.into(_mask(node, points[0], picture))
    raise ValueError(f"its shape is a {kind!r}; rectangle, polygon, point and mask are read")


def _expect(node: Node, points: list[tuple[float, float]], count: int) -> None:
    if len(points) != count:
        raise node["points"].wrong(f"{count} points")


def _mask(node: Node, corner: tuple[float, float], picture: Picture) -> Crop:
    try:
        data = base64.b64decode(node["mask"].value, validate=True)
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if image.width > picture.size[1] or image.height > picture.size[0]:
                raise ValueError("its mask is larger than the image")
            part = np.asarray(image.convert("L")) > 0
    except (OSError, TypeError, SyntaxError, Image.DecompressionBombError) as error:
        raise Malformed(f"{node.path}.mask is not a PNG in base64") from error
    left, upper = int(corner[0]), int(corner[1])
    height, width = picture.size
    if left < 0 or upper < 0 or left >= width or upper >= height:
        raise ValueError("it lies outside of the image")
    return Crop(part[: height - upper, : width - left], upper, left, picture.size).tight()
