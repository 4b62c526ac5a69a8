"""Which picture a file speaks of, and what is refused, with the reason."""

import json
import unicodedata
from dataclasses import replace
from typing import Any

import pytest

from tests.findings.formats import cases
from xwidget.findings import formats
from xwidget.findings.finding import Finding, Seen
from xwidget.findings.formats import FORMATS, Picture, Row
from xwidget.findings.region import Box, Pixels, Point, Polygon

ITSELF = cases.picture("the original itself")
READ = [name for name, each in FORMATS.items() if each.read]


def coco(*annotations: dict[str, Any], **image: Any) -> bytes:
    given = {"id": 1, "file_name": ITSELF.seen.image, "width": 64, "height": 48, **image}
    return json.dumps(
        {
            "images": [given],
            "categories": [{"id": 1, "name": "cat"}],
            "annotations": [{"image_id": 1, "category_id": 1, **each} for each in annotations],
        }
    ).encode()


BOX = {"bbox": [1, 2, 3, 4]}


def only(data: bytes, images: list[Picture]) -> Row:
    (row,) = formats.preview(data, images=images).rows
    return row


@pytest.mark.parametrize("format", READ)
def test_the_digest_tells_a_picture_whatever_its_name(format: str) -> None:
    given = cases.finding(Box(20.0, 17.0, 9.0, 11.0))
    renamed = replace(cases.picture(), seen=replace(cases.picture().seen, image="copy (2).png"))
    row = only(formats.write([given], format=format).data, [cases.picture("reduced"), renamed])
    row = only(formats.write([given], format=format).data, [renamed])
    assert (row.matched, row.reason) == ("digest", "")
    assert row.finding is not None
    assert row.finding.seen.image == "copy (2).png"
    assert row.finding.region == given.region


@pytest.mark.parametrize("format", [name for name in READ if name != "qupath"])
def test_other_images_are_refused(format: str) -> None:
    data = formats.write([cases.finding(Box(20.0, 17.0, 9.0, 11.0))], format=format).data
    other = Picture(cases.SIZE, Seen(digest="00" * 32, image="b.jpg", size=(200, 300)))
    row = only(data, [other])
    assert (row.finding, row.matched) == (None, "")
    # The page tells such rows by how the reason begins.
    assert row.reason.startswith("it is of another image, '猫 é.jpg'")
    with pytest.raises(ValueError, match="1 of 1 entries are refused"):
        formats.read(data, [other])
    assert formats.read(data, [other], skip=True) == []


def test_names_are_the_same_in_both_ways_of_writing_accents() -> None:
    name = f"C:\\photos\\{unicodedata.normalize('NFD', ITSELF.seen.image)}"
    assert only(coco(BOX, file_name=name), [ITSELF]).matched == "name and size"


def test_a_picture_that_was_not_turned_upright_is_told() -> None:
    row = only(coco(BOX, width=48, height=64), [ITSELF])
    assert row.finding is None
    assert "48×64 pixels, and this one 64×48" in row.reason
    assert "EXIF" in row.reason


@pytest.mark.parametrize("format", [name for name in READ if name != "qupath"])
def test_the_same_name_and_size_with_other_pixels_is_another_image(format: str) -> None:
    data = formats.write([cases.finding(Box(20.0, 17.0, 9.0, 11.0))], format=format).data
    other = Picture(cases.SIZE, replace(cases.picture().seen, digest="00" * 32))
    (row,) = formats.preview(data, images=[other]).rows
    assert (row.finding, row.matched) == (None, "")
    alike = "(the one here is called so, too, but has other pixels)"
    assert row.reason == f"it is of another image, '猫 é.jpg' {alike}"
    unknown = Picture(cases.SIZE, replace(cases.picture().seen, digest=""))
    assert only(data, [other, unknown]).matched == "name and size"


def test_the_way_that_the_guide_shows_takes_a_picture_for_the_same() -> None:
    data = formats.write([cases.finding(Box(20.0, 17.0, 9.0, 11.0))]).data
    other = Picture(cases.SIZE, replace(cases.picture().seen, digest="00" * 32))
    found = formats.read(data)
    plain = [replace(each, seen=replace(each.seen, digest="")) for each in found]
    assert only(formats.write(plain).data, [other]).matched == "name and size"


def test_two_pictures_of_one_name_and_size_are_not_told_apart() -> None:
    other = Picture(cases.SIZE, replace(ITSELF.seen, digest="00" * 32))
    assert "several images" in only(coco(BOX), [ITSELF, other]).reason
    second = replace(other, seen=replace(other.seen, image="b (2)"), file=ITSELF.seen.image)
    assert "several images" in only(coco(BOX), [ITSELF, second]).reason
    assert only(coco(BOX, file_name="b (2)"), [ITSELF, second]).matched == "name and size"


def test_an_entry_whose_image_nobody_names_says_what_to_do() -> None:
    data = formats.write([cases.finding(Box(20.0, 17.0, 9.0, 11.0))], format="qupath").data
    whole = json.loads(data)
    for feature in whole["features"]:
        feature["properties"].pop("metadata", None)
        feature["properties"].pop("xwidget", None)
    (row,) = formats.preview(json.dumps({**whole, "xwidget": None}).encode()).rows
    assert row.finding is None
    assert "load it in a panel" in row.reason
    assert "images=" in row.reason


def test_coordinates_of_the_saved_input_are_taken_as_such() -> None:
    seen = cases.picture("enlarged")
    row = only(coco(BOX, file_name="猫 é.input.png"), [seen])
    assert row.finding is not None
    assert row.finding.region == Box(1, 2, 3, 4)


def test_without_a_way_to_the_original_its_coordinates_are_refused() -> None:
    lost = Picture(cases.SIZE, replace(cases.seen("enlarged"), geometry=None))
    row = only(coco(BOX, width=300, height=200), [lost])
    assert row.finding is None
    assert "not known" in row.reason


@pytest.mark.parametrize("format", READ)
def test_without_a_way_to_the_original_the_file_says_so(format: str) -> None:
    written = formats.write(cases.all_kinds("none"), format=format)
    assert "pixels of the network's input (64×48), not of the original" in written.notes[0]
    if format not in ("xwidget",):
        assert b"not of the original" in written.data
    assert b"input.png" in written.data or format == "xwidget"


def test_findings_of_another_network_s_input_move_to_this_one_s() -> None:
    """Both nets saw the same original, this one twice as fine."""
    given = cases.finding(Box(20.0, 16.0, 8.0, 4.0), "the original itself")
    mask = cases.finding(Pixels.of(given.region.mask(cases.SIZE)), "the original itself")
    way = cases.from_box((0, 0, 64, 48), (96, 128), cases.SIZE).describe()
    finer = Picture((96, 128), replace(given.seen, geometry=way))
    for format in READ:
        data = formats.write([given, mask], format=format).data
        box, pixels = formats.read(data, [finer])
        assert box.region == Box(40, 32, 16, 8)
        assert pixels.region == Pixels.of(Box(40, 32, 16, 8).mask((96, 128)))
        assert (box.frame, box.seen.geometry) == ((96, 128), way)
        assert box.seen.model == given.seen.model


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        ({"bbox": [1, 2, 0, 4]}, "empty"),
        ({"bbox": [1, 2, -3, 4]}, "empty"),
        ({"segmentation": []}, "empty"),
        ({"segmentation": [[1, 1, 5, 5, 9, 9]]}, "no area"),
        ({"segmentation": [[1, 1, 5, 5]]}, "fewer than 3"),
        ({"bbox": [64, 2, 3, 4]}, "outside of the image"),
        ({"bbox": [-9, 2, 3, 4]}, "outside of the image"),
        ({"bbox": [1e300, 2, 3, 4]}, "finite numbers up to"),
        ({"segmentation": {"size": [9, 9], "counts": "0"}}, "another size"),
        ({"segmentation": {"size": [48, 64], "counts": [3072]}}, "one pixel"),
        ({"segmentation": {"size": [48, 64], "counts": [1, 2]}}, "add up"),
        ({"bbox": [1, 2, 3, 4], "attributes": {"verdict": "maybe"}}, "core, spurious, unsure"),
        ({"keypoints": [1, 1, 2]}, "neither a segmentation nor a bbox"),
    ],
)
def test_entries_that_are_no_findings_are_refused_with_the_reason(
    annotation: dict[str, Any], words: str
) -> None:
    bad, good = formats.preview(coco(annotation, BOX), images=[ITSELF]).rows
    assert bad.finding is None
    assert words in bad.reason
    assert (bad.place, bad.label) == ("annotations[0]", "cat")
    assert good.finding is not None


def test_what_the_network_does_not_see_is_refused() -> None:
    row = only(coco(BOX, width=300, height=200), [cases.picture("enlarged")])
    assert "outside of what the network sees" in row.reason


def test_ids_are_made_from_content_and_the_same_each_time() -> None:
    data = coco(BOX, {"bbox": [1, 2, 3, 5]})
    first, second = formats.read(data, [ITSELF]), formats.read(data, [ITSELF])
    assert [f.id for f in first] == [f.id for f in second]
    assert first[0].id != first[1].id


@pytest.mark.parametrize("format", READ)
def test_an_id_that_is_there_twice_is_refused_once(format: str) -> None:
    given = cases.finding(Box(20.0, 17.0, 9.0, 11.0))
    other = replace(given, region=Box(21.0, 17.0, 9.0, 11.0))
    first, second = formats.preview(formats.write([given, other], format=format).data).rows
    assert first.finding == given
    assert second.finding is None
    assert first.place in second.reason


def test_deleted_findings_are_left_out_but_of_the_own_format() -> None:
    gone = replace(cases.finding(Box(20.0, 17.0, 9.0, 11.0)), deleted=True)
    written = formats.write([gone], format="coco", images=[cases.picture()])
    assert json.loads(written.data)["annotations"] == []
    assert "1 finding is left out: deleted." in written.notes
    assert formats.read(formats.write([gone]).data) == [gone]


def test_pictures_of_several_files_stay_apart() -> None:
    seen = [
        replace(cases.seen(), image=name, digest=digit * 64)
        for name, digit in (("a.jpg", "1"), ("b.jpg", "2"), ("a.jpg", "3"))
    ]
    given = [cases.finding(Box(20.0, 17.0, 9.0, 11.0), seen=each) for each in seen]
    pictures = [Picture.of(each) for each in given]
    for format in ("xwidget", "coco", "w3c", "labelstudio", "cvat"):
        assert formats.read(formats.write(given, format=format).data, pictures) == given


def test_a_row_says_all_of_it_to_the_page() -> None:
    found = formats.preview(coco(BOX, {"bbox": [1, 2, 0, 4]}), images=[ITSELF]).describe()
    assert json.loads(json.dumps(found)) == found
    good, bad = found["rows"]
    assert good["finding"]["region"] == {"type": "box", "x": 1, "y": 2, "width": 3, "height": 4}
    assert (bad["finding"], bad["place"], bad["matched"]) == (
        None,
        "annotations[1]",
        "name and size",
    )


def test_points_and_polygons_may_reach_out_of_the_picture() -> None:
    given: list[Finding] = [
        cases.finding(Polygon((((-5.0, -5.0), (20.0, 5.0), (5.0, 20.0)),)), "the original itself"),
        cases.finding(Box(60.0, 40.0, 20.0, 20.0), "the original itself"),
        cases.finding(Point(0.0, 0.0), "the original itself"),
    ]
    for format in READ:
        assert formats.read(formats.write(given, format=format).data, [ITSELF]) == given
