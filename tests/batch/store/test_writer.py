"""The writer of a store: when rows are on the disk, what ends a run, and whose the folder is."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import xwidget as xw
from tests.batch.store.killing import classifier
from tests.batch.store.made import about, make_store
from xwidget.batch.store import merging, upkeep, writer
from xwidget.batch.store.lock import Lock
from xwidget.batch.store.rows import Row
from xwidget.batch.store.schema import NAMES
from xwidget.batch.store.writer import Writer


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    store = xw.ExplanationStore(make_store(tmp_path_factory.mktemp("source"), 30, side=8))
    return list(store.table(NAMES).to_pylist())


def until(holds: Callable[[], object]) -> None:
    latest = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < latest, "it did not come to be"
        time.sleep(0.01)


class Held:
    """Something that waits until it is let go."""

    def __init__(self, real: Callable[..., Any]) -> None:
        self.real, self.began, self.goes_on = real, threading.Event(), threading.Event()

    def __call__(self, *arguments: Any) -> Any:
        self.began.set()
        assert self.goes_on.wait(30)
        return self.real(*arguments)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch, rows: list[Row]) -> Iterator[Held]:
    """Have all writing of pieces wait, but for that of an empty one."""
    held = Held(writer.write_piece)
    real = held.real
    monkeypatch.setattr(
        writer,
        "write_piece",
        lambda folder, some, told: (held if some else real)(folder, some, told),
    )
    yield held
    held.goes_on.set()


@pytest.mark.parametrize("reason", ["a foreign file", "a full disk"])
def test_files_that_cannot_be_merged_end_no_run_and_are_merged_later(
    tmp_path: Path,
    rows: list[Row],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    reason: str,
) -> None:
    monkeypatch.setattr(writer, "PACE", 0.01)
    monkeypatch.setattr(upkeep, "PACE", 0.01)
    monkeypatch.setattr(upkeep, "AGAIN", 0.02)
    monkeypatch.setattr(merging, "_MANY", 3)
    full, real = threading.Event(), merging.new_file
    if reason == "a full disk":
        full.set()

    def new_file(*arguments: Any) -> Any:
        if full.is_set():
            raise OSError(28, "No space left on device")
        return real(*arguments)

    monkeypatch.setattr(merging, "new_file", new_file)
    made = Writer(tmp_path, about(8))
    foreign = tmp_path / "foreign.parquet"
    if not full.is_set():
        pd.DataFrame({"a": [1]}).to_parquet(foreign)
    with caplog.at_level(logging.WARNING, "xwidget"):
        for row in rows[:9]:
            made.add([row])
            made.flush()
        time.sleep(0.2)
        made.flush()
    assert len(list(tmp_path.glob("piece-*"))) == 10
    (told,) = caplog.records
    assert ("No space left" if full.is_set() else "foreign.parquet") in told.getMessage()
    foreign.unlink(missing_ok=True)
    full.clear()
    until(lambda: len(list(tmp_path.glob("*.parquet"))) < 4)
    made.add(rows[9:])
    made.close()
    assert xw.ExplanationStore(tmp_path).ids == [row["id"] for row in rows]


def test_a_store_that_cannot_be_merged_at_its_end_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(merging, "new_file", full)
    clf = classifier()
    images = {f"{k}": xw.sample("coffee") for k in range(2)}
    with caplog.at_level(logging.WARNING, "xwidget"):
        store = xw.explain_many(clf, images, out=tmp_path, iterations=1, progress=False).run()
    assert store is not None
    assert sorted(store.images) == ["0", "1"]
    assert len(caplog.records) == 1


def test_rows_that_came_during_a_write_are_not_made_to_wait_anew(
    tmp_path: Path, rows: list[Row], held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PACE", 1.0)
    made = Writer(tmp_path, about(8))
    made.add(rows[:1])
    assert held.began.wait(20)
    made.add(rows[1:2])
    time.sleep(1.1)
    held.began.clear()
    held.goes_on.set()
    assert held.began.wait(0.6)  # it is due
    made.close()


def test_no_row_waits_for_files_to_be_merged(
    tmp_path: Path, rows: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PACE", 0.01)
    monkeypatch.setattr(upkeep, "PACE", 0.01)
    held = Held(lambda merger: False)
    monkeypatch.setattr(merging.Merger, "merge_due", lambda merger: held(merger))
    made = Writer(tmp_path, about(8))
    assert held.began.wait(20)
    made.add(rows[:1])
    until(lambda: len(xw.ExplanationStore(tmp_path)) == 1)
    held.goes_on.set()
    made.close()


def test_a_folder_is_a_writers_until_its_thread_has_ended(
    tmp_path: Path, rows: list[Row], held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_JOIN_SECONDS", 0.05)
    made = Writer(tmp_path, about(8))
    made.add(rows[:1])
    with pytest.raises(TimeoutError, match="still being written, which goes on"):
        made.close()
    for other in (lambda: Lock(tmp_path), lambda: Writer(tmp_path, about(8))):
        with pytest.raises((BlockingIOError, TimeoutError)):
            other()
    held.goes_on.set()
    made._thread.join(20)
    Lock(tmp_path).release()
    assert len(xw.ExplanationStore(tmp_path)) == 1


def test_who_collects_a_forgotten_stream_does_not_wait_for_its_disk(
    tmp_path: Path, held: Held
) -> None:
    images = {f"{k}": xw.sample("coffee") for k in range(3)}
    stream = xw.explain_many(
        classifier(), images, out=tmp_path, iterations=1, workers=1, progress=False
    )
    name = next(stream).name
    thread = stream._writer._thread  # type: ignore[union-attr]
    del stream
    gc.collect()  # held, the thread lives for 30 s
    assert thread.is_alive()
    held.goes_on.set()
    thread.join(20)
    assert xw.ExplanationStore(tmp_path).images == [name]
    Lock(tmp_path).release()
