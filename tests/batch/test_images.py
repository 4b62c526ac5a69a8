"""The images of a batch: where they come from, and what each is called."""

import gc
import weakref

import numpy as np
import pytest
import torch
from PIL import Image

from xwidget.batch.images import Images, collect

PICTURE = np.zeros((4, 4, 3), dtype=np.uint8)


def test_a_folder_is_its_images_by_name(tmp_path):
    for name in ("b.png", "A.JPG", "c.webp"):
        Image.fromarray(PICTURE).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / ".hidden.png").write_bytes(b"")
    assert list(collect(tmp_path)) == ["A.JPG", "b.png", "c.webp"]
    assert list(collect(str(tmp_path))) == ["A.JPG", "b.png", "c.webp"]


def test_images_are_named_by_file_by_number_or_by_hand(tmp_path):
    Image.fromarray(PICTURE).save(tmp_path / "cup.png")
    opened = Image.open(tmp_path / "cup.png")
    images = [tmp_path / "cup.png", PICTURE, opened]
    assert list(collect(images)) == ["cup.png", "image 2", "cup.png (2)"]
    assert list(collect(iter(images))) == ["cup.png", "image 2", "cup.png (2)"]
    assert list(collect(images, ["x", "y", "x"])) == ["x", "y", "x (2)"]
    assert list(collect(images, (name for name in "xyz"))) == ["x", "y", "z"]
    assert list(collect({"left": PICTURE, 7: PICTURE})) == ["left", "7"]


@pytest.mark.parametrize(
    ("images", "names", "error", "words"),
    [
        ([], None, ValueError, "no image"),
        ({}, None, ValueError, "no image"),
        ("/no/such/folder", None, ValueError, "no folder '/no/such/folder'"),
        (PICTURE, None, TypeError, r"one ndarray; put it into a list"),
        (Image.fromarray(PICTURE), None, TypeError, "one Image; put it into a list"),
        (7, None, TypeError, "cannot be a int"),
        ([PICTURE], ["a", "b"], ValueError, "2 entries for 1 images"),
        ([PICTURE], {"a"}, TypeError, "names is a set; expected a list"),
        ([PICTURE], "a", TypeError, "names is a str; expected a list"),
        ([PICTURE], {"a": 1}, TypeError, "names is a dict; expected a list"),
        ([PICTURE], 1, TypeError, "names is a int; expected a list"),
        ({"a": PICTURE}, ["a"], ValueError, "leave names out"),
    ],
)
def test_what_is_no_set_of_images_is_refused(images, names, error, words):
    with pytest.raises(error, match=words):
        collect(images, names)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="holds no image"):
        collect(tmp_path)


@pytest.mark.parametrize(
    ("images", "count"),
    [
        ([PICTURE, PICTURE], 2),
        ({"a": PICTURE}, 1),
        (np.zeros((3, 4, 4, 3)), 3),
        (torch.zeros(2, 3, 4, 4), 2),
        (iter([PICTURE]), None),
        (set(), 0),
    ],
)
def test_how_many_there_are_is_known_unless_only_the_end_tells(images, count):
    assert Images(images).count == count


def test_images_are_taken_one_at_a_time():
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield PICTURE

    named = iter(Images(endless()))
    assert not taken
    assert [next(named)[0], next(named)[0]] == ["image 1", "image 2"]
    assert len(taken) == 2


@pytest.mark.parametrize("named", [None, [f"photo {i}" for i in range(3)]])
def test_nothing_is_kept_of_an_image_that_was_handed_out(named):
    made = []

    def arrays():
        for _ in range(3):
            made.append(weakref.ref(image := np.zeros((4, 4, 3))))
            yield image
            del image

    for _, image in Images(arrays(), named):
        del image
        gc.collect()
        # The generator above has the one that it yields.
        assert sum(ref() is not None for ref in made) <= 1


def test_a_name_that_was_taken_gets_a_number():
    names = ["a", "a (2)", "a", "a", "a (2)"]
    assert [name for name, _ in Images([PICTURE] * 5, names)] == [
        "a",
        "a (2)",
        "a (3)",
        "a (4)",
        "a (2) (2)",
    ]


def test_too_few_names_for_images_of_unknown_number_are_an_error_when_they_run_out():
    named = iter(Images(iter([PICTURE, PICTURE]), ["only"]))
    assert next(named)[0] == "only"
    with pytest.raises(ValueError, match="1 entries, but there are more images"):
        next(named)


def test_a_file_is_a_batch_of_one(tmp_path):
    Image.fromarray(PICTURE).save(tmp_path / "cup.png")
    assert list(collect(tmp_path / "cup.png")) == ["cup.png"]


def test_names_that_no_file_can_hold_are_made_valid():
    assert list(collect({"\udcff cat": PICTURE, "? cat": PICTURE})) == ["? cat", "? cat (2)"]
    assert list(collect([PICTURE], ["\ud800"])) == ["?"]
