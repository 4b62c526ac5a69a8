"""Folding batch normalization into the convolution before it: the same net in fewer passes.

Which convolution feeds which normalization is read off one forward pass, as tracers give up on nets
that compute with their input's shape. A pair is folded where that is certain: each is called once,
and nothing else uses what is between them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from xwidget.errors import around

# Logits may differ by this share of the largest before a fold counts as wrong.
_ROUNDING = 1e-4


class _Watch(TorchFunctionMode):
    """Note what feeds what in a forward pass."""

    def __init__(self) -> None:
        super().__init__()
        self.convolved: dict[int, tuple[Tensor, Tensor]] = {}  # by id: an output and its weight
        self.pairs: list[tuple[int, Tensor]] = []  # the id of an output, and a running mean
        self.uses: Counter[int] = Counter()

    @around
    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        output = func(*args, **(kwargs or {}))
        if isinstance(output, Tensor):  # what returns something else asks for a shape, say
            self.uses.update(id(leaf) for leaf in tree_leaves((args, kwargs)))
            if func is torch.conv2d and len(args) > 1:
                self.convolved[id(output)] = output, args[1]
                self.uses[id(output)] = 0  # of a tensor gone by now that had the same id
            if func is F.batch_norm and isinstance(args[1], Tensor):
                before, _ = self.convolved.get(id(args[0]), (None, None))
                if before is args[0]:  # and not of a later convolution, with the id of this one
                    self.pairs.append((id(args[0]), args[1]))
        return output


def fold(net: nn.Module, forward: Callable[[Tensor], Tensor], image: Tensor) -> bool:
    """Fold batch norms of a net in eval mode, in place; return whether that was of use.

    Parameters
    ----------
    net
        The net; its parameters are replaced, not written to, so one may share them with another.
    forward
        How it is run: (N, C, H, W) to (N, classes).
    image
        An image (1, C, H, W) to run it on.

    Returns
    -------
    bool
        False where there was nothing to fold, or the logits changed by more than rounding: then the
        net must be thrown away.
    """
    with torch.no_grad(), _Watch() as watch:
        before = forward(image)
    convolutions = {
        id(module._parameters.get("weight")): module
        for module in net.modules()
        if isinstance(module, nn.Conv2d)
    }
    norms = {
        id(module.running_mean): module
        for module in net.modules()
        if type(module) is nn.BatchNorm2d and not _hooked(module)
    }
    folded: set[nn.Module] = set()
    for between, mean in watch.pairs:
        _, weight = watch.convolved.get(between, (None, None))
        conv, norm = convolutions.get(id(weight)), norms.get(id(mean))
        once = watch.uses[between] == watch.uses[id(weight)] == watch.uses[id(mean)] == 1
        if once and conv is not None and norm is not None and not _hooked(conv):
            _merge(conv, norm)
            folded.add(norm)
    if not folded:
        return False
    for parent in net.modules():
        for name, child in parent.named_children():
            if child in folded:
                setattr(parent, name, nn.Identity())
    with torch.no_grad():
        change = (forward(image) - before).abs().max()
    return bool(change <= _ROUNDING * before.abs().max())


def _merge(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
    assert norm.running_mean is not None
    assert norm.running_var is not None
    conv.weight, conv.bias = fuse_conv_bn_weights(
        conv.weight,
        conv.bias,
        norm.running_mean,
        norm.running_var,
        norm.eps,
        norm.weight,
        norm.bias,
    )
    conv.requires_grad_(False)


def _hooked(module: nn.Module) -> bool:
    """Return True if someone watches or changes what a module is given or returns."""
    return bool(module._forward_hooks or module._forward_pre_hooks)
