"""Values of one net's frame in another's: what is planted in the original lies where it must."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from torchvision import transforms

import xwidget as xw
from xwidget.preprocessing.geometry import Geometry, from_box
from xwidget.preprocessing.resampling import resampled, seen

SIZE = (120, 200)  # of the original


def planted(x: int, y: int) -> np.ndarray:
    """Return a dark original with a bright patch of 24×24 pixels around a place."""
    picture = np.full((*SIZE, 3), 40, np.uint8)
    picture[y - 12 : y + 12, x - 12 : x + 12] = 230
    return picture


def classifier(**options: object) -> xw.Classifier:
    net = torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())
    return xw.Classifier(net, **options)  # type: ignore[arg-type]


def transform(size: int, crop: int) -> transforms.Compose:
    return transforms.Compose(
        [transforms.Resize(size), transforms.CenterCrop(crop), transforms.ToTensor()]
    )


FRAMES = {
    "covered": {"size": 48},
    "smaller": {"size": 30},
    "larger": {"size": 150},
    "not square": {"size": (40, 64)},
    "squeezed": {
        "preprocess": transforms.Compose([transforms.Resize((64, 56)), transforms.ToTensor()])
    },
    "cropped": {"preprocess": transform(72, 48)},
}


def center(mask: Tensor) -> np.ndarray:
    """Return the center of mass (x, y) of a mask (H, W)."""
    y, x = np.mgrid[: mask.shape[0], : mask.shape[1]]
    weights = mask.double().numpy() / float(mask.double().sum())
    return np.array([(x * weights).sum(), (y * weights).sum()])


@pytest.mark.parametrize("theirs", FRAMES)
@pytest.mark.parametrize("ours", ["covered", "larger", "squeezed", "cropped"])
def test_a_planted_patch_lands_where_it_must(theirs: str, ours: str) -> None:
    # In view of all of them, off the middle.
    original = planted(x=112, y=50)
    here, there = (xw.Subject(classifier(**FRAMES[each]), original) for each in (ours, theirs))
    mask, expected = ((each.x[:1] > 0.5).float() for each in (there, here))
    found = resampled(mask[None], there.geometry, here.geometry)[0, 0]
    assert found.shape == expected.shape[1:]
    # Within a pixel of ours, or half of one of theirs, whose edge was rounded.
    matrices = np.array(there.geometry.matrix), np.array(here.geometry.matrix)
    coarse = max(1.0, float(np.abs(matrices[0][:, :2]).max() / np.abs(matrices[1][:, :2]).max()))
    assert np.abs(center(found) - center(expected[0])).max() < max(1.0, coarse / 2)
    assert found.sum() == pytest.approx(expected.sum(), rel=0.25)


def test_what_they_do_not_see_is_empty_and_known() -> None:
    ours = from_box((0, 0, 200, 120), (60, 100), SIZE)
    theirs = from_box((50, 0, 150, 120), (24, 20), SIZE)
    found = resampled(torch.ones(2, 3, 24, 20), theirs, ours)
    assert found.shape == (2, 3, 60, 100)
    share = seen(theirs, ours)
    assert torch.allclose(found[1, 2], share)
    assert (share[:, 25:75] == 1).all()
    assert share.mean() == 0.5


def test_a_finer_frame_is_averaged() -> None:
    ours = from_box((0, 0, 8, 8), (4, 4), (8, 8))
    theirs = from_box((0, 0, 8, 8), (16, 16), (8, 8))
    checkered = torch.from_numpy(np.indices((16, 16)).sum(0) % 2).float()
    assert torch.allclose(resampled(checkered[None, None], theirs, ours), torch.tensor(0.5))


def test_a_frame_onto_itself_changes_nothing() -> None:
    turned = Geometry((5, 7), SIZE, ((0.0, 3.0, 2.0), (-3.0, 0.0, 60.0)))
    values = torch.rand(1, 3, 5, 7)
    assert torch.allclose(resampled(values, turned, turned), values, atol=1e-5)


def test_what_cannot_be_matched_is_said() -> None:
    known = from_box((0, 0, 8, 8), (4, 4), (8, 8))
    values = torch.ones(1, 1, 4, 4)
    with pytest.raises(ValueError, match="cannot be matched: it bends"):
        resampled(values, Geometry((4, 4), (8, 8), None, reason="it bends"), known)
    with pytest.raises(ValueError, match="expected one image"):
        resampled(values, from_box((0, 0, 9, 9), (4, 4), (9, 9)), known)
    with pytest.raises(ValueError, match="expected 4×4 pixels"):
        resampled(torch.ones(1, 1, 5, 4), known, known)


def test_a_picture_is_found_again() -> None:
    original = Image.fromarray(planted(x=100, y=60)).resize((200, 120))
    here, there = (
        xw.Subject(classifier(**FRAMES[each]), original) for each in ("covered", "larger")
    )
    found = resampled(there.x[None], there.geometry, here.geometry)[0]
    assert (found - here.x).abs().mean() < 0.02
