"""The file that an exported page downloads: written in the browser, read here."""

from pathlib import Path

import pytest

from xwidget.findings import formats
from xwidget.findings.region import Box, Pixels, Point, Polygon

FILE = Path(__file__).parents[3] / "js/tests/portable/fixtures/page_findings.json"


def test_all_that_was_marked_on_a_page_is_read() -> None:
    found = formats.read(FILE)
    assert [type(each.region) for each in found] == [Box, Polygon, Pixels, Point]
    assert [each.verdict for each in found] == ["spurious", "core", "", "unsure"]
    first = found[0]
    assert (first.label, first.reason) == ("</script><b>猫 é", "a stamp\nof two lines")
    assert (first.kind, first.confidence, first.author) == ("artifact", 0.25, "me")
    assert (first.seen.digest, first.seen.image) == ("a1" * 32, "猫 é.jpg")
    assert first.seen.target == 5
    assert found[2].region.mask((16, 16)).sum() == 12


def test_it_is_matched_with_its_image_by_the_digest() -> None:
    first = formats.read(FILE)[0]
    rows = formats.preview(FILE.read_bytes(), FILE.name, [formats.Picture.of(first)]).rows
    assert [row.matched for row in rows] == ["digest"] * 4


@pytest.mark.parametrize("cut", [100, 1000])
def test_a_file_that_was_cut_is_refused_as_a_whole(cut: int) -> None:
    with pytest.raises(ValueError, match="JSON"):
        formats.read(FILE.read_bytes()[:-cut])
