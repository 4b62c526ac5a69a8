"""All measures at once: their figures, their way to a page, how far they are, and their end."""

from __future__ import annotations

import json

import numpy as np
import pytest
from torch import nn

import xwidget as xw
from tests.metrics.nets import AREA, corner, patch, subject
from xwidget import metrics
from xwidget.errors import Cancelled


def test_the_figures_are_those_of_each_metric_alone() -> None:
    own, found = subject(), corner()
    other = patch(0.5, name="other")
    measured = metrics.measure(own, found, areas=[AREA], witness=other, steps=8)
    area = metrics.equal_area(own, found, areas=[AREA], witness=other)
    for one, expected in ((measured.own, area), (measured.witness, area.witness)):
        np.testing.assert_array_equal(one.equal_area.sufficiency, expected.sufficiency)
        np.testing.assert_array_equal(one.equal_area.without, expected.without)
    for name, given in (("deletion", {"steps": 8}), ("insertion", {"steps": 8}), ("road", {})):
        alone = getattr(metrics, name)(own, found, **given)
        np.testing.assert_array_equal(getattr(measured.own, name).scores, alone.scores)
    assert measured.own.deletion.scores[-1] == 0
    assert measured.witness.insertion.scores[-1] == pytest.approx(0.5)
    assert (measured.own.net, measured.witness.net) == ("patch", "other")


def test_what_is_described_is_json_and_comes_back_the_same() -> None:
    measured = metrics.measure(subject(), corner(), areas=[AREA, 0.5], steps=4)
    told = measured.describe()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["areas"] == [AREA, 0.5]
    assert told["own"]["image"] == pytest.approx(1)
    assert told["own"]["sufficiency"] == pytest.approx([1, 1])
    assert told["own"]["comprehensiveness"] == pytest.approx([1, 1])
    curve = metrics.Curve(
        *(np.array(told["own"]["deletion"][name]) for name in ("shares", "scores"))
    )
    assert curve.auc == told["own"]["deletion"]["height"] == measured.own.deletion.auc
    # ROAD ends before all pixels are filled in: a constant score is as high there as anywhere.
    road = measured.own.road
    assert road.shares[-1] < 1
    assert told["own"]["road"]["height"] == road.height > road.auc
    assert len(told["own"]["road"]["scores"]) == len(metrics.road(subject(), corner()).scores)
    assert told["witness"] is None
    assert told["seconds"] > 0
    assert "100% alone" not in repr(measured)
    assert "patch: image 1.000, 6% alone 1.000" in repr(measured)


def test_progress_rises_to_one_and_every_batch_may_be_the_last() -> None:
    told: list[float] = []
    metrics.measure(
        subject(), corner(), witness=patch(0.5), steps=8, batch=4, on_progress=told.append
    )
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) >= 2 * (7 + 18 + 10) / 4
    asked: list[int] = []

    def third() -> bool:
        asked.append(1)
        return len(asked) == 3

    with pytest.raises(Cancelled, match="canceled after"):
        metrics.measure(subject(), corner(), steps=8, batch=4, cancel=third)
    assert len(asked) == 3


def test_a_judge_is_asked_as_it_is_and_left_so() -> None:
    own, told = subject(), []
    judge = metrics.Judge(own.clf, batch=2)
    metrics.measure(own, corner(), steps=2, judge=judge, on_progress=told.append)
    count = len(told)
    judge.scores(own.x[None], 0)
    assert len(told) == count


def test_an_explanation_is_ranked_by_its_relevance() -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 3))
    before = xw.Subject(xw.Classifier(net, size=8), np.random.default_rng(0).random((8, 8, 3)))
    ex = xw.explain(before, targets=[1], iterations=2, progress=False)
    one, other = (metrics.measure(before, found, steps=4) for found in (ex, ex.attribution))
    assert one.own.describe() == other.own.describe()
    assert one.target == 1


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(TypeError, match="expected a Subject"):
        metrics.measure(patch(), corner())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"Attribution\.from_array"):
        metrics.measure(subject(), np.ones((8, 8)))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="class 1 is not among them"):
        metrics.measure(subject(), corner(), 1)
