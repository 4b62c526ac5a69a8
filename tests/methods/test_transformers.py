"""Vision transformers: attention rolled out, and patches as maps, for each way to write one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import timm
import torch
import torch.nn.functional as F
import transformers
from torch import Tensor, nn
from torchvision.models import SwinTransformer, VisionTransformer

import xwidget as xw
from xwidget.methods.maps import Layout
from xwidget.methods.rollout import _Watch
from xwidget.methods.tokens import grid_of

SIZE = 32
IMAGE = np.random.default_rng(0).random((SIZE, SIZE, 3)).astype(np.float32)


def of_torchvision() -> nn.Module:
    net = VisionTransformer(SIZE, 8, 3, 4, 16, 32, num_classes=3)
    nn.init.normal_(net.heads.head.weight)  # zeros, in a new net
    return net


def of_timm() -> nn.Module:
    net: nn.Module = timm.create_model(
        "vit_tiny_patch16_224", img_size=SIZE, patch_size=8, num_classes=3, depth=3, num_heads=3
    )
    return net


def of_transformers(attention: str = "sdpa") -> nn.Module:
    config = transformers.ViTConfig(
        hidden_size=16,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=32,
        image_size=SIZE,
        patch_size=8,
        num_labels=3,
    )
    config._attn_implementation = attention
    return transformers.ViTForImageClassification(config)


def classifier(make: Callable[[], nn.Module]) -> xw.Classifier:
    torch.manual_seed(3)
    return xw.Classifier(make().eval(), size=SIZE, mean=0.5, std=0.5)


def rolled(attention: list[Tensor]) -> Tensor:
    """Return the class token's row (4,4), of layers' attention (heads,T,T)."""
    own = torch.eye(17, dtype=torch.float64)
    product = own
    for each in attention:
        product = (0.5 * each.double().mean(0) + 0.5 * own) @ product
    return product[0, 1:].reshape(4, 4)


def test_the_rollout_of_a_torchvision_net_is_the_papers() -> None:
    clf = classifier(of_torchvision)
    found = xw.attribute(clf, IMAGE, "attention_rollout", [0, 1], progress=False, device="cpu")
    attention = []
    for block in clf.net.encoder.layers:

        def note(block: nn.Module, args: tuple[Tensor], _: Tensor) -> None:
            normed = block.ln_1(args[0])
            attention.append(
                block.self_attention(normed, normed, normed, average_attn_weights=False)[1][0]
            )

        block.register_forward_hook(note)
    with torch.no_grad():
        clf.net(clf.prepare(IMAGE)[None])
    coarse = rolled(attention)
    size = (SIZE, SIZE)
    fine = F.interpolate(coarse[None, None], size, mode="bilinear", align_corners=False)[0, 0]
    assert np.allclose(found.values[0], fine / fine.max(), atol=1e-5)
    assert np.array_equal(found.values[0], found.values[1])
    assert found.checks[0] == "the same for every class"


@pytest.mark.parametrize("make", [of_torchvision, of_timm, of_transformers])
def test_reading_attention_changes_no_output(make: Callable[[], nn.Module]) -> None:
    clf = classifier(make)
    net, x = clf.twin(), clf.prepare(IMAGE)[None]
    with torch.no_grad():
        before = clf.logits(net, x)
        with _Watch() as watch:
            during = clf.logits(net, x)
    assert torch.allclose(before, during, atol=1e-5)
    assert [tuple(each.shape) for each in watch.maps] == [(1, 17, 17)] * len(watch.maps)
    assert len(watch.maps) == 3
    assert all(torch.allclose(each.sum(-1), torch.ones(17), atol=1e-5) for each in watch.maps)


def test_fused_and_written_out_attention_are_rolled_out_alike() -> None:
    clf = classifier(of_transformers)
    eager = xw.Classifier(of_transformers("eager").eval(), size=SIZE, mean=0.5, std=0.5)
    eager.net.load_state_dict(clf.net.state_dict())
    fused, other = (
        xw.attribute(each, IMAGE, "attention_rollout", 0, progress=False) for each in (clf, eager)
    )
    assert np.allclose(fused.values, other.values, atol=1e-5)
    plain = classifier(of_timm)
    for block in plain.net.blocks:
        block.attn.fused_attn = False
    fused, other = (
        xw.attribute(each, IMAGE, "attention_rollout", 0, progress=False)
        for each in (classifier(of_timm), plain)
    )
    assert np.allclose(fused.values, other.values, atol=1e-5)
    assert plain.net.blocks[0].attn.fused_attn is False


class Segments(nn.Module):
    """A head that puts out a map of probabilities for each class, as many as there are rows."""

    def __init__(self) -> None:
        super().__init__()
        self.maps = nn.Conv2d(3, 4, 2, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.maps(x).softmax(1).mean((2, 3))


def test_a_softmax_over_classes_is_no_attention() -> None:
    clf = xw.Classifier(Segments().eval(), size=SIZE, activation="none")
    with pytest.raises(ValueError, match="no attention that could be rolled out"):
        xw.attribute(clf, IMAGE, "attention_rollout", 0, progress=False)

    def own(logits: Tensor) -> Tensor:
        return logits[:, None, :, None].expand(-1, 4, 3, 3).softmax(-1)[:, 0, 0, 0]

    clf = classifier(of_torchvision)
    plain, scored = (
        xw.attribute(clf, IMAGE, "attention_rollout", target, progress=False) for target in (0, own)
    )
    assert np.array_equal(plain.values, scored.values)


def test_attention_within_windows_is_refused() -> None:
    clf = classifier(lambda: SwinTransformer([4, 4], 8, [1, 1], [2, 2], [4, 4], num_classes=3))
    with pytest.raises(ValueError, match="within windows or over several sizes"):
        xw.attribute(clf, IMAGE, "attention_rollout", 0, progress=False)
    found = xw.attribute(clf, IMAGE, "gradcam", 0, progress=False)
    assert found.values.max() in (0, 1)


@pytest.mark.parametrize(
    ("make", "layer"),
    [
        (of_torchvision, "encoder.layers.encoder_layer_2.ln_1"),
        (of_timm, "blocks.2.norm1"),
        (of_transformers, "vit.layers.2.layernorm_before"),
    ],
)
def test_grad_cam_of_patches_is_at_the_last_norm_that_all_of_them_pass(
    make: Callable[[], nn.Module], layer: str
) -> None:
    clf = classifier(make)
    chosen = xw.attribute(clf, IMAGE, "gradcam", [0, 1, 2], progress=False)
    if layer not in dict(clf.net.named_modules()):  # named so since transformers 5
        layer = "vit.encoder.layer.2.layernorm_before"
    named = xw.attribute(clf, IMAGE, "gradcam", [0, 1, 2], layer=layer, progress=False)
    assert np.array_equal(chosen.values, named.values)
    assert chosen.values.max() == 1


def test_tokens_are_laid_out_in_rows_from_the_top_left() -> None:
    tokens = torch.arange(1 + 3 * 5.0).view(1, 16, 1)
    layout = Layout.of(tokens, (24, 40))
    assert layout is not None
    assert layout.maps(tokens)[0, 0].tolist() == (1 + torch.arange(15.0).view(3, 5)).tolist()
    assert torch.equal(layout.output(layout.maps(tokens), tokens), tokens)
    channels_last = torch.rand(1, 3, 5, 8)
    last = Layout.of(channels_last, (24, 40))
    assert last is not None
    assert last.maps(channels_last).shape == (1, 8, 3, 5)
    assert torch.equal(last.output(last.maps(channels_last), channels_last), channels_last)
    assert grid_of(201, (224, 224)) == (5, 14, 14)  # with registers
