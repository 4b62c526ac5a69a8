"""What is taken away: files and pictures."""

import base64
import json
import re
import threading
import zlib
from dataclasses import replace

import numpy as np
import pytest

from tests.inspector.fakes import SAFETY, SIDE, level, reached, until
from xwidget import Explanation
from xwidget.export import file
from xwidget.export import page as page_file
from xwidget.frames import decode, pack
from xwidget.inspector.page import stream
from xwidget.inspector.work.lock import INSPECTORS
from xwidget.inspector.work.runs import Runs
from xwidget.paper import on_paper


@pytest.fixture
def shown(show):
    """An Inspector whose run is done, and its page."""
    widget, page = show(iterations=40)
    return widget, page.until_status("done")


def test_the_panel_saves_a_file_that_can_be_loaded(shown, tmp_path):
    widget, page = shown
    page.send({"type": "save", "format": "explanation"})
    ((content, (data,)),) = page.until_answer("saved")
    assert content["name"] == "tiny-generation-anvil.xwidget"
    path = tmp_path / content["name"]
    path.write_bytes(data)
    loaded = Explanation.load(path)
    np.testing.assert_array_equal(loaded.masks, widget.explanation.masks)
    assert loaded.targets == (0, 1, 2)
    assert widget.error == ""


def test_the_panel_knows_before_how_large_a_file_is_and_saves_a_smaller_one(shown, tmp_path):
    widget, page = shown
    page.send({"type": "sizes"})
    ((sizes, _),) = page.until_answer("sizes")
    for name in ("explanation", "last masks"):
        count = len(page.answers("saved"))
        page.send({"type": "save", "format": name})
        page.until(lambda page, count=count: len(page.answers("saved")) > count)
        _, (data,) = page.answers("saved")[-1]
        assert sizes["bytes"][name] <= len(data) <= sizes["bytes"][name] + 10_000  # and the texts
    assert sizes["bytes"]["last masks"] < sizes["bytes"]["explanation"]
    path = tmp_path / "last.xwidget"
    path.write_bytes(data)
    loaded, whole = Explanation.load(path), widget.explanation
    np.testing.assert_array_equal(loaded.masks, whole.masks)
    np.testing.assert_array_equal(loaded.trace.score, whole.trace.score)
    assert loaded.frames.iterations.tolist() == [40]
    widget.save(path, frames=False)
    assert Explanation.load(path).frames.masks.shape == loaded.frames.masks.shape


def test_a_file_is_saved_from_python(shown, tmp_path):
    widget, _ = shown
    widget.save(tmp_path / "mine.xwidget")
    loaded = Explanation.load(tmp_path / "mine.xwidget")
    np.testing.assert_array_equal(loaded.frames.masks, widget.explanation.frames.masks)


def test_nothing_can_be_saved_yet(make, show, engine, tmp_path):
    engine.hold()
    widget, page = show()
    page.send({"type": "save", "format": "explanation"})
    assert "nothing is explained yet" in page.pump().failures[0]["message"]
    assert widget.error
    with pytest.raises(RuntimeError, match="nothing is explained yet"):
        widget.save(tmp_path / "mine.xwidget")
    with pytest.raises(RuntimeError, match=r"'anvil' (.*) has no explanation yet"):
        widget.to_pil()
    assert not list(tmp_path.iterdir())


def test_the_name_is_one_that_any_system_takes(shown, monkeypatch):
    widget, page = shown
    widget._net_name = "../../Net: «v1»?" + "x" * 200
    page.send({"type": "save", "format": "explanation"})
    name = page.until_answer("saved")[0][0]["name"]
    assert name.startswith("net-v1-xxx")
    assert name.endswith("x.xwidget")
    assert len(name) < 100


def test_a_page_of_its_own_is_sent(shown, tmp_path):
    widget, page = shown
    page.send({"type": "save", "format": "page"})
    ((content, (data,)),) = page.until_answer("saved")
    assert content["name"] == "tiny-generation-anvil.html"
    assert data == widget.export_html(tmp_path / "mine.html").read_bytes()


# Writing takes its time, beside what runs.


FILES = [("explanation", file), ("page", page_file)]


class Gate:
    """Let a format's file be written only when it is told to; note whose lock is held then."""

    def __init__(self, monkeypatch, widget, module):
        self.owned = []
        self.threads = []
        self.inside = self.most = 0
        self.permits = threading.Semaphore(0)
        write = module.write

        def gated(*args, **kwargs):
            self.threads.append(threading.current_thread())
            self.owned.append(widget._lock.owned)
            assert not widget._lock.owned
            self.inside += 1
            self.most = max(self.most, self.inside)
            assert self.permits.acquire(timeout=SAFETY)
            self.inside -= 1
            return write(*args, **kwargs)

        monkeypatch.setattr(module, "write", gated)

    def ended(self):
        for thread in self.threads:
            thread.join(SAFETY)
        return not any(thread.is_alive() for thread in self.threads)


@pytest.mark.parametrize(("name", "module"), FILES)
def test_a_file_is_written_beside_the_run_and_is_of_when_it_was_asked_for(
    show, engine, monkeypatch, tmp_path, name, module
):
    engine.hold()
    widget, page = show(iterations=20)
    engine.allow(4)
    reached(widget, 3)
    gate = Gate(monkeypatch, widget, module)
    page.send({"type": "save", "format": name})
    until(lambda: gate.owned)
    widget.target = 1
    engine.allow(6)
    reached(widget, 9)
    assert not page.pump().answers("saved")
    gate.permits.release()
    ((content, (data,)),) = page.until_answer("saved")
    assert content["name"].startswith("tiny-generation-anvil.")
    assert widget.status == "running"
    path = tmp_path / content["name"]
    path.write_bytes(data)
    if name == "explanation":
        assert Explanation.load(path).frames.iterations[-1] == 3
    else:
        shown = json.loads(re.search(r'id="xwidget-data">(.*?)</script>', data.decode())[1])
        assert (shown["traits"]["target"], shown["traits"]["iteration"]) == (0, 3)
    assert not page.failures
    assert gate.ended()


@pytest.mark.parametrize(("name", "module"), FILES)
def test_a_file_that_cannot_be_written_is_told(shown, monkeypatch, name, module):
    widget, page = shown

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write", full)
    request = {"type": "save", "format": name, "id": 7}
    page.send(request)
    page.until(lambda page: page.failures and page.state["error"])
    (failure,) = page.failures
    assert failure["request"] == request
    assert "No space left" in failure["message"] == widget.error == page.state["error"]
    assert not page.answers("saved")


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize(("name", "module"), FILES)
def test_closing_while_a_file_is_written(shown, monkeypatch, fails, name, module):
    widget, page = shown
    if fails:
        monkeypatch.setattr(module, "write", lambda *args, **kwargs: 1 / 0)
    gate = Gate(monkeypatch, widget, module)
    page.send({"type": "save", "format": name})
    until(lambda: gate.owned)
    widget.close()
    gate.permits.release()
    assert gate.ended()  # an error on the thread would fail the test
    assert not page.pump().answers("saved")
    assert not page.failures
    assert widget.error == ""


def test_files_are_written_one_at_a_time(shown, monkeypatch):
    widget, page = shown
    gate = Gate(monkeypatch, widget, page_file)
    page.send({"type": "save", "format": "page"})
    for count in (1, 2, 3):
        until(lambda count=count: len(gate.owned) >= count)
        if count < 3:
            page.send({"type": "save", "format": "page"})  # while one is being written
        gate.permits.release()
        page.until(lambda page, count=count: len(page.answers("saved")) == count)
    assert gate.most == 1
    assert gate.ended()


def test_the_picture_is_of_the_class_and_iteration_drawn(shown):
    widget, _ = shown

    def gray(target, iteration):
        m = level(target, iteration)
        return (m * 200 + (255 - m) * 128 + 127) // 255

    picture = widget.to_pil()
    assert picture.size == (SIDE, SIDE)
    assert (np.asarray(picture) == gray(0, 40)).all()
    widget.target, widget.iteration = 1, 9
    assert (np.asarray(widget.to_pil()) == gray(1, 9)).all()
    assert (np.asarray(widget.to_pil("cello")) == gray(2, 9)).all()
    picture, mask = np.asarray(widget.to_pil("cello", view="paper")), widget.explanation.frames
    at = mask.iterations.tolist().index(9)
    row = widget.explanation.targets.index(2)
    expected = on_paper(widget.explanation.image, mask.masks[at, row])
    np.testing.assert_array_equal(picture, expected)
    with pytest.raises(ValueError, match="view is 'mask'; expected 'evidence' or 'paper'"):
        widget.to_pil(view="mask")
    with pytest.raises(RuntimeError, match=r"'drum' (.*) has no explanation yet"):
        widget.to_pil(3)
    with pytest.raises(ValueError, match="tuba"):
        widget.to_pil("tuba")


def test_a_saved_notebook_holds_the_last_mask_of_every_class(shown):
    widget, _ = shown
    assert set(widget._kept) == {"0", "1", "2"}
    for target, packed in widget._kept.items():
        frame = decode(zlib.decompress(base64.b64decode(packed)))
        assert (frame.target, frame.iteration) == (int(target), 40)
        assert (frame.pixels == level(int(target), 40)).all()


def test_what_a_saved_notebook_holds_is_bounded(show, monkeypatch):
    monkeypatch.setattr(stream, "_KEPT_BYTES", 150)
    widget, page = show(iterations=5)
    page.until_status("done")
    assert 0 < sum(map(len, widget._kept.values())) <= 150
    assert len(widget._kept) < 3


def test_masks_are_packed_without_the_lock_and_only_where_there_is_room(show, monkeypatch):
    packed, owned = [], []
    session_frame = Runs.frame

    def noted(content):
        packed.append(decode(content).target)
        owned.append(INSPECTORS.owned)
        return pack(content)

    def frame(session, target, *where):
        found = session_frame(session, target, *where)
        if target != 1 or found is None:
            return found
        noise = np.random.default_rng(0).integers(0, 256, (3, 300, 300), dtype=np.uint8)
        return replace(found, pixels=noise)

    monkeypatch.setattr(stream, "pack", noted)
    monkeypatch.setattr(Runs, "frame", frame)
    widget, page = show(iterations=5)
    page.until_status("done")
    assert set(widget._kept) == {"0", "2"}
    assert sorted(packed) == [0, 2]
    assert not any(owned)


def test_nothing_is_saved_of_a_closed_inspector(shown, tmp_path):
    widget, _ = shown
    widget.close()
    with pytest.raises(RuntimeError, match="closed"):
        widget.save(tmp_path / "mine.xwidget")
    with pytest.raises(RuntimeError, match="closed"):
        widget.to_pil()
