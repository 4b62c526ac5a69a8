"""A process that is killed loses nothing that it had promised, and makes nothing twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import xwidget as xw
from tests.batch.store.made import make_store
from xwidget.batch.store import merging
from xwidget.batch.store.folder import Folder
from xwidget.batch.store.lock import Lock
from xwidget.batch.store.merging import Merger
from xwidget.batch.store.pieces import write_piece
from xwidget.batch.store.rows import Row
from xwidget.batch.store.schema import NAMES

ROOT = Path(__file__).parents[3]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_run_killed_at_any_moment_is_gone_on_with() -> None:
    command = [sys.executable, "-m", "tests.batch.store.killing", "6", "16"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=600)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["kills"], found["lost"], found["twice"]) == (6, 0, 0)


def pieces(path: Path, sizes: tuple[int, ...]) -> tuple[Folder, bytes]:
    """Write pieces of a made store's rows; return their folder and what they are of."""
    source = xw.ExplanationStore(make_store(path / "source", sum(sizes), side=8))
    folder = Folder(path / "store")
    folder.path.mkdir()
    about = source._rows.parts[0].file.footer.metadata[b"xwidget"]
    rows: list[Row] = source._read(lambda index: index.read(range(len(index)), NAMES)).to_pylist()
    for size in sizes:
        write_piece(folder, rows[:size], about)
        del rows[:size]
    return folder, about


def same(folder: Folder, count: int) -> None:
    store = xw.ExplanationStore(folder.path)
    assert len(store) == count == sum(len(part.ids) for part in store._rows.parts)
    source = xw.ExplanationStore(folder.path.parent / "source")
    assert store.ids == source.ids
    assert store.values(store.ids, "mask") == source.values(store.ids, "mask")


def test_many_small_files_become_few_and_nothing_else_changes(tmp_path: Path) -> None:
    folder, about = pieces(tmp_path, (1, 2, 0, 30, 7, 64, 65))
    same(folder, 169)
    Merger(folder, about).merge_all()
    (file,) = folder.look()
    assert file.groups == [32] * 5 + [9]
    same(folder, 169)
    assert [path.name for path in folder.path.iterdir()] == [file.name]


def test_they_are_merged_by_their_size_when_there_are_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, about = pieces(tmp_path, (1,) * 15 + (70,) * 3)
    merger = Merger(folder, about)
    assert not merger.merge_due()
    monkeypatch.setattr(merging, "_MANY", 15)
    assert merger.merge_due()
    assert sorted(file.rows for file in folder.look()) == [15, 70, 70, 70]
    assert not merger.merge_due()
    monkeypatch.setattr(merging, "FULL", 100)
    monkeypatch.setattr(merging, "_SIZES", (64, 100))
    assert merger.merge_due()
    assert sorted(file.rows for file in folder.look()) == [15, 210]
    same(folder, 225)


@pytest.mark.parametrize("removed", [0, 1])
def test_what_was_replaced_and_not_removed_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, removed: int
) -> None:
    folder, about = pieces(tmp_path, (5, 5, 5))
    real, calls = merging._remove, []

    def killed(file: merging.StoreFile) -> None:
        calls.append(file)
        if len(calls) > removed:
            raise KeyboardInterrupt
        real(file)

    monkeypatch.setattr(merging, "_remove", killed)
    with pytest.raises(KeyboardInterrupt):
        Merger(folder, about).merge_all()
    assert len(folder.found()) == 4 - removed
    same(folder, 15)
    # Even if they can never be removed, and what has replaced them is replaced itself.
    monkeypatch.setattr(merging, "_remove", lambda file: None)
    write_piece(folder, [], about)
    Merger(folder, about).merge_all()
    same(folder, 15)
    monkeypatch.setattr(merging, "_remove", real)
    Merger(folder, about).tidy()
    assert sorted(pd.read_parquet(folder.path)["id"]) == sorted(
        xw.ExplanationStore(folder.path).ids
    )


def test_what_two_workers_made_is_there_once(tmp_path: Path) -> None:
    folder, about = pieces(tmp_path, (20,))
    row = xw.ExplanationStore(folder.path).row(xw.ExplanationStore(folder.path).ids[3])
    write_piece(folder, [row], about)
    store = xw.ExplanationStore(folder.path)
    assert store.select() == store.ids
    assert len(store) == len(set(store.ids)) == 20
    assert store.query("SELECT count(*) FROM everything").to_pylist()[0].popitem()[1] == 20
    store.compact()
    same(folder, 20)
    assert len(pd.read_parquet(folder.path)) == 20


def test_an_unfinished_file_is_nobody_s_after_a_while(tmp_path: Path) -> None:
    folder, about = pieces(tmp_path, (2,))
    for name, age in (("old", 3600), ("new", 0)):
        part = folder.path / f".{name}.part"
        part.write_bytes(b"PAR1")
        os.utime(part, (part.stat().st_atime, part.stat().st_mtime - age))
    Merger(folder, about).tidy()
    assert sorted(path.name for path in folder.path.glob(".*")) == [".new.part"]


def test_a_store_that_is_read_meanwhile_follows_its_files(tmp_path: Path) -> None:
    folder, about = pieces(tmp_path, (5, 5))
    store = xw.ExplanationStore(folder.path)
    masks = store.values(store.ids, "mask")
    Merger(folder, about).merge_all()
    assert store.values(store.ids, "mask") == masks
    assert store.select("error = ''")
    lock = Lock(folder.path)
    with pytest.raises(BlockingIOError, match="another run writes"):
        store.compact()
    lock.release()
    store.compact()
