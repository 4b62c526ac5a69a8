"""The report: all of a finding is in it, pictures fit their regions, nothing is loaded."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from bs4 import BeautifulSoup
from PIL import Image, ImageDraw

from tests.findings.marks import SIDE, finding
from xwidget.findings import drawing, report
from xwidget.findings.finding import Finding, Seen
from xwidget.findings.inputs import Inputs
from xwidget.findings.region import Box, Mask, Pixels, Point, Polygon, Region
from xwidget.preprocessing.geometry import from_box

RINGS = (
    ((2.0, 2.0), (28.0, 2.0), (28.0, 20.0), (2.0, 20.0)),
    ((8.0, 6.0), (16.0, 6.0), (16.0, 14.0), (8.0, 14.0)),
)
RANDOM = np.random.default_rng(3).random((SIDE, SIDE)) > 0.6
REGIONS = [Box(4, 5, 10, 7), Polygon(RINGS), Pixels.of(RANDOM)]


def ramp() -> npt.NDArray[np.uint8]:
    """Return a picture whose colors say where they are."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return np.stack([8 * columns, 8 * rows, 0 * rows], -1).astype(np.uint8)


def png(pixels: npt.NDArray[np.uint8]) -> bytes:
    held = io.BytesIO()
    Image.fromarray(pixels).save(held, "PNG")
    return held.getvalue()


def decoded(url: str) -> npt.NDArray[np.int64]:
    _, data = url.split(",")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))), np.int64)


def filled(path: str) -> Mask:
    """Return the pixels of a path of horizontal and vertical lines, by the even-odd rule."""
    inside = np.zeros((SIDE, SIDE), bool)
    for part in re.findall(r"M[^M]*", path):
        x = y = 0.0
        points = []
        for letter, values in re.findall(r"([MLHVhvz])([-\d. ]*)", part):
            given = [float(value) for value in values.split()]
            if letter in "ML":
                x, y = given
            elif letter in "Hh":
                x = given[0] + (x if letter == "h" else 0)
            elif letter in "Vv":
                y = given[0] + (y if letter == "v" else 0)
            points.append((x, y))
        big = Image.new("1", (2 * SIDE, 2 * SIDE))
        inner = [(2 * x, 2 * y) for x, y in points]
        ImageDraw.Draw(big).polygon(inner, fill=1)
        inside ^= np.asarray(big)[1::2, 1::2]
    return inside


@pytest.mark.parametrize("region", REGIONS, ids=lambda region: region.type)
def test_what_is_darkened_is_all_but_the_region(region: Region) -> None:
    np.testing.assert_array_equal(
        filled(drawing.around(region, (SIDE, SIDE))), ~region.mask((SIDE, SIDE))
    )


def test_the_edge_of_a_mask_has_each_side_between_in_and_out_once() -> None:
    path = drawing.outline(Pixels.of(RANDOM), (SIDE, SIDE))
    lengths = [int(length) for length in re.findall(r"[hv]-?(\d+)", path)]
    padded = np.pad(RANDOM, 1).astype(int)
    assert sum(lengths) == abs(np.diff(padded, axis=0)).sum() + abs(np.diff(padded, axis=1)).sum()


@pytest.mark.parametrize(
    "region", [*REGIONS, Point(0.5, 31), Box(-5, 30, 10, 10)], ids=lambda region: region.type
)
def test_a_crop_holds_its_region_and_lies_within_the_picture(region: Region) -> None:
    x, y, side = drawing.crop(region, (SIDE, SIDE))
    rows, columns = np.nonzero(region.mask((SIDE, SIDE)))
    assert x <= columns.min() <= columns.max() < x + side <= SIDE
    assert y <= rows.min() <= rows.max() < y + side <= SIDE
    assert side >= SIDE / 8


def test_a_crop_of_a_wide_picture_may_be_higher_than_it() -> None:
    assert drawing.crop(Box(0, 0, 100, 20), (20, 100)) == (0, -40, 100)


def test_a_report_holds_all_of_a_finding() -> None:
    mark = finding(
        0,
        drop=0.54,
        share=0.31,
        kind="text",
        confidence=0.5,
        reason="One reads it.\nTwice.",
    )
    said = [(mark.id, "bob", "core", "object", "It is the box.")]
    page = BeautifulSoup(
        report.page([mark], said, inputs=lambda *_: (png(ramp()), None)), "html.parser"
    )
    (card,) = page.find_all("article")
    for each in card.find_all("bdi"):
        each.unwrap()
    card.smooth()
    text = card.get_text(" ", strip=True)
    for words in (
        "Spurious",
        "text",
        "confidence 0.50",
        "Without it 0.95 → 0.41",
        "31% of the class’s evidence in 10% of the image",
        "One reads it.\nTwice.",
        "ada, who marked it: spurious",
        "bob: core (object): “It is the box.”",
        "weights abababababab",
        "class carton",
        "generation · defense directional · iteration 70",
        "checks: passed",
        "xwidget 0.1.0",
    ):
        assert words in text.replace(" :", ":"), words
    assert page.find("section").find("h2").get_text() == "watermark"
    (image,) = page.find_all("image")
    assert abs(decoded(image["href"]) - ramp()).max() < 24
    uses = [use["href"] for use in card.find_all("use")]
    assert uses.count(f"#{image['id']}") == 2
    assert uses.count(f"#edge-{mark.id}") == 4


def test_no_text_turns_another_around() -> None:
    turning = "gone\u202e\x1b.gpj"
    mark = replace(finding(0), author=turning, kind=turning, label=turning, reason=turning)
    said = [(mark.id, "שלום", "core", turning, turning)]
    text = report.page([mark], said)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", text)
    named = {each.get_text() for each in BeautifulSoup(text, "html.parser").find_all("bdi")}
    assert {"gone\ufffd\ufffd.gpj", "שלום"} <= named


def test_no_effect_no_picture_no_verdict_are_said() -> None:
    text = BeautifulSoup(report.page([finding(0, "")]), "html.parser").find("article").get_text(" ")
    assert "No verdict" in text
    assert "Not tested" in text
    assert "No image of it was kept." in text
    assert "Marked by ada, not judged." in " ".join(text.split()).replace(" ,", ",")


def test_nothing_to_report() -> None:
    page = BeautifulSoup(report.page([]), "html.parser")
    assert "There are no findings yet." in page.get_text()
    assert not page.find_all("article")


def test_a_picture_stands_in_the_page_once() -> None:
    marks = [finding(0), finding(0, region=Point(3, 3)), finding(1)]
    page = report.page(marks, inputs=lambda digest, _: (png(ramp()), None) if digest else None)
    assert page.count("data:image") == 1  # the same picture under two digests
    assert page.count('<use href="#picture-1"') == 6


def test_findings_of_one_place_stand_side_by_side() -> None:
    marks = [finding(0, author="ada"), finding(1), finding(0, "core", "bob", Box(5, 4, 8, 8))]
    page = BeautifulSoup(report.page(marks), "html.parser")
    images = [card.find_all("figcaption")[-1].bdi.get_text() for card in page.find_all("article")]
    assert [text.split(" ")[1] for text in images] == ["0", "0", "1"]


def on(photo: str, size: tuple[int, int], geometry: object) -> Finding:
    seen = Seen(image=photo, size=size, geometry=geometry)
    return Finding(Box(4, 4, 8, 8), (SIDE, SIDE), seen=seen)


def test_an_original_is_mapped_to_what_the_network_saw() -> None:
    # The middle of a picture of twice the size, from (16, 8) on.
    geometry = from_box((16, 8, 16 + SIDE, 8 + SIDE), (SIDE, SIDE), (2 * SIDE, 3 * SIDE))
    original = np.zeros((2 * SIDE, 3 * SIDE, 3), np.uint8)
    original[8 : 8 + SIDE, 16 : 16 + SIDE] = ramp()
    mark = on("p.png", (2 * SIDE, 3 * SIDE), geometry.describe())
    found = decoded(Inputs(None, {"p.png": original}).url(mark))
    assert abs(found[2:-2, 2:-2] - ramp()[2:-2, 2:-2]).max() < 24


def test_a_large_original_is_averaged_not_sampled() -> None:
    geometry = from_box((0, 0, 8 * SIDE, 8 * SIDE), (SIDE, SIDE), (8 * SIDE, 8 * SIDE))
    stripes = np.zeros((8 * SIDE, 8 * SIDE, 3), np.uint8)
    stripes[:, ::2] = 255
    found = decoded(
        Inputs(None, {"p": stripes}).url(on("p", (8 * SIDE, 8 * SIDE), geometry.describe()))
    )
    assert abs(found - 127).max() < 4


def test_an_original_that_does_not_fit_is_not_drawn() -> None:
    other = np.zeros((50, 60, 3), np.uint8)
    assert Inputs(None, {"p": other}).url(on("p", (50, 60), None)) == ""
    assert Inputs(None, {"p": other}).url(on("p", (99, 60), None)) == ""


def test_an_image_of_far_too_many_pixels_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    held = io.BytesIO()
    Image.new("RGB", (50, 60)).save(held, "PNG")
    with pytest.raises(ValueError, match=r"image 'p' cannot be read: .* exceeds limit"):
        Inputs(None, {"p": held.getvalue()}).url(on("p", (60, 50), None))


def test_a_picture_that_cannot_be_read_is_named() -> None:
    with pytest.raises(ValueError, match="the image 'photo 0' cannot be read"):
        report.page([finding(0)], images={"photo 0": b"no picture"})


def test_a_report_is_one_file_that_loads_nothing(tmp_path: Path) -> None:
    path = report.write(tmp_path / "r.html", [finding(0)], title="Audit & <b>")
    text = path.read_text("utf-8")
    assert "<script" not in text
    assert not re.search(r"(src|href)=\"(?!#|data:)", text)
    assert "default-src 'none'" in text
    assert "<title>Audit &amp; &lt;b&gt;</title>" in text


def test_a_report_is_named_by_network_photos_and_date() -> None:
    marks = [finding(k) for k in range(2)]
    page = BeautifulSoup(report.page(marks), "html.parser")
    assert page.h1.text == "Findings on net"
    assert page.title.text == f"Findings on net · 2 photos · {marks[1].changed[:10]}"
    several = report.page(
        [*marks, Finding(marks[0].region, marks[0].frame, seen=Seen(model="<b>"))]
    )
    assert "<h1>Findings on 2 networks</h1>" in several
    assert "<h1>Findings</h1>" in report.page([])


def test_pictures_say_what_they_are_and_lines_of_masks_are_rings() -> None:
    (card,) = BeautifulSoup(report.page([finding(0)]), "html.parser").find_all("article")
    assert [each.text.split("photo")[0].strip() for each in card.find_all("figcaption")] == [
        *["Enlarged", "In the whole image: 6% of itNo image of it was kept."]
    ]
    square = np.zeros((SIDE, SIDE), bool)
    square[2:4, 3:6] = True
    assert drawing.outline(Pixels.of(square), (SIDE, SIDE)) == "M3 2h3v2h-3v-2z"
