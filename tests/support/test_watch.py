"""The thread that looks at stores: what fails is said once, and what is asked for is not lost."""

import logging
import threading
from itertools import pairwise

import pytest

from tests.inspector.fakes import SAFETY, until
from xwidget.support.watch import Watch


@pytest.fixture
def watch():
    yield Watch(0.001)
    until(lambda: not [t for t in threading.enumerate() if t.name == "xwidget-watch"])


def test_a_look_ends_with_its_own_word(watch):
    looks = []

    def look():
        looks.append(1)
        return len(looks) < 3

    watch.add(look)
    watch.add(look)
    until(lambda: not watch._looks)
    assert len(looks) == 3


def test_one_that_is_asked_for_while_it_ends_goes_on(watch):
    begun, gate, looks = threading.Event(), threading.Event(), []

    def look():
        looks.append(1)
        begun.set()
        assert gate.wait(SAFETY)
        return False

    watch.add(look)
    assert begun.wait(SAFETY)
    watch.add(look)  # at the end of the first
    gate.set()
    until(lambda: len(looks) == 2 and not watch._looks)


def test_a_failure_is_logged_once_until_it_works_again(watch, caplog):
    looks = []

    def look():
        looks.append(1)
        if len(looks) <= 4 or len(looks) in (6, 7):
            raise RuntimeError("the server is gone")
        return len(looks) < 9

    with caplog.at_level(logging.WARNING, "xwidget"):
        watch.add(look)
        until(lambda: not watch._looks)
    said = [each.getMessage() for each in caplog.records]
    failed, again = "a look at a store failed", "a store can be looked at again"
    assert said == [failed, again] * 2


def test_it_is_called_more_and_more_rarely_while_it_fails(watch, monkeypatch):
    monkeypatch.setattr("xwidget.support.watch.MOST_SECONDS", 0.05)
    times = []

    def look():
        times.append(watch._looks[look].due)
        if len(times) < 9:
            raise RuntimeError("the server is gone")
        return False

    watch.add(look)
    until(lambda: not watch._looks)
    waits = [b - a for a, b in pairwise(times[1:])]
    assert max(waits[-3:]) >= 0.045
    assert times[0] == 0


def test_one_that_failed_is_tried_soon_where_it_is_asked_for_again(watch):
    looks = []

    def look():
        looks.append(1)
        if len(looks) == 1:
            watch._looks[look].failed = 99  # as after a long time
            raise RuntimeError("the server is gone")
        return False

    watch._seconds = 0.15  # the next try would be after a minute
    watch.add(look)
    until(lambda: watch._looks and watch._looks[look].due)
    watch.add(look)
    until(lambda: not watch._looks)
    assert len(looks) == 2
