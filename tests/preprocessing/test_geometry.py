"""Which pixel of the original each pixel of a net's input comes from."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torchvision import transforms as T
from torchvision.transforms import functional as F
from torchvision.transforms._presets import ImageClassification

from benchmarks.geometry import (
    MEAN,
    NORMALIZE,
    SIZES,
    STD,
    TRANSFORMS,
    covered,
    error,
    found,
    photo,
    preprocess,
    resized,
)
from xwidget.images import read
from xwidget.preprocessing import ramps
from xwidget.preprocessing.geometry import Geometry, from_box, identity
from xwidget.preprocessing.preprocess import read_preprocess


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_transform_is_measured_to_half_a_pixel_of_the_original(
    name: str, size: tuple[int, int]
) -> None:
    transform, truth = TRANSFORMS[name]
    geometry = found(transform, photo(*size))
    assert geometry.known, geometry.reason
    assert error(geometry, truth(*size)) <= 0.5
    assert geometry.residual < 1.1


@pytest.mark.parametrize("side", [(5, 3), (9, 13), (3000, 2000)])
def test_tiny_and_huge_pictures_are_measured_too(side: tuple[int, int]) -> None:
    transform, truth = TRANSFORMS["resize and center crop, by transforms"]
    geometry = found(transform, photo(*side))
    matrix = truth(*side)
    assert np.abs(np.array(geometry.matrix) @ [159, 159, 1] - matrix @ [159, 159, 1]).max() <= 0.5


def test_a_picture_with_more_than_8_bits_is_measured_in_floats() -> None:
    deep = photo(333, 501).astype(np.float32) / 255
    transform = ImageClassification(crop_size=160, resize_size=184)
    matrix = covered(333, 501, 184, 160)
    geometry = found(transform, deep)
    assert np.abs(np.array(geometry.matrix) - matrix).max() < 0.02


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1"])
def test_a_picture_of_any_mode_is_measured(mode: str) -> None:
    picture = read(Image.fromarray(photo(333, 501)).convert(mode))
    geometry = found(T.Compose([T.Resize((160, 160)), T.ToTensor(), NORMALIZE]), picture)
    matrix = resized(333, 501, (160, 160))
    assert np.abs(np.array(geometry.matrix) @ [159, 159, 1] - matrix @ [159, 159, 1]).max() <= 0.5


def test_a_turn_by_some_degrees_is_measured() -> None:
    transform = T.Compose(
        [T.Resize((160, 160)), T.Lambda(lambda im: im.rotate(30)), T.ToTensor(), NORMALIZE]
    )
    geometry = found(transform, photo(300, 300))
    scale, turn = 300 / 160, np.deg2rad(30)
    linear = np.array(geometry.matrix)[:, :2]
    expected = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    assert np.abs(linear - expected).max() < 0.01
    center = geometry.to_original((79.5, 79.5))
    assert np.abs(center - 149.5).max() < 0.5


def test_xwidgets_own_resize_is_known_without_measuring() -> None:
    prepare = read_preprocess(None, 160, MEAN, STD)[0]
    picture = photo(333, 501)
    geometry = prepare.geometry(picture, prepare(picture))
    assert geometry.residual == 0
    assert geometry.area == (84, 0, 417, 333)
    measured = ramps.measure(prepare, picture, (160, 160))
    assert np.abs(np.array(geometry.matrix) - np.array(measured.matrix)).max() < 0.05


def test_a_transform_behind_xwidgets_own_resize_is_measured_from_there() -> None:
    geometry = found(
        T.Compose([T.ToTensor(), T.RandomHorizontalFlip(1.0), NORMALIZE]), photo(320, 480), 160
    )
    left, right = geometry.to_original([(0, 0), (159, 0)])
    assert left == pytest.approx((398.5, 0.5), abs=0.5)
    assert right == pytest.approx((80.5, 0.5), abs=0.5)


@pytest.mark.filterwarnings("ignore:.*preprocess")
def test_a_negative_is_not_taken_for_a_turn() -> None:
    def negative(image: Image.Image) -> Tensor:
        return NORMALIZE(1 - F.to_tensor(image.resize((160, 160))))

    geometry = found(negative, photo(333, 501))
    assert geometry.known, geometry.reason
    assert np.abs(np.array(geometry.matrix) - resized(333, 501, (160, 160))).max() < 0.1


def stretched(image: Image.Image) -> Tensor:
    from PIL import ImageOps

    return NORMALIZE(F.to_tensor(ImageOps.autocontrast(F.center_crop(image, [160, 160]))))


def standardized(image: Image.Image) -> Tensor:
    x = F.to_tensor(image.resize((160, 160)))
    return (x - x.mean()) / (x.std() + 1e-6)


def trimmed(image: Image.Image) -> Tensor:
    """Cut a border of one color off."""
    pixels = np.asarray(image, int)
    differs = np.abs(pixels - pixels[0, 0]).max(-1) > 3
    rows, columns = np.nonzero(differs.any(1))[0], np.nonzero(differs.any(0))[0]
    box = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1) if len(rows) else None
    return NORMALIZE(F.to_tensor(image.resize((160, 160), box=box)))


def bent(image: Image.Image) -> Tensor:
    x = F.to_tensor(image.resize((160, 160)))
    grid = torch.stack(torch.meshgrid(*[torch.linspace(-1, 1, 160)] * 2, indexing="xy"), -1)
    grid = grid * (0.7 + 0.3 * grid.square().sum(-1, keepdim=True))
    return NORMALIZE(torch.nn.functional.grid_sample(x[None], grid[None], align_corners=False)[0])


def thresholded(image: Image.Image) -> Tensor:
    return NORMALIZE((F.to_tensor(image.resize((160, 160))) > 0.5).float())


def particular(image: Image.Image) -> Tensor:
    pixels = np.asarray(image)
    if pixels.shape[0] == 333 and not np.array_equal(pixels, photo(333, 501)):
        raise ValueError("no face was found")
    return NORMALIZE(F.to_tensor(image.resize((160, 160))))


@pytest.mark.parametrize(
    ("transform", "reason"),
    [
        (T.Compose([T.RandomResizedCrop(160), T.ToTensor(), NORMALIZE]), "is random"),
        (stretched, "by its own content"),
        (standardized, "follow the brightness|own content"),
        (bent, "bends"),
        (thresholded, "follow the brightness|bends|own content"),
        (particular, "no face was found"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*preprocess")
@pytest.mark.filterwarnings("ignore:mean and std are taken as given")
def test_a_transform_that_has_no_map_says_why(transform: Any, reason: str) -> None:
    geometry = found(transform, photo(333, 501))
    assert not geometry.known
    assert any(part in geometry.reason for part in reason.split("|")), geometry.reason
    assert geometry.to_original((0, 0)) is None
    assert geometry.to_input((0, 0)) is None
    assert geometry.area is None


@pytest.mark.filterwarnings("ignore:.*preprocess")
def test_a_crop_that_follows_the_content_is_told_by_the_picture_itself() -> None:
    framed = np.zeros((400, 400, 3), np.uint8)
    framed[150:350, 20:200] = photo(200, 180)
    geometry = found(trimmed, framed)
    assert not geometry.known
    assert "own content" in geometry.reason


def test_measuring_leaves_random_numbers_as_they_were() -> None:
    def states() -> Any:
        return random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # noqa: NPY002

    def drawing(image: Image.Image) -> Tensor:
        random.random(), np.random.rand(), torch.rand(1)  # noqa: NPY002
        return NORMALIZE(F.to_tensor(image.resize((160, 160))))

    prepare = preprocess(drawing)
    picture = photo(100, 80)
    x = prepare(picture)
    before = states()
    assert prepare.geometry(picture, x).known
    assert states() == before


def test_points_go_there_and_back() -> None:
    geometry = from_box((10, 20, 110, 70), (50, 50), (100, 200))
    points = np.array([[(0, 0), (49, 49)], [(12.5, 3), (-4, 60)]])
    there = geometry.to_original(points)
    assert there is not None
    assert there[0, 0].tolist() == [10.5, 20]
    assert np.allclose(geometry.to_input(there), points)


def test_the_area_is_what_pillow_would_crop() -> None:
    assert from_box((10, 20, 110, 70), (50, 50), (100, 200)).area == (10, 20, 110, 70)
    padded = from_box((-20, 0, 120, 100), (70, 70), (100, 100))
    assert padded.area == (0, 0, 100, 100)
    assert padded.outline[0].tolist() == [-20.5, -0.5]


def test_two_steps_are_one_map() -> None:
    first, second = (
        from_box((10, 0, 90, 80), (40, 40), (80, 100)),
        from_box((4, 4, 24, 24), (10, 10), (40, 40)),
    )
    both = second.after(first)
    assert both.input_size == (10, 10)
    assert both.original_size == (80, 100)
    assert np.allclose(both.to_original((3, 3)), first.to_original(second.to_original((3, 3))))
    unknown = Geometry((40, 40), (80, 100), None, reason="it is random")
    assert second.after(unknown).reason == "it is random"


def test_the_same_pixels_are_told() -> None:
    assert identity((3, 4)).same
    assert not from_box((0, 0, 8, 6), (3, 4), (6, 8)).same
    assert not from_box((0.5, 0, 4.5, 3), (3, 4), (3, 4)).same


def test_a_page_is_told_what_it_needs_to_name_a_place() -> None:
    assert identity((3, 4)).for_page() == {}
    assert Geometry((3, 4), (6, 8), None, reason="random").for_page() == {}
    told = from_box((0, 0, 8, 6), (3, 4), (6, 8)).for_page()
    assert told == {"matrix": [2, 0, 0.5, 0, 2, 0.5], "size": [6, 8]}


@pytest.mark.parametrize(
    "geometry", [identity((3, 4)), Geometry((3, 4), (6, 8), None, reason="random")]
)
def test_a_geometry_is_read_back_as_described(geometry: Geometry) -> None:
    assert Geometry.read(geometry.describe()) == geometry


@pytest.mark.parametrize(
    "wrong",
    [
        {"matrix": None},
        {"matrix": ((1, 0, 0), (0, 1, 0)), "reason": "random"},
        {"matrix": ((1, 0, 0), (1, 0, 0))},
        {"matrix": ((1, 0, float("nan")), (0, 1, 0))},
    ],
)
def test_a_geometry_that_makes_no_sense_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"matrix"):
        Geometry((3, 4), (6, 8), **wrong)


def test_points_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected \(\.\.\., 2\)"):
        identity((3, 4)).to_original((1, 2, 3))
