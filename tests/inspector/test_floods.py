"""Thousands of commands at once: the newest of each kind wins, and nothing grows."""

import sys
import threading
import time

import numpy as np
import pytest

from tests.inspector.fakes import SAFETY, SIDE, Page, fitting, level, until
from xwidget.export.formats import FORMATS
from xwidget.frames import Frame, decode, encode
from xwidget.inspector.page import contract
from xwidget.inspector.page.inbox import Inbox
from xwidget.inspector.work.lock import OwnedLock
from xwidget.inspector.work.views import Views
from xwidget.support.pace import Pace

MANY = 6000
LONG = 100_000


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def box():
    """An Inbox whose clock stands still: nothing that waits is done unless time goes by."""
    box = Inbox(OwnedLock(), Clock())
    yield box
    with box.lock:
        box.drop()


def take(box, kind, done, *numbers):
    with box.lock:
        for number in numbers:
            box.take(kind, Pace(2, 10), lambda number=number: done.append((kind, number)))


def test_what_comes_slowly_is_done_at_once(box):
    done = []
    for number in range(20):
        take(box, "run", done, number)
        box.clock.now += 0.2
    assert done == [("run", number) for number in range(20)]
    assert box._thread is None


def test_of_what_comes_too_fast_the_newest_of_each_kind_is_done(box):
    done = []
    take(box, "run", done, *range(MANY))
    take(box, "add", done, *range(MANY))
    assert done == [("run", 0), ("run", 1), ("add", 0), ("add", 1)]
    assert len(box._waiting) == 2
    box.clock.now += 1
    until(lambda: box._thread is None)
    assert done[4:] == [("run", MANY - 1), ("add", MANY - 1)]


def test_what_is_given_up_is_not_done(box):
    done = []
    take(box, "run", done, *range(10))
    take(box, "add", done, *range(10))
    with box.lock:
        box.drop("run")
    box.clock.now += 1
    until(lambda: box._thread is None)
    assert ("run", 9) not in done
    assert ("add", 9) in done


def test_what_comes_after_all_was_given_up_waits_at_rest(box, monkeypatch):
    looks = []
    pause = box._pause
    monkeypatch.setattr(box, "_pause", lambda: looks.append(1) or pause())
    done = []
    take(box, "run", done, *range(3))
    with box.lock:
        box.drop()
        box.take("run", Pace(2, 0.1), lambda: None)
    until(lambda: looks)
    looked = len(looks)
    time.sleep(0.3)
    assert len(looks) - looked <= 3  # of thousands that there is time for


def test_where_no_thread_can_be_started_the_next_is_done_all_the_same(box, monkeypatch):
    def start(thread):
        raise RuntimeError("can't start new thread")

    done = []
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", start)
        with pytest.raises(RuntimeError, match="new thread"):
            take(box, "run", done, *range(3))
    take(box, "run", done, 3)
    box.clock.now += 1
    until(lambda: ("run", 3) in done)
    assert ("run", 2) not in done


def test_an_act_that_fails_stops_no_other(box):
    done = []
    take(box, "run", done, *range(3))
    with box.lock:
        box.take("add", Pace(1, 10), lambda: None)
        box.take("add", Pace(1, 10), lambda: 1 / 0)
    take(box, "save", done, *range(3))
    box.clock.now += 1
    until(lambda: box._thread is None)
    assert ("run", 2) in done
    assert ("save", 2) in done


# All that a page can say.

COMMANDS = {
    **{name: lambda n, name=name: fitting(name) for name in contract.COMMAND},
    "run_more": lambda n: {"type": "run_more", "iterations": 1 + n % 7},
    "add": lambda n: {"type": "add", "target": n % 6},
    "compare": lambda n: {"type": "compare", "by": ("game", "defense")[n % 2]},
    "frame": lambda n: {"type": "frame", "target": 0, "iteration": n % 40},
    "save": lambda n: {"type": "save", "format": list(FORMATS)[n % len(FORMATS)]},
    "test": lambda n: {
        "type": "test",
        "buffer": encode(Frame(np.full((3, SIDE, SIDE), n % 256, np.uint8), seq=2 * n + 1)),
    },
    "views": lambda n: {"type": "views", "page": n, "count": 1, "seen": 1},
    "ack": lambda n: {"type": "ack", "seq": 1 + n},
    "unknown": lambda n: {"type": f"jump {n}"},
    "not a command": lambda n: "x" * n,
}
VALUES = {
    "iteration": lambda n: n % 40,
    "target": lambda n: n % 3,
    "sparsity": lambda n: n / MANY,
    "game": lambda n: ("deletion", "generation")[n % 2],
    "_follow": lambda n: n % 2 == 0,
    "_command": lambda n: {"id": n, "type": "run"},
    "_esm": lambda n: f"evil {n}",
    "iterations": lambda n: -n,
    "nonsense": lambda n: n,
}


def helpers():
    """Return the threads beside the worker."""
    return [each for each in threading.enumerate() if each.name.startswith("xwidget ")]


def settled():
    """Wait until nothing that a flood left behind is still to be done."""
    until(lambda: not helpers())


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_flood_of_commands_leaves_the_kernel_as_it_was(show, engine, kind):
    widget, page = show(iterations=40)
    page.until_status("done")
    sent, most = len(widget.comm.sent), 0
    started = time.monotonic()
    for number in range(MANY):
        page.send(COMMANDS[kind](number))
        if number % 500 == 0:
            most = max(most, threading.active_count())
    took = time.monotonic() - started
    assert most < 12
    queued = widget._session._queue.qsize() + len(widget._session._jobs)
    assert queued < 12
    assert len(widget._session.views._pages) < 100
    page.send({"type": "stop"})
    until(lambda: widget.status != "running")
    settled()
    assert widget.status in ("done", "stopped")
    # What is sent depends on the time that it took, not on how many came.
    assert len(widget.comm.sent) - sent < 600 + 300 * took
    if kind == "frame":
        _, (raw,) = page.pump().answers("frame")[-1]
        assert decode(raw).iteration == widget._session.runs.nearest(0, (MANY - 1) % 40)
    page.send({"type": "hello", "protocol": 2})
    page.messages.clear()
    until(lambda: page.pump().answers("welcome"))


@pytest.mark.parametrize("name", VALUES)
def test_a_flood_of_values_leaves_the_newest(show, engine, name):
    widget, page = show(iterations=40, acks=False)
    page.until_status("done")
    before, sent = getattr(widget, name, None), len(widget.comm.sent)
    started = time.monotonic()
    for number in range(MANY):
        page.set(**{name: VALUES[name](number)})
    took = time.monotonic() - started
    page.send({"type": "stop"})
    settled()
    until(lambda: widget.status != "running")
    if name in ("_esm", "iterations", "nonsense"):
        assert getattr(widget, name, None) == before
        assert page.pump().failures[-1]["request"]["value"] == wanted(name)
    elif name != "_command":
        assert getattr(widget, name) == wanted(name)
    assert len(widget.comm.sent) - sent < 300 + 300 * took


def wanted(name):
    return VALUES[name](MANY - 1)


def test_a_flood_of_edits_leaves_the_newest(show):
    widget, page = show(iterations=5)
    page.until_status("done")
    for number in range(MANY):
        page.edit(np.full((3, SIDE, SIDE), number % 256, np.uint8), seq=2 * number + 1)
    page.until(lambda page: page.state.get("_tested", {}).get("seq") == 2 * MANY - 1)
    assert widget.tested.mask.max() == np.float32((MANY - 1) % 256) / np.float32(255)


def test_a_stop_after_a_flood_of_everything_holds(show, engine):
    engine.hold()
    widget, page = show(iterations=LONG)
    engine.allow(3)
    for number in range(MANY):
        for kind in contract.COMMAND["stop"].ends:
            page.send(COMMANDS[kind](number))
    page.send({"type": "stop"})
    engine.release()
    page.until_status("stopped")
    settled()
    calls = len(engine.calls)
    time.sleep(1.2)  # longer than the pace of any of these
    assert len(engine.calls) == calls
    assert widget.status == "stopped"


def test_of_thousands_asked_to_run_more_one_waits(show, engine):
    engine.hold()
    widget, page = show(iterations=3)
    engine.allow(2)
    for number in range(MANY):
        page.send({"type": "run_more", "iterations": 1 + number % 5})
    settled()
    engine.release()
    page.until_status("done")
    assert widget.iteration == 3 + 1 + (MANY - 1) % 5


def test_frames_are_answered_to_who_asks_as_fast_as_a_page_does(show):
    """No more than two at a time, each asked for once the one before is there."""
    _, page = show(iterations=40)
    page.until_status("done")
    for number in range(80):
        page.send({"type": "frame", "target": 0, "iteration": number % 40})
        got = page.pump().answers("frame")
        assert len(got) == number + 1
        assert (decode(got[-1][1][0]).pixels == level(0, decode(got[-1][1][0]).iteration)).all()


@pytest.mark.parametrize("name", ["explanation", "page"])
def test_one_file_is_written_and_one_waits(show, monkeypatch, name):
    widget, page = show(iterations=5)
    page.until_status("done")
    gate, inside = threading.Semaphore(0), []
    hand_over = widget._parts.saving._file

    def slow(*args):
        task = hand_over(*args)

        def gated():
            inside.append(1)
            assert gate.acquire(timeout=SAFETY)
            return task()

        return gated

    monkeypatch.setattr(widget._parts.saving, "_file", slow)
    for _ in range(MANY):
        page.send({"type": "save", "format": name})
    until(lambda: inside)
    assert len(widget._parts.commands._tasks) <= 1
    assert len([t for t in threading.enumerate() if t.name == "xwidget file"]) == 1
    gate.release(100)
    settled()
    assert 2 <= len(page.pump().answers("saved")) <= 4


def test_no_file_that_is_asked_for_waits_in_the_place_of_another(show):
    _, page = show(iterations=5)
    page.until_status("done")
    for number in range(30 * len(FORMATS)):
        page.send({"id": number, "type": "save", "format": [*FORMATS][number % len(FORMATS)]})
    newest = set(range(29 * len(FORMATS), 30 * len(FORMATS)))
    until(lambda: newest <= {content["id"] for content, _ in page.pump().answers("saved")})


def test_no_comparison_waits_in_the_place_of_another(show):
    _, page = show(iterations=5)
    page.until_status("done")
    for number in range(60):
        page.send({"id": number, "type": "compare", "by": ("game", "defense")[number % 2]})
    until(lambda: {58, 59} <= {content["id"] for content, _ in page.pump().answers("done")})


def test_the_refusal_of_one_file_takes_the_place_of_no_other(make):
    page = Page(make())  # nothing has run
    for number in range(60 * len(FORMATS)):
        page.send({"id": number, "type": "save", "format": [*FORMATS][number % len(FORMATS)]})
    newest = set(range(59 * len(FORMATS), 60 * len(FORMATS)))
    until(lambda: newest <= {failure["id"] for failure in page.pump().failures})


def test_a_page_that_asks_for_everything_again_and_again_gets_it_now_and_then(make):
    widget = make()
    sent = len(widget.comm.sent)
    for _ in range(MANY):
        Page(widget)._say({"method": "request_state"})
    assert len(widget.comm.sent) - sent < 10


def test_pages_that_claim_to_be_thousands_are_a_few():
    views = Views()
    for page in range(MANY):
        views.take(page, 1, 1)
    assert views.count < 100
    assert sys.getsizeof(views._pages) < 20_000
