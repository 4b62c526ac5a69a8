"""Label Studio: tasks of images, shapes in percent, masks as brushes. JSON."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from xwidget.findings.finding import Finding
from xwidget.findings.formats import brush
from xwidget.findings.formats.items import Claim, Item, Page, extra, moment, named, size
from xwidget.findings.formats.parsing import Node, dumped
from xwidget.findings.formats.picture import Picture, described
from xwidget.findings.region import Box, Pixels, Point, Polygon, Region

_UPLOADED: Final = re.compile(r"^[0-9a-f]{8}-")
_LABELS: Final = {
    "rectanglelabels": "rectangle",
    "polygonlabels": "polygon",
    "keypointlabels": "keypoint",
    "brushlabels": "brush",
}
_DOT: Final = 0.5  # width of a key point, in percent


def write(pages: Sequence[Page], left_out: Callable[[str], None]) -> bytes:
    """Return findings as tasks, one an image; ``left_out`` is told of each without a place."""
    tasks = []
    for n, page in enumerate(pages):
        results = []
        for finding in page.findings:
            try:
                results.append(_result(finding, page.picture))
            except ValueError as error:
                left_out(str(error))
        tasks.append(
            {
                "id": n + 1,
                "data": {"image": page.picture.name},
                "meta": {"xwidget": described(page.picture)},
                "annotations": [{"id": n + 1, "result": results}],
            }
        )
    return dumped(tasks)


def _result(finding: Finding, picture: Picture) -> dict[str, Any]:
    native = shape(finding.region, picture)
    height, width = picture.size
    held = {
        "label": named("label", finding.label),
        "reason": finding.reason,
        "id": finding.id,
    }
    of = {"original_width": width, "original_height": height}
    return {
        "id": finding.id,
        "type": native["type"],
        "from_name": "label",
        "to_name": "image",
        **of,
        "image_rotation": 0,
        "value": {**native["value"], native["type"]: [held["label"]]},
        "meta": {
            "text": [finding.reason] if finding.reason else [],
            "xwidget": extra(
                finding,
                picture,
                held,
                lambda picture, kind: _region(Node({**native, **of}, ""), picture, kind),
            ),
        },
    }


def shape(region: Region, picture: Picture) -> dict[str, Any]:
    """Return a region of an image's input as type and value.

    Raises
    ------
    ValueError
        If it has no place in the file's image.
    """
    found = None if isinstance(region, Pixels) else picture.out(region)
    across, down = 100 / picture.size[1], 100 / picture.size[0]
    if isinstance(found, Box):
        value = {
            "x": found.x * across,
            "y": found.y * down,
            "width": found.width * across,
            "height": found.height * down,
            "rotation": 0,
        }
        return {"type": "rectanglelabels", "value": value}
    if isinstance(found, Point):
        value = {"x": found.x * across, "y": found.y * down, "width": _DOT}
        return {"type": "keypointlabels", "value": value}
    if isinstance(found, Polygon) and len(found.rings) == 1:
        points = [[x * across, y * down] for x, y in found.rings[0]]
        return {"type": "polygonlabels", "value": {"points": points, "closed": True}}
    rle = brush.encode(picture.crop(region))
    return {"type": "brushlabels", "value": {"format": "rle", "rle": rle}}


def claims(file: Node) -> bool:
    """Return whether a JSON file is of this format."""
    first = file.value[0] if isinstance(file.value, list) and file.value else file.value
    return (
        isinstance(first, dict)
        and "data" in first
        and any(key in first for key in ("annotations", "completions", "predictions"))
    )


def read(file: Node) -> Iterator[Item]:
    """Yield the results of all annotations of a list of tasks, or of one."""
    for task in file.each() if isinstance(file.value, list) else (file,):
        meta = task.get("meta")
        ours = meta.get("xwidget") if meta is not None else None
        name = _name(task["data"])
        claims: dict[Any, Claim] = {}
        for annotation in task.each("annotations"):
            for node in annotation.each("result"):
                if node.get("value") is None or node.text("type") in ("relation", "choices"):
                    continue  # of the task, and no shape
                where = size(node.get("original_height"), node.get("original_width"))
                claim = claims.setdefault(where, Claim.read(name, where, ours))
                yield _item(node, claim, annotation)


def _name(data: Node) -> str:
    """Return the image's name; an image that was uploaded has a prefix."""
    values = [value for value in data.fields.values() if isinstance(value, str)]
    found = data.text("image") or (values[0] if values else "")
    _, slash, name = found.partition("?")[0].rpartition("/")
    return name if not slash else _UPLOADED.sub("", name)


def _item(node: Node, claim: Claim, annotation: Node) -> Item:
    kind, value = node.text("type"), node["value"]
    labels = next((value.get(key) for key in (kind, "labels") if value.get(key)), None)
    said: dict[str, Any] = {"label": "", "id": node.text("id")}
    if labels is not None and isinstance(labels.value, list):
        said["label"] = ", ".join(str(each.value) for each in labels.each())
    meta = node.get("meta")
    ours = meta.get("xwidget") if meta is not None else None
    if meta is not None:
        said["reason"] = "\n".join(str(each.value) for each in meta.each("text"))
    author = annotation.get("completed_by")
    if author is not None and isinstance(author.value, dict) and ours is None:
        said["author"] = author.text("email")
    for key, name in (("created_at", "created"), ("updated_at", "changed")):
        if ours is None and (found := moment(annotation.text(key))):
            said[name] = found["time"]
    native = {k: v for k, v in value.fields.items() if k != kind}
    return Item(
        node.path,
        claim,
        lambda picture, hint: _region(node, picture, hint),
        said,
        {} if ours is None else ours.fields,
        node.value,
        {"type": kind, "value": native},
        shape,
    )


def _region(node: Node, picture: Picture, hint: str) -> Region:
    kind, value = node.text("type"), node["value"]
    kind = _LABELS.get(kind, kind)
    if kind == "labels":
        kind = "polygon" if "points" in value.fields else "rectangle"
    rotation = node.get("image_rotation")
    if rotation is not None and rotation.number:
        raise ValueError(f"its image is turned by {rotation.number:g}°; turn it back first")
    across, down = picture.size[1] / 100, picture.size[0] / 100
    if kind == "rectangle":
        return _rectangle(value, picture)
    if kind == "polygon":
        points = tuple((x * across, y * down) for x, y in value["points"].points())
        if len(points) < 3:
            raise ValueError("its polygon is empty: it has fewer than 3 corners")
        return picture.into(Polygon((points,)))
    if kind == "keypoint":
        return picture.into(Point(value["x"].number * across, value["y"].number * down))
    if kind == "brush" and value.text("format") == "rle":
        data = value["rle"]
        if not isinstance(data.value, list):
            raise data.wrong("a list of bytes")
        numbers = [x if type(x) is int else -1 for x in data.value]
        return picture.into(brush.decode(numbers, picture.size))
    raise ValueError(
        f"its shape is a {kind!r}; rectangle, polygon, keypoint and brush (rle) are read"
    )


def _rectangle(value: Node, picture: Picture) -> Region:
    across, down = picture.size[1] / 100, picture.size[0] / 100
    x, y = value["x"].number * across, value["y"].number * down
    width, height = value["width"].number * across, value["height"].number * down
    if width <= 0 or height <= 0:
        raise ValueError("its rectangle is empty")
    turn = value.get("rotation")
    if turn is None or turn.number % 360 == 0:
        return picture.into(Box(x, y, width, height))
    # Turned about its upper left corner, clockwise on the screen.
    angle = math.radians(turn.number)
    along = width * math.cos(angle), width * math.sin(angle)
    aside = -height * math.sin(angle), height * math.cos(angle)
    corners = (
        (x, y),
        (x + along[0], y + along[1]),
        (x + along[0] + aside[0], y + along[1] + aside[1]),
        (x + aside[0], y + aside[1]),
    )
    return picture.into(Polygon((corners,)))
