"""Tables and PNG masks, as pandas, pyarrow, spreadsheets and Pillow read them."""

import csv
import io
import json
import sys
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tests.findings.formats import cases
from xwidget.findings import formats
from xwidget.findings.formats import Picture
from xwidget.findings.formats.grid import Crop
from xwidget.findings.keeping import Review
from xwidget.findings.region import Box, read
from xwidget.findings.rollup import rollup


def test_a_row_has_the_place_in_the_original_and_what_was_measured() -> None:
    (row,) = formats.rows([cases.finding(Box(20.0, 10.0, 10.0, 4.0))])
    assert (row["x"], row["y"]) == (31.25 + 20 * 3.7, 12.5 + 10 * 3.1)
    assert (row["width"], row["height"]) == (37, 12.4)
    assert (row["coordinates"], row["image_width"], row["image_height"]) == ("original", 300, 200)
    assert (row["score"], row["score_without"], row["score_only"]) == (0.95, 0.41, 0.2)
    assert (row["class"], row["target"], row["iteration"]) == ("tench, Tinca tinca", 0, 69)
    assert row["area"] == 40 / (48 * 64)


def test_csv_is_read_by_pandas_and_by_spreadsheets() -> None:
    given = cases.all_kinds()
    data = formats.write(given, format="csv").data
    assert data.startswith(b"\xef\xbb\xbf")
    frame = pd.read_csv(io.BytesIO(data))
    assert list(frame["label"]) == list(cases.KINDS)
    assert list(frame["reason"]) == ["two\nlines & 'quotes'"] * len(given)
    regions = [read(json.loads(text)) for text in frame["region"]]
    assert regions == [each.region for each in given]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\tx"])
def test_no_text_becomes_a_formula(text: str) -> None:
    given = cases.finding(Box(20.0, 10.0, 10.0, 4.0), label=text, reason=text)
    written = formats.write([given], format="csv")
    (row,) = csv.DictReader(io.StringIO(written.data.decode("utf-8-sig"), newline=""))
    assert row["label"] == row["reason"] == f"'{text}"
    assert any("apostrophe" in note for note in written.notes)


def test_parquet_keeps_types_and_gaps() -> None:
    seen = cases.Seen(image="猫 é.jpg")
    given = [*cases.all_kinds(), cases.finding(Box(20.0, 1.0, 1.0, 4.0), seen=seen, effect=None)]
    frame = pd.read_parquet(io.BytesIO(formats.write(given, format="parquet").data))
    assert frame["score"].isna().tolist() == [False] * len(cases.KINDS) + [True]
    assert frame["target"].iloc[0] == 0
    assert frame["coordinates"].iloc[-1] == "network's input"
    assert frame["image"].iloc[-1] == "猫 é.jpg"


def test_a_frame_has_the_same_columns_and_types_with_rows_and_without() -> None:
    frame, empty = formats.to_pandas(cases.all_kinds()), formats.to_pandas([])
    assert list(frame.columns) == list(empty.columns)
    assert frame.dtypes.equals(empty.dtypes)
    assert frame.groupby("label")["area"].sum()["whole box"] == 99 / (48 * 64)
    assert len(empty) == 0


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ValueError, match="pip install pyarrow"):
        formats.write([], format="parquet")
    monkeypatch.setitem(sys.modules, "pandas", None)
    for table in (lambda: formats.to_pandas([]), rollup([]).to_pandas):
        with pytest.raises(ImportError, match=r"to_pandas\(\) needs pandas: pip install pandas"):
            table()


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("way", cases.GEOMETRIES)
def test_masks_are_black_and_white_and_as_large_as_the_original(way: str) -> None:
    given = cases.all_kinds(way)
    picture = Picture.of(given[0])
    found = unzipped(formats.write(given, format="masks").data)
    table = csv.DictReader(io.StringIO(found["index.csv"].decode("utf-8-sig"), newline=""))
    for finding, row in zip(given, table, strict=True):
        mask = np.array(Image.open(io.BytesIO(found[row["mask"]])))
        assert (mask.dtype, mask.shape) == (np.uint8, picture.size)
        assert set(np.unique(mask)) <= {0, 255}
        assert np.array_equal(mask > 0, Crop.of(picture.out(finding.region), picture.size).whole())
        assert (row["id"], row["label"]) == (finding.id, finding.label)
        assert row["mask_of"] == picture.note


def test_masks_of_the_input_are_the_regions_themselves() -> None:
    given = cases.all_kinds()
    found = unzipped(formats.write(given, format="input masks").data)
    names = sorted(name for name in found if name.endswith(".png"))
    for finding, name in zip(given, names, strict=True):
        mask = np.array(Image.open(io.BytesIO(found[name])))
        assert np.array_equal(mask > 0, finding.region.mask(cases.SIZE))


def test_masks_go_into_a_folder_and_archives_are_the_same_each_time(tmp_path: Path) -> None:
    given = cases.all_kinds()
    written = formats.write(given, tmp_path, format="masks")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == unzipped(written.data)
    assert formats.write(given, format="masks").data == written.data


def test_hostile_names_of_images_name_no_other_file() -> None:
    seen = cases.Seen(image="../../etc/<passwd>\x00.png")
    given = cases.finding(Box(20.0, 1.0, 1.0, 4.0), seen=seen)
    for format in ("masks", "labelme", "qupath"):
        data = formats.write([given, *cases.all_kinds()], format=format).data
        for name in unzipped(data):
            assert "/" not in name
            assert not name.startswith(".")


def test_of_several_pictures_there_is_one_file_each(tmp_path: Path) -> None:
    given = [*cases.all_kinds(), *cases.all_kinds("reduced")]
    for format in ("labelme", "qupath"):
        written = formats.write(given, format=format)
        assert written.ending == "zip"
        files = unzipped(written.data)
        assert len(files) == 2
        found = [f for data in files.values() for f in formats.read(data)]
        assert found == given
        folder = tmp_path / format
        folder.mkdir()
        formats.write(given, folder, format=format)
        assert {p.name: p.read_bytes() for p in folder.iterdir()} == files
        with pytest.raises(ValueError, match="neither a folder nor"):
            formats.write(given, tmp_path / f"all.{formats.FORMATS[format].ending}", format=format)


def test_a_file_is_written_to_a_path_or_an_open_file(tmp_path: Path) -> None:
    given, path, file = cases.all_kinds(), tmp_path / "f.json", io.BytesIO()
    written = formats.write(given, path)
    formats.write(given, file)
    assert path.read_bytes() == file.getvalue() == written.data
    assert formats.read(path) == formats.read(path.open("rb")) == given


def test_every_format_says_what_it_loses() -> None:
    for name, each in formats.FORMATS.items():
        assert bool(each.loses) == (name != "xwidget")
        notes = formats.write(cases.all_kinds(), format=name).notes
        assert set(each.loses) <= set(notes)
    assert [entry["name"] for entry in formats.menu()] == list(formats.FORMATS)


def test_reviews_go_with_the_own_format() -> None:
    given = cases.all_kinds()
    reviews = tuple(Review(each.id, "Zoë", "core", reason="猫") for each in given)
    data = formats.write(given, reviews=reviews).data
    assert formats.preview(data).reviews == reviews
    assert formats.write(given, reviews=[each.describe() for each in reviews]).data == data
    with pytest.raises(ValueError, match=r"reviews\[0\]: verdict is 'good'"):
        formats.preview(data.replace(b'"verdict":"core"', b'"verdict":"good"', 1))


def test_unknown_formats_are_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="expected one of xwidget, coco"):
        formats.write([], format="voc")
    with pytest.raises(ValueError, match=r"as QuPath \(GeoJSON\): no finding, .* mark something"):
        formats.write([], format="qupath")
