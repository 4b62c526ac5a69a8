"""Ready scores, on torchvision's segmentation and detection nets and small ones of other kinds."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.models.detection import fasterrcnn_mobilenet_v3_large_320_fpn
from torchvision.models.segmentation import deeplabv3_mobilenet_v3_large

import xwidget as xw
from tests.targets.nets import NAMES, SIZE, body, photo

QUICK = {"iterations": 2, "progress": False}


@pytest.fixture(scope="module")
def segmenter() -> xw.Classifier:
    torch.manual_seed(0)
    net = deeplabv3_mobilenet_v3_large(weights=None, weights_backbone=None, num_classes=4)
    return xw.Classifier(net, size=64, mean=0.5, std=0.25, categories=NAMES)


@pytest.fixture(scope="module")
def detector() -> xw.Classifier:
    torch.manual_seed(0)
    net = fasterrcnn_mobilenet_v3_large_320_fpn(
        weights=None,
        weights_backbone=None,
        num_classes=4,
        min_size=64,
        max_size=64,
        box_score_thresh=0.0,
        rpn_post_nms_top_n_test=20,
    )
    return xw.Classifier(net, size=64, categories=NAMES)  # it normalizes pictures itself


def test_a_segmentation_net_is_explained_by_the_share_of_a_class_in_a_region(segmenter) -> None:
    mask = np.zeros((64, 64))
    mask[16:32, 16:48] = 1
    asked = [xw.scores.region_share("green", mask), xw.scores.region_share(1)]
    ex = xw.explain(segmenter, photo(), asked, **QUICK)
    assert ex.names == ("share of green in the region", "share of class 1")
    shares = segmenter.outputs(photo())["out"].softmax(1)[0, 1]
    expected = [float(shares[16:32, 16:48].mean()), float(shares.mean())]
    assert ex.image_scores.tolist() == pytest.approx(expected, abs=1e-4)
    assert ex.diagnostics["nonlinearities"] > 40
    assert "undefended" not in ex.diagnostics
    assert "no classes" in {item.name: item for item in ex.checks[0]}["control"].words


def test_a_detection_net_is_explained_by_the_box_that_overlaps_best(detector) -> None:
    (found,) = detector.outputs(photo())
    box, label = found["boxes"][0].tolist(), int(found["labels"][0])
    ex = xw.explain(detector, photo(), xw.scores.best_box(box, NAMES[label]), **QUICK)
    assert ex.names == (f"{NAMES[label]} in the box",)
    assert ex.image_scores[0] == pytest.approx(float(found["scores"][0]), abs=1e-3)
    # What works on boxes has no bounds, and that is said; the backbone has.
    assert ex.diagnostics["undefended"] > 0
    assert ex.diagnostics["nonlinearities"] > 40
    defense = next(item for item in ex.checks[0] if item.name == "defense")
    assert defense.words.startswith(f"{ex.diagnostics['undefended']} of the network's")
    assert defense.passed is None


def test_where_no_box_is_found_the_score_is_zero_with_a_way_back() -> None:
    boxes = torch.zeros(0, 4, requires_grad=True)
    found = {"boxes": boxes, "scores": boxes.sum(1), "labels": torch.zeros(0, dtype=torch.long)}
    for label in (None, 1):
        (score,) = xw.scores.best_box((0, 0, 4, 4), label).fn([found])
        assert score.item() == 0
        assert score.requires_grad


def test_the_overlap_of_a_box_counts() -> None:
    score = xw.scores.best_box((0, 0, 10, 10), label=2)
    boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 5], [50, 50, 60, 60]])
    found = {"boxes": boxes, "scores": torch.ones(3), "labels": torch.tensor([1, 2, 2])}
    assert score.fn([found]).tolist() == pytest.approx([0.5])


def test_an_embedding_net_is_explained_by_its_likeness_to_a_reference() -> None:
    clf = xw.Classifier(body(6), size=SIZE)
    like = xw.scores.cosine(clf.outputs(photo()))
    ex = xw.explain(clf, photo(), like, **QUICK)
    assert ex.image_scores[0] == pytest.approx(1, abs=1e-5)
    other = clf.outputs(photo(3))[0]
    ex = xw.explain(clf, photo(), xw.scores.cosine(other), **QUICK)
    expected = torch.cosine_similarity(clf.outputs(photo()), other[None])
    assert ex.image_scores[0] == pytest.approx(float(1 + expected) / 2, abs=1e-5)


def test_a_regression_net_is_explained_by_its_nearness_to_a_value() -> None:
    clf = xw.Classifier(body(1), size=SIZE)
    value = float(clf.outputs(photo()))
    asked = [xw.scores.near(value, 0.5), xw.scores.near(value + 0.5, 0.5)]
    ex = xw.explain(clf, photo(), asked, **QUICK)
    assert ex.image_scores.tolist() == pytest.approx([1, 0.5], abs=1e-4)


def test_a_set_of_labels_is_explained_as_one() -> None:
    clf = xw.Classifier(body(4), size=SIZE, activation="sigmoid", categories=NAMES)
    asked = [xw.scores.all_of(["red", "blue"]), xw.scores.any_of(["red", 2])]
    ex = xw.explain(clf, photo(), asked, **QUICK)
    assert ex.names == ("red and blue", "red or class 2")
    red, blue = (clf.outputs(photo()).sigmoid()[0, k].item() for k in (0, 2))
    expected = [red * blue, 1 - (1 - red) * (1 - blue)]
    assert ex.image_scores.tolist() == pytest.approx(expected, abs=1e-5)
    assert ex.targets == (4, 5)  # its classes are classes still


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: xw.scores.region_share(0, np.zeros((4, 4))), "some above 0"),
        (lambda: xw.scores.best_box((5, 5, 1, 9)), "left, upper, right, lower"),
        (lambda: xw.scores.cosine([0.0, 0.0]), "not all 0"),
        (lambda: xw.scores.near(1, 0), "above 0"),
        (lambda: xw.scores.all_of("red"), "a list of at least one"),
    ],
)
def test_what_a_score_cannot_be_made_of_is_refused(make, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (xw.scores.region_share(1), r"maps \(N,C,H,W\) were expected, not \(1, 4\)"),
        (xw.scores.best_box((0, 0, 9, 9)), "a list was expected"),
        (xw.scores.cosine([1.0, 2.0]), "embeddings have 4 numbers, the reference 2"),
        (xw.scores.near(1, 1, output=9), "index 9 is none of its 4"),
        (xw.scores.all_of(["red"]), "'red' is a name"),
    ],
)
def test_a_score_of_another_kind_of_net_says_what_it_was_given(score, words: str) -> None:
    clf = xw.Classifier(body(4), size=SIZE, name="tiny")
    with pytest.raises(ValueError, match=words):
        xw.explain(clf, photo(), score, **QUICK)


def test_outputs_are_what_the_net_returns() -> None:
    class Both(nn.Module):
        def forward(self, x):
            return {"mean": x.mean((1, 2, 3)), "shape": x.shape}

    found = xw.Classifier(Both(), size=8).outputs(np.full((8, 8, 3), 0.25))
    assert found["mean"].tolist() == [0.25]
    assert found["shape"] == (1, 3, 8, 8)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: xw.scores.all_of([0, 1], activation="softmax"),
            "expected 'sigmoid' or 'none'",
        ),
        (lambda: xw.scores.any_of([0], activation="Sigmoid"), "activation='Sigmoid'; expected"),
        (lambda: xw.scores.region_share(1, activation="Softmax"), "activation='Softmax'; expected"),
        (lambda: xw.scores.all_of([1.5]), "a label must be an int, got 1.5"),
        (lambda: xw.scores.all_of([True]), "a label must be an int, got True"),
        (lambda: xw.scores.best_box("abcd"), r"the box is 'abcd'; expected \(left"),
        (lambda: xw.scores.best_box((0, 0, 1, float("inf"))), r"expected \(left"),
        (lambda: xw.scores.near("x", 1), "value='x', scale=1; expected a number"),
        (lambda: xw.scores.near(0, 1, 1.5), "output must be an int, got 1.5"),
        (lambda: xw.scores.cosine(np.array(["a"])), "the reference holds <U1 values"),
        (lambda: xw.scores.region_share(0, "x"), "the mask holds <U1 values"),
        (lambda: xw.scores.region_share(0, np.full((2, 2), np.inf)), "the mask has shape"),
    ],
)
def test_what_makes_no_score_is_refused_in_words(make, words) -> None:
    with pytest.raises((TypeError, ValueError), match=words):
        make()


def test_a_score_keeps_what_it_was_given_and_counts_a_label_once() -> None:
    reference, mask = torch.tensor([1.0, 0.0]), torch.eye(2)
    likeness, share = xw.scores.cosine(reference), xw.scores.region_share(1, mask)
    z, maps = torch.tensor([[2.0, 1.0]]), torch.rand(1, 3, 2, 2)
    before = likeness.fn(z), share.fn(maps)
    reference[:], mask[:] = 5, 5
    assert (likeness.fn(z), share.fn(maps)) == before
    assert torch.allclose(xw.scores.all_of([0, 0]).fn(z), z[:, 0].sigmoid())


def test_ready_scores_made_twice_are_one_target() -> None:
    made = [xw.scores.all_of(["red", "blue"]) for _ in range(2)]
    assert made[0] == made[1]
    assert made[0] != xw.scores.any_of(["red", "blue"], name=made[0].name)
    assert xw.scores.best_box((0, 0, 5, 5), 1) == xw.scores.best_box((0, 0, 5, 5), 1)
    clf = xw.Classifier(body(4), size=SIZE, categories=NAMES)
    more = clf.extended([0, made[0]]).extended([made[1]])
    assert more.categories == (*NAMES, "red and blue")
    assert xw.Score(lambda z: z[:, 0], name="a") != xw.Score(lambda z: z[:, 0], name="a")
