"""What a net sees of a picture, and that what is shown are the picture's true colors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from torch import Tensor, nn
from torchvision import transforms
from torchvision.transforms import v2
from torchvision.transforms._presets import ImageClassification

from xwidget.classifier import Classifier

IMAGENET = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}


class MeanColor(nn.Module):
    """Its logits are the mean red, green and blue of what it is given."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


def photo(height: int = 48, width: int = 64) -> Image.Image:
    rows, cols = np.mgrid[:height, :width]
    rgb = np.stack([rows * 255 / height, cols * 255 / width, (rows + cols) % 200], -1)
    return Image.fromarray(rgb.astype(np.uint8))


# What the net sees


def test_the_net_sees_normalized_rgb() -> None:
    clf = Classifier(MeanColor(), size=(1, 2), mean=(0.5, 0.25, 0.0), std=(0.5, 0.25, 2.0 / 2))
    pixels = np.array([[[255, 0, 0], [0, 255, 51]]], np.uint8)
    x = clf.prepare(pixels)
    assert x.dtype == torch.float32
    torch.testing.assert_close(
        x, torch.tensor([[[1.0, -1.0]], [[-1.0, 3.0]], [[0.0, 0.2]]]), atol=1e-6, rtol=0
    )


def test_without_mean_and_std_the_net_sees_zero_to_one() -> None:
    x = Classifier(MeanColor(), size=2).prepare(np.full((2, 2), 51, np.uint8))
    torch.testing.assert_close(x, torch.full((3, 2, 2), 0.2))


@pytest.mark.parametrize("size", [7, (5, 9)])
def test_every_picture_comes_out_in_the_nets_size(size: int | tuple[int, int]) -> None:
    clf = Classifier(MeanColor(), size=size)
    wanted = (7, 7) if size == 7 else size
    assert clf.size == wanted
    for shape in [(1, 1), (3, 50), (50, 3), (480, 640)]:
        assert clf.prepare(np.zeros(shape)).shape == (3, *wanted)


def test_the_picture_shown_is_the_picture_seen_to_the_last_bit() -> None:
    image = photo(32, 32)
    for mean, std in [((0.0,) * 3, (1.0,) * 3), (IMAGENET["mean"], IMAGENET["std"])]:
        clf = Classifier(MeanColor(), size=32, mean=mean, std=std)
        np.testing.assert_array_equal(clf.picture(clf.prepare(image)), np.asarray(image))


def test_a_picture_of_impossible_colors_is_clipped() -> None:
    clf = Classifier(MeanColor(), size=1, mean=(0.5,) * 3, std=(0.5,) * 3)
    x = torch.tensor([-9.0, 0.0, 9.0]).reshape(3, 1, 1).requires_grad_()
    assert clf.picture(x).tolist() == [[[0, 128, 255]]]


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_a_weights_transform_is_applied_to_the_bit_and_read(interpolation: str) -> None:
    preset = ImageClassification(
        crop_size=24,
        resize_size=32,
        **IMAGENET,
        interpolation=transforms.InterpolationMode(interpolation),
    )
    clf = Classifier(MeanColor(), preprocess=preset)
    assert (clf.size, clf.mean, clf.std) == ((24, 24), IMAGENET["mean"], IMAGENET["std"])
    assert torch.equal(clf.prepare(photo()), preset(photo()))


@pytest.mark.parametrize(
    "pipeline",
    [
        transforms.Compose(
            [
                transforms.Resize(32),
                transforms.CenterCrop((24, 20)),
                transforms.ToTensor(),
                transforms.Normalize(**IMAGENET),
            ]
        ),
        v2.Compose(
            [
                v2.Compose([v2.ToImage(), v2.Resize(32), v2.CenterCrop((24, 20))]),
                v2.ToDtype(torch.float32, scale=True),
                v2.Normalize(list(IMAGENET["mean"]), list(IMAGENET["std"])),
            ]
        ),
        nn.Sequential(
            transforms.Resize(32, antialias=True),
            transforms.CenterCrop((24, 20)),
            transforms.ConvertImageDtype(torch.float32),
            transforms.Normalize(**IMAGENET),
        ),
    ],
    ids=["v1", "v2", "tensors only"],
)
def test_a_pipeline_is_read_for_size_mean_and_std(pipeline: Any) -> None:
    clf = Classifier(MeanColor(), preprocess=pipeline)
    assert clf.size == (24, 20)
    assert (clf.mean, clf.std) == (IMAGENET["mean"], IMAGENET["std"])
    flat = np.full((48, 64, 3), (10, 100, 200), np.uint8)
    assert np.unique(clf.picture(clf.prepare(flat)).reshape(-1, 3), axis=0).tolist() == [
        [10, 100, 200]
    ]


def test_a_pipeline_that_does_not_normalize_gives_zero_to_one() -> None:
    pipeline = transforms.Compose([transforms.Resize((8, 8)), transforms.ToTensor()])
    clf = Classifier(MeanColor(), preprocess=pipeline)
    assert (clf.mean, clf.std) == ((0.0,) * 3, (1.0,) * 3)


def to_minus_one_and_one(image: Image.Image) -> Tensor:
    pixels = np.asarray(image.resize((10, 6)), np.float32)
    return torch.from_numpy(pixels / 127.5 - 1).permute(2, 0, 1)


def test_any_callable_serves_where_mean_and_std_are_given() -> None:
    clf = Classifier(MeanColor(), preprocess=to_minus_one_and_one, mean=0.5, std=0.5)
    assert clf.size == (6, 10)
    assert (
        clf.picture(clf.prepare(np.full((9, 9, 3), 77, np.uint8))).tolist() == [[[77] * 3] * 10] * 6
    )


def test_a_callable_without_mean_and_std_is_refused() -> None:
    with pytest.raises(ValueError, match="give both mean= and std="):
        Classifier(MeanColor(), preprocess=to_minus_one_and_one)
    with pytest.raises(ValueError, match="give both mean= and std="):
        Classifier(MeanColor(), preprocess=to_minus_one_and_one, mean=0.5)


def test_a_mean_and_std_that_would_show_wrong_colors_are_told() -> None:
    with pytest.warns(UserWarning, match="colors will look wrong"):
        Classifier(MeanColor(), preprocess=to_minus_one_and_one, mean=0.0, std=1.0)
    hidden = transforms.Compose([transforms.ToTensor(), transforms.Lambda(lambda x: x * 2 - 1)])
    with pytest.raises(ValueError, match="give both mean= and std="):
        Classifier(MeanColor(), preprocess=hidden)


def test_a_pipeline_for_zero_to_255_is_believed_by_what_it_does() -> None:
    steps = [
        transforms.ToTensor(),
        transforms.Lambda(lambda x: x * 255),
        transforms.Normalize((120.0, 110.0, 100.0), (1.0, 1.0, 1.0)),
    ]
    pipeline = transforms.Compose(steps)
    with pytest.raises(ValueError, match=r"rgb in \[0,1\]"):
        Classifier(MeanColor(), preprocess=pipeline)
    mean, std = (120 / 255, 110 / 255, 100 / 255), (1 / 255,) * 3
    clf = Classifier(MeanColor(), preprocess=pipeline, mean=mean, std=std)
    assert clf.picture(clf.prepare(photo()))[5, 7].tolist() == list(photo().getpixel((7, 5)))


def test_more_than_eight_bits_reach_the_net() -> None:
    level = 1000 / 65535  # 3.9 of 255
    image = np.full((8, 8), 1000, np.uint16)
    own = Classifier(MeanColor(), size=4)
    preset = Classifier(MeanColor(), preprocess=ImageClassification(crop_size=4, resize_size=4))
    torch.testing.assert_close(own.prepare(image), torch.full((3, 4, 4), level))
    seen = preset.prepare(image)[0] * preset.std[0] + preset.mean[0]
    torch.testing.assert_close(seen, torch.full((4, 4), level), atol=1e-6, rtol=0)


def test_a_net_for_gray_pictures_is_given_one_channel() -> None:
    seen = []

    class Gray(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            seen.append(x)
            return x.mean((2, 3)).repeat(1, 2)

    clf = Classifier(Gray(), size=2, mean=[0.5], std=[0.25])
    x = clf.prepare(np.full((2, 2, 3), (255, 0, 0), np.uint8))
    torch.testing.assert_close(x, torch.full((3, 2, 2), (0.299 - 0.5) / 0.25))
    clf.classify(x)
    assert seen[-1].shape == (1, 1, 2, 2)
    torch.testing.assert_close(seen[-1][0, 0], x[0])


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ({}, ValueError, "size=224"),
        ({"size": 0}, ValueError, "expected pixels"),
        ({"size": 22.4}, ValueError, "expected pixels"),
        ({"size": True}, ValueError, "expected pixels"),
        ({"size": "224"}, ValueError, "expected pixels"),
        ({"size": 4, "mean": "imagenet"}, ValueError, "three numbers"),
        ({"size": (1, 2, 3)}, ValueError, "expected pixels"),
        ({"size": 4, "mean": (0.5, 0.5)}, ValueError, "three numbers"),
        ({"size": 4, "mean": (123.7, 116.3, 103.5)}, ValueError, "divide by 255"),
        ({"size": 4, "std": (0.5, 0.0, 0.5)}, ValueError, "above 0"),
        ({"size": 4, "activation": "relu"}, ValueError, "'softmax', 'sigmoid', 'none'"),
        ({"size": 4, "categories": []}, ValueError, "empty"),
        ({"size": 4, "categories": "cat"}, TypeError, "list of names"),
        ({"size": 4, "categories": [1, 2]}, TypeError, "names"),
        ({"preprocess": "resize"}, TypeError, "callable"),
        ({"preprocess": ImageClassification}, TypeError, r"weights.transforms\(\)"),
        (
            {"preprocess": torchvision.models.ResNet18_Weights.DEFAULT},
            TypeError,
            r"weights.transforms\(\)",
        ),
        ({"preprocess": ImageClassification(crop_size=9), "size": 8}, ValueError, "leave size out"),
        ({"preprocess": ImageClassification(crop_size=9), "mean": 0.5}, ValueError, "contradicts"),
        ({"preprocess": lambda image: image, "mean": 0, "std": 1}, TypeError, "returned a Image"),
        ({"preprocess": lambda image: 1 / 0, "mean": 0, "std": 1}, ValueError, "failed on a PIL"),
        (
            {"preprocess": lambda image: torch.zeros(3), "mean": 0, "std": 1},
            ValueError,
            r"shape \(3,\)",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused_in_words(
    arguments: dict[str, Any], kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        Classifier(MeanColor(), **arguments)


@pytest.mark.parametrize("net", [MeanColor, len, "resnet50", None])
def test_only_a_net_is_a_net(net: Any) -> None:
    with pytest.raises(TypeError, match="net is"):
        Classifier(net, size=4)
