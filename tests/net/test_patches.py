"""The grid of a vision transformer's tokens, and the evidence of each."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.models import SwinTransformer, VisionTransformer, squeezenet1_1

import xwidget as xw
from xwidget.attribution import Attribution

PICTURE = np.random.default_rng(0).integers(0, 255, (40, 50, 3), np.uint8)
VIT = {"num_layers": 1, "num_heads": 1, "hidden_dim": 8, "mlp_dim": 8, "num_classes": 3}
SWIN = {
    "embed_dim": 8,
    "depths": [1, 1],
    "num_heads": [1, 2],
    "window_size": [4, 4],
    "num_classes": 3,
}


def of_timm(name: str, **options: object) -> nn.Module:
    timm = pytest.importorskip("timm")
    made: nn.Module = timm.create_model(name, pretrained=False, num_classes=3, **options)
    return made


def of_transformers() -> nn.Module:
    tr = pytest.importorskip("transformers")
    config = tr.SwinConfig(image_size=32, patch_size=4, embed_dim=8, depths=[1], num_heads=[1])
    made: nn.Module = tr.SwinForImageClassification(config)
    return made


NETS: dict[str, tuple[Callable[[], nn.Module], tuple[int, int] | None]] = {
    "vit": (lambda: VisionTransformer(image_size=32, patch_size=8, **VIT), (4, 4)),
    "swin": (lambda: SwinTransformer(patch_size=[4, 4], **SWIN), (8, 8)),
    "timm's deit": (
        lambda: of_timm("deit_tiny_distilled_patch16_224", img_size=32, depth=1),
        (2, 2),
    ),
    "transformers' swin": (of_transformers, (8, 8)),
    "patches, and no attention": (
        lambda: nn.Sequential(nn.Conv2d(3, 3, 4, 4), nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        None,
    ),
    "attention, and no patches": (
        lambda: nn.Sequential(nn.Conv2d(3, 4, 3), Attention(), squeezenet1_1().features[12]),
        None,
    ),
    "no patches": (squeezenet1_1, None),
}


class Attention(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


@pytest.mark.parametrize("name", NETS)
def test_patches_are_found_by_the_embedding_of_the_image_itself(name: str) -> None:
    make, grid = NETS[name]
    net = make()
    subject = xw.Subject(xw.Classifier(net, size=32), PICTURE)
    assert subject.tokens == grid
    assert not any(module._forward_hooks for module in net.modules())


def test_patches_that_do_not_fit_the_picture_are_no_grid() -> None:
    net = SwinTransformer(patch_size=[4, 4], **SWIN)
    assert xw.Subject(xw.Classifier(net, size=(32, 24)), PICTURE).tokens == (8, 6)
    assert xw.Subject(xw.Classifier(net, size=(32, 26)), PICTURE).tokens is None


def test_the_evidence_of_a_token_is_the_sum_over_its_pixels() -> None:
    values = np.zeros((2, 3, 8, 6), np.float32)
    values[1, :, 5, 4] = 0.5
    values[0, 0, 0, 2] = 0.75
    found = Attribution((3, 5), values, "planted").tokens((4, 3))
    assert found.shape == (2, 4, 3)
    assert found[1, 2, 2] == 0.5
    assert found[0, 0, 1] == pytest.approx(0.25)  # the mean over colors
    assert np.count_nonzero(found) == 2
    with pytest.raises(ValueError, match="rows and columns that divide 8×6 pixels"):
        Attribution((3, 5), values, "planted").tokens((3, 3))
