"""Agreement with given regions, against the definitions written out pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage

import xwidget as xw
from xwidget.attribution import Attribution
from xwidget.findings.region import Box, Pixels, Point, Polygon
from xwidget.metrics import region_agreement
from xwidget.metrics.placing import placed
from xwidget.preprocessing.geometry import Geometry, from_box

H, W = 12, 15
RANDOM = np.random.default_rng(1)
VALUES = ndimage.gaussian_filter(RANDOM.random((3, H, W)), (0, 1, 1))
FIRST, SECOND = Box(1, 2, 4, 3), Box(8, 6, 5, 4)
GEOMETRY = from_box((10, 20, 50, 60), (20, 20), (80, 100))  # input pixels are 2×2 of the original


def of(values: np.ndarray) -> Attribution:
    return Attribution.from_array(values, 0)


def spot(y: int, x: int, size: tuple[int, int] = (H, W)) -> Attribution:
    values = np.zeros(size)
    values[y, x] = 1
    return of(values)


def test_coverage_and_its_chance_are_counted_at_every_place() -> None:
    found = region_agreement(of(VALUES), [FIRST, SECOND], threshold=0.55)
    shown = (VALUES.astype(np.float32) >= 0.55).any(0)
    masks = [region.mask((H, W)) for region in (FIRST, SECOND)]
    union = masks[0] | masks[1]
    for i, mask in enumerate(masks):
        everywhere = np.array(
            [
                shown[np.ix_((np.arange(H) + y) % H, (np.arange(W) + x) % W)][mask].mean()
                for y in range(H)
                for x in range(W)
            ]
        )
        assert found.coverage.value[i] == shown[mask].mean()
        assert found.coverage.chance[i] == pytest.approx(shown.mean())
        for figure, least in ((found.hit_25, 0.25), (found.hit_50, 0.5)):
            assert figure.value[i] == (shown[mask].mean() >= least)
            assert figure.chance[i] == pytest.approx((everywhere >= least).mean())
    moved = [np.roll(shown, (y, x), (0, 1)) for y in range(H) for x in range(W)]
    ious = [(each & union).sum() / (each | union).sum() for each in moved]
    assert found.iou.value == pytest.approx(ious[0])
    assert found.iou.chance == pytest.approx(np.mean(ious))
    assert 0.2 < found.shown < 0.8  # else all of this is trivial
    assert found.shown == shown.mean()
    np.testing.assert_allclose(found.areas, [12 / 180, 20 / 180])


def test_mass_and_rank_are_those_of_arras_and_their_chance_is_the_area() -> None:
    values = VALUES.mean(0) - 0.5
    found = region_agreement(of(values), [FIRST, SECOND])
    union = FIRST.mask((H, W)) | SECOND.mask((H, W))
    positive = values.astype(np.float32).clip(min=0)
    assert found.mass.value == pytest.approx(positive[union].sum() / positive.sum(), rel=1e-6)
    best = np.argsort(-values.ravel())[: union.sum()]
    assert found.rank.value == pytest.approx(union.ravel()[best].mean())
    assert found.mass.chance == found.rank.chance == pytest.approx(union.mean())


def test_pixels_in_two_regions_count_once_in_mass_and_rank() -> None:
    one = region_agreement(of(VALUES), FIRST)
    twice = region_agreement(of(VALUES), [FIRST, FIRST])
    assert (twice.mass.value, twice.rank.value) == (one.mass.value, one.rank.value)
    assert twice.iou.value == one.iou.value


def test_the_threshold_by_default_is_the_one_of_proposals() -> None:
    found = region_agreement(of(VALUES), FIRST)
    values = VALUES.astype(np.float32).astype(np.float64)
    held = values[values >= found.threshold].sum() / values.sum()
    above = values[values > found.threshold].sum() / values.sum()
    assert above < 0.4 <= held


@pytest.mark.parametrize("tolerance", [0, 1, 2, 2.5, 7])
def test_the_most_relevant_pixel_may_miss_by_the_tolerance(tolerance: float) -> None:
    mask = SECOND.mask((H, W))
    distance = ndimage.distance_transform_edt(~mask)
    for y in range(H):
        for x in range(W):
            found = region_agreement(spot(y, x), SECOND, tolerance=tolerance)
            assert found.pointing.value == (distance[y, x] <= tolerance)
    assert found.pointing.chance == pytest.approx((distance <= tolerance).mean())


def test_of_equal_maxima_the_share_inside_counts() -> None:
    values = np.zeros((H, W))
    values[3, 2] = values[3, 3] = values[11, 0] = values[11, 14] = 1
    assert region_agreement(of(values), FIRST).pointing.value == 0.5


def test_a_map_that_shows_everything_is_no_better_than_chance() -> None:
    found = region_agreement(of(np.ones((H, W))), [FIRST, SECOND])
    for figure in (found.coverage, found.hit_25, found.hit_50, found.iou, found.pointing):
        np.testing.assert_allclose(figure.value, figure.chance)
    assert found.mass.value == pytest.approx(found.mass.chance)


def test_no_evidence_covers_nothing_and_has_no_mass() -> None:
    found = region_agreement(of(np.zeros((H, W))), [FIRST, SECOND])
    assert found.shown == 0
    assert not found.coverage.value.any()
    assert not found.hit_25.value.any()
    assert np.isnan(found.mass.value)
    assert found.pointing.value == pytest.approx(found.pointing.chance)
    assert found.rank.value < 0.5


def test_an_explanation_shows_its_mask_and_ranks_by_its_relevance() -> None:
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.Flatten())
    net.append(torch.nn.Linear(4 * 14 * 14, 2))
    clf = xw.Classifier(net, size=16, mean=0.5, std=0.5)
    ex = xw.explain(clf, RANDOM.random((16, 16, 3)), targets=1, iterations=8, progress=False)
    found = region_agreement(ex, Box(2, 2, 8, 8))
    mask = region_agreement(ex.mask_attribution, Box(2, 2, 8, 8))
    order = region_agreement(ex.attribution, Box(2, 2, 8, 8))
    assert found.mass.value == mask.mass.value
    assert found.coverage.value == mask.coverage.value
    assert found.rank.value == order.rank.value
    assert found.pointing.value == order.pointing.value


def pixel(y: int, x: int) -> np.ndarray:
    """Return a mask (80, 100) of one pixel."""
    mask = np.zeros((80, 100), bool)
    mask[y, x] = True
    return mask


@pytest.mark.parametrize(
    "region",
    [
        Box(30, 36, 10, 8),
        Polygon((((30, 36), (40, 36), (40, 44), (30, 44)),)),
        Pixels.of(Box(30, 36, 10, 8).mask((80, 100))),
        Box(30, 36, 10, 8).mask((80, 100)),
        torch.from_numpy(Box(30, 36, 10, 8).mask((80, 100))),
    ],
)
def test_regions_of_the_original_are_placed_by_the_geometry(region: object) -> None:
    (found,) = placed([region], (20, 20), GEOMETRY)  # type: ignore[list-item]
    np.testing.assert_array_equal(found, Box(10, 8, 5, 4).mask((20, 20)))


def test_regions_of_the_original_that_cross_the_border_are_cut_and_tiny_ones_keep_a_pixel() -> None:
    cut, tiny, point = placed(
        [Box(0, 0, 14, 24), pixel(33, 66), Point(31, 37)],
        (20, 20),
        from_box((0, 0, 100, 80), (20, 20), (80, 100)),
    )
    np.testing.assert_array_equal(cut, Box(0, 0, 3, 6).mask((20, 20)))
    assert np.argwhere(tiny).tolist() == [[8, 13]]
    assert np.argwhere(point).tolist() == [[9, 6]]


@pytest.mark.parametrize(
    ("regions", "geometry", "words"),
    [
        ([], None, "regions is empty"),
        ([Box(0, 0, 5, 5)], GEOMETRY, r"the box from \(0, 0\) to \(5, 5\): it lies outside"),
        (pixel(3, 3), GEOMETRY, "the region's mask: it lies outside"),
        (np.eye(20), GEOMETRY, r"\(20, 20\); expected \(80, 100\)"),
        ([FIRST], Geometry((20, 20), (80, 100), None, reason="it was cropped at random"), "random"),
        ([FIRST], from_box((0, 0, 9, 9), (9, 9), (9, 9)), r"an input of \(9, 9\)"),
    ],
)
def test_regions_that_have_no_place_are_refused_in_words(
    regions: object, geometry: Geometry | None, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        placed(regions, (20, 20), geometry)  # type: ignore[arg-type]


def test_other_arguments_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="no class was named"):
        region_agreement(Attribution.from_array(np.zeros((2, H, W)), [0, 1]), FIRST)
    with pytest.raises(ValueError, match="tolerance=-1"):
        region_agreement(of(VALUES), FIRST, tolerance=-1)
    with pytest.raises(ValueError, match="threshold=nan"):
        region_agreement(of(VALUES), FIRST, threshold=np.nan)
    with pytest.raises(TypeError, match=r"Attribution\.from_array"):
        region_agreement(VALUES, FIRST)  # type: ignore[arg-type]


def test_it_prints_each_figure_beside_chance() -> None:
    text = repr(region_agreement(of(VALUES), [FIRST, SECOND]))
    assert text.startswith("Agreement with 2 regions, ")
    assert text.count("chance") == 7
