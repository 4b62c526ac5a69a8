"""A net that is trained between runs of an Inspector: two nets are never mixed."""

import numpy as np
import pytest
import torch
from torch import nn

from tests.inspector.fakes import SAFETY
from xwidget import Classifier, Inspector
from xwidget.engine.watch import WeightsChangedError

IMAGE = np.random.default_rng(0).integers(0, 256, (24, 24, 3), np.uint8)


@pytest.fixture
def net():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4, 4),
    ).eval()


@pytest.fixture
def widget(net):
    widget = Inspector(Classifier(net, size=24), IMAGE, targets=[0, 1], iterations=3)
    assert widget.wait(SAFETY)
    yield widget
    widget.close()


CHANGES = {
    "in place": lambda net: net[5].weight.mul_(-20),
    "by data": lambda net: net[5].weight.data.mul_(-20),
    "rows swapped": lambda net: net[5].weight.data.copy_(net[5].weight.data.flip(0)),
    "one buffer": lambda net: net[1].running_mean.sub_(300.0),
    "another parameter": lambda net: setattr(net[5], "weight", nn.Parameter(-net[5].weight)),
}
COMMANDS = {
    "compare": lambda widget: widget.compare("defense"),
    "add": lambda widget: widget.add(2),
    "more": lambda widget: widget.run_more(2),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("command", COMMANDS)
@torch.no_grad()
def test_what_goes_on_with_a_run_is_of_the_same_net(net, widget, change, command):
    before = widget.explanation
    CHANGES[change](net)
    COMMANDS[command](widget)
    with pytest.raises(WeightsChangedError, match=r"weights of Sequential changed.*w\.run\(\)"):
        widget.wait(SAFETY)
    assert widget.status == "error"
    assert "weights of Sequential changed" in widget.error
    assert np.array_equal(widget.explanation.masks, before.masks)
    assert set(widget.comparison) <= {"auto"}
    widget.run()
    assert widget.wait(SAFETY)
    COMMANDS[command](widget)
    assert widget.wait(SAFETY)
    assert widget.status == "done"


@torch.no_grad()
def test_a_new_run_takes_the_images_scores_anew(net, widget):
    clf = widget._session.clf
    net[5].weight.mul_(-20)
    widget.run()
    assert widget.wait(SAFETY)
    scores = clf.classify(clf.prepare(IMAGE))
    listed = {c["index"]: c["score"] for c in widget._classes}
    assert listed == pytest.approx({t: float(scores[t]) for t in (0, 1)}, abs=1e-5)
    assert list(listed) == sorted(listed, key=lambda t: -listed[t])
    widget.add(3)
    assert widget.wait(SAFETY)
    listed = {c["index"]: c["score"] for c in widget._classes}
    assert listed == pytest.approx({t: float(scores[t]) for t in (0, 1, 3)}, abs=1e-5)


@torch.no_grad()
def test_a_test_is_of_the_net_that_was_explained(net, widget):
    widget.test(np.ones((24, 24)))
    net[5].weight.mul_(-20)
    with pytest.raises(WeightsChangedError, match="start it again"):
        widget.test(np.ones((24, 24)))
    widget.run()
    assert widget.wait(SAFETY)
    score = widget.test(np.ones((24, 24))).scores["class 0"]
    assert score == pytest.approx(float(widget.explanation.image_scores[0]), abs=1e-5)


@torch.no_grad()
def test_counters_and_weights_set_to_what_they_were_change_nothing(net, widget):
    net[1].num_batches_tracked.add_(1)
    net[5].load_state_dict(net[5].state_dict())
    for command in COMMANDS.values():
        command(widget)
        assert widget.wait(SAFETY)
    widget.test(np.ones((24, 24)))
