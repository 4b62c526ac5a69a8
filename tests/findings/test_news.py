"""News of findings: each change is told once, an older one never."""

import threading
from dataclasses import replace

import pytest

from tests.findings.marks import finding
from tests.inspector.fakes import SAFETY
from xwidget.findings.finding import Effect
from xwidget.findings.news import News
from xwidget.findings.region import Box

EFFECT = Effect(0, 0.9, 0.4, 0.8, None, 0.25, 8)
SHARED = replace(EFFECT, share=0.75)


@pytest.fixture
def heard():
    return []


@pytest.fixture
def news(heard):
    made = News()
    made.observe(lambda each: heard.append((each.what, each.finding.version, each.finding.effect)))
    return made


def test_an_older_version_is_not_told(news, heard):
    mark = finding(0)
    news.tell(replace(mark, version=2), "store")
    news.tell(mark, "store")
    assert heard == [("changed", 2, None)]


def test_what_was_measured_of_a_version_is_told_of_a_newer_one_that_marks_the_same(news, heard):
    mark = replace(finding(0), effect=None)
    news.tell(mark, "page")
    news.measured(mark, EFFECT)  # before there was evidence
    judged = replace(mark, version=2, verdict="core", effect=EFFECT)
    news.tell(judged, "page")
    news.measured(replace(mark, effect=EFFECT), SHARED)
    assert heard[-2:] == [("changed", 2, EFFECT), ("measured", 2, SHARED)]
    moved = replace(judged, version=3, region=Box(0, 0, 1, 1), effect=None)
    news.tell(moved, "page")
    news.measured(judged, EFFECT)
    assert heard[-1] == ("changed", 3, None)
    news.measured(moved, EFFECT)
    news.tell(replace(moved, version=4, deleted=True), "page")
    news.measured(moved, SHARED)
    assert heard[-1][:2] == ("deleted", 4)


def test_what_is_measured_of_a_version_that_is_not_known_yet_is_told_of_that_one(news, heard):
    mark = replace(finding(0), effect=None)
    news.tell(mark, "page")
    news.measured(replace(mark, version=2), EFFECT)
    assert heard[-1][1:] == (2, EFFECT)


def test_two_threads_that_learn_of_the_same_tell_it_once(news, heard):
    mark, inside, gate = finding(0), threading.Event(), threading.Event()

    class Slow(dict):
        """What is known, looked up slowly the first time."""

        def get(self, id, default=None):
            found = super().get(id, default)
            if not inside.is_set():
                inside.set()
                gate.wait(0.05)  # the other thread may come between, if it can
            return found

    news._known = Slow()
    one = threading.Thread(target=news.tell, args=(mark, "store"))
    one.start()
    assert inside.wait(SAFETY)
    news.tell(mark, "page")
    gate.set()
    one.join(SAFETY)
    assert [what for what, *_ in heard] == ["added"]


def test_after_an_interrupt_inside_an_observer_nobody_is_inside_one():
    news = News()

    def interrupted(change):
        raise KeyboardInterrupt

    news.observe(interrupted)
    with pytest.raises(KeyboardInterrupt):
        news.tell(finding(0), "python")
    assert not news.tells
