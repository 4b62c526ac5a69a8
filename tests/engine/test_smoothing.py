"""The gradient's low-pass, by hand in float64."""

from __future__ import annotations

import pytest
import torch
from scipy.ndimage import gaussian_filter

from xwidget.engine.smoothing import COLOR, FALLS, low_pass, smoothed

SIDE = 224  # deviations are meant as they are


@pytest.fixture(scope="module")
def gradient() -> torch.Tensor:
    return torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0)).double()


@pytest.mark.parametrize(("step", "deviation"), [(1, 4.0), (1 + FALLS // 2, 2.0), (FALLS + 9, 1.0)])
def test_it_falls_from_coarse_to_fine(gradient: torch.Tensor, step: int, deviation: float) -> None:
    found = smoothed(gradient, (4.0, 1.0), step)
    gray = gradient.mean(1, keepdim=True)
    less_color = (gray + COLOR * (gradient - gray))[0, 1].numpy()
    reach = max(1, round(4 * deviation))
    expected = gaussian_filter(less_color, deviation, mode="nearest", truncate=reach / deviation)
    torch.testing.assert_close(found[0, 1], torch.from_numpy(expected))


def test_what_is_the_same_everywhere_stays() -> None:
    flat = torch.full((2, 3, 9, 7), 0.3, dtype=torch.float64)
    torch.testing.assert_close(smoothed(flat, (3.0, 1.0), 1), flat)
    torch.testing.assert_close(low_pass(flat, 5.0), flat)


def test_a_small_picture_keeps_its_detail() -> None:
    small = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(0)).double()
    gray = small.mean(1, keepdim=True)
    torch.testing.assert_close(smoothed(small, (3.0, 1.0), 1), gray + COLOR * (small - gray))
