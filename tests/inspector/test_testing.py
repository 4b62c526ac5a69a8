"""An edited mask, scored by the net: from the page, from Python, beside a run."""

import threading

import numpy as np
import pytest
import torch
from torch import nn

from tests.inspector.fakes import SAFETY, SIDE, Page, classifier, reached, until
from xwidget import Attribution, Classifier, Inspector, frames, inspector
from xwidget.frames import Frame, decode, encode

FULL = np.full((3, SIDE, SIDE), 255, np.uint8)
EMPTY = np.zeros((3, SIDE, SIDE), np.uint8)


@pytest.fixture
def shown(show):
    """An Inspector whose run is done, and its page."""
    widget, page = show()
    return widget, page.until_status("done")


class Gate:
    """Let the net score a mask only when it is told to; note how many it was asked for."""

    def __init__(self, monkeypatch, clf):
        self.asked = []
        self.permits = threading.Semaphore(0)
        self._classify = clf.classify
        monkeypatch.setattr(clf, "classify", self)

    def __call__(self, x):
        self.asked.append(float(x.mean()))
        assert self.permits.acquire(timeout=SAFETY)
        return self._classify(x)


def answered(page, seq):
    return page.until(lambda page: page.state.get("_tested", {}).get("seq") == seq)


# The numbers.


def a_net(classes=5, channels=3):
    """Return a net that a moved pixel moves, with batch norms that tell eval from train mode."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(channels, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.Dropout(0.5),
        nn.Flatten(), nn.Linear(6 * 6 * 6, classes),
    )  # fmt: skip
    return net.train()


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
@pytest.mark.parametrize("reference", ["zero", "noise", "white"])
def test_the_scores_are_the_nets_own_of_the_blended_input(activation, reference):
    clf = Classifier(a_net(), size=8, mean=0.4, std=0.3, activation=activation)
    random = np.random.default_rng(1)
    picture = random.integers(0, 256, (8, 8, 3), np.uint8)
    mask = random.integers(0, 256, (3, 8, 8), np.uint8)
    widget = Inspector(clf, picture, [3, 1], reference=reference, seed=5, iterations=1)
    page = Page(widget)
    page.edit(mask, seq=9)
    answered(page, 9)

    x = clf.prepare(picture)
    mean, std = 0.4, 0.3
    if reference == "noise":
        r = (torch.rand(x.shape, generator=torch.Generator().manual_seed(5)) - mean) / std
    else:
        r = torch.full_like(x, 0.0 if reference == "zero" else (1 - mean) / std)
    m = torch.tensor(mask) / 255
    expected = clf.classify(m * x + (1 - m) * r)
    scored = page.state["_tested"]
    assert list(scored["scores"]) == ["3", "1"]
    for target in (3, 1):
        assert scored["scores"][str(target)] == pytest.approx(float(expected[target]), abs=1e-6)
    order = expected.argsort(descending=True).tolist()
    assert [index for index, _, _ in scored["top"]] == order
    assert scored["top"][0][1:] == [f"class {order[0]}", pytest.approx(float(expected.max()))]

    tested = widget.tested
    assert isinstance(tested, inspector.TestedMask)
    assert tested.scores == {f"class {t}": pytest.approx(float(expected[t])) for t in (3, 1)}
    assert tested.top == [tuple(row) for row in scored["top"]]
    assert tested.mask.dtype == np.float32
    np.testing.assert_allclose(tested.mask, mask / 255, atol=1e-7)
    image, gray = clf.picture(x).astype(int), clf.picture(r).astype(int)
    moved = mask.transpose(1, 2, 0).astype(int)
    np.testing.assert_array_equal(
        tested.picture, (moved * image + (255 - moved) * gray + 127) // 255
    )
    assert all(module.training for module in clf.net.modules())
    widget.close()


def test_a_whole_mask_scores_as_the_image_and_an_empty_one_as_the_reference(shown):
    widget, page = shown
    page.edit(FULL, seq=1)
    answered(page, 1)
    assert list(widget.tested.scores.values()) == [c["score"] for c in widget._classes]
    page.edit(EMPTY, seq=2)
    answered(page, 2)
    gray = classifier().classify(torch.zeros(3, SIDE, SIDE))
    assert widget.tested.scores["anvil"] == pytest.approx(float(gray[0]))


# Its way from the page and back.


def test_an_edit_is_decoded_once(shown, monkeypatch):
    _, page = shown
    edit, reads = encode(Frame(EMPTY, seq=1)), []

    class Header:
        size = frames._HEADER.size
        pack = frames._HEADER.pack
        unpack_from = staticmethod(lambda data: reads.append(1) or header.unpack_from(data))

    header = frames._HEADER
    monkeypatch.setattr(frames, "_HEADER", Header)
    page.edit(edit)
    answered(page, 1)
    assert len(reads) == 1


def test_nothing_is_tested_at_first(make):
    widget = make()
    assert (widget._edited, widget._tested, widget.tested) == (b"", {}, None)


@pytest.mark.parametrize("way", ["message", "trait"])
def test_an_edit_comes_back_once_with_its_scores(shown, way):
    """For a page that reloads, and for other pages of the same kernel."""
    widget, page = shown
    page.edit(FULL, way=way)
    answered(page, 1)
    (update,) = [update for update in page.updates[1:] if "_edited" in update]
    assert update["_tested"]["seq"] == decode(update["_edited"]).seq == 1
    assert widget._edited == update["_edited"]
    assert [content["id"] for content, _ in page.answers("done")] == [1]


def test_an_empty_edit_ends_the_test(shown):
    widget, page = shown
    page.edit(FULL)
    answered(page, 1)
    page.edit(b"")
    assert page.pump().state["_tested"] == {}
    assert widget.tested is None


def test_the_latest_wins(shown, monkeypatch):
    widget, page = shown
    gate = Gate(monkeypatch, widget._session.clf)
    for seq, value in enumerate([0, 100, 150, 255], 1):
        page.edit(np.full((3, SIDE, SIDE), value, np.uint8), seq=seq)
        until(lambda: gate.asked)  # the first is under way when the others come
    gate.permits.release(9)
    answered(page, 4)
    light = 200 / 255 / 0.5 - 1
    assert gate.asked == pytest.approx([0, light], abs=1e-6)  # the two between were never scored
    assert page.state["_tested"]["top"][0][1] == "anvil"


def test_an_edit_that_was_taken_back_is_not_answered(shown, monkeypatch):
    widget, page = shown
    gate = Gate(monkeypatch, widget._session.clf)
    page.edit(FULL, seq=1)
    until(lambda: gate.asked)
    page.edit(b"")
    page.edit(EMPTY, seq=2)
    before = len(page.pump().updates)
    gate.permits.release(9)
    answered(page, 2)
    numbers = [u["_tested"].get("seq") for u in page.updates[before:] if "_tested" in u]
    assert numbers == [2]


def test_a_run_is_not_waited_for_and_goes_on(show, engine):
    engine.hold()
    widget, page = show(iterations=100)
    engine.allow(3)
    reached(widget, 2)
    page.edit(FULL)
    engine.allow(1)  # after this step at the latest
    answered(page, 1)
    assert widget.status == "running"
    reached(widget, 3)
    engine.release()
    page.until_status("done")
    assert widget.explanation.trace.score.shape == (101, 3)


def test_a_new_run_leaves_the_edit(shown):
    widget, page = shown
    page.edit(FULL)
    answered(page, 1)
    page.send({"type": "run"})
    page.until_status("running").until_status("done")
    assert decode(widget._edited).seq == page.state["_tested"]["seq"] == 1


def test_an_edit_before_the_first_run_is_scored(make):
    widget = make()
    page = Page(widget)
    page.edit(FULL)
    answered(page, 1)
    assert widget.status == "idle"


def test_a_class_that_is_added_gets_its_score(shown):
    widget, page = shown
    page.edit(FULL)
    answered(page, 1)
    widget.add("easel")
    page.until(lambda page: "4" in page.state["_tested"]["scores"])
    assert list(widget.tested.scores) == ["anvil", "banjo", "cello", "easel"]


def test_a_contrast_that_is_added_gets_its_score_too(shown):
    widget, page = shown
    widget.test(np.ones((SIDE, SIDE)))
    widget.add(("banjo", "cello"))
    page.until(lambda page: "6" in page.state["_tested"].get("scores", {}))
    assert widget.wait(SAFETY)
    scores = widget.tested.scores
    expected = 1 / (1 + np.exp(-1))  # one logit apart, whatever the picture
    assert scores["banjo rather than cello"] == pytest.approx(expected, abs=1e-3)
    assert set(scores) == {"anvil", "banjo", "cello", "banjo rather than cello"}


def test_a_net_that_fails_says_so_beside_the_edit(shown):
    widget, page = shown
    net = widget._session.clf.net
    net.register_forward_hook(lambda module, given, output: output * float("nan"))
    page.edit(FULL, seq=3)
    answered(page, 3)
    assert "NaN" in page.state["_tested"]["error"]
    assert widget.tested is None
    assert widget.status == "done"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (np.zeros((3, SIDE, SIDE + 1), np.uint8), r"shape \(3, 4, 5\); expected \(3, 4, 4\)"),
        (np.zeros((1, SIDE, SIDE), np.uint8), r"shape \(1, 4, 4\)"),
        (b"no frame", "frame too short"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused_in_words(shown, data, words):
    widget, page = shown
    page.edit(FULL, seq=1)
    answered(page, 1)
    page.edit(data)
    (failure,) = page.pump().failures
    assert failure["request"]["type"] == "test"
    assert failure["request"]["buffer"].endswith(" bytes")
    assert failure["message"] == widget.error
    with pytest.raises(ValueError, match=words):
        raise ValueError(failure["message"])
    assert failure["id"] == 2  # by which the page knows, and goes back
    assert decode(widget._edited).seq == 1


def test_an_edit_that_is_no_bytes_is_refused(shown):
    _, page = shown
    page.send({"type": "test", "buffer": "mask"})
    assert "bytes of a frame" in page.pump().failures[0]["message"]
    page.send({"type": "test"})
    assert 'needs the field "buffer"' in page.pump().failures[1]["message"]
    page.set(_tested={"seq": 1})
    assert "kernel's to set" in page.pump().failures[2]["message"]


# From Python.


def test_a_mask_is_tested_and_shown_in_the_page(shown):
    widget, page = shown
    page.edit(FULL, seq=7)
    answered(page, 7)
    mask = np.linspace(0, 1, SIDE * SIDE).reshape(SIDE, SIDE)
    tested = widget.test(mask)
    np.testing.assert_allclose(tested.mask, np.stack([mask] * 3), atol=0.5 / 255)
    frame = decode(page.pump().state["_edited"])
    assert (frame.seq, frame.target, frame.iteration) == (8, 0, 5)
    np.testing.assert_array_equal(frame.pixels / np.float32(255), tested.mask)
    assert page.state["_tested"]["seq"] == 8
    assert widget.tested.scores == tested.scores
    assert tested.scores["anvil"] == page.state["_tested"]["scores"]["0"]
    assert widget.test(None) is widget.tested is None
    assert page.pump().state["_tested"] == {}
    assert page.state["_edited"] == b""


def test_an_edit_on_its_way_never_has_the_number_of_a_test(shown):
    widget, page = shown
    page.edit(FULL, seq=5)
    answered(page, 5)
    widget.test(EMPTY)
    page.edit(FULL, seq=7)  # made before the page heard of the test
    answered(page, 7)
    numbers = [u["_tested"]["seq"] for u in page.updates if u.get("_tested")]
    assert numbers == [5, 6, 7]
    assert widget.tested.mask.all()
    widget.test(EMPTY)
    widget.test(EMPTY)
    assert decode(page.pump().state["_edited"]).seq == 10


@pytest.mark.parametrize("seq", [2**32 - 1, 2**32 - 2, 2**32 - 3])
def test_the_numbers_stay_even_and_in_range_at_their_end(shown, seq):
    widget, page = shown
    page.edit(FULL, seq=seq)
    answered(page, seq)
    widget.test(EMPTY)
    found = page.pump().state["_tested"]["seq"]
    assert found % 2 == 0
    assert found != seq
    assert 0 <= found < 2**32


@pytest.mark.parametrize(
    "mask", [torch.ones(3, SIDE, SIDE), np.ones((SIDE, SIDE), bool), [[1] * SIDE] * SIDE]
)
def test_masks_of_many_kinds_are_taken(make, mask):
    widget = make()
    assert (widget.test(mask).mask == 1).all()


@pytest.mark.parametrize(
    ("mask", "kind", "words"),
    [
        (np.zeros((SIDE, SIDE, 3)), ValueError, r"shape \(4, 4, 3\); expected \(3, 4, 4\), or"),
        (FULL, ValueError, "spans 255 to 255"),
        (FULL * -0.5, ValueError, "lies in"),
        (EMPTY * np.nan, ValueError, "nan"),
        ("half", TypeError, "got str"),
    ],
)
def test_a_bad_mask_is_refused_in_words(make, mask, kind, words):
    widget = make()
    with pytest.raises(kind, match=words):
        widget.test(mask)
    assert widget._edited == b""


def test_an_attribution_is_tested_by_its_mask_of_the_class_that_is_drawn(make):
    widget = make()
    values = np.linspace(0, 1, 2 * SIDE * SIDE).reshape(2, SIDE, SIDE)
    attribution = Attribution.from_array(values, [2, 0], method="Grad-CAM")
    for target, k in ((0, 1), (2, 0)):
        widget.target = target
        found = widget.test(attribution)
        assert found.scores == widget.test(attribution.masks[k]).scores
        np.testing.assert_allclose(found.mask, attribution.masks[k], atol=0.5 / 255 + 1e-6)


def test_an_attribution_without_a_mask_to_test_is_refused_in_words(make):
    widget = make()
    of_others = Attribution.from_array(np.eye(SIDE), 1)
    with pytest.raises(ValueError, match=r"of classes \(1,\), but 'anvil' \(0\) is drawn; set"):
        widget.test(of_others)
    signed = Attribution.from_array(-np.eye(SIDE), 0, method="IG")
    with pytest.raises(ValueError, match=r"by IG are signed; expected shares in \[0,1\]"):
        widget.test(signed)
    assert widget.tested is None


def test_a_mask_may_be_tested_while_a_run_goes_on_and_by_an_observer(make):
    widget = make(iterations=50)
    seen = []
    widget.observe(lambda change: seen.append(widget.test(FULL / 255)), "iteration")
    assert widget.wait(SAFETY)
    assert seen
    assert seen[0].top[0][1] == "anvil"


def test_classes_of_one_name_are_told_apart():
    net = nn.Sequential(nn.Flatten(), nn.Linear(3 * 16, 3))
    clf = Classifier(net, size=SIDE, categories=["crane", "crane", "dog"])
    widget = Inspector(clf, np.zeros((SIDE, SIDE, 3)), [0, 1, 2])
    assert set(widget.test(FULL / 255).scores) == {"crane (0)", "crane (1)", "dog"}
    widget.close()


def test_closing_ends_it(shown):
    widget, _ = shown
    widget.test(FULL / 255)
    widget.close()
    assert widget.tested is None
    with pytest.raises(RuntimeError, match="closed"):
        widget.test(FULL / 255)


def test_closing_while_an_edit_is_scored(shown, monkeypatch):
    widget, page = shown
    gate = Gate(monkeypatch, widget._session.clf)
    page.edit(FULL)
    until(lambda: gate.asked)
    gate.permits.release(9)
    widget.close()
    assert widget.tested is None
