"""A random transform is warned of: what is predicted, drawn and explained would differ."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torchvision import transforms
from torchvision.transforms import v2

from xwidget.classifier import Classifier
from xwidget.preprocessing import randomness


class Jitter(nn.Module):
    """Random in training only."""

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.rand(3, 1, 1) * 0.1 if self.training else x


own = np.random.default_rng(0)

RANDOM: dict[str, list[Any]] = {
    "crop and flip": [transforms.RandomResizedCrop(16), transforms.RandomHorizontalFlip()],
    "crop of what is left": [transforms.Resize(16), transforms.RandomCrop(16)],
    "color": [transforms.ColorJitter(0.5)],
    "rare": [transforms.RandomGrayscale(0.02)],
    "blur": [transforms.GaussianBlur(5)],
    "erasing": [transforms.ToTensor(), transforms.RandomErasing(0.1)],
    "second version": [v2.RandomPhotometricDistort()],
    "dropout": [transforms.ToTensor(), nn.Dropout(0.2)],
    "module in training": [transforms.ToTensor(), Jitter()],
    "python's": [lambda image: image.rotate(random.randint(-9, 9))],
    "numpy's": [lambda image: image.rotate(np.random.randint(-9, 9))],  # noqa: NPY002
    "its own": [lambda image: image.rotate(own.integers(-9, 9))],
    "dark pictures": [lambda im: im.rotate(own.integers(9)) if np.mean(im) < 50 else im],
    "wide pictures": [lambda im: im.rotate(own.integers(9)) if im.width > im.height else im],
}


def pipeline(*steps: Any) -> transforms.Compose:
    ends = [transforms.Resize((16, 16))]
    if not any(isinstance(step, transforms.ToTensor) for step in steps):
        ends += [transforms.ToTensor()]
    half = transforms.Normalize((0.5,) * 3, (0.5,) * 3)
    return transforms.Compose([*steps, *ends, half])


@pytest.mark.parametrize("steps", RANDOM.values(), ids=RANDOM)
def test_a_random_transform_is_warned_of(steps: list[Any]) -> None:
    with pytest.warns(UserWarning, match="preprocess is random.*CenterCrop") as warned:
        clf = Classifier(nn.Flatten(), preprocess=pipeline(*steps))
    assert (clf.mean, clf.std) == ((0.5,) * 3, (0.5,) * 3)
    assert [each.filename for each in warned] == [__file__]
    named = "eval" in str(warned[0].message)
    assert named == any(isinstance(step, (nn.Dropout, Jitter)) for step in steps)
    with warnings.catch_warnings():  # told once, not at every picture
        warnings.simplefilter("error")
        clf.prepare(np.zeros((8, 8)))


@pytest.mark.parametrize(
    "steps",
    [
        [transforms.RandomHorizontalFlip(1.0)],
        [transforms.RandomVerticalFlip(0.0)],
        [transforms.RandomCrop(8), transforms.Resize(2)][1:],
        [transforms.ToTensor(), nn.Dropout(0.2).eval()],
        [transforms.ToTensor(), Jitter().eval()],
    ],
)
def test_what_is_random_by_name_alone_is_not(steps: list[Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Classifier(nn.Flatten(), preprocess=pipeline(*steps))


def test_randomness_that_shows_on_some_pictures_only_is_told_when_it_does() -> None:
    def wild(image: Image.Image) -> Image.Image:
        return image.rotate(random.randint(1, 80)) if image.getpixel((0, 0)) == (1, 2, 3) else image

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        clf = Classifier(nn.Flatten(), preprocess=pipeline(wild))
        clf.prepare(np.zeros((9, 9)))
    picture = np.random.default_rng(0).integers(0, 256, (16, 16, 3), np.uint8)
    picture[0, 0] = 1, 2, 3
    random.seed(0)  # two angles that differ
    with pytest.warns(UserWarning, match="preprocess is random") as warned:
        clf.prepare(picture)
    assert warned[0].filename == __file__


@pytest.mark.filterwarnings("ignore:preprocess turns")
def test_a_module_that_learns_while_it_prepares_is_told() -> None:
    norm = nn.BatchNorm2d(3)
    steps = pipeline(lambda image: image, transforms.ToTensor())
    batch = transforms.Compose([*steps.transforms[:-1], lambda x: x[None], norm, lambda x: x[0]])
    with pytest.warns(UserWarning, match=r"training mode \(BatchNorm2d\).*\.eval\(\)"):
        Classifier(nn.Flatten(), preprocess=batch, mean=0.5, std=0.3)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: random.random(),
        lambda: np.random.rand(),  # noqa: NPY002
        lambda: torch.rand(()).item(),
    ],
)
def test_making_a_classifier_leaves_the_users_random_numbers_alone(draw: Callable[[], Any]) -> None:
    def seeded() -> None:
        random.seed(3)
        np.random.seed(3)  # noqa: NPY002
        torch.manual_seed(3)

    preprocess = pipeline(
        lambda image: image if random.random() < np.random.rand() else image.rotate(90),  # noqa: NPY002
        transforms.RandomHorizontalFlip(),
    )
    seeded()
    wanted = draw()
    seeded()
    with pytest.warns(UserWarning, match="random"):
        Classifier(nn.Flatten(), preprocess=preprocess)
    assert draw() == wanted


def test_a_slow_transform_is_not_tried_on_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def made() -> int:
        calls.clear()
        Classifier(nn.Flatten(), preprocess=pipeline(lambda im: calls.append(im) or im))
        return len(calls)

    everything = made()
    monkeypatch.setattr(randomness, "_SECONDS", -1.0)
    assert made() <= everything - 16
