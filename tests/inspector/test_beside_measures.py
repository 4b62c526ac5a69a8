"""Panes compared: scores at equal area, measures, and the check by random weights."""

import threading
import time
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from tests.inspector.beside import ask, pane_of, until_state
from tests.inspector.fakes import SAFETY, SIDE, Page, inspector_class, until
from tests.inspector.test_python import exported
from xwidget import Attribution, Classifier, metrics
from xwidget.checks import Check, Checks
from xwidget.engine.turns import turns_on
from xwidget.inspector.features.beside import feature, measuring
from xwidget.inspector.features.beside.judge import Judge
from xwidget.inspector.features.beside.scoring import Scoring

NAMES = ["cat", "dog", "fox"]
PICTURE = np.linspace(0, 255, SIDE * SIDE * 3).astype(np.uint8).reshape(SIDE, SIDE, 3)


def net(seed, size=SIDE, names=NAMES):
    torch.manual_seed(seed)
    made = nn.Sequential(nn.Flatten(), nn.Linear(3 * size * size, len(names)))
    return Classifier(
        made, size=size, mean=[0.5] * 3, std=[0.5] * 3, categories=names, name=f"net {seed}"
    )


def values(seed):
    return np.random.default_rng(seed).standard_normal((SIDE, SIDE)).astype(np.float32)


@pytest.fixture
def shown(engine):
    """An Inspector with a witness, which has run, and its page."""
    clf, witness = net(1), net(2, 6, [*reversed(NAMES)])
    widget = inspector_class(engine)(clf, PICTURE, [1, 0], iterations=3, witness=witness)
    page = Page(widget).hello()
    page.until_status("done")
    yield widget, page
    widget.close()


def given(widget, seed=0, target=1):
    return widget.add_attribution(Attribution.from_array(values(seed), target, method=f"m{seed}"))


# Scores at equal area.


def test_scores_are_of_exactly_the_top_share_of_the_pixels(shown):
    widget, page = shown
    given(widget)
    until_state(page, "m0", "done")
    said, _ = ask(page, "score_area", share=0.2, target=1)
    assert (said["type"], said["share"], said["target"]) == ("area_scores", 0.2, 1)
    assert said["scores"].keys() == {"0", "1"}
    clf, subject = widget._panel.subject.clf, widget._panel.subject
    kept = metrics.ranks(values(0)) < 0.2 * SIDE * SIDE
    picture = torch.where(kept, subject.x, subject.reference)
    assert said["scores"]["1"]["own"] == pytest.approx(float(clf.classify(picture)[1]), abs=1e-6)
    other = widget._session.witness.net
    heard = other.classify(metrics.handed_over(clf.picture(picture), other))
    assert said["scores"]["1"]["witness"] == pytest.approx(float(heard[1]), abs=1e-6)
    image = float(clf.classify(subject.x)[1])
    heard = other.classify(metrics.handed_over(clf.picture(subject.x), other))
    for each in said["scores"].values():
        assert each["image"] == pytest.approx(image, abs=1e-6)
        assert each["witness_image"] == pytest.approx(float(heard[1]), abs=1e-6)


def test_at_the_whole_area_all_show_the_image(shown):
    widget, page = shown
    for seed in (0, 1):
        given(widget, seed)
    until_state(page, "m1", "done")
    scores = ask(page, "score_area", share=1, target=1)[0]["scores"]
    whole = widget._panel.subject.scores[1]
    assert [each["own"] for each in scores.values()] == [pytest.approx(whole, abs=1e-6)] * 3


def test_only_what_changed_is_scored_again(shown, monkeypatch):
    widget, page = shown
    asked, measured = [], Scoring._measured
    monkeypatch.setattr(
        Scoring,
        "_measured",
        lambda self, new, *rest: asked.append(sorted(new)) or measured(self, new, *rest),
    )
    given(widget)
    until_state(page, "m0", "done")
    first = ask(page, "score_area", share=0.3, target=1)[0]["scores"]
    given(widget, 1)
    until_state(page, "m1", "done")
    assert ask(page, "score_area", share=0.3, target=1)[0]["scores"].items() >= first.items()
    with torch.no_grad():
        widget._panel.subject.clf.net[1].bias[1].add_(1)
    assert ask(page, "score_area", share=0.3, target=1)[0]["scores"]["1"] != first["1"]
    assert asked == [[0, 1], [2], [0, 1, 2]]


def test_a_share_that_is_none_is_refused(shown):
    _, page = shown
    for share in (0, -0.1, 1.1, "x", None, float("inf")):
        said, _ = ask(page, "score_area", share=share, target=1)
        assert said["type"] == "failed"


# Measures.


def entry(page, pane, target=1):
    found = page.pump().state.get("_measured", [])
    return next((each for each in found if (each["pane"], each["target"]) == (pane, target)), {})


def until_measured(page, pane, state="done", **wanted):
    page.until(lambda page: entry(page, pane).get("state") == state)
    return entry(page, pane)


def test_a_pane_is_measured_by_the_net_and_the_witness(shown):
    widget, page = shown
    given(widget)
    until_state(page, "m0", "done")
    assert ask(page, "measure", pane=1, target=1)[0]["type"] == "done"
    found = until_measured(page, 1)
    assert (found["error"], found["randomized"]) == ("", None)
    expected = metrics.measure(
        widget._panel.subject.subject,
        Attribution.from_array(values(0), 1),
        witness=widget._session.witness.net,
    ).describe()
    for net in ("own", "witness"):
        told, whole = found["measures"][net], expected[net]
        assert told["net"] == whole["net"]
        assert told["sufficiency"] == pytest.approx(whole["sufficiency"], abs=1e-4)
        assert told["road"]["scores"] == pytest.approx(whole["road"]["scores"], abs=1e-4)


def test_our_own_evidence_is_measured_by_its_relevance_until_it_changes(shown):
    widget, page = shown
    ask(page, "measure", pane=0, target=1)
    assert until_measured(page, 0)["measures"]["own"]["net"] == "net 1"
    widget.run_more(2)
    assert widget.wait(SAFETY)
    assert entry(page, 0) == {}


class Gate:
    """Measures that wait to be released, or to be given up."""

    def __init__(self, monkeypatch, name="measured"):
        self.begun, self.open, self.calls = threading.Event(), threading.Event(), 0
        self.seqs = []
        monkeypatch.setattr(Judge, name, partial(self._measure))

    def _measure(self, source, found, doing):
        self.calls += 1
        self.seqs.append(found.seq)
        self.begun.set()
        while not self.open.wait(0.01):
            doing.progress(0.5)
        return {"similarity": 0.1, "passes": True, "words": "It changes."}


def test_measuring_is_stopped_and_begun_again(shown, monkeypatch):
    widget, page = shown
    monkeypatch.setattr(measuring, "_TELL_SECONDS", 0)
    gate = Gate(monkeypatch, "randomized")
    for seed in (0, 1):
        given(widget, seed)
    until_state(page, "m1", "done")
    for pane in (1, 2, 1):
        ask(page, "randomize", pane=pane, target=1)
    page.until(lambda page: entry(page, 1).get("progress") == 0.5)
    assert entry(page, 2)["state"] == "waiting"
    page.send({"type": "measure_stop", "id": 1})
    for pane in (1, 2):
        until_measured(page, pane, "stopped")
    gate.open.set()
    ask(page, "randomize", pane=2, target=1)
    assert until_measured(page, 2)["randomized"]["passes"]
    assert gate.calls == 2


def test_values_that_changed_while_they_were_measured_are_measured_again(shown, monkeypatch):
    widget, page = shown
    gate = Gate(monkeypatch)
    ask(page, "measure", pane=0, target=1)
    assert gate.begun.wait(SAFETY)
    widget.run_more(2)
    page.until_status("running").until_status("done")
    gate.open.set()
    assert widget.wait(SAFETY)
    assert until_measured(page, 0)["measures"]["passes"]
    assert len(gate.seqs) == 2
    assert ask(page, "values", pane=0, target=1)[0]["seq"] == gate.seqs[-1] > gate.seqs[0]


def test_what_is_told_of_measures_has_an_end(shown, monkeypatch):
    widget, page = shown
    monkeypatch.setattr(measuring, "_MOST_BYTES", 600)
    monkeypatch.setattr(measuring, "_TELL_SECONDS", 0)
    gate = Gate(monkeypatch)
    gate.open.set()
    for seed in (0, 1):
        given(widget, seed)
    until_state(page, "m1", "done")
    for pane in (0, 1, 2):
        ask(page, "measure", pane=pane, target=1)
    assert widget.wait(SAFETY)
    assert [each["pane"] for each in page.pump().state["_measured"]] == [0, 1, 2]
    monkeypatch.setattr(measuring, "_MOST_BYTES", 400)  # two of these
    monkeypatch.setattr(measuring, "_BYTES_PER_SECOND", 1)
    ask(page, "randomize", pane=1, target=1)
    assert "cannot" in until_measured(page, 1, "failed")["error"]
    gate.open.clear()
    gate.begun.clear()
    ask(page, "measure", pane=2, target=1)
    assert gate.begun.wait(SAFETY)
    time.sleep(0.03)
    assert entry(page, 2)["progress"] == 0  # all would be told each time
    gate.open.set()
    assert widget.wait(SAFETY)
    assert [each["pane"] for each in page.pump().state["_measured"]] == [1, 2]


def test_a_turn_is_taken_where_the_net_lies(shown, monkeypatch):
    widget, page = shown
    asked = []
    monkeypatch.setattr(feature, "pick", lambda _: torch.device("cpu", 7))  # of the run
    monkeypatch.setattr(measuring, "turns_on", lambda d: asked.append(d.index) or turns_on(d))
    Gate(monkeypatch).open.set()
    Gate(monkeypatch, "randomized").open.set()
    for kind in ("measure", "randomize"):
        ask(page, kind, pane=0, target=1)
        assert widget.wait(SAFETY)
    assert asked == [None, 7]


def test_what_is_measured_of_a_pane_goes_with_it(shown, monkeypatch):
    widget, page = shown
    monkeypatch.setattr(measuring, "_TELL_SECONDS", 0)
    gate = Gate(monkeypatch)
    given(widget)
    until_state(page, "m0", "done")
    ask(page, "measure", pane=1, target=1)
    assert gate.begun.wait(SAFETY)
    widget.remove("m0")
    assert entry(page, 1) == {}
    assert widget.wait(SAFETY)
    assert entry(page, 1) == {}


def test_a_method_is_made_again_with_random_weights_and_given_values_are_not(shown, monkeypatch):
    widget, page = shown
    asked, alike = [], []
    widget._parts.beside._panel.settings = replace(widget._panel.settings, seed=7, device="cpu")

    def randomization(subject, name, target, **rest):
        asked.append((name, target, rest["steps"], rest["attribution"].targets))
        alike.append((rest["seed"], rest["device"]))
        return metrics.randomization(subject, lambda *_: rest["attribution"], target)

    monkeypatch.setattr("xwidget.inspector.features.beside.method.randomization", randomization)
    given(widget)
    widget.add_method("slow", steps=4)
    until_state(page, "m0", "done")
    until_state(page, "Slow, steps 4", "done")
    for pane in (1, 2):
        ask(page, "randomize", pane=pane, target=1)
    assert "cannot be computed again" in until_measured(page, 1, "failed")["error"]
    found = until_measured(page, 2)["randomized"]
    assert asked == [("slow", 1, 4, (1,))]
    assert alike == [(7, "cpu")]  # as the map that it is compared with
    assert (found["similarity"], found["passes"]) == (pytest.approx(1), False)


def test_the_check_of_our_own_evidence_makes_its_run_again(shown, monkeypatch):
    _, page = shown
    asked, check = [], metrics.randomization

    def randomization(subject, explanation, target, **rest):
        asked.append((explanation.targets, target, rest["iterations"]))
        return check(subject, lambda *_: explanation.attribution, target)

    monkeypatch.setattr(metrics, "randomization", randomization)
    ask(page, "randomize", pane=0, target=1)
    found = until_measured(page, 0)
    assert found["randomized"].keys() == {"similarity", "passes", "words"}
    assert asked == [((1, 0), 1, 30)]
    # The verdict of the evidence stands above it, and may be that it holds.
    assert found["randomized"]["words"].endswith("whether it is enough for this network.")


def test_a_failed_check_of_our_own_evidence_stands_among_those_of_its_verdict(engine, monkeypatch):
    holds = Checks((Check("score", 0.9, True, "It scores 0.9."),), "holds", "Holds.")
    engine.checks = {0: holds, 1: holds}
    widget = inspector_class(engine)(net(1), PICTURE, [1, 0], iterations=3)
    page = Page(widget).hello()
    page.until_status("done")
    failed = {"similarity": 1.0, "passes": False, "words": "Fails: much alike."}
    monkeypatch.setattr(Judge, "randomized", lambda *_: dict(failed))
    given(widget)
    until_state(page, "m0", "done")
    for pane in (1, 0):
        ask(page, "randomize", pane=pane, target=1)
        until_measured(page, pane)
        names = [each["name"] for each in page.pump().state["_checks"]["1"]["items"]]
        assert names == (["score"] if pane else ["sanity check", "score"])
    item = page.state["_checks"]["1"]["items"][0]
    assert (item["passed"], item["words"]) == (None, "Fails: much alike.")  # it informs
    assert len(page.state["_checks"]["0"]["items"]) == 1
    item = exported(widget.export_html("page.html"))["traits"]["_checks"]["1"]["items"][0]
    assert (item["name"], item["passed"]) == ("sanity check", None)
    told = []
    widget.observe(told.append, "_checks")
    with widget._panel.lock:
        widget._parts.stream._send_curves()  # as at every tick, while another class runs
    assert not told
    failed["passes"] = True
    ask(page, "randomize", pane=0, target=1)
    page.until(lambda page: len(page.state["_checks"]["1"]["items"]) == 1)
    failed["passes"] = False
    ask(page, "randomize", pane=0, target=1)
    page.until(lambda page: len(page.state["_checks"]["1"]["items"]) == 2)
    with monkeypatch.context() as other, widget._panel.lock:
        other.setattr(widget._parts.beside._own, "seq", lambda target: None)
        widget._panel.runs.replaced()  # by a run that has not come as far
    assert len(page.pump().state["_checks"]["1"]["items"]) == 1
    widget.close()


def test_a_closed_inspector_gives_up_measuring(shown, monkeypatch):
    widget, _ = shown
    gate = Gate(monkeypatch)
    given(widget)
    assert widget.wait(SAFETY)
    widget._parts.beside.commands["measure"](pane=1, target=1)
    assert gate.begun.wait(SAFETY)
    widget.close()
    until(lambda: not [t for t in threading.enumerate() if t.name == "xwidget measures"])


def test_what_is_not_there_is_not_measured(shown):
    _, page = shown
    for kind in ("measure", "randomize"):
        assert "there is no pane 9" in ask(page, kind, pane=9, target=1)[0]["message"]
    assert pane_of(page, "m0") is None
