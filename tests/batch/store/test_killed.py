"""A process that is killed loses nothing that it had promised, and makes nothing twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import xwidget as xw
from tests.batch.store.made import make_store
from xwidget.batch.store import folder as folders
from xwidget.batch.store import merging
from xwidget.batch.store.folder import Folder
from xwidget.batch.store.lock import Lock
from xwidget.batch.store.merging import Merger, ids_in
from xwidget.batch.store.pieces import write_piece
from xwidget.batch.store.rows import Row
from xwidget.batch.store.schema import NAMES
from xwidget.batch.store.writer import Writer

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


def test_files_are_merged_in_a_process_that_has_loaded_nothing_else(tmp_path: Path) -> None:
    folder, _ = pieces(tmp_path, (3, 4))
    code = "import sys, xwidget as xw; xw.ExplanationStore(sys.argv[1]).compact()"
    command = [sys.executable, "-c", code, str(folder.path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert len(folder.look()) == 1
    same(folder, 7)


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
    monkeypatch.setattr(merging, "FULL", 200)
    assert merger.merge_due()
    assert [file.rows for file in folder.look()] == [225]
    same(folder, 225)


def test_no_row_is_rewritten_more_than_once_for_each_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rewritten: Counter[str] = Counter()
    real = Merger.merge

    def merge(self: Merger, sources: list[Any], **options: Any) -> None:
        rewritten.update(id for source in sources for id in ids_in(source))
        real(self, sources, **options)

    monkeypatch.setattr(Merger, "merge", merge)
    monkeypatch.setattr(merging, "_MANY", 3)
    monkeypatch.setattr(merging, "FULL", 18)
    source, _ = pieces(tmp_path, (40,))
    (whole,) = source.look()
    folder = Folder(tmp_path / "slow")
    folder.path.mkdir()
    about = whole.footer.metadata[b"xwidget"]
    rows: list[Row] = xw.ExplanationStore(source.path).query("FROM everything").to_pylist()
    merger = Merger(folder, about)
    for some in ([], *([row] for row in rows)):
        write_piece(folder, some, about)
        while merger.merge_due():
            pass
        assert len(folder.look()) <= 8
    merger.merge_all()
    # Into files of 3 and more, of 9 and more, and full ones.
    assert max(rewritten.values()) == 3
    assert len(xw.ExplanationStore(folder.path)) == 40


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


def test_an_image_that_was_explained_has_not_failed(tmp_path: Path) -> None:
    folder, about = pieces(tmp_path, (45,))
    store = xw.ExplanationStore(folder.path)
    (failed,) = store.errors
    made, lost = store.row(store.ids[3]), store.row(f"{failed}/-")
    # As of a worker that died after it had written the rows of the third image.
    write_piece(folder, [lost | {"id": f"{made['image']}/-", "image": made["image"]}], about)
    # The id of image "a" and the name of another one may end alike.
    write_piece(folder, [made | {"id": f"{failed}/-/0", "image": f"{failed}/-"}], about)
    store = xw.ExplanationStore(folder.path)
    assert list(store.errors) == [failed]
    assert len(store) == 46
    for table in ("rows", "everything"):
        ids = store.query(f"SELECT id FROM {table}").column(0).to_pylist()
        assert sorted(ids) == sorted(store.ids)
    store.compact()
    assert len(store) == 46


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


@pytest.mark.parametrize("step", ["listed", "opened"])
def test_a_store_that_is_opened_during_a_merge_has_all_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    folder, about = pieces(tmp_path, (5, 0, 5))  # with the empty one, it never looks like none
    waits = [True]

    def merge() -> None:
        if waits:
            waits.clear()
            other = Folder(folder.path)
            Merger(other, about).merge([file for file in other.look() if file.rows])

    if step == "listed":  # as where a listing passes the new file's place before it is there
        real = Folder._listed

        def listed(self: Folder) -> list[Path]:
            found = real(self)
            if waits:
                merge()
                found = [path for path in found if path.exists()]
            return found

        monkeypatch.setattr(Folder, "_listed", listed)
    else:
        opened = folders._opened

        def opens(path: Path) -> folders.StoreFile | None:
            merge()
            return opened(path)

        monkeypatch.setattr(folders, "_opened", opens)
    same(Folder(folder.path), 10)
    assert not waits


def test_a_name_without_a_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_PAUSE", 0.0)
    folder, _ = pieces(tmp_path, (2,))
    (folder.path / "lost.parquet").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"lost\.parquet.*take it out of the folder"):
        xw.ExplanationStore(folder.path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("released", [True, False], ids=["released", "killed"])
def test_a_forked_process_neither_holds_a_lock_nor_releases_it(
    tmp_path: Path, released: bool
) -> None:
    lock = Lock(tmp_path)
    told, tells = os.pipe()
    child = os.fork()
    if child == 0:
        lock.release()
        os.write(tells, b".")
        time.sleep(60)
        os._exit(0)
    try:
        os.read(told, 1)
        with pytest.raises(BlockingIOError):
            Lock(tmp_path)
        if released:
            lock.release()
        else:
            lock.leave()  # as the system does for one that is killed
        Lock(tmp_path).release()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_rows_are_not_lost_in_a_forked_process(tmp_path: Path) -> None:
    folder, about = pieces(tmp_path, (1,))
    store = xw.ExplanationStore(folder.path)
    writer = Writer(tmp_path / "out", json.loads(about))
    child = os.fork()
    if child == 0:
        writer.close()  # as when its stream is forgotten there
        try:
            writer.add([store.row(store.ids[0])])
        except RuntimeError:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    writer.add([store.row(store.ids[0])])
    writer.close()
    assert len(xw.ExplanationStore(tmp_path / "out")) == 1
