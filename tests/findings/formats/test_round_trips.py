"""Out and in again: what a finding says, and where, comes back from each format that is read."""

from dataclasses import replace

import numpy as np
import pytest

from tests.findings.formats import cases
from xwidget.findings import formats
from xwidget.findings.finding import Finding
from xwidget.findings.formats import FORMATS, Picture
from xwidget.findings.region import Polygon

READ = [name for name, each in FORMATS.items() if each.read]


def known(findings: list[Finding]) -> list[Picture]:
    return [Picture.of(findings[0])]


@pytest.mark.parametrize("way", cases.GEOMETRIES)
@pytest.mark.parametrize("format", READ)
def test_a_finding_comes_back_as_it_was(format: str, way: str) -> None:
    given = cases.all_kinds(way)
    written = formats.write(given, format=format)
    found = formats.preview(written.data, images=known(given))
    assert found.format == format
    assert {(row.matched, row.reason) for row in found.rows} == {("digest", "")}
    assert found.findings == given


@pytest.mark.parametrize("way", cases.GEOMETRIES)
@pytest.mark.parametrize("format", READ)
def test_what_nobody_edited_is_written_again_to_the_last_byte(format: str, way: str) -> None:
    rng = np.random.default_rng(4)
    exact = Polygon(tuple(tuple(map(tuple, rng.uniform(18, 32, (5, 2)).tolist())) for _ in "ab"))
    given = [*cases.all_kinds(way, seed=1), cases.finding(exact, way)]
    given += [cases.finding(cases.blobs(rng), way) for _ in range(10)]
    first = formats.write(given, format=format)
    second = formats.write(formats.read(first.data, known(given)), format=format)
    assert second.data == first.data
    assert second.notes == first.notes


@pytest.mark.parametrize("way", cases.GEOMETRIES)
@pytest.mark.parametrize("format", READ)
def test_a_file_says_by_itself_what_it_is_of(format: str, way: str) -> None:
    given = cases.all_kinds(way)
    assert formats.read(formats.write(given, format=format).data) == given


@pytest.mark.parametrize("way", ["the original itself", "enlarged"])
@pytest.mark.parametrize("format", [name for name in READ if name != "xwidget"])
def test_shapes_alone_come_back_where_another_program_dropped_our_notes(
    format: str, way: str
) -> None:
    given = [f for f in cases.all_kinds(way) if f.label != "point"]
    bare = formats.write(given, format=format).data.replace(b"xwidget", b"dropped")
    image = replace(given[0].seen, digest="")
    found = formats.preview(bare, images=[Picture(cases.SIZE, image)])
    how = "" if format == "qupath" else "name and size"  # QuPath's files name no picture
    assert [(row.matched, row.reason) for row in found.rows] == [(how, "")] * len(given)
    for ours, theirs in zip(given, found.findings, strict=True):
        a, b = (each.region.mask(cases.SIZE) for each in (ours, theirs))
        if way == "the original itself" or ours.region.type == "mask":
            assert np.array_equal(a, b), ours
        else:  # corners between pixels, on two grids
            assert (a & b).sum() / (a | b).sum() > 0.9, ours
        assert theirs.label == ours.label
