"""Proposed regions: connected parts as scipy labels them, ranked by the evidence that they hold."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from xwidget.findings import proposals
from xwidget.findings.proposals import Proposal, propose

FIXTURE = Path(__file__).parents[2] / "js/tests/annotate/fixtures/proposals.json"
RANDOM = np.random.default_rng(0)


def blobs(height: int, width: int, seed: int, share: float = 0.3) -> np.ndarray:
    """Return smooth noise in [0,1], zero on all but a share of the pixels."""
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).normal(size=(3, height, width)), 2)
    low = np.quantile(noise, 1 - share)
    return np.clip((noise - low) / (noise.max() - low), 0, 1)


def masks(found: list[Proposal]) -> list[np.ndarray]:
    return [each.region.mask(each.region.size) for each in found]


@pytest.mark.parametrize("density", [0.05, 0.3, 0.41, 0.6, 0.95])
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (37, 53)])
def test_parts_that_touch_are_those_of_scipy(size: tuple[int, int], density: float) -> None:
    for _ in range(10):
        shown = RANDOM.random(size) < density
        expected, _ = ndimage.label(shown, np.ones((3, 3)))
        np.testing.assert_array_equal(proposals.parts(shown), expected)


@pytest.mark.parametrize("gap", [1, 2, 5])
def test_parts_over_a_gap_are_those_whose_pixels_are_near_in_both_directions(gap: int) -> None:
    for density in (0.02, 0.05, 0.1):
        shown = RANDOM.random((30, 41)) < density
        places = np.argwhere(shown)
        near = np.abs(places[:, None] - places[None]).max(-1) <= gap + 1
        reached = np.linalg.matrix_power(near.astype(float), 64) > 0
        labels = proposals.parts(shown, gap)[shown]
        np.testing.assert_array_equal(labels[:, None] == labels[None], reached)


def test_a_spiral_is_one_part_and_two_that_never_touch_are_two() -> None:
    angle = np.linspace(2 * np.pi, 12 * np.pi, 20_000)
    shown = np.zeros((101, 101), bool)
    for turn in (0, np.pi):
        y, x = (angle * f(angle + turn) * 1.25 + 50 for f in (np.sin, np.cos))
        shown[y.round().astype(int), x.round().astype(int)] = True
    expected, count = ndimage.label(shown, np.ones((3, 3)))
    assert count == 2
    np.testing.assert_array_equal(proposals.parts(shown), expected)


def test_regions_are_ranked_by_the_evidence_they_hold_not_by_their_area() -> None:
    mask = np.zeros((3, 20, 20))
    mask[:, 2:12, 2:12], mask[:, 15:18, 15:18] = 0.05, 1.0
    small, wide = propose(mask, threshold=0.05)
    assert (wide.area, small.area) == (100 / 400, 9 / 400)
    assert (wide.share, small.share) == pytest.approx((5 / 14, 9 / 14))


def test_values_below_the_threshold_count_in_the_whole() -> None:
    mask = np.full((10, 10), 0.1)
    mask[4:6, 4:6] = 0.9
    (found,) = propose(mask, threshold=0.5)
    assert found.share == pytest.approx(3.6 / 13.2)


def test_a_channel_alone_has_its_own_regions() -> None:
    mask = np.zeros((3, 20, 20))
    mask[0, 1:5, 1:5], mask[2, 10:18, 10:18] = 1, 1
    both, red, blue = (propose(mask, channels=channels) for channels in (None, [0], [2]))
    assert len(both) == 2
    assert [each.share for each in red] == [1.0]
    assert red[0].area == 16 / 400
    assert blue[0].area == 64 / 400


def test_at_most_so_many_and_none_of_less_than_the_least_share() -> None:
    mask = np.zeros((60, 60))
    for k in range(12):
        mask[5 * k : 5 * k + 2, 5:7] = 1 + k
    assert len(propose(mask, threshold=0, least=0)) == 8
    assert len(propose(mask, threshold=0, least=0, count=20)) == 12
    shares = [each.share for each in propose(mask, threshold=0, least=0.1, count=20)]
    assert shares == pytest.approx([12 / 78, 11 / 78, 10 / 78, 9 / 78, 8 / 78])


def test_equal_regions_come_in_the_order_of_their_first_pixels() -> None:
    mask = np.zeros((20, 20))
    mask[10:12, 1:3] = mask[1:3, 15:17] = mask[1:3, 3:5] = 1
    firsts = [tuple(np.argwhere(each)[0]) for each in masks(propose(mask))]
    assert firsts == [(1, 3), (1, 15), (10, 1)]


def test_the_automatic_threshold_is_the_largest_that_leaves_40_percent() -> None:
    for seed in range(20):
        values = blobs(30, 30, seed)
        t = proposals.automatic(values)
        assert values[values >= t].sum() >= 0.4 * values.sum()
        assert values[values > t].sum() < 0.4 * values.sum()
        assert propose(values) == propose(values, threshold=t)


def test_weak_evidence_proposes_the_same_as_strong() -> None:
    values = blobs(40, 40, 3)
    strong, weak = propose(values), propose(values * 0.01)
    assert [each.region for each in strong] == [each.region for each in weak]


def test_no_evidence_proposes_nothing_and_evidence_all_over_the_whole_picture() -> None:
    assert propose(np.zeros((3, 9, 9))) == []
    assert propose(np.zeros((9, 9)), threshold=0) == []
    assert propose(-np.ones((9, 9))) == []
    assert propose(np.full((9, 9), 0.4), threshold=0.5) == []
    (found,) = propose(np.ones((3, 9, 9)))
    assert (found.share, found.area) == (1, 1)


def test_negative_values_count_as_none() -> None:
    values = blobs(30, 30, 1)
    signed = np.where(values > 0, values, -1.0)
    assert propose(signed, threshold=0) == propose(values, threshold=0)


def test_bytes_are_what_they_stand_for() -> None:
    quantized = np.floor(255 * blobs(40, 50, 5) + 0.5).astype(np.uint8)
    for threshold in (None, 0.2, 0.5, 1.0):
        found = propose(quantized, threshold=threshold)
        same = propose(quantized / 255, threshold=threshold)
        assert [each.region for each in found] == [each.region for each in same]
        assert [each.share for each in found] == pytest.approx([each.share for each in same])


@pytest.mark.parametrize(
    ("values", "options", "error", "words"),
    [
        (np.full((4, 4), np.nan), {}, ValueError, "NaN or infinite"),
        (np.full((4, 4), np.inf), {}, ValueError, "NaN or infinite"),
        (np.ones((2, 3, 4, 4)), {}, ValueError, r"of one class, such as explanation.masks\[0\]"),
        (np.ones((5, 4, 4)), {}, ValueError, r"\(5, 4, 4\)"),
        (np.ones((0, 4)), {}, ValueError, r"\(0, 4\)"),
        (np.array([["a"]]), {}, TypeError, "real numbers"),
        (np.ones((4, 4)), {"threshold": -1}, ValueError, "threshold=-1"),
        (np.ones((4, 4)), {"threshold": np.nan}, ValueError, "threshold=nan"),
        (np.ones((4, 4)), {"least": 1.5}, ValueError, "least=1.5"),
        (np.ones((4, 4)), {"gap": -1}, ValueError, "gap"),
        (np.ones((4, 4)), {"count": 0}, ValueError, "count"),
        (np.ones((3, 4, 4)), {"channels": []}, ValueError, "channels is empty"),
        (np.ones((3, 4, 4)), {"channels": [3]}, ValueError, "channel"),
    ],
)
def test_what_proposes_nothing_sound_is_refused_in_words(
    values: np.ndarray, options: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        propose(values, **options)  # type: ignore[arg-type]


def test_a_scattered_mask_of_a_large_input_takes_no_second() -> None:
    mask = RANDOM.random((3, 512, 512)) < 0.1
    began = time.process_time()
    propose(mask.astype(np.float32))
    assert time.process_time() - began < 5  # it takes 0.3 s; one loop over pixels takes minutes


def test_the_page_has_the_same_rules() -> None:
    """The fixture that the page's twin is tested with holds what these rules propose."""
    cases = json.loads(FIXTURE.read_text())
    assert len(cases) >= 8
    for case in cases:
        height, width = case["size"]
        flat = np.frombuffer(base64.b64decode(case["mask"]), np.uint8)
        found = propose(flat.reshape(3, height, width), **case["options"])
        assert [each.region.counts for each in found] == [each["counts"] for each in case["parts"]]
        assert [each.share for each in found] == pytest.approx(
            [each["share"] for each in case["parts"]]
        )
