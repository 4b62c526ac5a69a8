"""Figures over photos: intervals against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from xwidget.studies.intervals import bootstrap, mean, median, share


def test_a_mean_lies_where_the_normal_distribution_says() -> None:
    values = np.random.default_rng(3).normal(0.6, 0.2, 400)
    found = mean(values)
    reach = 1.96 * values.std() / 20
    assert (found.value, found.count) == (pytest.approx(values.mean()), 400)
    assert found.low == pytest.approx(values.mean() - reach, abs=0.002)
    assert found.high == pytest.approx(values.mean() + reach, abs=0.002)


def test_a_median_lies_between_order_statistics() -> None:
    """Of n = 41 values the binomial interval for the median goes from the 14th to the 28th."""
    found = median(range(41))
    assert found.value == 20
    assert found.low == pytest.approx(14, abs=1)
    assert found.high == pytest.approx(26, abs=1)


def test_the_same_photos_have_the_same_interval() -> None:
    values = [0.1, 0.4, 0.9, 0.2]
    ends = [bootstrap(values, lambda array: array.mean(-1)) for _ in range(2)]
    assert ends[0] == ends[1]


def test_what_holds_on_all_photos_is_not_certain() -> None:
    found = share([True] * 20)
    # Wilson: n / (n + z²).
    assert (found.value, found.high) == (1, 1)
    assert found.low == pytest.approx(20 / (20 + 1.959964**2))
    half = share([True, False] * 8)
    assert half.high - 0.5 == pytest.approx(0.5 - half.low)
    assert half.text(percent=True) == "50% [28%, 72%] (16)"


def test_what_is_not_known_is_left_out() -> None:
    assert mean([0.5, None, float("nan")]).text() == "0.50 [0.50, 0.50] (1)"
    assert mean([None]).text() is None
    assert share([]).text(percent=True) is None
    assert median([0.25]).text(digits=1, counted=False) == "0.3 [0.3, 0.3]"


def test_a_table_and_a_sentence_round_a_figure_alike() -> None:
    found = mean([0.925])
    assert found.text(counted=False) == "0.93 [0.93, 0.93]"
    assert found.text(percent=True, counted=False) == "93% [93%, 93%]"
    assert mean([-0.001]).text(counted=False) == "0.00 [0.00, 0.00]"
