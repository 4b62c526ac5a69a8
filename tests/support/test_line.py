"""The line in which a page's acts wait: all are done, in order, and a flood is refused."""

import threading
import time

import pytest

from tests.inspector.fakes import SAFETY
from xwidget.support import line as module
from xwidget.support.line import MOST, MOST_BYTES, Line
from xwidget.support.pace import Pace


@pytest.fixture
def gate():
    gate = threading.Event()
    yield gate
    gate.set()


@pytest.fixture
def line(gate, monkeypatch):
    """A line as fast as the machine, whose first task waits for the gate."""
    monkeypatch.setattr(module, "PACE", Pace(1e9, 1e9))
    line = Line("xwidget test line")
    begun = threading.Event()
    line.add(lambda: (begun.set(), gate.wait(SAFETY)))
    assert begun.wait(SAFETY)
    return line


def test_all_is_done_in_the_order_in_which_it_came(line, gate):
    done = []
    for number in range(MOST):
        line.add(lambda number=number: done.append(number))
    gate.set()
    assert line.wait(SAFETY)
    assert done == list(range(MOST))


def test_of_too_many_the_newest_are_refused_and_the_kernels_own_are_not(line, gate):
    done = []
    for number in range(MOST):
        line.add(lambda number=number: done.append(number))
    with pytest.raises(RuntimeError, match="too many"):
        line.add(lambda: done.append("refused"))
    line.add(lambda: done.append("own"), own=True)
    gate.set()
    assert line.wait(SAFETY)
    assert done == [*range(MOST), "own"]


def test_so_are_too_large_ones(line, gate):
    line.add(lambda: None, MOST_BYTES)
    with pytest.raises(RuntimeError, match="too many"):
        line.add(lambda: None, 1)
    gate.set()
    assert line.wait(SAFETY)
    line.add(lambda: None, MOST_BYTES)


def test_a_task_that_fails_stops_no_other(line, gate):
    done = []
    line.add(lambda: 1 / 0)
    line.add(lambda: done.append(1))
    gate.set()
    assert line.wait(SAFETY)
    assert done == [1]


def test_where_no_thread_can_be_started_nothing_waits(monkeypatch):
    line, done = Line("xwidget test line"), []

    def start(thread):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", start)
        with pytest.raises(RuntimeError, match="threads"):
            line.add(lambda: done.append("lost"))
    line.add(lambda: done.append("done"))
    assert line.wait(SAFETY)
    assert done == ["done"]


def test_what_comes_too_fast_is_done_at_a_pace(monkeypatch):
    monkeypatch.setattr(module, "PACE", Pace(5, 100))
    line, began = Line("xwidget test line"), time.monotonic()
    for _ in range(25):
        line.add(lambda: None)
    assert line.wait(SAFETY)
    assert time.monotonic() - began >= 0.19
