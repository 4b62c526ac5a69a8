"""Orders of pixels."""

from __future__ import annotations

import pytest
import torch

from xwidget import metrics

ORDER = torch.tensor([[0.1, 7.0], [-3.0, 2.0]], dtype=torch.float64)


def test_places_and_shares() -> None:
    assert metrics.ranks(ORDER).tolist() == [[2, 0], [3, 1]]
    assert metrics.standing(ORDER).tolist() == [[0.5, 1.0], [0.25, 0.75]]


def test_fused_orders_put_first_what_both_put_first() -> None:
    other = torch.tensor([[9.0, 8.0], [1.0, 2.0]])
    # places in shares: .5, 1, .25, .75 and 1, .75, .25, .5
    assert metrics.fused(ORDER, other).tolist() == [[0.5, 0.75], [0.0625, 0.375]]
    assert metrics.ranks(metrics.fused(ORDER, 1e9 * ORDER)).tolist() == [[2, 0], [3, 1]]


def test_a_larger_picture_keeps_the_order() -> None:
    large = metrics.resized(10.0**ORDER, (4, 4))
    assert large.shape == (4, 4)
    corners = large[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert corners.tolist() == [0.5, 1.0, 0.25, 0.75]
    assert torch.equal(metrics.resized(ORDER, (2, 2)), metrics.standing(ORDER))


def test_what_is_no_order_is_refused() -> None:
    with pytest.raises(ValueError, match="one value a pixel"):
        metrics.ranks(torch.zeros(3, 2, 2))
    with pytest.raises(ValueError, match="no order"):
        metrics.ranks(torch.tensor([[torch.nan]]))
