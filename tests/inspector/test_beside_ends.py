"""The end of what is beside: at once, whatever is under way, and without a trace."""

import numpy as np
import pytest

import xwidget as xw
from tests.inspector.fakes import SAFETY, SIDE, classifier, until
from tests.inspector.test_beside import threads, until_state
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
    closed, close = [], xw.Inspector.close
    monkeypatch.setattr(panes, "MOST", 1)  # found out when it is too late
    monkeypatch.setattr(xw.Inspector, "close", lambda self: closed.append(self) or close(self))
    with pytest.raises(RuntimeError, match="there are 1 panes"):
        xw.Inspector(nets[:3], picture, findings=False)
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
