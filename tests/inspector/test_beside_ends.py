"""The end of what is beside: at once, whatever is under way, and without a trace."""

import gc
import time
import weakref

import numpy as np
import pytest

import xwidget as xw
from tests.inspector.beside import threads, until_state
from tests.inspector.fakes import SAFETY, SIDE, classifier, inspector_class, until
from xwidget.inspector.features.beside import panes, scoring


def test_what_is_beside_ends_before_the_run_is_waited_for(show, methods, monkeypatch):
    widget, page = show()
    page.until_status("done")
    methods.hold()
    widget.add_method("slow")
    until_state(page, "Slow", "running")
    close = widget._session.close

    def later(**options):
        until(lambda: not [each for each in threads() if each.name == "xwidget slow"])
        close(**options)

    monkeypatch.setattr(widget._session, "close", later)
    widget.close()


def test_a_closed_inspector_answers_what_was_being_scored(show, monkeypatch):
    widget, page = show()
    page.until_status("done")
    found, looked = widget._parts.beside._scoring, scoring._Net.look
    own = {0: (widget._parts.beside._own.found(0), None)}

    def closing(net):
        found.close()
        return looked(net)

    monkeypatch.setattr(scoring._Net, "look", closing)
    assert found.scores(own, 0.5, 0)["0"]["own"] > 0
    with pytest.raises(RuntimeError, match="this Inspector is closed"):
        found.scores(own, 0.5, 0)


def test_more_models_than_there_is_room_for_leave_no_inspector(monkeypatch):
    nets = [classifier() for _ in range(panes.MOST + 2)]
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    with pytest.raises(ValueError, match="14 classifiers; expected one to explain, and 12 beside"):
        xw.Inspector(nets, picture, findings=False)
    closed = []

    class Told(xw.Inspector):  # a class of its own: others are closed whenever they are collected
        def close(self):
            closed.append(self)
            super().close()

    monkeypatch.setattr(panes, "MOST", 1)  # found out when it is too late
    with pytest.raises(RuntimeError, match="there are 1 panes"):
        Told(nets[:3], picture, findings=False)
    assert [each._session.closed for each in closed] == [True]


def test_a_model_that_is_taken_away_leaves_no_lane(show):
    widget, page = show()
    page.until_status("done")
    label = widget.add_model(classifier())
    assert widget.wait(SAFETY)
    assert len(widget._parts.beside.panes._lanes) == 1
    widget.remove(label)
    assert not widget._parts.beside.panes._lanes
    assert widget.wait(SAFETY)


def test_a_closed_inspector_ends_what_is_beside_and_is_let_go(engine, methods):
    methods.hold()
    clf = classifier()
    widget = inspector_class(engine)(clf, np.zeros((SIDE, SIDE, 3)), iterations=3)
    widget.add_method("slow")
    widget.add_method("quick")
    widget.run()
    until(lambda: any(call[0] == "slow" for call in methods.calls))
    gone = [weakref.ref(clf), weakref.ref(widget._session.x), weakref.ref(widget)]
    widget.close()
    assert widget.beside == {}
    with pytest.raises(RuntimeError, match="closed"):
        widget.add_method("quick")
    with pytest.raises(RuntimeError, match="closed"):
        widget.remove("Quick")
    del clf, widget
    until(lambda: not threads())
    methods.calls.clear()
    until(lambda: not gc.collect() and [ref() for ref in gone] == [None] * 3)


def test_the_model_is_as_it_was(ran):
    widget, _ = ran
    net = widget._panel.subject.clf.net
    before = [each._version for each in net.parameters()]
    widget.add_method("quick")
    assert widget.wait(SAFETY)
    assert [each._version for each in net.parameters()] == before
    assert all(each.requires_grad for each in net.parameters())


def test_waiting_has_an_end(ran, methods):
    widget, _ = ran
    methods.hold()
    widget.add_method("slow")
    began = time.monotonic()
    assert not widget.wait(0.05)
    assert time.monotonic() - began < SAFETY
    methods.release()
    assert widget.wait(SAFETY)
