"""The Inspector on the real engine and a real net, at few iterations."""

import gc
import weakref

import numpy as np
import pytest
import torch

from tests.inspector.fakes import SAFETY, Page
from xwidget import Inspector, explain, load, sample
from xwidget.frames import decode

ESPRESSO, CUP, MUG = 967, 968, 504
LONG = 4 * SAFETY


@pytest.fixture(scope="module")
def clf():
    return load("efficientnet_lite0")


@pytest.fixture
def make(clf):
    made = []

    def make(*args, **kwargs):
        made.append(Inspector(clf, sample("coffee"), *args, **kwargs))
        return made[-1]

    yield make
    for widget in made:
        widget.close()


def test_it_draws_what_explain_computes(make, clf):
    widget = make([ESPRESSO], iterations=4)
    page = Page(widget).hello()
    assert widget.wait(LONG)
    frame = page.pump().frames[-1]
    expected = explain(clf, sample("coffee"), [ESPRESSO], iterations=4, progress=False)
    assert frame.iteration == 4
    np.testing.assert_array_equal(
        frame.pixels, np.floor(255 * expected.masks[0] + np.float32(0.5)).astype(np.uint8)
    )
    np.testing.assert_array_equal(widget.explanation.evidence, expected.evidence)
    assert frame.score == pytest.approx(expected.scores[0], abs=1e-6)
    np.testing.assert_array_equal(decode(widget._image).pixels, expected.image.transpose(2, 0, 1))


def test_run_more_equals_one_long_run(make):
    widget = make([ESPRESSO], iterations=2)
    assert widget.wait(LONG)
    widget.run_more(3)
    assert widget.wait(LONG)
    whole = make([ESPRESSO], iterations=5)
    assert whole.wait(LONG)
    np.testing.assert_array_equal(widget.explanation.masks, whole.explanation.masks)
    np.testing.assert_array_equal(widget.explanation.trace.score, whole.explanation.trace.score)


def test_an_added_class_equals_one_explained_alone(make):
    widget = make([ESPRESSO], iterations=2)
    assert widget.wait(LONG)
    widget.add("coffee mug")
    assert widget.wait(LONG)
    assert widget.explanation.targets == (ESPRESSO, MUG)
    alone = make([MUG], iterations=2)
    assert alone.wait(LONG)
    np.testing.assert_array_equal(widget.explanation.masks[1], alone.explanation.masks[0])


def test_classes_at_different_iterations_go_on_together(make):
    widget = make([ESPRESSO, CUP], iterations=1)
    assert widget.wait(LONG)
    widget.run_more(2)
    widget.add(MUG)
    assert widget.wait(LONG)
    explanation = widget.explanation
    assert explanation.trace.score.shape == (4, 3)
    assert np.isfinite(explanation.trace.score).all()


def test_the_net_comes_back_as_it_was_after_a_stopped_run(make, clf):
    flags = [(module.training, len(module._forward_hooks)) for module in clf.net.modules()]
    before = {name: value.clone() for name, value in clf.net.state_dict().items()}
    grads = [parameter.requires_grad for parameter in clf.net.parameters()]
    widget = make(3, iterations=1000)
    page = Page(widget).hello().until_iteration(1)
    page.send({"type": "stop"})
    assert widget.wait(LONG)
    assert widget.status == "stopped"
    assert [(m.training, len(m._forward_hooks)) for m in clf.net.modules()] == flags
    assert [parameter.requires_grad for parameter in clf.net.parameters()] == grads
    for name, value in clf.net.state_dict().items():
        assert torch.equal(value, before[name])


def test_a_net_that_fails_is_explained_in_the_panel(make, clf, monkeypatch):
    widget = make([ESPRESSO], iterations=2)
    page = Page(widget)
    head = next(p for n, p in clf.net.named_parameters() if n.endswith("bias"))
    kept = head.detach().clone()
    with torch.no_grad():
        head.fill_(float("nan"))
    try:
        page.hello().until_status("error")
    finally:
        with torch.no_grad():
            head.copy_(kept)
    assert "NaN" in page.state["error"]
    page.send({"type": "run"})
    page.until_status("done")
    assert widget.error == ""


def test_variants_equal_runs_of_their_own(make, clf):
    widget = make([ESPRESSO], iterations=2)
    widget.compare("defense")
    assert widget.wait(LONG)
    assert list(widget.comparison) == ["auto", "none"]
    expected = explain(
        clf, sample("coffee"), [ESPRESSO], defense="none", iterations=2, progress=False
    )
    np.testing.assert_array_equal(widget.comparison["none"].masks, expected.masks)
    assert np.abs(widget.explanation.masks - expected.masks).max() > 0


def test_an_edit_beside_a_run_does_not_change_it(make, clf):
    widget = make([ESPRESSO], iterations=4)
    page = Page(widget).hello()
    page.until_iteration(1)
    mask = np.zeros((3, 224, 224), np.uint8)
    mask[:, 60:160, 60:160] = 255
    page.edit(mask)
    assert widget.wait(LONG)
    page.until(lambda page: page.state["_tested"].get("seq") == 1)
    m, x = torch.tensor(mask) / 255, clf.prepare(sample("coffee"))
    assert widget.tested.scores["espresso"] == pytest.approx(
        float(clf.classify(m * x)[ESPRESSO]), abs=1e-6
    )
    expected = explain(clf, sample("coffee"), [ESPRESSO], iterations=4, progress=False)
    np.testing.assert_array_equal(widget.explanation.masks, expected.masks)


def test_close_frees_the_masks(clf):
    widget = Inspector(clf, sample("coffee"), [ESPRESSO], iterations=1)
    assert widget.wait(LONG)
    mask = weakref.ref(widget._session.runs.history.track(ESPRESSO).last)
    widget.close()
    gc.collect()
    assert mask() is None
