"""Panes beside the evidence: computed beside the run, for the class drawn before all others."""

import numpy as np
import pytest
import torch

from tests.inspector.beside import QUICK, ask, one, pane_of, threads, until_state
from tests.inspector.fakes import SAFETY, SIDE, Page, until
from xwidget import Attribution
from xwidget.inspector.features.beside import feature, kept, panes
from xwidget.inspector.features.beside.scoring import Scoring
from xwidget.inspector.features.beside.values import STEPS, Found, places_of

# What a page asks for.


def test_a_method_appears_while_the_run_goes_on(show, engine):
    engine.hold()
    widget, page = show()
    page.until_status("running")
    assert ask(page, "beside_add", method="quick")[0]["type"] == "done"
    pane = until_state(page, "Quick", "done")
    assert widget.status == "running"
    assert (pane["id"], pane["kind"], pane["name"]) == (1, "method", "quick")
    assert (pane["signed"], pane["channels"], pane["progress"]) == (False, 1, 1.0)
    assert [*pane["targets"]] == ["0"]
    assert pane["targets"]["0"]["scale"] == 1


def test_the_values_of_a_pane_are_steps_of_its_scale_and_then_the_places(ran):
    _, page = ran
    ask(page, "beside_add", method="slow")
    pane = until_state(page, "Slow", "done")
    said, buffer = ask(page, "values", pane=pane["id"], target=0)
    assert said["seq"] == pane["targets"]["0"]["seq"]
    shape = said["channels"], said["height"], said["width"]
    assert (shape, said["signed"], said["scale"]) == ((1, SIDE, SIDE), True, 1)
    pixels = SIDE * SIDE
    values = np.frombuffer(buffer, "<i2", pixels)
    assert values.tolist() == np.rint(np.linspace(1, -1, pixels) * STEPS).tolist()
    places = np.frombuffer(buffer, "<u2", offset=2 * pixels)
    assert places.tolist() == [65536 * rank // pixels for rank in range(pixels)]


def test_our_own_evidence_has_its_places_by_its_relevance(ran, engine):
    widget, page = ran
    said, buffer = ask(page, "values", pane=0, target=1)
    assert (said["channels"], said["height"], said["width"]) == (0, SIDE, SIDE)
    places = np.frombuffer(buffer, "<u2").reshape(SIDE, SIDE)
    relevance = widget.explanation.relevance[widget.explanation.targets.index(1)]
    assert np.array_equal(places, places_of(relevance))
    assert ask(page, "values", pane=0, target=1)[0]["seq"] == said["seq"]
    widget.run_more(1)
    page.until(lambda page: ask(page, "values", pane=0, target=1)[0]["seq"] > said["seq"])


def test_a_new_order_of_the_same_iteration_gives_new_places(ran):
    widget, page = ran
    first = ask(page, "values", pane=0, target=0)[0]["seq"]
    history = widget._session.runs.main.history
    order = torch.arange(SIDE * SIDE, dtype=torch.float32).view(SIDE, SIDE) / SIDE**2
    step = history.track(0)._latest
    object.__setattr__(step, "relevance", order.expand(len(step.targets), SIDE, SIDE))
    said, buffer = ask(page, "values", pane=0, target=0)
    assert said["seq"] > first
    assert np.array_equal(np.frombuffer(buffer, "<u2"), places_of(order.numpy()).ravel())


def test_every_request_for_values_has_its_own_reply(ran):
    _, page = ran
    for method in ("quick", "slow"):
        ask(page, "beside_add", method=method)
    for label in ("Quick", "Slow"):
        until_state(page, label, "done")
    for number, pane in enumerate([0, 1, 2, 1, 2, 0]):
        page.send({"type": "values", "id": 900 + number, "pane": pane, "target": 0})
    answers = page.until(lambda page: len(page.answers("values")) == 6).answers("values")
    assert [content["pane"] for content, _ in answers] == [0, 1, 2, 1, 2, 0]


def test_what_is_not_there_is_refused_in_words(ran):
    widget, page = ran
    for fields, words in (
        ({"pane": 7, "target": 0}, "there is no pane 7"),
        ({"pane": 0, "target": 5}, "there is no evidence of this class"),
    ):
        said, _ = ask(page, "values", **fields)
        assert said["type"] == "failed"
        assert words in said["message"]
    assert widget.error == ""  # the page's business
    said, _ = ask(page, "beside_add", method="magic")
    assert "there is no method 'magic'; there are quick, slow, broken" in said["message"]
    assert "magic" in widget.error


def test_a_method_that_fails_says_why_and_is_tried_again(ran, methods):
    _, page = ran
    ask(page, "beside_add", method="broken")
    pane = until_state(page, "Broken", "failed")
    assert pane["error"] == "the net has no feature maps"
    assert pane["targets"] == {}
    ask(page, "beside_add", method="broken")
    page.until(lambda _: len(methods.calls) == 2)
    assert until_state(page, "Broken", "failed")["id"] == pane["id"]


def test_a_method_that_fails_holds_up_no_other_of_its_lane(ran, methods):
    widget, page = ran
    methods.METHODS["slow"].quick = True  # all of one lane
    methods.hold()
    for method in ("slow", "broken", "quick"):
        widget.add_method(method)
    until_state(page, "Slow", "running")
    methods.release()
    assert widget.wait(SAFETY)
    states = {each["label"]: each["state"] for each in page.pump().state["_beside"]}
    assert states == {"Slow": "done", "Broken": "failed", "Quick": "done"}
    assert [call[0] for call in methods.calls] == ["slow", "broken", "quick"]


def test_what_is_tried_again_is_the_pane_with_its_options(ran, methods):
    widget, page = ran
    methods.hold()
    assert widget.add_method("slow", steps=3) == "Slow, steps 3"
    until_state(page, "Slow, steps 3", "running")
    ask(page, "beside_stop", pane=1)
    until_state(page, "Slow, steps 3", "stopped")
    assert ask(page, "beside_retry", pane=1)[0]["type"] == "done"
    until(lambda: len(methods.calls) == 2)
    methods.release()
    until_state(page, "Slow, steps 3", "done")
    assert len(page.state["_beside"]) == 1
    assert [call[2]["steps"] for call in methods.calls] == [3, 3]
    assert ask(page, "beside_retry", pane=7)[0]["type"] == "done"  # it is gone


def test_a_slow_method_is_stopped_and_resumed_and_holds_up_no_quick_one(ran, methods):
    _, page = ran
    methods.hold()
    ask(page, "beside_add", method="slow")
    assert until_state(page, "Slow", "running")
    ask(page, "beside_add", method="quick")
    until_state(page, "Quick", "done")
    assert pane_of(page, "Slow")["state"] == "running"
    ask(page, "beside_stop", pane=1)
    assert until_state(page, "Slow", "stopped")["targets"] == {}
    methods.release()
    ask(page, "beside_add", method="slow")
    until_state(page, "Slow", "done")


def test_what_is_slow_gives_a_run_a_head_start(show, engine, methods, monkeypatch):
    engine.hold()
    widget, page = show()
    page.until_status("running")
    widget.add_method("slow")
    widget.add_method("quick")
    until_state(page, "Quick", "done")
    assert pane_of(page, "Slow")["state"] == "waiting"
    engine.release()
    page.until_status("done")
    until_state(page, "Slow", "done")
    engine.hold()
    widget.run()
    page.until_status("running")
    monkeypatch.setattr(panes, "HEAD_START", 0.0)
    widget.add_method("slow", steps=2)
    until_state(page, "Slow, steps 2", "done")
    assert widget.status == "running"


def test_a_pane_is_taken_away_whatever_it_does(ran, methods, monkeypatch):
    monkeypatch.setattr(kept, "_STILL", 0.01)
    _, page = ran
    methods.hold()
    ask(page, "beside_add", method="slow")
    until_state(page, "Slow", "running")
    ask(page, "beside_remove", pane=1)
    assert page.pump().state["_beside"] == []
    until(lambda: not threads())
    assert ask(page, "beside_remove", pane=1)[0]["type"] == "done"  # another page was first
    ask(page, "beside_add", method="quick")
    assert until_state(page, "Quick", "done")["id"] == 2


def test_a_method_that_is_put_back_has_its_values_still(ran, methods):
    widget, page = ran
    widget.add_method("quick")
    assert widget.wait(SAFETY)
    seq = pane_of(page, "Quick")["targets"]["0"]["seq"]
    widget.remove("Quick")
    assert widget.beside == {}
    widget.add_method("quick")
    assert widget.wait(SAFETY)
    assert pane_of(page, "Quick")["id"] == 2
    assert pane_of(page, "Quick")["targets"]["0"]["seq"] == seq
    assert len(methods.calls) == 1


def test_another_class_is_computed_once_it_is_drawn_and_kept(ran, methods):
    widget, page = ran
    ask(page, "beside_add", method="quick")
    until_state(page, "Quick", "done")
    widget.target = 2
    page.until(lambda page: [*pane_of(page, "Quick")["targets"]] == ["0", "2"])
    widget.target = 0
    assert widget.wait(SAFETY)
    assert pane_of(page, "Quick")["state"] == "done"
    assert [call[:2] for call in methods.calls] == [("quick", 0), ("quick", 2)]


def test_what_is_computed_for_another_class_makes_way_for_the_one_drawn(ran, methods):
    widget, page = ran
    methods.hold()
    ask(page, "beside_add", method="slow")
    until_state(page, "Slow", "running")
    widget.target = 1
    page.until(lambda _: [call[1] for call in methods.calls] == [0, 1])
    methods.release()
    assert widget.wait(SAFETY)
    assert [call[1] for call in methods.calls] == [0, 1, 0]  # and is made up for
    assert sorted(widget.beside["Slow"].targets) == [0, 1]


def test_values_of_a_net_that_was_trained_since_are_computed_again(ran, methods):
    widget, page = ran
    widget.add_method("quick")
    widget.add_attribution(Attribution.from_array(QUICK, 0, method="mine"))
    assert widget.wait(SAFETY)
    before = pane_of(page, "Quick")["targets"]["0"]["seq"]
    with torch.no_grad():
        widget._panel.subject.clf.net[2].bias.add_(1)
    widget.run()
    assert widget.wait(SAFETY)
    assert len(methods.calls) == 2
    assert pane_of(page, "Quick")["targets"]["0"]["seq"] > before
    assert pane_of(page, "Quick")["targets"]["0"]["note"] == ""
    assert "before it was trained" in pane_of(page, "mine")["targets"]["0"]["note"]


def test_more_panes_than_there_is_room_for_are_refused(ran, monkeypatch):
    widget, _ = ran
    for number in range(panes.MOST):
        widget.add_method("quick", steps=number)
    with pytest.raises(RuntimeError, match="there are 12 panes"):
        widget.add_method("slow")
    widget.add_method("quick", steps=3)  # stands there already
    widget.remove("Quick, steps 0")
    assert widget.add_method("slow") == "Slow"


def test_values_asked_for_longest_ago_go_first(ran, monkeypatch):
    widget, page = ran
    monkeypatch.setattr(panes, "_MOST_BYTES", 2 * Found(1, one(QUICK)).size)
    widget.add_method("quick")
    for target in (0, 1, 2):
        widget.target = target
        assert widget.wait(SAFETY)
    assert [*pane_of(page, "Quick")["targets"]] == ["1", "2"]
    widget.target = 0
    assert widget.wait(SAFETY)
    assert [*pane_of(page, "Quick")["targets"]] == ["2", "0"]


# A flood.


def test_a_flood_of_commands_is_answered_by_the_newest_or_refused(ran, monkeypatch):
    widget, page = ran
    widget.add_method("quick")
    assert widget.wait(SAFETY)
    monkeypatch.setattr(feature, "_BYTES_PER_SECOND", 4 * SIDE * SIDE / 0.1)  # some 0.1 s each
    for number in range(400):
        page.send({"type": "values", "id": 10_000 + number, "pane": 1, "target": 0})
    refused = page.until(lambda page: page.failures).failures[0]
    assert "too many acts" in refused["message"]
    assert not refused["final"]  # it may be asked again
    scored = []
    monkeypatch.setattr(Scoring, "scores", lambda *asked: scored.append(asked[2]) or {})
    for number in range(1000):
        asked = {"share": 1 / (number + 1), "target": 0}
        page.send({"type": "score_area", "id": 20_000 + number, **asked})
    page.until(lambda page: any(c["share"] == 1 / 1000 for c, _ in page.answers("area_scores")))
    assert len(scored) < 100
    for number in range(200):
        page.send({"type": "beside_add", "id": 30_000 + number, "method": "slow"})
    assert len(page.pump().state["_beside"]) == 2


def test_the_script_is_sent_once_it_is_needed(make, monkeypatch):
    monkeypatch.setattr("xwidget.inspector.features.beside.feature.text", lambda name: f"// {name}")
    widget = make()
    page = Page(widget).hello()
    assert widget._beside_script == ""
    ask(page, "beside_open")
    assert widget._beside_script == "// beside.js"
    other = make()
    other.add_method("quick")
    assert other._beside_script == "// beside.js"
