"""Layers that LRP has no rule for: as modules, as functions, and in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch.nn.functional as F
from torch import nn


class NoRule(NamedTuple):
    """One kind of layer.

    Attributes
    ----------
    words
        What it is called.
    modules
        Kinds of modules that are one.
    functions
        Functions that compute one.
    """

    words: str
    modules: tuple[type[nn.Module], ...]
    functions: tuple[Callable[..., Any], ...]


NO_RULE = (
    NoRule(
        "attention",
        (nn.MultiheadAttention,),
        (F.scaled_dot_product_attention, F.multi_head_attention_forward),
    ),
    NoRule("layer normalization", (nn.LayerNorm,), (F.layer_norm,)),
    NoRule("group normalization", (nn.GroupNorm,), (F.group_norm,)),
    NoRule(
        "instance normalization",
        (nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d),
        (F.instance_norm,),
    ),
)
"""Kinds of layers that LRP refuses."""
