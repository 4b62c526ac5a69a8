"""Labels are retired and never deleted; the kinds are the user's; a picture is kept once."""

from __future__ import annotations

import sqlite3
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

import xwidget as xw
from tests.findings.store.test_versions import finding
from xwidget.findings.finding import KINDS

DIGEST = "ab" * 32
GEOMETRY = {"input_size": [2, 3], "matrix": None, "reason": "ein Grund"}


def png(color: str = "red") -> bytes:
    file = BytesIO()
    Image.new("RGB", (3, 2), color).save(file, "PNG")
    return file.getvalue()


def test_a_label_that_is_used_is_one_to_choose_the_last_first(store: xw.FindingStore) -> None:
    a = store.add(finding(label="watermark"))
    store.add(finding(label=""))
    store.add(finding(label="Ähre 猫"))
    store.add_label("logo")
    assert store.labels() == ("logo", "Ähre 猫", "watermark")
    store.edit(a.id, verdict="core")
    assert store.labels() == ("watermark", "logo", "Ähre 猫")


def test_a_retired_label_stays_on_the_findings_that_have_it(store: xw.FindingStore) -> None:
    found = store.add(finding(label="watermark"))
    store.retire_label("watermark")
    assert store.labels() == ()
    assert store.labels(retired=True) == ("watermark",)
    assert store.get(found.id) == found
    assert store.list(label="watermark") == (found,)
    assert store.edit(found.id, verdict="core").label == "watermark"
    store.restore_label("watermark")
    assert store.labels() == ("watermark",)
    store.retire_label("watermark")
    store.add_label("watermark")
    assert store.labels() == ("watermark",)


def test_nothing_is_lost_when_a_label_is_retired_while_work_is_unsaved(
    store: xw.FindingStore, place: str
) -> None:
    first = store.add(finding(label="watermark"))
    unsaved = [finding(label="watermark", reason=f"{k}") for k in range(3)]
    changed = first.edited(reason="not yet saved")
    with xw.FindingStore(place, author="Grace") as colleague:
        colleague.retire_label("watermark")
        colleague.add_label("translucent watermark")
    kept = [store.put(each, 0, f"act {each.id}").finding for each in unsaved]
    kept.append(store.put(changed, 1, "act").finding)
    assert {each.label for each in kept} == {"watermark"}
    assert {each.reason for each in store.list()} == {"0", "1", "2", "not yet saved"}
    assert store.labels() == ("translucent watermark",)
    assert store.labels(retired=True) == ("watermark",)


def test_a_label_that_is_not_there_is_said(store: xw.FindingStore) -> None:
    for change in (store.retire_label, store.restore_label):
        with pytest.raises(KeyError, match="no label 'logo'"):
            change("logo")
    for wrong in ("", " \x00", "x" * 201):
        with pytest.raises(ValueError, match="label"):
            store.add_label(wrong)


def test_the_kinds_are_the_users(store: xw.FindingStore, place: str) -> None:
    assert store.kinds == KINDS
    store.set_kinds(["lesion", "Gerät"])
    with xw.FindingStore(place) as other:
        assert other.kinds == ("lesion", "Gerät")
    assert store.add(finding(kind="text")).kind == "text"
    for wrong in ([], ["a", "a"], [""], "text"):
        with pytest.raises(ValueError, match="kind"):
            store.set_kinds(wrong)


def test_a_picture_is_kept_once_by_image_and_preprocessing(store: xw.FindingStore) -> None:
    assert store.input(DIGEST, "resize 2") is None
    store.save_input(DIGEST, "resize 2", png(), GEOMETRY, name="a.png", size=(20, 30))
    store.save_input(DIGEST, "resize 2", png("blue"), None)
    store.save_input(DIGEST, "Größe 3 " * 2000, png("green"))
    assert store.input(DIGEST, "resize 2") == (png(), GEOMETRY)
    assert store.input(DIGEST, "Größe 3 " * 2000) == (png("green"), None)
    assert store.input(DIGEST) in ((png(), GEOMETRY), (png("green"), None))
    assert store.input("cd" * 32) is None


@pytest.mark.parametrize(
    ("digest", "picture", "said"),
    [
        ("", png(), "64 hexadecimal digits"),
        ("XY" * 32, png(), "64 hexadecimal digits"),
        (DIGEST, b"<svg>", "not a PNG"),
    ],
)
def test_what_is_no_picture_is_refused(
    store: xw.FindingStore, digest: str, picture: bytes, said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        store.save_input(digest, "", picture)


def test_a_file_can_be_read_by_any_program(tmp_path: Path) -> None:
    path = tmp_path / "findings.sqlite"
    with xw.FindingStore(path) as store:
        store.add(finding())
    with sqlite3.connect(path) as connection:
        query = (
            "SELECT label, verdict, json_extract(record, '$.region.width') FROM xwidget_findings"
        )
        assert connection.execute(query).fetchall() == [("watermark", "spurious", 30.5)]
    connection.close()
