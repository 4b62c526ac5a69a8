"""A stand-in for a net: computes the same, and may be run, hooked and moved in its place."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor, nn


def make_twin(net: nn.Module, device: str | torch.device | None = None) -> nn.Module:
    """Copy a net's structure, but share its parameters' storage, so that the net stays untouched.

    The twin is in eval mode and needs no gradients for its parameters. It costs no memory on the
    same device, and follows the net where that is trained on in place. Buffers are its own. Forward
    hooks come along: they may be part of what the net computes (weight norm, say).

    Parameters
    ----------
    net
        Any net; ``torch.compile`` and ``DataParallel`` wrappers are taken off the twin, and off the
        modules within it.
    device
        Where to put it; None leaves it where the net is.

    Raises
    ------
    ValueError
        Where the net has lazy layers that were never run, or weights that were never loaded.
    TypeError
        Where it holds something that cannot be copied.
    """
    net = _unwrapped(net)
    # Outside of inference mode, whose tensors let no gradient through.
    with torch.inference_mode(False), torch.no_grad():
        memo: dict[int, Any] = {}
        for parameter in net.parameters():
            if isinstance(parameter, nn.parameter.UninitializedParameter):
                raise ValueError(
                    f"{type(net).__name__} has lazy layers that were never run; run it once on a "
                    "batch to give its parameters their shape"
                )
            if parameter.is_meta:
                raise ValueError(
                    f'{type(net).__name__} has parameters on the "meta" device, which hold no '
                    "numbers; load its weights first (net.to_empty(device=...), load_state_dict)"
                )
            data = parameter.clone() if parameter.is_inference() else parameter.detach()
            memo[id(parameter)] = nn.Parameter(data, requires_grad=False)
        for module in net.modules():
            for value in (*module.__dict__.values(), *module._buffers.values()):
                # deepcopy refuses tensors that are not leaves, such as a cached activation.
                if isinstance(value, Tensor) and id(value) not in memo:
                    memo[id(value)] = value.detach().clone()
        try:
            twin = copy.deepcopy(net, memo)
        except Exception as error:
            raise TypeError(
                f"{type(net).__name__} holds something that cannot be copied ({error}); take it "
                "out of the net's attributes, so that the net itself can stay untouched"
            ) from error
        _unwrap_within(twin)
        with suppress(NotImplementedError):  # an exported graph is in the mode it was exported in
            twin.eval()
        for parameter in twin.parameters():  # a ScriptModule has no requires_grad_ of its own
            parameter.requires_grad_(False)
        return twin if device is None else twin.to(device)


def _unwrap_within(twin: nn.Module) -> None:
    for module in list(twin.modules()):
        for name, child in list(module.named_children()):
            if (inner := _unwrapped(child)) is not child:
                setattr(module, name, inner)


def _unwrapped(net: nn.Module) -> nn.Module:
    """Take off wrappers that hide the net's own calls: torch.compile's and DataParallel's."""
    inner = getattr(net, "_orig_mod", None)
    if inner is None and isinstance(net, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
        inner = net.module
    return _unwrapped(inner) if isinstance(inner, nn.Module) else net
