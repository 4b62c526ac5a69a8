"""Other models beside the evidence: a run of their own, in our frame, with each one's word."""

from __future__ import annotations

import re
import threading

import numpy as np
import pytest
import torch
from torch import nn
from torchvision import transforms

import xwidget as xw
from tests.inspector.fakes import SAFETY, Page, until
from xwidget.engine.second_net import SecondNet
from xwidget.inspector.features.beside import model
from xwidget.inspector.features.beside.values import places_of
from xwidget.places import top

NAMES = ("red", "green", "blue")
PICTURE = np.full((60, 100, 3), 40, np.uint8)
PICTURE[:, 20:50, 0] = PICTURE[20:50, 60:, 1] = 230


class Colors(nn.Module):
    """Logits: how much of each color there is, through a layer that can be defended."""

    def __init__(self, likes: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((3,), 8.0))
        with torch.no_grad():
            self.weight[likes] = 32.0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x + 0.1).relu().mean((2, 3)) * self.weight


def net(name: str, likes: int = 0, **options: object) -> xw.Classifier:
    options = {"size": (24, 40), "categories": NAMES, "name": name, **options}
    return xw.Classifier(Colors(likes), **options)  # type: ignore[arg-type]


CROPPED = transforms.Compose(
    [transforms.Resize(36), transforms.CenterCrop((30, 30)), transforms.ToTensor()]
)
FAST = {"iterations": 8, "plan": "plain", "findings": False}


@pytest.fixture
def show():
    """Make an Inspector of some classifiers, and its page."""
    made = []

    def show(clfs, targets=3, **options):
        made.append(xw.Inspector(clfs, PICTURE, targets, **{**FAST, **options}))
        return made[-1], Page(made[-1]).hello()

    yield show
    for widget in made:
        widget.close()


def pane(page: Page, number: int = 1) -> dict:
    (found,) = (each for each in page.pump().state["_beside"] if each["id"] == number)
    return found


def test_its_masks_are_those_of_its_own_run_laid_over_ours(show):
    first, second = net("first"), net("second", size=None, preprocess=CROPPED)
    widget, page = show([first, second])
    assert widget.wait(SAFETY)
    found = widget.beside["second"]
    assert (found.targets, found.values.shape) == ((0, 1, 2), (3, 3, 24, 40))
    assert found.digest == widget.explanation.origin.digest
    alone = xw.explain(second, PICTURE, [0, 1, 2], iterations=8, plan="plain", progress=False)
    both = SecondNet.of(second, xw.Subject(first, PICTURE))
    expected = both.to_ours(torch.tensor(alone.masks)).numpy()
    np.testing.assert_allclose(found.values, expected, atol=1e-6)
    assert found.checks == tuple(each.summary for each in alone.checks)
    # What it does not see is empty, and it is said.
    assert not found.values[..., :9].any()
    told = pane(page)
    assert (told["kind"], told["state"], told["channels"]) == ("model", "done", 3)
    assert "It sees 41.7% of this picture." in told["targets"]["0"]["note"]


def test_the_scores_of_each_ones_evidence_by_both_are_said(show):
    first, second = net("first"), net("second", likes=1, size=30)
    widget, page = show([first, second], [0])
    assert widget.wait(SAFETY)
    until(lambda: "ours" in pane(page)["targets"]["0"]["note"])
    told = pane(page)
    settings = widget._session.runs.main.settings
    both = SecondNet.of(second, xw.Subject(first, PICTURE))
    alone = xw.explain(second, PICTURE, [0], iterations=8, plan="plain", progress=False)
    figures = [float(n) for n in re.findall(r"\d\.\d\d", told["targets"]["0"]["note"])]
    assert figures[:4] == pytest.approx(
        [
            alone.scores[0],
            both.on_theirs(0, torch.tensor(alone.masks[0]), settings),
            widget.explanation.scores[0],
            both.on_ours(0, torch.tensor(widget.explanation.masks[0]), settings),
        ],
        abs=0.006,
    )
    assert "second finds green (" in told["about"]
    assert "first red (" in told["about"]


def test_what_they_do_not_agree_on_comes_first_unless_classes_are_named(show):
    models = [net("first"), net("second", likes=2, categories=("blue", "green", "red"))]
    # The second likes red, which it has as its third color: our index 2.
    other = net("third", likes=1)
    assert show([*models[:1], other], 1)[0]._session.targets == (0, 1)
    assert show([*models[:1], other], 3)[0]._session.targets == (0, 1, 2)
    assert show([*models[:1], other], ["blue"])[0]._session.targets == (2,)
    assert show(models[:1], 1)[0]._session.targets == (0,)


def test_a_class_that_it_has_not_is_said_in_its_pane(show):
    other = net("second", categories=("Red, crimson", "leaf", "sky"))
    widget, page = show([net("first"), other], ["red", "green"])
    assert widget.wait(SAFETY)
    assert widget.beside["second"].targets == (0,)
    widget.target = 1
    until(lambda: pane(page)["state"] == "failed")
    assert pane(page)["error"].endswith(
        "second has no class named 'green': classes are matched by name"
    )
    assert widget.status == "done"


def test_its_error_is_the_panes_and_ours_goes_on(show):
    class Broken(Colors):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x).detach()

    broken = xw.Classifier(Broken(0), size=24, categories=NAMES, name="broken")
    widget, page = show([net("first"), broken], [0])
    assert widget.wait(SAFETY)
    assert (widget.status, pane(page)["state"]) == ("done", "failed")
    assert "gradient" in pane(page)["error"]


def test_it_stops_and_begins_with_our_run_and_has_its_settings(show, monkeypatch):
    going = threading.Event()

    def held(*args, **options):
        for step in model_optimize(*args, **options):
            yield step
            going.wait(SAFETY if step.iteration == 2 else 0)

    model_optimize = model.optimize
    monkeypatch.setattr(model, "optimize", held)
    widget, page = show([net("first")], [0], iterations=1000)
    widget.run()
    page.until_iteration(1)
    assert widget.add_model(net("second")) == "second"
    until(lambda: pane(page)["state"] == "running")
    widget.stop()
    until(lambda: pane(page)["state"] == "stopped")
    going.set()
    page.send({"type": "beside_retry", "id": 9, "pane": 1})  # a person goes on with it alone
    until(lambda: pane(page)["state"] == "running")
    going.clear()
    widget.stop()
    until(lambda: pane(page)["state"] == "stopped")
    going.set()
    widget.iterations, widget.game = 4, "deletion"
    widget.run()
    until(lambda: pane(page)["state"] == "done")
    assert widget.beside["second"].method == "second, deletion"
    assert widget.wait(SAFETY)
    assert pane(page)["targets"]["0"]["note"].startswith("What it leaves: ")


def test_it_runs_again_where_it_was_trained_in_a_way_that_torch_does_not_see(show):
    second = net("second")
    widget, page = show([net("first"), second], [0])
    assert widget.wait(SAFETY)
    before = pane(page)["targets"]["0"]["seq"]
    widget.target = 0
    assert widget.wait(SAFETY)
    assert pane(page)["targets"]["0"]["seq"] == before
    second.net.weight.data.copy_(torch.tensor([4.0, 9.0, 3.0]))  # no version counts it
    widget.run()
    assert widget.wait(SAFETY)
    found = pane(page)["targets"]["0"]
    assert found["seq"] > before
    assert "before it was trained" not in found["note"]
    alone = xw.explain(second, PICTURE, [0], iterations=8, plan="plain", progress=False)
    assert widget.beside["second"].values[0].mean() == pytest.approx(alone.masks.mean(), abs=1e-4)


def test_its_top_pixels_are_scored_by_itself(show):
    first, second = net("first"), net("second", size=30)
    widget, page = show([first, second], [0])
    assert widget.wait(SAFETY)
    page.send({"type": "score_area", "id": 7, "share": 0.2, "target": 0})
    (content, _), *_ = page.until_answer("area_scores")
    alone = xw.explain(second, PICTURE, [0], iterations=8, plan="plain", progress=False)
    both = SecondNet.of(second, xw.Subject(first, PICTURE))
    # By the order of its run, which a mask does not tell where it is 1.
    order = both.to_ours(torch.tensor(alone.relevance)[None])[0, 0].numpy()
    kept = torch.from_numpy(top(places_of(order), 0.2))
    expected = both.score(0, kept, widget._session.runs.main.settings)
    assert content["scores"]["1"]["own"] == pytest.approx(expected, abs=1e-3)
    assert content["scores"]["1"]["image"] == pytest.approx(alone.image_scores[0], abs=1e-4)
    assert content["scores"]["0"]["image"] == pytest.approx(
        widget.explanation.image_scores[0], abs=1e-4
    )


def test_it_is_measured_by_itself_in_the_order_of_its_run(show):
    first, second = net("first"), net("second", likes=1, size=30)
    widget, page = show([first, second], [0], witness=net("third", likes=2))
    assert widget.wait(SAFETY)
    page.send({"type": "measure", "id": 7, "pane": 1, "target": 0})
    page.until(lambda page: [m["state"] for m in page.state.get("_measured", [])] == ["done"])
    (told,) = page.state["_measured"]
    both = SecondNet.of(second, xw.Subject(first, PICTURE))
    alone = xw.explain(second, PICTURE, [0], iterations=8, plan="plain", progress=False)
    order = both.to_theirs(both.to_ours(torch.tensor(alone.relevance)[None]))[0, 0].numpy()
    expected = xw.metrics.measure(
        both.theirs, xw.Attribution.from_array(order, 0), witness=net("third", likes=2)
    ).describe()
    for side, name in (("own", "second"), ("witness", "third")):
        found = told["measures"][side]
        assert found["net"] == name
        assert found["sufficiency"] == pytest.approx(expected[side]["sufficiency"], abs=1e-3)


def test_what_cannot_stand_beside_is_refused_at_once(show):
    first = net("first")
    widget, _ = show([first])
    with pytest.raises(ValueError, match="the network that is explained; give another one"):
        widget.add_model(xw.Classifier(first.net, size=8, categories=NAMES))
    with pytest.raises(TypeError, match="expected a Classifier"):
        widget.add_model(first.net)
    with pytest.raises(TypeError, match="the list of classifiers is empty"):
        xw.Inspector([], PICTURE)
    second = net("second")
    assert widget.add_model(second) == widget.add_model(second) == "second"  # one pane
    widget.remove("second")
    assert not widget.beside


def test_that_it_is_not_checked_by_random_weights_is_said(show):
    widget, page = show([net("first"), net("second")], [0])
    assert widget.wait(SAFETY)
    page.send({"type": "randomize", "id": 7, "pane": 1, "target": 0})
    page.until(lambda page: [m["state"] for m in page.state.get("_measured", [])] == ["failed"])
    assert page.state["_measured"][0]["error"].startswith("Another model is not checked")
