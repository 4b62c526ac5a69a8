"""Zip archives of findings: read as the files in them, bounded."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile
from dataclasses import replace

import pytest

from tests.findings.formats import cases
from xwidget.findings import formats
from xwidget.findings.finding import Finding
from xwidget.findings.formats import Picture, archive
from xwidget.findings.region import Box


def zipped(files: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return file.getvalue()


@pytest.fixture
def given() -> list[Finding]:
    """Return findings of two images of one name."""
    seen = [replace(cases.seen(image="a.jpg"), digest=digit * 64) for digit in "12"]
    return [cases.finding(Box(20.0, 17.0, 9.0, 11.0), seen=each) for each in seen]


@pytest.mark.parametrize("format", ["labelme", "qupath"])
def test_files_of_several_images_come_back_as_they_went(given: list[Finding], format: str) -> None:
    written = formats.write(given, format=format)
    assert written.ending == "zip"
    assert formats.read(written.data, [Picture.of(each) for each in given]) == given
    found = formats.preview(written.data, images=[Picture.of(given[1])])
    assert [(row.matched, row.finding is None) for row in found.rows] == [
        *[("", True), ("digest", False)]
    ]
    assert found.rows[1].place.startswith("a (2).")


def test_a_finding_that_two_files_have_is_taken_once(given: list[Finding]) -> None:
    own = formats.write(given[:1]).data
    files = {"b/one.json": own, "two.json": own, "__MACOSX/._one.json": b"x", "a.png": b"x"}
    one, two = formats.preview(zipped(files)).rows
    assert (one.finding, two.finding) == (given[0], None)
    assert "one.json: findings[0]" in two.reason


def test_what_cannot_be_read_of_an_archive_is_said(
    given: list[Finding], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = formats.write(given).data
    locked = bytearray(zipped({"a.json": own}))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    for data, words in {
        formats.write(given, format="masks").data: "no file that is read",
        zipped({}): "no file that is read",
        zipped({"a.json": b"{"}): r"a\.json: .*line 1",
        bytes(locked): "a.json has a password",
        zipped({"a.json": own})[:-9]: "damaged",
        zipped({"a.json": own}, zipfile.ZIP_LZMA): "packed in a way that is not read",
        zipped({"a.json": b" " * (2**25 + 1)}): "unpack it",
    }.items():
        with pytest.raises(ValueError, match=words):
            formats.preview(data)
    monkeypatch.setattr(archive, "MOST_FILES", 1)
    with pytest.raises(ValueError, match="2 files; at most 1"):
        formats.preview(zipped({"a.json": own, "b.json": own}))


def test_a_damaged_archive_is_refused_as_a_malformed_file_is(given: list[Finding]) -> None:
    data, rng = zipped({"a.json": formats.write(given).data}), random.Random(0)
    for _ in range(200):
        broken = bytearray(data)
        for _ in range(3):
            broken[rng.randrange(4, len(data))] = rng.randrange(256)
        with contextlib.suppress(ValueError):
            assert len(formats.preview(bytes(broken)).rows) <= len(given)
