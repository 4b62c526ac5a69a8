"""Files as other programs write them, and ours as those programs read them."""

import base64
import io
import json
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely
from PIL import Image

from tests.findings.formats import cases
from xwidget.findings import formats
from xwidget.findings.finding import Finding
from xwidget.findings.formats import brush, svg
from xwidget.findings.formats.grid import Crop
from xwidget.findings.region import Box, Pixels, Point, Polygon, Region

ITSELF = cases.picture("the original itself")
NAME = ITSELF.seen.image
SQUARE = ((5.0, 3.0), (11.0, 3.0), (11.0, 9.0), (5.0, 9.0))


def dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def read(data: bytes) -> list[Finding]:
    return formats.read(data, [ITSELF])


def written(region: Region, format: str, way: str = "the original itself", **more: Any) -> Any:
    data = formats.write([cases.finding(region, way, **more)], format=format).data
    return data if format == "cvat" else json.loads(data)


def a_mask() -> np.ndarray:
    """Return two blobs, one with a hole."""
    mask = np.zeros(cases.SIZE, bool)
    mask[4:20, 4:20] = mask[30:40, 40:60] = True
    mask[8:12, 8:12] = False
    return mask


# W3C


def annotation(selector: dict[str, Any], **more: Any) -> bytes:
    return dumped(
        {
            "@context": "http://www.w3.org/ns/anno.jsonld",
            "id": "#a88b22d0-6106-4872-9435-c78b5e89fede",
            "type": "Annotation",
            "body": [{"type": "TextualBody", "purpose": "tagging", "value": "猫"}],
            "target": {"source": f"https://example.com/photos/{NAME}", "selector": selector},
            **more,
        }
    )


@pytest.mark.parametrize(
    ("selector", "region"),
    [
        (
            {"type": "FragmentSelector", "value": "xywh=pixel:5,3,6,6"},
            Box(5, 3, 6, 6),
        ),
        ({"type": "FragmentSelector", "value": "xywh=5.5,3,6,6"}, Box(5.5, 3, 6, 6)),
        ({"type": "FragmentSelector", "value": "xywh=percent:25,25,50,50"}, Box(16, 12, 32, 24)),
        (
            {"type": "SvgSelector", "value": '<svg><polygon points="5,3 11,3 11,9 5,9"/></svg>'},
            Polygon((SQUARE,)),
        ),
        (
            {"type": "SvgSelector", "value": '<svg><g><path d="m5 3h6v6h-6z"/></g></svg>'},
            Polygon((SQUARE,)),
        ),
        (
            {"type": "SvgSelector", "value": '<svg><path d="M5,3L11,3 11,9L5,9Z"/></svg>'},
            Polygon((SQUARE,)),
        ),
        (
            {"type": "SvgSelector", "value": '<svg><rect x="5" y="3" width="6" height="6"/></svg>'},
            Box(5, 3, 6, 6),
        ),
    ],
)
def test_web_annotations_of_other_programs(selector: dict[str, Any], region: Region) -> None:
    (found,) = read(annotation(selector, creator={"type": "Person", "name": "Zoë"}))
    assert (found.region, found.label, found.author) == (region, "猫", "Zoë")


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ('<svg><circle cx="3" cy="3" r="2"/></svg>', "'circle'"),
        ('<svg><path d="M0 0C1 1 2 2 3 3Z"/></svg>', "a curve"),
        ("<svg/>", "0 shapes"),
        ('<svg><path transform="scale(2)" d="M0 0L4 0L4 4Z"/></svg>', "transform"),
    ],
)
def test_what_an_svg_holds_besides_is_refused(shape: str, words: str) -> None:
    (row,) = formats.preview(annotation({"type": "SvgSelector", "value": shape}), "", [ITSELF]).rows
    assert row.finding is None
    assert words in row.reason


def test_a_web_annotation_says_who_when_and_what() -> None:
    (found,) = written(Box(5.0, 3.0, 6.0, 6.0), "w3c")["items"]
    bodies = {body["purpose"]: body["value"] for body in found["body"]}
    assert bodies["assessing"] == "spurious"
    assert bodies["tagging"] == "猫 é <b>"
    assert bodies["commenting"] == "two\nlines & 'quotes'"
    assert found["creator"] == {"type": "Person", "name": "Zoë"}
    assert (found["created"], found["modified"]) == (
        "2026-01-31T12:00:00.250Z",
        "2026-02-01T12:00:00.500Z",
    )
    assert found["target"]["selector"]["value"] == "xywh=pixel:5,3,6,6"
    ring = written(Polygon((SQUARE,)), "w3c")["items"][0]["target"]["selector"]
    root = ElementTree.fromstring(ring["value"])
    assert root[0].get("fill-rule") == "evenodd"
    assert svg.read(ring["value"]) == Polygon((SQUARE,))


# labelme


def labelme(*shapes: dict[str, Any], **more: Any) -> bytes:
    return dumped(
        {
            "version": "5.2.1",
            "flags": {"reviewed": True},
            "shapes": list(shapes),
            "imagePath": f"..\\photos\\{NAME}",
            "imageData": None,
            "imageHeight": 48,
            "imageWidth": 64,
            **more,
        }
    )


SHAPE = {
    "label": "cat",
    "points": [[11, 9], [5, 3]],
    "group_id": 7,
    "shape_type": "rectangle",
    "flags": {"occluded": True},
    "score": 0.5,
}


def test_what_others_wrote_into_a_labelme_file_survives() -> None:
    circle = {**SHAPE, "shape_type": "circle", "mine": [1]}
    file = labelme(SHAPE, circle, {**SHAPE, "label": "dog"}, camera={"lens": "35 mm"})
    cat, dog = formats.read(file, [ITSELF], skip=True)
    assert cat.region == Box(5, 3, 6, 6)
    new = cases.finding(Box(1.0, 1.0, 3.0, 3.0), "the original itself", label="new")
    edited = [cat.edited(region=Box(6.0, 3.0, 6.0, 6.0)), new]
    found = json.loads(formats.write(edited, format="labelme", onto=file).data)
    assert found["camera"] == {"lens": "35 mm"}
    assert found["flags"] == {"reviewed": True}
    first, second, third = found["shapes"]
    assert (first["group_id"], first["flags"], first["score"]) == (7, {"occluded": True}, 0.5)
    assert first["points"] == [[6, 3], [12, 9]]
    assert second == circle  # what we cannot read stays
    assert third["label"] == "new"
    assert dog.label not in [shape["label"] for shape in found["shapes"]]


def test_a_labelme_mask_lies_between_its_first_and_last_pixels() -> None:
    mask = a_mask()
    (shape,) = written(Pixels.of(mask), "labelme")["shapes"]
    (x0, y0), (x1, y1) = np.array(shape["points"])
    part = np.array(Image.open(io.BytesIO(base64.b64decode(shape["mask"]))))
    theirs = np.zeros_like(mask)
    theirs[y0 : y1 + 1, x0 : x1 + 1] = part
    assert part.dtype == bool
    assert np.array_equal(theirs, mask)


# Label Studio


def task(*results: dict[str, Any]) -> bytes:
    results_ = [
        {
            "id": f"r{k}",
            "from_name": "l",
            "to_name": "i",
            "original_width": 64,
            "original_height": 48,
            "image_rotation": 0,
            **result,
        }
        for k, result in enumerate(results)
    ]
    annotations = [{"id": 3, "result": results_, "created_at": "2026-01-31T12:00:00Z"}]
    return dumped(
        [
            {
                "id": 1,
                "data": {"image": f"/data/upload/1/0a1b2c3d-{NAME}"},
                "annotations": annotations,
            }
        ]
    )


def test_label_studio_counts_in_percent_and_turns_about_the_corner() -> None:
    box = {"x": 25, "y": 25, "width": 50, "height": 50, "rectanglelabels": ["cat"]}
    found = read(
        task(
            {"type": "rectanglelabels", "value": box},
            {"type": "rectanglelabels", "value": {**box, "rotation": 90, "height": 25}},
            {"type": "keypointlabels", "value": {"x": 50, "y": 50, "width": 1}},
            {"type": "choices", "value": {"choices": ["good"]}},
        )
    )
    assert found[0].region == Box(16, 12, 32, 24)
    assert (found[0].label, found[0].created) == ("cat", "2026-01-31T12:00:00Z")
    assert found[1].region == Polygon((((16, 12), (16, 44), (4, 44), (4, 12)),))
    assert found[2].region == Point(32, 24)
    assert len(found) == 3


def test_two_blobs_of_a_brush_are_one_finding_with_its_hole() -> None:
    mask = a_mask()
    (task_,) = written(Pixels.of(mask), "labelstudio")
    (result,) = task_["annotations"][0]["result"]
    values = unpacked(result["value"]["rle"])
    assert np.array_equal(values.reshape(48, 64, 4)[:, :, 3] > 0, mask)
    (found,) = read(task({"type": "brushlabels", "value": result["value"]}))
    assert found.region == Pixels.of(mask)


def unpacked(data: list[int]) -> np.ndarray:
    """Read Label Studio's run lengths bit by bit, as its documentation has them."""
    bits = iter(np.unpackbits(np.array(data, np.uint8)).tolist())

    def take(count: int) -> int:
        return int("".join(str(next(bits)) for _ in range(count)), 2)

    total, word = take(32), take(5) + 1
    sizes = [take(4) + 1 for _ in range(4)]
    values: list[int] = []
    while len(values) < total:
        repeated = take(1)
        count = take(sizes[take(2)]) + 1
        values += [take(word)] * count if repeated else [take(word) for _ in range(count)]
    return np.array(values)


def test_bytes_that_do_not_repeat_are_read_too() -> None:
    """The editor writes colors: red, green, blue and alpha differ."""
    mask = np.array([[True, False]])
    bits = f"{8:032b}00111" + "0010001101111111"
    for pixel in ((10, 20, 30, 255), (0, 0, 0, 0)):
        bits += "000" + f"{3:03b}" + "".join(f"{value:08b}" for value in pixel)
    bits += "0" * (-len(bits) % 8)
    data = [int(bits[k : k + 8], 2) for k in range(0, len(bits), 8)]
    assert np.array_equal(brush.decode(data, (1, 2)).whole(), mask)


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (300, 500)])
def test_brushes_of_all_sizes_come_back(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    for density in (0.0, 0.001, 0.5, 1.0):
        mask = rng.random(size) < density
        assert np.array_equal(
            brush.decode(brush.encode(Crop(mask, 0, 0, size)), size).whole(), mask
        )


# QuPath


def test_qupath_has_the_hole_as_a_hole_and_the_parts_as_one_annotation() -> None:
    mask = a_mask()
    (feature,) = written(Pixels.of(mask), "qupath")["features"]
    assert feature["properties"]["objectType"] == "annotation"
    assert feature["properties"]["classification"]["name"] == "猫 é <b>"
    area = shapely.geometry.shape(feature["geometry"])
    assert area.geom_type == "MultiPolygon"
    assert area.is_valid
    assert area.area == mask.sum()
    assert sum(len(part.interiors) for part in area.geoms) == 1


def test_qupath_takes_areas_that_cross_by_the_even_odd_rule() -> None:
    bow_tie = Polygon((((10, 10), (20, 20), (20, 10), (10, 20)),))
    area = shapely.geometry.shape(written(bow_tie, "qupath")["features"][0]["geometry"])
    assert area.is_valid
    assert area.area == 50
    inner = tuple((x + 1.5, y + 1.5) for x, y in ((5, 3), (8, 3), (8, 6), (5, 6)))
    ring = shapely.geometry.shape(
        written(Polygon((SQUARE, inner)), "qupath")["features"][0]["geometry"]
    )
    assert (ring.area, len(ring.interiors)) == (36 - 9, 1)


def test_qupath_takes_pixels_where_shapely_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "shapely", None)
    bow_tie = Polygon((((10, 10), (20, 20), (20, 10), (10, 20)),))
    geometry = written(bow_tie, "qupath")["features"][0]["geometry"]
    rings = [ring for part in geometry["coordinates"] for ring in part]
    area = Polygon(tuple(tuple(map(tuple, ring[:-1])) for ring in rings))
    assert np.array_equal(area.mask(cases.SIZE), bow_tie.mask(cases.SIZE))


def test_a_feature_of_qupath_without_a_picture_is_of_the_one_that_is_open() -> None:
    ring = [list(point) for point in (*SQUARE, SQUARE[0])]
    feature = {
        "type": "Feature",
        "id": "EFA5B0B2-94FA-4A7C-8B75-B0B3D0F4D5C4",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {"objectType": "annotation", "classification": {"names": ["Tumor", "a"]}},
    }
    data = dumped({"type": "FeatureCollection", "features": [feature]})
    found = formats.preview(data, images=[ITSELF])
    (finding,) = found.findings
    assert finding.region == Polygon((SQUARE,))
    assert (finding.id, finding.label) == ("efa5b0b2-94fa-4a7c-8b75-b0b3d0f4d5c4", "Tumor: a")
    assert any("names no image" in note for note in found.notes)
    two = [ITSELF, cases.picture("enlarged")]
    assert "does not say" in formats.preview(data, images=two).rows[0].reason


# CVAT


def cvat(shapes: str, name: str = NAME) -> bytes:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n'
        f'  <image id="0" name="{name}" width="64" height="48">{shapes}</image></annotations>'
    ).encode()


def test_the_run_lengths_of_cvat_go_along_the_rows_of_the_mask_s_box() -> None:
    place = 'left="5" top="3" width="3" height="2"'
    (found,) = read(cvat(f'<mask label="a" source="manual" rle="1, 2, 3" {place}/>'))
    expected = np.zeros(cases.SIZE, bool)
    expected[3, 6:8] = True
    assert found.region == Pixels.of(expected)
    root = ElementTree.fromstring(written(Pixels.of(expected), "cvat"))
    element = root.find("image/mask")
    assert element is not None
    told = {k: element.get(k) for k in ("rle", "left", "top", "width", "height")}
    assert told == {"rle": "0, 2", "left": "6", "top": "3", "width": "2", "height": "1"}


def test_shapes_of_cvat() -> None:
    found = read(
        cvat(
            '<box label="a" xtl="5.00" ytl="3.00" xbr="11.00" ybr="9.00">'
            '<attribute name="reason">w&#233;il</attribute></box>'
            '<polygon label="b" points="5.00,3.00;11.00,3.00;11.00,9.00;5.00,9.00"/>'
            '<points label="c" points="7.5,3"/>'
        )
    )
    assert [each.region for each in found] == [
        Box(5, 3, 6, 6),
        Polygon((SQUARE,)),
        Point(7.5, 3),
    ]
    assert found[0].reason == "wéil"


@pytest.mark.parametrize("format", ["coco", "labelme", "labelstudio", "qupath", "cvat"])
def test_names_read_the_same_under_every_code_page(format: str) -> None:
    data = formats.write(cases.all_kinds(), format=format).data
    assert data.decode("cp1252") == data.decode("gbk") == data.decode("utf-8")
    assert formats.read(data, [cases.picture()])[0].label == "box"
