"""Regions: which pixels belong to them, and that they come back from JSON as they were."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco

from xwidget.findings import runs
from xwidget.findings.region import Box, Pixels, Point, Polygon, Region, read

SIZE = (6, 8)


def test_a_pixel_belongs_to_a_region_if_its_center_does() -> None:
    assert np.argwhere(Box(1.4, 0.6, 2, 1).mask(SIZE)).tolist() == [[1, 1], [1, 2]]
    square = Polygon((((1.4, 0.6), (3.4, 0.6), (3.4, 1.6), (1.4, 1.6)),))
    assert np.array_equal(square.mask(SIZE), Box(1.4, 0.6, 2, 1).mask(SIZE))


def test_a_region_between_centers_is_the_pixel_that_it_lies_in() -> None:
    assert np.argwhere(Box(2.6, 3.7, 0.1, 0.1).mask(SIZE)).tolist() == [[3, 2]]
    assert np.argwhere(Point(7.9, 5.9).mask(SIZE)).tolist() == [[5, 7]]


def test_a_ring_in_a_ring_is_a_hole_and_a_bow_tie_keeps_both_its_halves() -> None:
    outer = ((0, 0), (6, 0), (6, 6), (0, 6))
    hole = ((2, 2), (4, 2), (4, 4), (2, 4))
    assert Polygon((outer, hole)).mask(SIZE).sum() == 36 - 4
    bow_tie = Polygon((((0, 0), (6, 6), (6, 0), (0, 6)),)).mask(SIZE)
    assert bow_tie[2:4, 0].all()
    assert bow_tie[2:4, 5].all()


@pytest.mark.parametrize("density", [0.02, 0.5, 0.97])
def test_run_lengths_are_those_of_pycocotools(density: float) -> None:
    mask = np.random.default_rng(3).random((57, 91)) < density
    theirs = coco.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"].decode()
    assert runs.encode(mask) == theirs
    assert np.array_equal(runs.decode(theirs, mask.shape), mask)


@pytest.mark.parametrize(
    "region",
    [
        Box(0.5, 1, 2, 3.25),
        Point(1, 2),
        Polygon((((0, 0), (4, 0), (4, 4)),)),
        Pixels.of(np.eye(6, 8)),
    ],
)
def test_a_region_comes_back_from_json(region: Region) -> None:
    assert read(json.loads(json.dumps(region.describe()))) == region


@pytest.mark.parametrize("of", [int, float, np.int64, np.uint8, np.float32, np.float64])
def test_a_region_is_the_same_json_whatever_its_numbers_came_as(of: Callable[[int], Any]) -> None:
    one, two, three, four = map(of, (1, 2, 3, 4))
    made = Box(one, two, three, four), Point(one, two), Polygon((((one, two), (3, 2), (3, four)),))
    plain = (
        Box(1.0, 2.0, 3.0, 4.0),
        Point(1.0, 2.0),
        Polygon((((1.0, 2.0), (3.0, 2.0), (3.0, 4.0)),)),
    )
    for region, expected in zip(made, plain, strict=True):
        assert json.dumps(region.describe()) == json.dumps(expected.describe())
        assert repr(region) == repr(expected)


@pytest.mark.parametrize("value", ["1", True, np.True_, None, 1j, np.ones(2)])
def test_what_is_no_number_is_no_coordinate(value: Any) -> None:
    for make in (lambda: Box(value, 2, 3, 4), lambda: Point(1, value)):
        with pytest.raises(TypeError, match="a coordinate is a number"):
            make()
    with pytest.raises(TypeError, match="a coordinate is a number"):
        Polygon((((value, 0), (4, 0), (4, 4)),))


@pytest.mark.parametrize(
    ("described", "words"),
    [
        (None, "a type"),
        ({"type": "circle"}, "'circle'"),
        ({"type": "box", "x": 0, "y": 0, "width": 0, "height": 1}, "above 0"),
        ({"type": "box", "x": float("nan"), "y": 0, "width": 1, "height": 1}, "finite"),
        ({"type": "point", "x": True, "y": 0}, "number"),
        ({"type": "polygon", "rings": [[[0, 0], [1, 1]]]}, "3 or more"),
        ({"type": "mask", "size": [2, 2], "counts": "4"}, "one pixel"),
        ({"type": "mask", "size": [2, 2], "counts": "~"}, "character"),
        ({"type": "mask", "size": [2, 2], "counts": "9"}, "add up"),
        ({"type": "mask", "size": [2, 2], "counts": "05O"}, "length -1; expected 0"),
    ],
)
def test_what_is_no_region_is_refused_in_words(described: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read(described)
