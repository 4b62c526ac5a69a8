"""Regions as a user gives them."""

import numpy as np
import pytest

from xwidget.findings.given import region_of
from xwidget.findings.region import Box, Pixels, Point, Polygon

FRAME = (6, 8)


def test_four_numbers_are_a_box_and_two_a_point():
    assert region_of((1, 2, 3, 4), FRAME) == Box(1, 2, 3, 4)
    assert region_of(np.array([1.5, 2, 3, 4], np.float32), FRAME) == Box(1.5, 2, 3, 4)
    assert region_of([3, 2.5], FRAME) == Point(3, 2.5)


def test_corners_are_a_polygon_and_rings_one_with_a_hole():
    corners = [(0, 0), (5, 0), (5, 5)]
    assert region_of(corners, FRAME) == Polygon((tuple(corners),))
    rings = [corners, [(1, 1), (2, 1), (2, 2), (1, 2)]]
    assert len(region_of(rings, FRAME).rings) == 2


def test_an_array_of_the_inputs_shape_is_a_mask_and_so_is_one_of_bool():
    mask = np.zeros(FRAME)
    mask[2, 3] = 0.5
    assert region_of(mask, FRAME) == Pixels.of(mask)
    assert region_of(np.ones((4, 2), bool), (4, 2)).area((4, 2)) == 1
    assert region_of(np.ones((4, 2)), (4, 2)).type == "mask"


def test_a_region_stays_what_it_is():
    region = Box(1, 2, 3, 4)
    assert region_of(region, FRAME) is region


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((20, 1, 2, 2), "outside of the network's input of 6×8"),
        ((-5, 1, 4, 2), "outside"),
        (np.ones((5, 5), bool), r"shape \(5, 5\); expected .* 6×8"),
        (Pixels.of(np.ones((5, 5))), "5×5 pixels; expected"),
        (np.zeros(FRAME, bool), "one pixel or more"),
        ((1, 2, 0, 3), "width and a height above 0"),
        ((1, 2, float("nan"), 3), "above 0|finite"),
        ([(0, 0), (1, 1)], "expected a box"),
        (np.ones((2, 3, 4)), "expected a box"),
        ("upper left", "expected a box"),
        (None, "expected a box"),
        ({"x": 1}, "expected a box"),
    ],
)
def test_anything_else_is_refused_in_words(given, words):
    with pytest.raises((ValueError, TypeError), match=words):
        region_of(given, FRAME)
