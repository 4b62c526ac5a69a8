"""Files that mean harm or are broken: nothing runs, or is taken by halves; memory is bounded."""

import contextlib
import json
import random
import re
import time
from typing import Any

import pytest

from tests.findings.formats import cases
from xwidget.findings import formats
from xwidget.findings.formats import FORMATS, parsing
from xwidget.findings.region import Box

READ = [name for name, each in FORMATS.items() if each.read]
PICTURE = cases.picture("the original itself")


@pytest.mark.parametrize("format", READ)
@pytest.mark.parametrize("text", cases.HOSTILE)
def test_hostile_strings_stay_data(format: str, text: str) -> None:
    box = Box(20.0, 17.0, 9.0, 11.0)
    given = cases.finding(
        box,
        label=text,
        reason=text,
        author=text,
        kind=text,
        seen=cases.seen(image=text.replace("/", "∕").replace("\\", "∖")),
    )
    (found,) = formats.read(formats.write([given], format=format).data)
    assert found == given


BROKEN = {
    "not JSON": (b'{"images": [1, 2,\n  oops]}', "line 2, column 3"),
    "cut off": (b'{"images": [{"id": 1', "line 1, column 21"),
    "empty": (b"", "The file is empty"),
    "another file": (b'{"hello": 1}', "no format that is read"),
    "an unknown list": (b"[1, 2]", "no format that is read"),
    "code page": ('{"label": "é"}'.encode("cp1252"), "byte 12 of the file is no UTF-8"),
    "no list": (b'{"images": 3, "annotations": []}', "images is 3; expected a list"),
    "no id": (b'{"images": [{}], "annotations": []}', "images[0] has no 'id'"),
    "no image": (
        b'{"images": [{"id": 1}], "annotations": [{"image_id": 2}]}',
        "annotations[0].image_id is 2, and no image has that id",
    ),
    "no category": (
        b'{"images": [{"id": 1}], "annotations": [{"image_id": 1, "category_id": 0}]}',
        "annotations[0].category_id is 0, and no category has that id",
    ),
    "not XML": (b"<annotations>\n<version>1.1</versio></annotations>", "line 2, column"),
    "no number": (
        b'<annotations><version>1.1</version><image id="0" name="a" width="wide" height="2"/>'
        b"</annotations>",
        "width of <image> in line 1 is 'wide'",
    ),
    "a later version": (
        b'{"format": "xwidget findings", "version": 2, "findings": []}',
        "install a newer xwidget",
    ),
    "half a finding": (
        b'{"format": "xwidget findings", "version": 1, "findings": [{"label": "a"}]}',
        "findings[0]: a finding has a region",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_read_names_the_place(case: str) -> None:
    data, words = BROKEN[case]
    with pytest.raises(ValueError, match=rf"x\.json: .*{re.escape(words)}"):
        formats.preview(data, "x.json")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-1e999", "9" * 400, '"3"', "true", "null"])
def test_what_is_no_number_imports_nothing_by_halves(number: str) -> None:
    box = f'{{"id": 1, "image_id": 1, "bbox": [1, 2, 3, {number}]}}'
    good = '{"id": 2, "image_id": 1, "bbox": [1, 2, 3, 4]}'
    image = f'{{"id": 1, "file_name": "{PICTURE.seen.image}", "width": 64, "height": 48}}'
    data = f'{{"images": [{image}], "annotations": [{good}, {box}]}}'
    with pytest.raises(ValueError, match=r"annotations\[1\]\.bbox\[3\] is .*; expected a finite"):
        formats.preview(data.encode(), images=[PICTURE])


def test_numbers_of_thousands_of_digits_are_refused() -> None:
    with pytest.raises(ValueError, match="not JSON"):
        formats.preview(b'{"images": [%s], "annotations": []}' % (b"9" * 10_000))


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"a":' * 100_000, b"[" * 65 + b"]" * 65])
def test_depth_is_bounded(data: bytes) -> None:
    with pytest.raises(ValueError, match="in one another"):
        formats.preview(data)


def test_brackets_in_texts_are_no_depth() -> None:
    given = cases.finding(Box(20.0, 17.0, 9.0, 11.0), reason="[" * 200 + '\\"{' * 99)
    assert formats.read(formats.write([given]).data) == [given]


def test_size_and_count_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="33,554,433 bytes"):
        formats.preview(b" " * (2**25 + 1))
    monkeypatch.setattr(parsing, "MOST_ENTRIES", 3)
    data = formats.write(cases.all_kinds(), format="coco").data
    with pytest.raises(ValueError, match="has 8 entries; at most 3"):
        formats.preview(data)


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE a [<!ENTITY x "boom">]>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://example.com/a.dtd">',
        "<!DOCTYPE a>",
    ],
)
def test_no_entity_is_expanded_or_fetched(declaration: str) -> None:
    text = f'<?xml version="1.0"?>{declaration}<annotations><version>&x;</version></annotations>'
    with pytest.raises(ValueError, match="document type"):
        formats.preview(text.encode())
    with pytest.raises(ValueError, match="not XML at line 1"):
        formats.preview(b"<annotations><version>&x;</version></annotations>")


def test_xml_is_bounded_in_depth() -> None:
    with pytest.raises(ValueError, match="too deep"):
        formats.preview(b"<a>" * 10_000)


def test_a_picture_that_is_claimed_to_be_huge_takes_no_memory() -> None:
    image = {"id": 1, "file_name": "a", "width": 10**6, "height": 10**6}
    rle = {"size": [10**6, 10**6], "counts": [10**12]}
    file = {"images": [image], "annotations": [{"image_id": 1, "segmentation": rle}]}
    (row,) = formats.preview(json.dumps(file).encode()).rows
    assert "too large" in row.reason
    shown = [{"image_id": 1, "segmentation": {"size": [48, 64], "counts": [10**12]}}]
    image |= {"file_name": PICTURE.seen.image, "width": 64, "height": 48}
    file = {"images": [image], "annotations": shown}
    (row,) = formats.preview(json.dumps(file).encode(), images=[PICTURE]).rows
    assert "add up" in row.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("format", ["xwidget", "coco", "cvat"])
def test_byte_order_marks_are_read(format: str, encoding: str) -> None:
    given = cases.all_kinds("the original itself")
    text = formats.write(given, format=format).data.decode()
    data = text.replace('encoding="utf-8"', f'encoding="{encoding[:6].rstrip("-")}"', 1)
    assert formats.read(data.encode(encoding), [PICTURE]) == given


@pytest.mark.parametrize("format", READ)
def test_files_with_changed_bytes_are_read_or_refused_in_words(format: str) -> None:
    rng = random.Random(7)
    data = formats.write(cases.all_kinds("the original itself"), format=format).data
    began = time.perf_counter()
    for _ in range(150):
        broken = bytearray(data)
        for _ in range(rng.randint(1, 4)):
            place = rng.randrange(len(broken))
            broken[place : place + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 2))
        try:
            found = formats.preview(bytes(broken), images=[PICTURE])
        except ValueError:
            continue
        assert all((row.finding is None) == bool(row.reason) for row in found.rows)
    assert time.perf_counter() - began < 60


@pytest.mark.parametrize("format", [name for name in READ if name != "cvat"])
def test_values_of_any_type_are_read_or_refused_in_words(format: str) -> None:
    """Each value of a JSON file in turn becomes something else."""
    given = [f for f in cases.all_kinds("the original itself") if f.label in ("box", "two areas")]
    file = json.loads(formats.write(given, format=format).data)
    for k, (holder, key) in enumerate(places(file)):
        kept = holder[key]
        for value in OTHERS[k % 2 :: 2]:
            holder[key] = value
            with contextlib.suppress(ValueError):
                formats.preview(json.dumps(file).encode(), images=None if k % 3 else [PICTURE])
        holder[key] = kept


OTHERS = (None, -1, 1e308, "x", [], {}, [[]], [{}], True, {"a": 1})


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return holders and keys, but only the first entries of lists."""
    found: list[tuple[Any, Any]] = []
    keys = range(min(2, len(value))) if isinstance(value, list) else value
    if isinstance(value, (dict, list)):
        for key in keys:
            found += [(value, key), *places(value[key])]
    return found
