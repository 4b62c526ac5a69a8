"""COCO: pycocotools reads what is written, and files of other programs are read right."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco
from pycocotools.coco import COCO

from tests.findings.formats import cases
from xwidget.findings import formats, runs
from xwidget.findings.finding import Finding
from xwidget.findings.formats import Picture
from xwidget.findings.formats.grid import Crop
from xwidget.findings.formats.outline import outlines, seamed
from xwidget.findings.region import Box, Pixels, Polygon


def loaded(data: bytes, folder: Path) -> COCO:
    path = folder / "coco.json"
    path.write_bytes(data)
    return COCO(path)


@pytest.mark.parametrize("way", cases.GEOMETRIES)
def test_pycocotools_decodes_each_region_to_the_same_pixels(way: str, tmp_path: Path) -> None:
    given = cases.all_kinds(way)
    read = loaded(formats.write(given, format="coco").data, tmp_path)
    picture = Picture.of(given[0])
    assert len(read.anns) == len(given)
    for finding, annotation in zip(given, read.anns.values(), strict=True):
        mask = Crop.of(picture.out(finding.region), picture.size).whole()
        assert np.array_equal(read.annToMask(annotation), mask), finding
        assert annotation["area"] == mask.sum() == coco.area(read.annToRLE(annotation))
        assert annotation["iscrowd"] == 0
        if finding.region.type == "mask":
            assert annotation["bbox"] == coco.toBbox(read.annToRLE(annotation)).tolist()


def test_200_masks_and_their_seamed_outlines_are_the_same_for_pycocotools() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        size = (int(rng.integers(2, 70)), int(rng.integers(2, 70)))
        mask = cases.blobs(rng, size).mask(size)
        crop = Crop.of(Pixels.of(mask), size)
        rows = [[v for point in seamed(part) for v in point] for part in outlines(mask)]
        assert np.array_equal(coco.decode(coco.merge(coco.frPyObjects(rows, *size))), mask)
        theirs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
        uncompressed = coco.frPyObjects({"size": size, "counts": crop.lengths()}, *size)
        assert uncompressed["counts"] == theirs["counts"]


def test_a_hole_is_not_filled_and_two_blobs_are_one_annotation() -> None:
    mask = np.zeros(cases.SIZE, bool)
    mask[4:20, 4:20] = mask[30:40, 40:60] = True
    mask[8:12, 8:12] = False
    for region in (Pixels.of(mask), Polygon(tuple(r for part in outlines(mask) for r in part))):
        given = cases.finding(region, "the original itself")
        file = json.loads(formats.write([given], format="coco").data)
        (annotation,) = file["annotations"]
        assert annotation["area"] == mask.sum() == 16 * 16 - 16 + 200
        segmentation = annotation["segmentation"]
        rle = (
            segmentation
            if isinstance(segmentation, dict)
            else coco.merge(coco.frPyObjects(segmentation, *cases.SIZE))
        )
        assert np.array_equal(coco.decode(rle), mask)


def test_the_square_bow_tie_keeps_both_halves() -> None:
    bow_tie = Polygon((((10, 10), (20, 20), (20, 10), (10, 20)),))
    given = cases.finding(bow_tie, "the original itself")
    file = json.loads(formats.write([given], format="coco").data)
    # 50 by the even-odd rule, of which the pixels' centers on the lines make 40 to 60; not 25.
    assert file["annotations"][0]["area"] == bow_tie.mask(cases.SIZE).sum()
    assert 40 <= file["annotations"][0]["area"] <= 60


FOREIGN: dict[str, Any] = {
    "images": [{"id": 0, "file_name": "train/猫 é.jpg", "width": 64, "height": 48}],
    "categories": [{"id": 0, "name": "cat"}, {"id": 7, "name": "dog"}],
    "annotations": [],
}


def foreign(*annotations: dict[str, Any]) -> bytes:
    numbered = [{"id": k, "image_id": 0, "category_id": 0, **a} for k, a in enumerate(annotations)]
    return json.dumps({**FOREIGN, "annotations": numbered}).encode()


KNOWN = [cases.picture("the original itself")]


def test_ids_of_0_are_ids() -> None:
    (row,) = formats.preview(foreign({"bbox": [1, 2, 3, 4]}), images=KNOWN).rows
    assert row.finding is not None
    assert (row.finding.label, row.finding.region) == ("cat", Box(1, 2, 3, 4))


@pytest.mark.parametrize("crowd", [0, 1])
def test_the_segmentation_tells_its_kind_and_not_iscrowd(crowd: int) -> None:
    mask = np.zeros(cases.SIZE, bool)
    mask[3:9, 5:11] = True
    counts = Crop.of(Pixels.of(mask), cases.SIZE).lengths()
    rle = {"size": list(cases.SIZE), "counts": counts}
    ring = [5, 3, 11, 3, 11, 9, 5, 9]
    rows = formats.preview(
        foreign(
            {"segmentation": rle, "iscrowd": crowd},
            {"segmentation": [ring], "iscrowd": crowd},
            {"segmentation": {**rle, "counts": runs.encode(mask)}, "iscrowd": crowd},
        ),
        images=KNOWN,
    ).rows
    for row in rows:
        assert row.finding is not None
        assert np.array_equal(row.finding.region.mask(cases.SIZE), mask)


def test_several_rings_are_a_union() -> None:
    over = [[2, 2, 12, 2, 12, 12, 2, 12], [8, 8, 20, 8, 20, 20, 8, 20]]
    apart = [[2, 2, 6, 2, 6, 6, 2, 6], [8, 8, 20, 8, 20, 20, 8, 20]]
    union, two = formats.preview(
        foreign({"segmentation": over}, {"segmentation": apart}), images=KNOWN
    ).findings
    assert union.region.mask(cases.SIZE).sum() == 100 + 144 - 16
    assert two.region.type == "polygon"
    assert two.region.mask(cases.SIZE).sum() == 16 + 144


def test_an_edit_of_another_program_is_taken() -> None:
    given = cases.finding(cases.region("polygon", np.random.default_rng(1)), "the original itself")
    file = json.loads(formats.write([given], format="coco").data)
    file["annotations"][0]["segmentation"] = [[5, 3, 11, 3, 11, 9, 5, 9]]
    file["categories"][0]["name"] = "edited"
    file["annotations"][0]["attributes"]["verdict"] = "core"
    (found,) = formats.read(json.dumps(file).encode(), [Picture.of(given)])
    assert found.region == Polygon((((5, 3), (11, 3), (11, 9), (5, 9)),))
    assert (found.label, found.verdict, found.id) == ("edited", "core", given.id)
    assert found.reason == given.reason


def test_images_without_findings_are_listed() -> None:
    file = json.loads(formats.write([], format="coco", images=KNOWN).data)
    assert [image["file_name"] for image in file["images"]] == ["猫 é.jpg"]
    assert file["categories"] == file["annotations"] == []


def test_a_finding_in_the_border_around_a_padded_photo_is_left_out_and_told() -> None:
    inside = cases.finding(Box(30.0, 20.0, 5.0, 5.0), "padded")
    outside = Finding(Box(0.0, 0.0, 4.0, 4.0), cases.SIZE, seen=inside.seen)
    written = formats.write([inside, outside], format="coco")
    assert len(json.loads(written.data)["annotations"]) == 1
    assert any("1 finding is left out: it lies outside" in note for note in written.notes)
