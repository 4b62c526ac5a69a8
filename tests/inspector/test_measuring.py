"""Measuring findings: the newest version of each counts, and nothing that fails ends it."""

import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.inspector.fakes import SAFETY, SIDE, until
from xwidget.findings.finding import Effect, Finding, Seen
from xwidget.findings.region import Box
from xwidget.inspector.features.measuring import Measuring

EFFECT = Effect(0, 0.9, 0.4, 0.8, None, 0.25, 8)


class Measured:
    """A ``Measuring`` that waits for a gate, and what it told."""

    def __init__(self, monkeypatch):
        self.gate, self.begun = threading.Event(), threading.Event()
        self.told, self.untested, self.warned = [], [], []
        self.share = None
        history = SimpleNamespace(targets=())
        self.panel = SimpleNamespace(
            session=SimpleNamespace(idle=True),
            runs=SimpleNamespace(history=history),
            warn=lambda words, error: self.warned.append(error),
        )
        self.all = Measuring(self.panel, None, self.tell, lambda *told: self.untested.append(told))
        monkeypatch.setattr(self.all, "_effect", self.effect)

    def effect(self, finding):
        self.begun.set()
        assert self.gate.wait(SAFETY)
        return replace(EFFECT, share=self.share)

    def tell(self, finding, effect):
        self.told.append((finding.label, finding.version, effect.share))


@pytest.fixture
def measured(monkeypatch):
    """One that is busy with a first finding until the gate opens."""
    made = Measured(monkeypatch)
    made.all.add(finding("first"))
    assert made.begun.wait(SAFETY)
    yield made
    made.gate.set()
    made.all.close()
    until(lambda: not [t for t in threading.enumerate() if t.name == "xwidget-effects"])


def finding(label, version=1, **fields):
    id = f"00000000-0000-4000-8000-{len(label):012}"
    region = Box(version, 1, 2, 2)
    frame = (SIDE * 4, SIDE * 4)
    return Finding(
        region, frame, label=label, seen=Seen(target=0), id=id, version=version, **fields
    )


def test_an_older_version_does_not_take_the_place_of_one_that_waits(measured):
    measured.all.add(finding("a", 2))
    measured.all.add(finding("a", 1))
    measured.gate.set()
    until(lambda: len(measured.told) == 2)
    assert measured.told[1][:2] == ("a", 2)


def test_one_that_is_only_listed_is_not_moved_back(measured):
    measured.all.add(finding("a"))
    for label in ("a", "bb", "ccc"):  # of which the last would be the first
        measured.all.add(finding(label), later=True)
    measured.gate.set()
    until(lambda: len(measured.told) == 4)
    assert measured.told[1][0] == "a"


def test_what_cannot_be_told_does_not_end_the_measuring(measured, monkeypatch):
    def fail(finding, effect):
        raise KeyError("no such finding")

    monkeypatch.setattr(measured.all, "_measured", fail)
    measured.gate.set()
    until(lambda: measured.warned)
    monkeypatch.setattr(measured.all, "_measured", measured.tell)
    measured.all.add(finding("a"))
    until(lambda: measured.told)
    assert measured.told[0][0] == "a"


def test_the_share_of_the_evidence_is_measured_once_there_is_some(measured):
    measured.gate.set()
    until(lambda: measured.told == [("first", 1, None)])
    measured.all.again()  # still no mask
    measured.share = 0.7
    measured.panel.runs.history.targets = (0,)
    measured.all.again()
    until(lambda: len(measured.told) == 2)
    assert measured.told[1] == ("first", 1, 0.7)
    measured.all.again()  # and no more
    measured.all.add(finding("a"))
    until(lambda: len(measured.told) == 3)
    assert measured.told[2][0] == "a"


def test_what_is_known_stays_where_it_cannot_be_measured_again(measured, monkeypatch):
    measured.gate.set()
    until(lambda: measured.told)
    monkeypatch.setattr(measured.all, "_effect", lambda finding: 1 / 0)
    measured.panel.runs.history.targets = (0,)
    measured.all.again()
    measured.all.add(finding("a"))
    until(lambda: measured.untested)
    assert [each.label for each, _ in measured.untested] == ["a"]


def test_no_thread_is_said_without_a_lock(monkeypatch):
    made = Measured(monkeypatch)
    free = []
    made.panel.warn = lambda words, error: free.append(not made.all._lock.locked())

    def start(thread):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", start)
        made.all.add(finding("a"))
    assert free == [True]
    made.all.close()


def test_measuring_waits_a_moment_for_the_verdict_that_follows_a_mark(monkeypatch):
    measured = Measured(monkeypatch)
    measured.gate.set()
    measured.all.add(finding("a", 1))
    measured.all.add(finding("a", 2))
    until(lambda: measured.told)
    measured.all.add(finding("last"))
    until(lambda: len(measured.told) == 2)
    assert [told[:2] for told in measured.told] == [("a", 2), ("last", 1)]
    measured.all.close()


def test_what_is_measured_while_it_is_closed_holds_nothing(monkeypatch):
    measured, made = Measured(monkeypatch), []
    monkeypatch.undo()  # its own measuring
    clf = SimpleNamespace(net=None)
    subject = SimpleNamespace(clf=clf)
    measured.all._seeing = SimpleNamespace(subject=subject, elsewhere=lambda finding: "")
    measured.panel.runs.main = None

    def effects(subject):
        made.append(subject)
        measured.all.close()
        return lambda region, target, explanation: EFFECT

    monkeypatch.setattr("xwidget.inspector.features.measuring.Effects", effects)
    assert measured.all._effect(finding("a")) == EFFECT
    assert made
    assert measured.all._effects is None


def test_what_was_only_listed_waits_for_the_end_of_a_run(measured, monkeypatch):
    monkeypatch.setattr("xwidget.inspector.features.measuring._PAUSE", 0.001)
    asked = []

    class Session:
        """A run that ends once it was asked for three times."""

        @property
        def idle(self):
            asked.append(len(measured.told))
            return len(asked) > 3

    measured.panel.session = Session()
    measured.all.add(finding("a"), later=True)
    measured.gate.set()
    until(lambda: len(measured.told) == 2)
    assert asked == [1, 1, 1, 1]
    assert measured.told[1][0] == "a"
