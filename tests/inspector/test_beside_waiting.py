"""Waiting for what is beside: to its last end, and each thing once."""

import time

from tests.inspector.beside import pane_of, until_state
from tests.inspector.fakes import SAFETY
from xwidget.errors import Cancelled
from xwidget.inspector.features.beside import method, panes


def test_what_was_given_up_and_is_wanted_again_is_no_failure(show, methods, monkeypatch):
    widget, page = show()
    page.until_status("done")

    def given_up(*args, **options):
        monkeypatch.setattr(method, "attribute", methods.attribute)
        raise Cancelled("another class was drawn, and this one again")

    monkeypatch.setattr(method, "attribute", given_up)
    widget.add_method("quick")
    assert widget.wait(SAFETY)
    assert pane_of(page, "Quick")["state"] == "done"


def test_a_notebook_that_is_saved_after_waiting_has_the_values(show):
    widget, _ = show()
    widget.add_method("quick")
    assert widget.wait(SAFETY)
    assert [*widget._beside_kept] == ["1"]


def test_all_that_one_lane_gives_another_is_waited_for(show, monkeypatch):
    widget, page = show()
    page.until_status("done")
    widget.add_method("quick", steps=1)  # the first lane
    assert widget.wait(SAFETY)
    attribute = method.attribute

    def late(*args, **options):
        if options["method"] == "slow":
            time.sleep(0.05)  # the first lane is waited for already
            widget.add_method("quick", steps=2)
        else:
            time.sleep(0.05)
        return attribute(*args, **options)

    monkeypatch.setattr(method, "attribute", late)
    widget.add_method("slow")
    assert widget.wait(SAFETY)
    assert pane_of(page, "Quick, steps 2")["state"] == "done"


def test_the_weights_are_looked_at_once_for_all_panes(show, monkeypatch):
    widget, page = show()
    for name in ("quick", "slow"):
        widget.add_method(name)
    assert widget.wait(SAFETY)
    asked = []

    def slowly(net):
        asked.append(net)
        time.sleep(0.05)
        return "as they were"

    monkeypatch.setattr(panes, "fingerprint", slowly)
    widget.target = 1
    until_state(page, "Slow", "done")
    assert widget.wait(SAFETY)
    assert len(asked) == 1
