"""Another net beside ours: classes by name, masks in our frame, each net's word on the other."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn
from torchvision import transforms

import xwidget as xw
from xwidget.engine.second_net import SecondNet, disagreement_first
from xwidget.engine.settings import Settings

SIZE = (60, 100)  # of the original: a red left half, a green right one
PICTURE = np.zeros((*SIZE, 3), np.uint8)
PICTURE[:, :50, 0] = PICTURE[:, 50:, 1] = 255


class Colors(nn.Module):
    """Logits: how much of each color there is, in the order of the names."""

    def __init__(self, order: tuple[int, ...] = (0, 1, 2), weight: Tensor | None = None) -> None:
        super().__init__()
        self.order = order
        self.scale = nn.Parameter(torch.tensor(8.0))
        self.register_buffer("weight", torch.ones(3) if weight is None else weight)

    def forward(self, x: Tensor) -> Tensor:
        return (self.scale * self.weight * x.relu().mean((2, 3)))[:, list(self.order)]


NAMES = ("red", "green", "blue")


def net(order: tuple[int, ...] = (0, 1, 2), likes: int = 0, **options: object) -> xw.Classifier:
    weight = torch.ones(3)
    weight[likes] = 2
    names = options.pop("categories", [NAMES[index] for index in order])
    options = {"size": (24, 40), "name": "second", **options}
    return xw.Classifier(Colors(order, weight), categories=names, **options)  # type: ignore[arg-type]


def pair(theirs: xw.Classifier, picture: np.ndarray = PICTURE) -> SecondNet:
    ours = net(size=(30, 50), name="first")
    return SecondNet(xw.Subject(theirs, picture), xw.Subject(ours, picture))


def test_classes_are_matched_by_name() -> None:
    both = pair(net((2, 0, 1), categories=["azure", "Red, crimson", "green"]))
    assert [both.index(0), both.index(1)] == [1, 2]
    with pytest.raises(ValueError, match="second has no class named 'blue': classes are matched"):
        both.index(2)
    assert both.matched([2, 1, 0]) == {1: 2, 0: 1}


def test_contrasts_are_matched_by_both_names_and_scores_by_their_own() -> None:
    ours = net(size=(30, 50), name="first").extended([("red", "blue"), xw.Score(first, name="it")])
    theirs = net((2, 0, 1))
    both = SecondNet(xw.Subject(theirs, PICTURE), xw.Subject(ours, PICTURE))
    index = both.index(3)
    assert both.theirs.clf.categories[index] == "red rather than blue"
    assert both.score(3, torch.ones(30, 50), Settings()) > 0.9
    with pytest.raises(ValueError, match="second has no score 'it'"):
        both.index(4)
    scored = theirs.extended([xw.Score(first, name="It")])
    assert SecondNet(xw.Subject(scored, PICTURE), xw.Subject(ours, PICTURE)).index(4) == 3


def first(outputs: Tensor) -> Tensor:
    return outputs[:, 0].sigmoid()


def test_what_the_nets_do_not_agree_on_comes_first() -> None:
    assert pair(net((2, 0, 1))).disputed() is None
    assert pair(net((2, 0, 1), likes=1)).disputed() == 1
    assert pair(net((2, 0, 1), likes=1, categories=["a", "b", "c"])).disputed() is None
    assert disagreement_first((5, 6, 7), [7]) == (5, 7, 6)
    assert disagreement_first((5, 6, 7), [9, 5]) == (5, 9, 6)
    assert disagreement_first((5,), [9, 8]) == (5, 9, 8)


def test_masks_lie_in_our_frame_and_pixels_in_theirs() -> None:
    cropped = transforms.Compose(
        [transforms.Resize(36), transforms.CenterCrop((30, 30)), transforms.ToTensor()]
    )
    both = pair(net(size=None, preprocess=cropped))
    left = (both.theirs.x[:1] > 0.5).float()[None]
    found = both.to_ours(left)
    assert found.shape == (1, 1, 30, 50)
    assert found[..., 13:24].mean() > 0.8  # what they see of the red half
    assert found[..., 27:].max() < 0.1
    assert found[..., :12].max() < 0.1  # beyond their crop
    assert both.sees == pytest.approx(50 / 60 * 50 / 100, abs=0.03)
    back = both.to_theirs(found)
    assert (back - left).abs()[..., 4:-4, 4:-4].mean() < 0.05


def test_each_net_says_what_it_sees_in_the_others_evidence() -> None:
    both = pair(net((1, 0, 2), likes=1))
    settings = Settings(reference="black")
    theirs = both.settings(settings)
    left = (both.ours.x[:1] > 0.5).float().expand(3, -1, -1)
    assert both.on_ours(0, left, settings) > 0.9  # the red half is red for both
    assert both.on_ours(1, left, settings) < 0.1
    left = (both.theirs.x[:1] > 0.5).float().expand(3, -1, -1)
    assert both.on_theirs(0, left, settings) > 0.9
    assert both.on_theirs(0, 1 - left, settings) < 0.1
    assert both.on_theirs(0, 1 - left, Settings(game="deletion", reference="black")) > 0.9
    right = (both.ours.x[1] > 0.5).float()
    assert both.score(1, right, theirs) > 0.99
    assert both.score(1, 1 - right, theirs) < 0.1


def test_a_reference_of_our_own_is_handed_over() -> None:
    both = pair(net(mean=0.5, std=0.5))
    gray = torch.full((3, 1, 1), 0.25)
    handed = both.settings(Settings(reference=gray, plan={"fold": True})).reference
    assert isinstance(handed, Tensor)
    assert handed.shape == both.theirs.x.shape
    assert torch.allclose(handed * 0.5 + 0.5, torch.tensor(64 / 255), atol=1e-3)
    assert both.settings(Settings(reference=gray, plan={"fold": True})).plan == "folded"
    # Both nets run at once: neither way could be timed.
    assert both.settings(Settings(reference="black", plan="auto")).plan == "folded"
    assert both.settings(Settings(reference="black", plan="plain")).plan == "plain"


def test_places_that_are_not_known_are_named_unless_the_pictures_are_the_same() -> None:
    def bent(picture: Image.Image) -> Tensor:
        x = transforms.functional.to_tensor(picture)
        rows, columns = (
            (torch.linspace(0, 1, n // 2) ** 2 * (n - 1)).long() for n in picture.size[::-1]
        )
        return x[:, rows][:, :, columns]

    options = {"size": None, "preprocess": bent, "mean": 0.0, "std": 1.0}
    ours, theirs = (net(name=name, **options) for name in ("first", "second"))
    both = SecondNet(xw.Subject(theirs, PICTURE), xw.Subject(ours, PICTURE))
    assert not both.theirs.geometry.known
    values = torch.rand(1, 3, 30, 50)
    assert torch.allclose(both.to_ours(values), values, atol=1e-5)
    with pytest.raises(ValueError, match="places of the two networks cannot be matched"):
        pair(theirs).to_ours(values)


def test_the_same_net_and_another_image_are_refused() -> None:
    ours = net()
    with pytest.raises(ValueError, match="the network that is explained; give another one"):
        SecondNet(xw.Subject(ours, PICTURE), xw.Subject(ours, PICTURE))
    with pytest.raises(ValueError, match="expected the same image"):
        SecondNet(xw.Subject(net(), PICTURE[1:]), xw.Subject(ours, PICTURE))
