"""Contrasts that are asked for by several threads at once: none is lost, none is another's."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest

import xwidget as xw
from tests.targets.nets import NAMES, SIZE, body, classifier, photo
from xwidget.engine.second_net import SecondNet
from xwidget.engine.witness import Witness
from xwidget.inspector.work.inspected import Inspected

PAIRS = (("red", "blue"), ("blue", "green"))


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Call functions at once; return what they return."""
    found: list[object] = [None] * len(calls)

    def keep(place: int, call: Callable[[], object]) -> None:
        found[place] = call()

    threads = [threading.Thread(target=keep, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.fixture
def meeting(monkeypatch):
    """Have all threads that call a method wait for each other, for a moment."""

    def meet(cls: type, name: str) -> None:
        met, do = threading.Barrier(2), getattr(cls, name)

        def wrapped(*args, **options):
            made = None if name == "extend" else do(*args, **options)
            with suppress(threading.BrokenBarrierError):
                met.wait(0.1)
            return do(*args, **options) if name == "extend" else made

        monkeypatch.setattr(cls, name, wrapped)

    return meet


@pytest.mark.parametrize("kind", ["witness", "second net"])
def test_another_net_has_an_output_for_each_of_them(kind, meeting) -> None:
    ours = classifier().extended(PAIRS)
    other = xw.Classifier(body(4), size=SIZE, categories=NAMES[::-1], name="other")
    if kind == "witness":
        asked = Witness(other, ours)
    else:
        asked = SecondNet.of(other, xw.Subject(ours, photo()))
    meeting(xw.Classifier, "extended")
    targets = [ours.index(pair) for pair in PAIRS]
    found = at_once(*[lambda target=target: asked.index(target) for target in targets])
    net = asked.net if kind == "witness" else asked.theirs.clf
    assert [net.categories[index] for index in found] == [ours.categories[t] for t in targets]


@pytest.fixture
def widget():
    other = xw.Classifier(body(4), size=SIZE, categories=["red", "blue", "x", "y"], name="other")
    made = xw.Inspector(classifier(), photo(), ["red"], witness=other, findings=False)
    yield made
    made.close()


def test_both_that_are_added_at_once_are_explained(widget, meeting) -> None:
    meeting(Inspected, "extend")
    at_once(lambda: widget.add(("red", "blue")), lambda: widget.add(("blue", "red")))
    names = [widget._panel.subject.clf.categories[each] for each in widget._session.targets]
    assert sorted(names) == ["blue rather than red", "red", "red rather than blue"]


def test_what_the_witness_does_not_have_leaves_no_output_behind(widget) -> None:
    with pytest.raises(ValueError, match="the witness, other, has no class named 'green'"):
        widget.add(("red", "green"))
    assert len(widget._panel.subject.clf.extras) == 0
    widget.add(("red", "blue"))
    assert {entry["name"] for entry in widget._classes} == {"red", "red rather than blue"}
