"""An attribution: values of any method, which metrics take like our own."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import xwidget as xw
from xwidget import metrics
from xwidget.attribution import Attribution
from xwidget.subject import Subject

SIDE = 6


@pytest.fixture(scope="module")
def subject() -> Subject:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 16, 3))
    clf = xw.Classifier(net, size=SIDE, mean=0.5, std=0.5, categories=["a", "b", "c"])
    return Subject(clf, np.random.default_rng(0).integers(0, 256, (9, 12, 3), np.uint8))


def values(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).random(shape, np.float32)


@pytest.mark.parametrize(
    ("given", "targets", "shape"),
    [
        ((4, 5), 7, (1, 4, 5)),
        ((1, 4, 5), 7, (1, 4, 5)),
        ((3, 4, 5), 7, (1, 3, 4, 5)),
        ((1, 3, 4, 5), 7, (1, 3, 4, 5)),
        ((1, 1, 4, 5), 7, (1, 4, 5)),
        ((3, 4, 5), [7, 8, 9], (3, 4, 5)),
        ((2, 1, 4, 5), [7, 8], (2, 4, 5)),
        ((2, 3, 4, 5), (7, 8), (2, 3, 4, 5)),
    ],
)
@pytest.mark.parametrize("make", [np.asarray, torch.from_numpy])
def test_arrays_of_other_methods_are_taken_as_they_come(
    given: Any, targets: Any, shape: Any, make: Any
) -> None:
    array = values(*given)
    found = Attribution.from_array(make(array), targets, method="Grad-CAM", seconds=1.5)
    assert found.values.shape == shape
    np.testing.assert_array_equal(found.values.ravel(), array.ravel())
    assert not found.signed
    assert found.size == (4, 5)
    assert found.relevance.shape == (len(found.targets), 4, 5)
    assert "Grad-CAM: 4×5" in repr(found)


def test_a_tensor_of_a_graph_and_of_half_precision_is_taken() -> None:
    tensor = torch.linspace(-1, 3, 16, dtype=torch.bfloat16).reshape(4, 4).requires_grad_()
    found = Attribution.from_array(tensor * 2, 0)
    assert found.signed
    assert found.values.min() == -2


def test_values_outside_of_0_to_1_are_signed_unless_told_otherwise() -> None:
    assert Attribution.from_array(values(4, 4) * 2, 0).signed
    assert Attribution.from_array(values(4, 4), 0, signed=True).signed
    with pytest.raises(ValueError, match="expected shares"):
        Attribution.from_array(values(4, 4) - 1, 0, signed=False)


def test_colors_are_averaged_to_order_the_pixels() -> None:
    array = values(3, 4, 5)
    found = Attribution.from_array(array, 0)
    np.testing.assert_allclose(found.relevance[0], array.mean(0), rtol=1e-6)
    np.testing.assert_array_equal(found.masks[0], array)


def test_a_gray_mask_serves_all_colors_and_a_signed_one_is_none() -> None:
    array = values(4, 5)
    masks = Attribution.from_array(array, 0).masks
    assert masks.shape == (1, 3, 4, 5)
    np.testing.assert_array_equal(masks[0, 2], array)
    with pytest.raises(ValueError, match="are signed"):
        _ = Attribution.from_array(array - 0.5, 0).masks


def test_it_cannot_be_changed() -> None:
    array = values(4, 5)
    found = Attribution.from_array(array, 0)
    array[:] = 0
    assert found.values.any()
    with pytest.raises(ValueError, match="read-only"):
        found.values[:] = 0


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_a_copy_cannot_be_changed_either(copied: Any) -> None:
    found = copied(Attribution.from_array(values(4, 5), 0))
    with pytest.raises(ValueError, match="read-only"):
        found.values[:] = 0


@pytest.mark.parametrize("kind", [torch.tensor, np.array, tuple])
def test_classes_may_be_in_a_tensor(kind: Any) -> None:
    assert Attribution.from_array(values(2, 4, 5), kind([7, 3])).targets == (7, 3)
    assert Attribution.from_array(values(4, 5), torch.tensor(7)).targets == (7,)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"values": values(4)}, "shape"),
        ({"values": values(1, 2, 4, 4)}, "shape"),
        ({"values": values(2, 4, 4)}, "shape"),
        ({"values": values(2, 4, 4), "targets": [1]}, "targets"),
        ({"values": np.full((1, 4, 4), np.nan)}, "NaN"),
        ({"values": np.full((1, 4, 4), "a")}, "real numbers"),
        ({"targets": [1, 1], "values": values(2, 4, 4)}, "each once"),
        ({"targets": -1}, "at least 0"),
        ({"targets": {1, 2}, "values": values(2, 4, 4)}, "targets is {1, 2}, a set; expected"),
        ({"targets": None}, "targets is None, a NoneType; expected a class index"),
        ({"targets": True}, "targets is True, a bool; expected a class index"),
        ({"targets": 1.0}, "targets is 1.0, a float; expected a class index"),
        ({"targets": ["espresso"]}, r"clf.index\(name\) gives that of a name"),
        ({"targets": "espresso"}, "targets is 'espresso', a str; expected a class index"),
        ({"method": ""}, "method"),
        ({"checks": ("one", "two")}, "2 lines"),
        ({"seconds": -1}, "seconds"),
        ({"signed": "x"}, "signed is 'x'; expected True, False or None"),
        ({"digest": 3}, "digest is a int; expected words"),
        ({"scale": None}, "scale is a NoneType; expected words"),
        ({"checks": None}, "checks is a NoneType; expected a list"),
        ({"checks": "a"}, "checks is a str; expected a list"),
        ({"values": torch.ones(4, 4, device="meta")}, "without numbers, or sparse"),
        ({"values": np.ma.masked_less(np.eye(4), 1)}, "masked array; fill"),
    ],
)
def test_what_does_not_fit_is_refused(wrong: dict[str, Any], error: str) -> None:
    with pytest.raises((TypeError, ValueError), match=error):
        Attribution.from_array(**{"values": values(4, 4), "targets": 0, **wrong})


def test_pixels_that_share_a_value_are_told_as_their_order_is_random() -> None:
    box = np.zeros((10, 10))
    box[:5, :5] = 1
    words = "25.0% of its pixels have the same value, 1: which of them come first is random"
    assert Attribution.from_array(box, 0).checks == (words,)
    assert Attribution.from_array(box, 0, checks=["mine"]).checks == ("mine",)
    assert Attribution.from_array(values(10, 10), 0).checks == ("",)
    assert Attribution.from_array(values(10, 10) * box, 0).checks == ("",), "0 comes last"


@pytest.mark.parametrize("measure", [metrics.insertion, metrics.deletion, metrics.sufficiency])
def test_metrics_take_a_subject_and_an_attribution(subject: Subject, measure: Any) -> None:
    array = values(SIDE, SIDE)
    found = Attribution.from_array(array, 1, digest=subject.digest)
    expected = measure(subject.clf, subject.x, "b", array).scores
    judge = metrics.Judge(subject.clf)
    for curve in (
        measure(subject, found),
        measure(subject, found, "b"),
        measure(subject, array, 1),
        measure(subject.clf, subject, None, found),
        measure(judge, subject, "b", array),
        measure(judge, subject.x, "b", found),
    ):
        np.testing.assert_allclose(curve.scores, expected, rtol=1e-6)


def test_road_and_evidence_take_them_too(subject: Subject) -> None:
    found = Attribution.from_array(values(3, SIDE, SIDE), 2)
    relevance, mask = found.relevance[0], found.masks[0]
    np.testing.assert_array_equal(
        metrics.road(subject, found).scores,
        metrics.road(subject.clf, subject.x, 2, relevance).scores,
    )
    np.testing.assert_array_equal(
        metrics.evidence_scores(subject, found).shown,
        metrics.evidence_scores(subject.clf, subject.x, mask, 2).shown,
    )


def test_an_attribution_of_another_image_or_class_is_refused(subject: Subject) -> None:
    found = Attribution.from_array(values(2, SIDE, SIDE), [0, 1], digest="0" * 64)
    with pytest.raises(ValueError, match="of another image"):
        metrics.insertion(subject, found, "a")
    with pytest.raises(ValueError, match="no class was named"):
        metrics.insertion(subject, found)
    with pytest.raises(ValueError, match="class 2 is not among them"):
        metrics.insertion(subject, found, "c")
    small = Attribution.from_array(values(2, 2), 0)
    with pytest.raises(ValueError, match="has shape"):
        metrics.insertion(subject, small)
    with pytest.raises(TypeError, match="has its image already"):
        metrics.insertion(subject, subject.x, 0, values(SIDE, SIDE))
    with pytest.raises(TypeError, match="expected a tensor or a numpy array"):
        metrics.insertion(subject.clf, subject.x, 0)
    with pytest.raises(TypeError, match="a class index or a class name"):
        metrics.insertion(subject, values(SIDE, SIDE))


def test_an_explanation_gives_its_relevance_and_its_masks(subject: Subject) -> None:
    ex = xw.explain(subject, targets=["c", "a"], iterations=3, game="deletion", progress=False)
    for found, kept in ((ex.attribution, ex.relevance), (ex.mask_attribution, ex.masks)):
        np.testing.assert_array_equal(found.values, kept)
        assert found.targets == ex.targets == (2, 0)
        assert found.digest == subject.digest
        assert not found.signed
        assert "FGVis deletion" in found.method
        assert found.checks == tuple(checks.summary for checks in ex.checks)
        assert found.seconds == ex.diagnostics["seconds"]
    np.testing.assert_array_equal(
        metrics.insertion(subject, ex.attribution, "a").scores,
        metrics.insertion(subject.clf, subject.x, "a", ex.relevance[1]).scores,
    )


def test_a_plot_has_other_methods_beside_ours_on_honest_scales(subject: Subject) -> None:
    pytest.importorskip("matplotlib")
    ex = xw.explain(subject, targets=["c", "a"], iterations=1, progress=False)
    signed = Attribution.from_array(4 * values(2, SIDE, SIDE) - 2, [0, 2], method="Gradient")
    shares = Attribution.from_array(values(SIDE, SIDE) / 2, 0, method="Grad-CAM")
    figure = ex.plot(signed, shares)
    columns = [axes for axes in figure.axes if axes.get_title("left") in ("Gradient", "Grad-CAM")]
    assert len(columns) == 4
    most = float(np.abs(signed.values).max())
    heats = [axes.images[0] for axes in columns if axes.images]
    assert [heat.get_clim() for heat in heats] == [(-most, most), (-most, most), (0, 1)]
    np.testing.assert_array_equal(heats[0].get_array(), signed.values[1])
    np.testing.assert_array_equal(heats[1].get_array(), signed.values[0])
    with pytest.raises(ValueError, match="is of another image"):
        ex.plot(Attribution.from_array(values(SIDE, SIDE), 0, digest="0" * 64))
    with pytest.raises(ValueError, match="pixels"):
        ex.plot(Attribution.from_array(values(2, 2), 0))
    with pytest.raises(TypeError, match="plot takes attributions"):
        ex.plot(values(SIDE, SIDE))
