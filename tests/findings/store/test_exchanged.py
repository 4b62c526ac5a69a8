"""Stores and files: what goes out comes in again, once, and later changes win."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

import xwidget as xw
from tests.findings.formats import cases
from xwidget.findings import formats
from xwidget.findings.finding import Effect


def another() -> xw.FindingStore:
    return xw.FindingStore(":memory:", author="Grace")


def test_a_store_goes_into_a_file_and_comes_out_whole(store: xw.FindingStore) -> None:
    given = [store.add(each) for each in cases.all_kinds()]
    store.judge(given[0].id, "core", reason="猫", by="Grace")
    data = store.export().data
    other = another()
    assert other.load(data) == store.list() == other.list()
    assert other.reviews() == store.reviews()
    changes = other.changes_since(-1)
    assert other.load(data) == store.list()
    assert other.changes_since(-1) == changes
    assert [each.version for each in other.list()] == [1] * len(given)


def test_the_later_change_wins_and_the_earlier_stays(store: xw.FindingStore) -> None:
    (first,) = (store.add(each) for each in cases.all_kinds()[:1])
    early = store.export().data
    other = another()
    other.load(early)
    other.edit(first.id, label="theirs")
    other.record_effect(first.id, 2, Effect(0, 0.9, 0.1, 0.5, None, 0.02, 8))
    (found,) = store.load(other.export().data)
    assert (found.label, found.version) == ("theirs", 2)
    assert found.effect == Effect(0, 0.9, 0.1, 0.5, None, 0.02, 8)
    assert store.get(first.id) == found
    assert store.get(first.id, 1).label == first.label
    assert store.load(early) == (store.get(first.id),)


def test_a_verdict_that_its_author_changed_counts_as_theirs_where_it_is_loaded(
    store: xw.FindingStore,
) -> None:
    first = store.add(replace(cases.all_kinds()[0], author="Ada", verdict=""))
    other = another()
    for verdict in ("", "spurious", "core"):
        store.edit(first.id, verdict=verdict)
        other.load(store.export().data)
        said = [(each.author, each.verdict) for each in other.all_judgments()[first.id]]
        assert said == ([("Ada", verdict)] if verdict else [])


def test_a_finding_that_was_deleted_comes_back_with_its_file(store: xw.FindingStore) -> None:
    first = store.add(cases.all_kinds()[0])
    file = store.export().data
    removed = store.remove(first.id)
    for _ in range(2):  # once
        (back,) = store.load(file)
        assert (back.version, back.deleted, back.label) == (3, False, first.label)
        assert back.changed >= removed.changed
    assert [each.id for each in store.list()] == [first.id]


def test_files_of_other_programs_are_loaded_once(store: xw.FindingStore, tmp_path: Path) -> None:
    image = {"id": 1, "file_name": "a.jpg", "width": 64, "height": 48}
    rows = [{"image_id": 1, "bbox": [1, 2, 3, 4]}, {"image_id": 1, "bbox": [1, 2, 3, 5]}]
    path = tmp_path / "coco.json"
    path.write_text(json.dumps({"images": [image], "annotations": rows}))
    for _ in range(2):
        found = store.load(path)
        assert [each.author for each in found] == ["Ada", "Ada"]
        assert len(store.list()) == 2
    masks = store.export(format="masks")
    assert masks.data.startswith(b"PK")
    assert len(store.to_pandas()) == 2


def test_of_a_file_with_a_refused_entry_none_is_kept(store: xw.FindingStore) -> None:
    good, bad = cases.all_kinds()[:2]
    bad = replace(bad, seen=replace(bad.seen, digest="00" * 32, image="other.jpg"))
    file = io.BytesIO(formats.write([good, bad]).data)
    with pytest.raises(ValueError, match="another image"):
        store.load(file, [cases.picture()])
    assert store.list() == ()
    file.seek(0)
    assert [each.id for each in store.load(file, [cases.picture()], skip=True)] == [good.id]


def test_findings_of_one_image_go_out_alone(store: xw.FindingStore) -> None:
    here, there = cases.all_kinds()[:2]
    store.add(here)
    store.add(replace(there, seen=replace(there.seen, digest="00" * 32)))
    assert formats.read(store.export(digest=here.seen.digest).data) == [
        replace(here, version=1),
    ]
