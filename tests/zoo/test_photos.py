"""Sample photos are at hand without a download, and without importing the library that has them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from xwidget.origin import name_of
from xwidget.zoo import packages, sample, samples


def test_every_sample_is_an_rgb_photo() -> None:
    assert {"coffee", "camera", "chelsea", "motorcycle", "rocket", "retina"} <= set(samples())
    for name in samples():
        photo = sample(name)
        assert photo.mode == "RGB"
        assert min(photo.size) >= 224


def test_the_coffee_is_a_red_cup_on_brown_wood() -> None:
    red, green, blue = sample("coffee").resize((1, 1)).getpixel((0, 0))
    assert red > green > blue


def test_a_sample_is_called_by_its_name_wherever_a_file_would_be() -> None:
    photo = sample("coffee")
    assert (name_of(photo), name_of(Image.fromarray(np.asarray(photo)))) == ("coffee", "")


def test_an_unknown_sample_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"Did you mean 'coffee'\? There are: coffee, camera"):
        sample("cofee")


def test_photos_that_are_not_installed_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages.importlib.util, "find_spec", lambda _: None)
    for call in (samples, lambda: sample("coffee")):
        with pytest.raises(ModuleNotFoundError, match=r'pip install "xwidget\[demo\]"'):
            call()


def test_scikit_image_itself_is_not_imported() -> None:
    code = (
        "import sys; from xwidget.zoo.photos import sample; sample('coffee'); "
        "sys.exit('skimage' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
