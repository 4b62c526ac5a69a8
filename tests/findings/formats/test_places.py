"""Where a region is in the original: upright, mapped exactly, with the area that it has."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from PIL import Image
from torch import nn

import xwidget as xw
from tests.findings.formats import cases
from xwidget.findings import formats
from xwidget.findings.finding import Finding
from xwidget.findings.formats import Picture
from xwidget.findings.formats.picture import corners
from xwidget.findings.region import Box, Pixels, Point, Polygon, Region


def test_coordinates_are_of_the_upright_photo(tmp_path: Path) -> None:
    """A camera stores it on its side, EXIF 6: its left edge is the upper one that is seen."""
    stored = np.zeros((48, 64, 3), np.uint8)
    stored[:, :16] = 255  # after turning: the upper quarter
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "猫 é.png"
    Image.fromarray(stored).save(path, exif=exif)
    net = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2))
    clf = xw.Classifier(net, size=(64, 48), categories=["a", "b"])
    subject = xw.Subject(clf, path)
    picture = Picture.of(subject.origin)
    assert picture.size == (64, 48)
    assert picture.name == "猫 é.png"
    white = subject.picture[..., 0] > 127
    given = Finding(Pixels.of(white), picture.frame, seen=picture.seen)
    file = json.loads(formats.write([given], format="coco").data)
    assert (file["images"][0]["width"], file["images"][0]["height"]) == (48, 64)
    assert file["annotations"][0]["bbox"] == [0, 0, 48, 16]


@pytest.mark.parametrize("way", cases.MAPPED)
def test_corners_are_mapped_as_the_geometry_says(way: str) -> None:
    picture, geometry = cases.picture(way), cases.geometry(way)
    assert geometry is not None
    box = Box(20.25, 16.5, 7.0, 3.125)
    exact = geometry.to_original(np.array(corners(box)) - 0.5)
    assert exact is not None
    left, upper, right, lower = picture.out(box).bounds
    assert np.allclose([left, upper], exact.min(0) + 0.5, atol=1e-6)
    assert np.allclose([right, lower], exact.max(0) + 0.5, atol=1e-6)
    assert picture.out(box).type == ("polygon" if way == "turned" else "box")
    assert picture.into(picture.out(Point(20.25, 16.5))) == Point(20.25, 16.5)


@pytest.mark.parametrize("way", cases.MAPPED)
def test_an_outline_has_the_area_of_the_mask_and_its_pixels_nearly(way: str) -> None:
    """The pixels differ by those on the edge, half of which are in."""
    picture, geometry = cases.picture(way), cases.geometry(way)
    assert geometry is not None
    assert geometry.matrix is not None
    scale = abs(np.linalg.det(np.array(geometry.matrix)[:, :2]))
    mask = np.zeros(cases.SIZE, bool)
    mask[17:30, 19:40] = True
    mask[20:24, 24:30] = False
    found = cases.finding(Pixels.of(mask), way)
    (feature,) = json.loads(formats.write([found], format="qupath").data)["features"]
    area = shapely.geometry.shape(feature["geometry"])
    assert area.area == pytest.approx(mask.sum() * scale, rel=1e-5)
    pixels = picture.crop(found.region).area
    assert pixels == pytest.approx(area.area, abs=area.length / 2)


@pytest.mark.parametrize("way", cases.MAPPED)
def test_pixels_are_those_whose_centers_lie_in_the_mask(way: str) -> None:
    picture = cases.picture(way)
    mask = cases.blobs(np.random.default_rng(8))
    outline = picture.outlined(mask)
    whole = Polygon(outline.rings).mask(picture.size)
    assert np.array_equal(picture.crop(mask).whole(), whole)


@pytest.mark.parametrize("way", cases.GEOMETRIES)
def test_random_numbers_come_back_nearer_than_a_millionth_of_a_pixel(way: str) -> None:
    rng = np.random.default_rng(9)
    picture = cases.picture(way)
    scale = 1 / np.abs(np.linalg.inv(picture._matrix[:, :2])).max()
    for _ in range(50):
        x, y, width, height = rng.uniform(15, 30, 4).tolist()
        regions: list[Region] = [Point(x, y), Box(x, y, width, height)]
        regions.append(Polygon((tuple(map(tuple, rng.uniform(15, 30, (5, 2)).tolist())),)))
        for region in regions:
            back = picture.into(picture.out(region))
            assert np.allclose(back.bounds, region.bounds, rtol=0, atol=3e-6 / scale)
            assert picture.out(back) == picture.out(region)


def test_a_mask_smaller_than_a_pixel_of_the_original_keeps_one() -> None:
    mask = np.zeros(cases.SIZE, bool)
    mask[20, 20] = True
    for way in ("reduced", "padded"):
        for row in range(17, 30):
            moved = np.roll(mask, row - 20, 0)
            assert cases.picture(way).crop(Pixels.of(moved)).area >= 1
