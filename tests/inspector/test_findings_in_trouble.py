"""Findings where the database is locked, full, broken or missing: never in the way, never lost."""

import contextlib
import sqlite3
import threading
import time
from functools import partial

import numpy as np
import pytest

import xwidget as xw
from tests.inspector.acts import Acts, record
from tests.inspector.fakes import (
    SAFETY,
    SIDE,
    until,
)
from xwidget.findings.opening import FILE
from xwidget.findings.store.errors import MissingExtra
from xwidget.findings.store.store import FindingStore

PICTURE = np.full((SIDE, SIDE, 3), 200, np.uint8)


# The database in trouble.


def test_a_locked_database_keeps_neither_kernel_nor_run_waiting(acts, tmp_path):
    acts.put()
    with sqlite3.connect(tmp_path / FILE, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        id = acts.ask("put", finding=record(label="late"), act="late")
        acts.page.messages.clear()
        acts.page.send({"type": "categories"})
        assert acts.page.pump().answers("categories")
        acts.widget.run_more(3)
        assert acts.widget.wait(SAFETY)
        assert time.monotonic() - began < 3
        other.execute("ROLLBACK")
    answer, _ = acts.answer(id)
    assert (answer["type"], answer["finding"]["label"]) == ("kept", "late")


def test_where_the_store_fails_the_page_is_told_to_send_again(acts, monkeypatch):
    store = acts.widget._parts.annotating._keeper.writable

    def put(*args, **named):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(store, "put", put)
        answer = acts.put(act="again")
    assert (answer["type"], answer["final"]) == ("failed", False)
    assert "space" in answer["message"]
    assert acts.put(act="again")["type"] == "kept"


def test_a_store_that_is_out_is_told_and_told_again_once_it_is_back(acts, monkeypatch):
    acts.put(record(label="beak"))
    acts.page.until(lambda page: page.state["_findings"]["labels"] == ["beak"])
    acts.page.send({"type": "views", "page": 1, "count": 1, "seen": 1})
    annotating = acts.widget._parts.annotating

    def reason():
        return acts.page.pump().state["_findings"]["reason"]

    def gone(seq):
        raise RuntimeError("the server is gone")

    with monkeypatch.context() as patched:
        patched.setattr(annotating._keeper.writable, "changes_since", gone)
        for _ in range(2):
            with pytest.raises(RuntimeError, match="gone"):  # the watch logs it and waits longer
                annotating._look()
        until(lambda: "the server is gone" in reason())
        assert "kept in this page" in reason()
        assert acts.page.state["_findings"]["labels"] == ["beak"]
    assert annotating._look()
    until(lambda: reason() == "")


def test_a_lock_while_the_file_is_opened_is_waited_out(show, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    xw.FindingStore(tmp_path / FILE).close()
    opened = partial(FindingStore, timeout=0.1)
    monkeypatch.setattr("xwidget.findings.opening.FindingStore", opened)
    with contextlib.closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        _, page = show(iterations=5)
        page.until(lambda page: page.state.get("_findings", {}).get("ready"))
        acts = Acts(page)
        answer = acts.put(act="again")
        assert (answer["type"], answer["final"]) == ("failed", False)
        assert "is locked" in answer["message"]
        assert page.state["_findings"]["scope"]
        other.execute("ROLLBACK")
    kept = acts.put(act="again")
    assert (kept["type"], kept["durable"]) == ("kept", True)
    page.until(lambda page: page.state["_findings"]["reason"] == "")


def test_where_the_folder_cannot_be_written_findings_last_as_long_as_the_kernel(
    show, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / FILE).write_bytes(b"no database at all" * 100)
    widget, page = show(iterations=5)
    page.until_status("done")
    acts = Acts(page)
    kept = acts.put()
    assert kept["durable"] is False
    assert "this session only" in kept["reason"]
    page.until(lambda page: page.state["_findings"].get("reason"))
    assert page.state["_findings"]["store"] == ""
    assert len(widget.findings) == 1


def test_where_the_working_directory_is_gone_the_cell_does_not_fail(make, monkeypatch, tmp_path):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    widget = make()
    widget.findings.add((1, 1, 2, 2))
    assert repr(widget.findings).endswith("for this session only>")


def test_of_many_at_once_the_newest_are_measured_first(acts, monkeypatch):
    gate, order = threading.Event(), []
    measuring = acts.widget._parts.annotating._measuring
    measure = measuring._effect

    def slow(finding):
        assert gate.wait(SAFETY)
        order.append(finding.label)
        return measure(finding)

    monkeypatch.setattr(measuring, "_effect", slow)
    for number in range(20):
        acts.widget.findings.add((1, 1, 2, 2), label=str(number))
    gate.set()
    acts.page.until(lambda page: len(acts.pushes("effect")) == 20)
    assert "19" in order[:2]  # the first of all may have begun before
    assert sorted(order, key=int) == [str(number) for number in range(20)]


def test_without_the_extra_the_panel_says_how_to_install_it(show, monkeypatch):
    def missing(place):
        raise MissingExtra("SQLAlchemy", "findings")

    monkeypatch.setattr("xwidget.findings.opening.FindingStore", missing)
    monkeypatch.setattr("xwidget.findings.opening._warm", threading.Event())
    _, page = show(iterations=5)
    page.until(lambda page: page.state.get("_findings", {}).get("reason"))
    told = page.state["_findings"]
    assert told["store"] == ""
    assert 'pip install "xwidget[findings]"' in told["reason"]
    kept = Acts(page).put()
    assert (kept["durable"], kept["reason"]) == (False, told["reason"])


def test_what_a_closed_inspector_was_still_to_keep_is_kept(acts, monkeypatch, tmp_path):
    gate, store = threading.Event(), acts.widget._parts.annotating._keeper.writable
    put = store.put
    monkeypatch.setattr(store, "put", lambda *args, **by: gate.wait(SAFETY) and put(*args, **by))
    for number in range(20):
        acts.ask("put", finding=record(), act=f"act {number}")
    acts.widget.close()
    gate.set()
    assert acts.widget._parts.line.wait(SAFETY)
    with xw.FindingStore(tmp_path / FILE) as kept:
        assert len(kept.list()) == 20


# Where they are kept.


def test_false_keeps_them_for_this_session_only(make, tmp_path):
    widget = make(findings=False)
    widget.findings.add((1, 1, 2, 2))
    assert len(widget.findings) == 1
    assert not list(tmp_path.iterdir())


def test_a_path_a_store_and_what_is_neither(make, tmp_path):
    path = tmp_path / "mine.sqlite"
    make(findings=path).findings.add((1, 1, 2, 2), label="one")
    with xw.FindingStore(path) as store:
        assert [each.label for each in make(findings=store).findings] == ["one"]
    with pytest.raises(RuntimeError, match="missing"):
        make(findings=tmp_path / "missing" / "mine.sqlite")
    with pytest.raises(TypeError, match="expected the path"):
        make(findings=7)
    with pytest.raises(TypeError, match="expected the path"):
        make(findings=True)
