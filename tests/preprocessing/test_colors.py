"""The colors shown are true, channel by channel, or a person is told that they may not be."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torchvision import transforms
from torchvision.transforms import v2

import xwidget as xw
from xwidget.classifier import Classifier

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
ORDERS = list(itertools.permutations(range(3)))
COLOR = (200, 30, 0)


class MeanColor(nn.Module):
    """Its logits are the means of the channels that it is given, in their order."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


def flat(color: tuple[int, int, int] = COLOR, side: int = 16) -> Image.Image:
    return Image.new("RGB", (side, side), color)


def noise(seed: int = 0, low: int = 0, high: int = 256) -> np.ndarray:
    return np.random.default_rng(seed).integers(low, high, (16, 16, 3), np.uint8)


def pipeline(*last: Any) -> transforms.Compose:
    return transforms.Compose([transforms.Resize((16, 16)), transforms.ToTensor(), *last])


def reordered(order: tuple[int, ...]) -> Callable[[Tensor], Tensor]:
    return lambda x: x[list(order)]


def quiet(**arguments: Any) -> Classifier:
    """Make a classifier that has nothing to warn of."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return Classifier(MeanColor(), **arguments)


def shown(clf: Classifier, image: Any) -> Any:
    return clf.picture(clf.prepare(image))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("last", ["normalized last", "reordered last"])
def test_any_order_of_channels_is_shown_in_true_colors(order: tuple[int, ...], last: str) -> None:
    steps = [reordered(order), transforms.Normalize(MEAN, STD)]
    preprocess = pipeline(*(steps if last == "normalized last" else steps[::-1]))
    for clf in (
        quiet(preprocess=preprocess),
        quiet(preprocess=lambda image: preprocess(image), mean=MEAN, std=STD),
    ):
        assert shown(clf, flat())[0, 0].tolist() == list(COLOR)
        np.testing.assert_array_equal(shown(clf, noise()), noise())
        # The net is given what the user's own transform gives; the rest of the program red first.
        given = preprocess(flat())
        torch.testing.assert_close(
            clf.logits(clf.net, clf.prepare(flat())[None])[0], given.mean((1, 2))
        )
        color = torch.tensor(COLOR) / 255
        x = clf.prepare(flat()).mean((1, 2))
        torch.testing.assert_close(x * torch.tensor(clf.std) + torch.tensor(clf.mean), color)


@pytest.mark.parametrize("padded", [transforms.Pad(4, fill=9), transforms.CenterCrop(700)])
def test_what_is_padded_around_a_picture_is_no_color_of_it(padded: Any) -> None:
    steps = [padded, transforms.ToTensor(), reordered((2, 0, 1)), transforms.Normalize(MEAN, STD)]
    if isinstance(padded, transforms.Pad):
        steps.insert(0, transforms.Resize((16, 16)))
    clf = quiet(preprocess=transforms.Compose(steps))
    height, width = clf.size
    assert shown(clf, flat())[height // 2, width // 2].tolist() == list(COLOR)


def looks_at_red(place: int) -> nn.Module:
    last = nn.Sequential(nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 2))
    net = nn.Sequential(nn.Conv2d(3, 1, 1, bias=False), *last)
    with torch.no_grad():
        net[0].weight.copy_(torch.eye(3)[place].view(1, 3, 1, 1))
        net[-1].weight.copy_(torch.tensor([[9.0], [-9.0]]))
        net[-1].bias.zero_()
    return net


@pytest.mark.parametrize("order", ORDERS)
def test_a_masks_red_is_the_pictures_red_whatever_the_net_calls_it(order: tuple[int, ...]) -> None:
    plain = Classifier(looks_at_red(0), preprocess=pipeline())
    other = Classifier(looks_at_red(order.index(0)), preprocess=pipeline(reordered(order)))
    masks, same = (
        xw.explain(clf, noise(), [0], iterations=30, plan="plain", progress=False).masks[0]
        for clf in (plain, other)
    )
    np.testing.assert_allclose(same, masks, atol=1e-5)
    red, green, blue = same.mean((1, 2))
    assert red > green + 0.05
    assert green == pytest.approx(blue, abs=1e-5)


def test_a_mean_that_is_wrong_in_one_channel_is_told() -> None:
    preprocess = pipeline(transforms.Normalize(MEAN, STD))
    for wrong in ((0.485, 0.456, 0.436), (0.515, 0.426, 0.406)):  # the second's average is right
        with pytest.warns(UserWarning, match="colors will look wrong"):
            Classifier(MeanColor(), preprocess=lambda im: preprocess(im), mean=wrong, std=STD)


def test_colors_that_are_mixed_are_told() -> None:
    mixed = pipeline(lambda x: torch.einsum("cd,dhw->chw", torch.eye(3) * 0.7 + 0.1, x))
    with pytest.raises(ValueError, match="give both mean= and std="):
        Classifier(MeanColor(), preprocess=mixed)
    with pytest.warns(UserWarning, match=r"a flat picture of color \(1, 0, 0\)"):
        Classifier(MeanColor(), preprocess=mixed, mean=0, std=1)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("numbers", [((0.4,), (0.3,)), (MEAN, STD)])
def test_gray_made_of_all_colors_is_shown_gray(channels: int, numbers: Any) -> None:
    if channels == 1 and len(numbers[0]) == 3:
        numbers = ((0.5,), (0.5,))
    steps = [transforms.Grayscale(channels), transforms.Normalize(*numbers)]
    clf = quiet(preprocess=pipeline(*steps))
    np.testing.assert_allclose(shown(clf, flat())[0, 0], [77] * 3, atol=1)  # .299 · 200 + .587 · 30


# A picture's own mean and spread

STANDARDIZED = {
    "0/0 where flat": lambda x: (x - x.mean()) / x.std(),
    "a little spread": lambda x: (x - x.mean()) / (x.std() + 1e-6),
    "no less than": lambda x: (x - x.mean()) / x.std().clamp(min=x.numel() ** -0.5),
    "channel by channel": lambda x: (x - x.mean((1, 2), True)) / x.std((1, 2), keepdim=True),
    "only where it varies": lambda x: torch.where(
        x.std((1, 2), keepdim=True) > 1e-3,
        (x - x.mean((1, 2), True)) / x.std((1, 2), keepdim=True).clamp(min=1e-6),
        x,
    ),
    "from darkest to brightest": lambda x: (x - x.min()) / (x.max() - x.min()),
    "by its brightest": lambda x: x / x.max(),
}


@pytest.mark.parametrize("scaled", STANDARDIZED.values(), ids=STANDARDIZED)
def test_a_picture_scaled_by_itself_needs_mean_and_std(scaled: Callable[[Tensor], Tensor]) -> None:
    preprocess = pipeline(scaled)
    with pytest.raises(ValueError, match="give both mean= and std="):
        Classifier(MeanColor(), preprocess=preprocess)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clf = Classifier(MeanColor(), preprocess=preprocess, mean=0.4, std=0.1)
    assert (clf.mean, clf.std) == ((0.4,) * 3, (0.1,) * 3)


def test_a_mean_and_std_that_no_flat_picture_can_bear_out_are_taken_with_a_warning() -> None:
    preprocess = pipeline(STANDARDIZED["0/0 where flat"])
    with pytest.warns(UserWarning, match="unchecked: preprocess gives NaN for a flat picture"):
        clf = Classifier(MeanColor(), preprocess=preprocess, mean=100 / 255, std=6 / 255)
    picture = noise(low=90, high=110)
    np.testing.assert_allclose(shown(clf, picture), picture, atol=1)
    with pytest.raises(ValueError, match=r"NaN.*divide by \(std \+ 1e-6\)"):
        clf.prepare(flat((9, 9, 9)))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("scaled", ["0/0 where flat", "channel by channel"])
def test_the_order_is_found_where_a_picture_is_standardized(
    order: tuple[int, ...], scaled: str
) -> None:
    preprocess = pipeline(reordered(order), STANDARDIZED[scaled])
    with pytest.warns(UserWarning, match="unchecked"):
        clf = Classifier(MeanColor(), preprocess=preprocess, mean=0.5, std=0.3)
    picture = noise()
    x = clf.prepare(picture).numpy()
    for color in range(3):
        assert np.corrcoef(x[color].ravel(), picture[..., color].ravel())[0, 1] > 0.999


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_what_is_no_number_fits_nothing(value: float) -> None:
    with pytest.raises(ValueError, match="NaN or infinite"):
        Classifier(
            MeanColor(), preprocess=lambda _: torch.full((3, 4, 4), value), mean=0.5, std=0.5
        )


# Which step normalizes


@pytest.mark.parametrize(
    "normalize",
    [
        transforms.Normalize((0.5), (0.25)),
        transforms.Normalize((0.5,), (0.25,)),
        transforms.Normalize(np.full(3, 0.5), np.full(3, 0.25)),
        transforms.Normalize(torch.full((3,), 0.5), torch.full((3,), 0.25)),
        v2.Normalize([0.5] * 3, [0.25] * 3),
        nn.Sequential(transforms.Normalize([0.5] * 3, [0.25] * 3)),
        transforms.Compose([transforms.Compose([transforms.Normalize([0.5] * 3, [0.25] * 3)])]),
        transforms.Compose(
            [transforms.Normalize([0.2] * 3, [0.5] * 3), transforms.Normalize([0.6] * 3, [0.5] * 3)]
        ),
    ],
    ids=["scalars", "one", "numpy", "tensor", "v2", "Sequential", "nested", "twice"],
)
def test_mean_and_std_are_read_in_whatever_form_they_are_held(normalize: Any) -> None:
    clf = quiet(preprocess=pipeline(normalize))
    np.testing.assert_allclose((clf.mean, clf.std), [[0.5] * 3, [0.25] * 3], rtol=1e-6)
    assert shown(clf, flat())[0, 0].tolist() == list(COLOR)
    same = quiet(preprocess=pipeline(normalize), mean=0.5, std=0.25)
    np.testing.assert_allclose(same.mean, [0.5] * 3, rtol=1e-6)


class Named(nn.Module):
    """A step that has a mean and a std, and leaves its input alone."""

    def __init__(self, mean: Any, std: Any) -> None:
        super().__init__()
        self.mean, self.std = mean, std

    def forward(self, x: Tensor) -> Tensor:
        return x


class Raises(Named):
    mean = property(lambda _: 1 / 0)  # type: ignore[assignment]

    def __init__(self) -> None:
        nn.Module.__init__(self)


@pytest.mark.parametrize(
    "step",
    [
        Named(None, None),
        Named("imagenet", "imagenet"),
        Named(lambda: 0.5, lambda: 0.5),
        Named(Tensor.mean, Tensor.std),
        Named([0.5] * 4, [0.5] * 4),
        Named(0.0, 0.1),
        Named(0.5, 0.0),
        Named(torch.nan, 1.0),
        Named({"red": 0.5}, {"red": 0.5}),
        Named(SimpleNamespace(), object()),
        Raises(),
    ],
)
def test_what_merely_has_a_mean_and_a_std_is_no_normalization(step: nn.Module) -> None:
    plain = quiet(preprocess=pipeline(step))
    assert (plain.mean, plain.std) == ((0.0,) * 3, (1.0,) * 3)
    for steps in ([step, transforms.Normalize(MEAN, STD)], [transforms.Normalize(MEAN, STD), step]):
        clf = quiet(preprocess=pipeline(*steps))
        assert (clf.mean, clf.std) == (MEAN, STD)
        assert quiet(preprocess=pipeline(*steps), mean=MEAN, std=STD).mean == MEAN


@pytest.mark.parametrize("number", [0.5, np.float32(0.5), np.float64(0.5), torch.tensor(0.5)])
def test_a_bare_number_serves_three_channels(number: Any) -> None:
    clf = Classifier(MeanColor(), size=2, mean=number, std=number)
    assert (clf.mean, clf.std) == ((0.5,) * 3, (0.5,) * 3)
    assert clf.logits(clf.net, torch.zeros(1, 3, 2, 2)).shape == (1, 3)


@pytest.mark.parametrize("kind", [np.array, torch.tensor, list, tuple])
def test_mean_and_std_are_given_in_whatever_holds_numbers(kind: Any) -> None:
    clf = Classifier(MeanColor(), size=2, mean=kind(MEAN), std=kind(STD))
    np.testing.assert_allclose((clf.mean, clf.std), (MEAN, STD), rtol=1e-6)
    gray = Classifier(MeanColor(), size=2, mean=kind([0.5]), activation="sigmoid")
    assert gray.logits(gray.net, torch.zeros(1, 3, 2, 2)).shape == (1, 1)
