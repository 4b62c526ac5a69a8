"""What a user's own transform may be, and what it may return."""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torchvision import transforms
from torchvision.transforms import functional as F
from torchvision.transforms._presets import ImageClassification

from xwidget.classifier import Classifier

PHOTO = Image.fromarray((np.eye(64)[..., None] * [255, 255, 255]).astype(np.uint8))


def classifier(preprocess: Any, **more: Any) -> Classifier:
    return Classifier(nn.Flatten(), preprocess=preprocess, **{"mean": 0, "std": 1, **more})


def quiet(preprocess: Any, **more: Any) -> Classifier:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return classifier(preprocess, **more)


def pixels(image: Image.Image, side: int = 16) -> np.ndarray:
    return np.array(image.resize((side, side)), np.float32) / 255


def to_tensor(image: Image.Image, side: int = 16) -> Tensor:
    return torch.from_numpy(pixels(image, side)).permute(2, 0, 1)


@pytest.mark.parametrize(
    "preprocess",
    [
        to_tensor,
        partial(to_tensor, side=16),
        lambda image: to_tensor(image)[None],
        lambda image: to_tensor(image).double(),
        lambda image: to_tensor(image).half(),
        lambda image: to_tensor(image).requires_grad_(),
        lambda image: pixels(image).transpose(2, 0, 1),
        lambda image: pixels(image).transpose(2, 0, 1).astype(">f8"),
        lambda image: pixels(image).transpose(2, 0, 1)[None],
        nn.Sequential(transforms.Resize((16, 16)), transforms.ConvertImageDtype(torch.float32)),
        transforms.Compose([transforms.Resize((16, 16)), lambda image: to_tensor(image)]),
        lambda tensor: F.resize(tensor.float() / 255, [16, 16], F.InterpolationMode.BICUBIC),
        torch.jit.trace(lambda tensor: tensor.float() / 255, torch.zeros(3, 16, 16)),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_can_be_read_is_read(preprocess: Any) -> None:
    more = {"size": 16} if isinstance(preprocess, torch.jit.ScriptFunction) else {}
    clf = quiet(preprocess, **more)
    assert clf.size == (16, 16)
    x = clf.prepare(np.full((16, 16, 3), (200, 30, 0), np.uint8))
    assert x.dtype == torch.float32
    torch.testing.assert_close(
        x.mean((1, 2)), torch.tensor([200.0, 30, 0]) / 255, atol=1e-3, rtol=0
    )
    assert not x.requires_grad


@pytest.mark.parametrize(
    ("preprocess", "kind", "words"),
    [
        (lambda _: None, TypeError, "returned None.*end in a return"),
        (lambda image: image, TypeError, r"returned a Image.*ToTensor\(\)"),
        (lambda image: {"image": to_tensor(image)}, TypeError, r'processor\(im\)\["image"\]\[0\]'),
        (
            lambda image: {"pixel_values": to_tensor(image)[None]},
            TypeError,
            r'return_tensors="pt"\)\["pixel_values"\]\[0\]',
        ),
        (lambda image: [to_tensor(image)], TypeError, r"returned a list.*transform\(im\)\[0\]"),
        (lambda image: pixels(image), ValueError, r"\(16, 16, 3\).*permute\(2, 0, 1\)"),
        (lambda image: to_tensor(image).permute(1, 2, 0), ValueError, r"permute\(2, 0, 1\)"),
        (lambda image: (to_tensor(image) * 255).byte(), ValueError, r"uint8.*\.float\(\) / 255"),
        (lambda image: np.asarray(image), ValueError, r"permute\(2, 0, 1\).*/ 255"),
        (lambda image: to_tensor(image).expand(2, -1, -1, -1), ValueError, "not a batch"),
        (lambda image: to_tensor(image)[:2], ValueError, r"shape \(2, 16, 16\)"),
        (lambda image: to_tensor(image)[:, :0], ValueError, r"shape \(3, 0, 16\)"),
        (lambda image: image.no_such_thing, ValueError, "AttributeError: .*no_such_thing"),
        (lambda image: 1 / 0, ValueError, "ZeroDivisionError: division by zero"),
        (ImageClassification, TypeError, r"weights.transforms\(\)"),
        (partial(ImageClassification, crop_size=9), TypeError, r"weights.transforms\(\)"),
    ],
)
def test_what_cannot_be_read_is_told_with_the_way_out(
    preprocess: Any, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words) as caught:
        classifier(preprocess)
    if "that makes a transform" not in str(caught.value):
        assert "xwidget's own test picture" in str(caught.value)


def crop_to_foreground(image: Image.Image) -> Tensor:
    rows, cols = np.where(np.asarray(image.convert("L")) > 200)
    box = (cols.min(), rows.min(), cols.max() + 1, rows.max() + 1)
    return to_tensor(image.crop(box))


def find_a_face(image: Image.Image) -> Tensor | None:
    """Finds what is nowhere but in PHOTO."""
    return to_tensor(image) if image.size == (64, 64) and image.getpixel((0, 0))[0] else None


def test_a_transform_that_fails_on_a_flat_picture_is_taken_with_a_warning() -> None:
    words = "xwidget's own test picture, a flat gray"
    with pytest.warns(UserWarning, match=f"unchecked.*{words}") as warned:
        clf = classifier(crop_to_foreground)
    assert warned[0].filename == __file__
    assert clf.size == (16, 16)
    assert torch.equal(clf.prepare(PHOTO), crop_to_foreground(PHOTO))
    with pytest.raises(ValueError, match=f"{words}.*give both mean= and std="):
        classifier(crop_to_foreground, mean=None, std=None)
    with pytest.raises(ValueError, match=r"failed on a PIL image \(RGB\), the image, 8×8 pixels"):
        clf.prepare(np.zeros((8, 8)))


def test_a_transform_that_needs_a_certain_content_is_taken_where_size_is_given() -> None:
    with pytest.raises(TypeError, match=r"certain content.*give size=, mean= and std="):
        classifier(find_a_face)
    with pytest.warns(UserWarning, match="unchecked"):
        clf = classifier(find_a_face, size=16)
    assert torch.equal(clf.prepare(PHOTO), to_tensor(PHOTO))


def test_a_transform_that_keeps_sizes_is_given_pictures_of_the_size_wanted() -> None:
    preprocess = transforms.Compose([transforms.ToTensor(), transforms.Normalize(0.5, 0.5)])
    clf = Classifier(nn.Flatten(), preprocess=preprocess, size=(8, 12))
    assert clf.size == (8, 12)
    assert clf.prepare(PHOTO).shape == (3, 8, 12)
    with pytest.raises(ValueError, match="leave size out"):
        Classifier(nn.Flatten(), preprocess=ImageClassification(crop_size=9), size=8)
