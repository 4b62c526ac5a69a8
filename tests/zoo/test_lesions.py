"""Pictures of lesions: what is said of where they are is where they are drawn."""

from __future__ import annotations

import numpy as np

from xwidget.zoo.lesions import CLASSES, lesion_pictures

PICTURES = lesion_pictures(30, seed=5)


def test_the_same_seed_draws_the_same_and_another_one_something_else() -> None:
    again, other = lesion_pictures(3, seed=5), lesion_pictures(3, seed=6)
    np.testing.assert_array_equal(again.images, PICTURES.images[:3])
    assert (other.images != again.images).any()


def test_classes_are_as_frequent_and_only_those_with_lesions_have_some() -> None:
    assert np.bincount(PICTURES.classes).tolist() == [10] * len(CLASSES)
    for kind, lesions in zip(PICTURES.classes, PICTURES.lesions, strict=True):
        assert lesions.shape[1:] == (96, 96)
        assert bool(len(lesions)) == bool(kind)
        assert all(mask.any() for mask in lesions)


def test_lesions_have_their_colors_and_distractors_have_others() -> None:
    for kind, (low, high) in ((1, (0.75, 1)), (2, (0, 0.5))):
        for k in np.flatnonzero(PICTURES.classes == kind):
            lesion = PICTURES.lesions[k].any(0) & ~PICTURES.distractors[k]
            red, green, blue = PICTURES.images[k][lesion].mean(0) / 255
            assert low <= red <= high
            assert red > green > blue - 0.03
    reflected = PICTURES.images[PICTURES.distractors].mean(0)
    assert reflected[2] >= reflected[0]  # bluish or gray


def test_lesions_and_distractors_lie_on_the_disc_whose_surroundings_are_black() -> None:
    rows, columns = np.indices((96, 96))
    disc = np.hypot(rows - 47.5, columns - 47.5) < 46
    for image, lesions, distractors in zip(
        PICTURES.images, PICTURES.lesions, PICTURES.distractors, strict=True
    ):
        assert not image[np.hypot(rows - 47.5, columns - 47.5) > 49].any()
        assert disc[lesions.any(0) | distractors].all()
