"""Small moves, worked out by hand in float64."""

from __future__ import annotations

import pytest
import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor

from xwidget.engine.moves import MOVES, flipped, shifted, zoomed
from xwidget.engine.smoothing import low_pass


def ramp(height: int = 6, width: int = 5, count: int = 2) -> Tensor:
    """Return pictures whose pixels all differ: (count, 3, height, width)."""
    return torch.arange(count * 3 * height * width).double().view(count, 3, height, width)


def test_a_shift_brings_in_no_frame() -> None:
    x = torch.tensor([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]).double().expand(1, 3, 3, 3)
    assert shifted(x, 1, 1)[0, 2].tolist() == [[1, 1, 2], [1, 1, 2], [4, 4, 5]]
    assert shifted(x, 7, 7).unique().tolist() == [1], "farther than the picture is wide"
    assert torch.equal(shifted(x, 0, 0), x)
    assert shifted(x, -1, 1)[0, 0].tolist() == [[4, 4, 5], [7, 7, 8], [7, 7, 8]]


def test_a_zoom_keeps_the_middle_and_drops_the_border() -> None:
    x = torch.linspace(-1, 1, 9, dtype=torch.float64).expand(1, 3, 9, 9)
    # A ramp enlarged by 1.25 rises 1.25 times as slowly.
    torch.testing.assert_close(zoomed(x, 1.25), x / 1.25)
    torch.testing.assert_close(zoomed(ramp(), 1), ramp())


def test_a_blur_is_the_gaussian_one() -> None:
    x = ramp()[:, :, ::2].square().sin()
    expected = gaussian_filter(x[1, 2].numpy(), 0.8, mode="nearest", truncate=3.75)
    torch.testing.assert_close(low_pass(x, 0.8)[1, 2], torch.from_numpy(expected))
    flat = torch.full((1, 3, 4, 4), 0.3, dtype=torch.float64)
    torch.testing.assert_close(low_pass(flat, 0.8), flat)


def test_a_flip_is_its_own_way_back() -> None:
    assert flipped(ramp())[0, 0, 0].tolist() == [4, 3, 2, 1, 0]
    assert torch.equal(flipped(flipped(ramp())), ramp())


@pytest.mark.parametrize("name", MOVES)
def test_a_move_keeps_shape_type_and_input(name: str) -> None:
    for x in (ramp(), ramp(1, 1, 1), ramp().float()):
        before = x.clone()
        moved = MOVES[name](x)
        assert moved.shape == x.shape
        assert moved.dtype == x.dtype
        assert torch.equal(x, before)
        apart = torch.cat([MOVES[name](one[None]) for one in x])
        torch.testing.assert_close(moved, apart)
