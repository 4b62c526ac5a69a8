"""A stand-in for a net: computes the same, and may be run, hooked and moved in its place."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import torch
from torch import nn

from xwidget.apart import keep_apart
from xwidget.copying import copied
from xwidget.observers import Place, leave_out, spared
from xwidget.rebinding import Rebinder


def make_twin(
    net: nn.Module,
    device: str | torch.device | None = None,
    without: frozenset[Place] = frozenset(),
) -> nn.Module:
    """Copy a net's structure, but share its parameters' storage, so that the net stays untouched.

    The twin is in eval mode and needs no gradients for its parameters. It costs no memory on the
    same device, and follows the net where that is trained on in place. Buffers are its own, and so
    are functions that it holds, a patched ``forward`` say: they use the twin. Forward hooks come
    along, as they may be part of what the net computes (weight norm, say), backward hooks do not.

    Parameters
    ----------
    net
        Any net; ``torch.compile`` and ``DataParallel`` wrappers are taken off the twin, and off the
        modules within it.
    device
        Where to put it; None leaves it where the net is.
    without
        Hooks that are left out, see ``Observers.of``; what they refer to is not copied.

    Raises
    ------
    ValueError
        Where the net has lazy layers that were never run.
    TypeError
        Where it has modules that cannot be copied.
    """
    net = _unwrapped(net)
    # Outside of inference mode, whose tensors let no gradient through.
    with torch.inference_mode(False), torch.no_grad():
        memo: dict[int, Any] = spared(net, without)
        for parameter in net.parameters():
            if isinstance(parameter, nn.parameter.UninitializedParameter):
                raise ValueError(
                    f"{type(net).__name__} has lazy layers that were never run; run it once on a "
                    "batch to give its parameters their shape"
                )
            data = parameter.clone() if parameter.is_inference() else parameter.detach()
            memo[id(parameter)] = nn.Parameter(data, requires_grad=False)
        try:
            twin = copied(net, memo)
        except Exception as error:
            raise TypeError(
                f"{type(net).__name__} holds something that cannot be copied ({error}); take it "
                "out of the net's attributes, so that the net itself can stay untouched"
            ) from error
        leave_out(twin, without)
        Rebinder(net, memo).rebind(twin)
        for module in twin.modules():
            # Others watch gradients, or change them for a purpose of theirs.
            module._backward_hooks.clear()
            module._backward_pre_hooks.clear()
        _unwrap_within(twin)
        with suppress(NotImplementedError):  # an exported graph is in the mode it was exported in
            twin.eval()
        for parameter in twin.parameters():  # a ScriptModule has no requires_grad_ of its own
            parameter.requires_grad_(False)
        if device is not None:
            # What is on the "meta" device has no numbers to move: a template, for torch.func.
            twin._apply(lambda tensor: tensor if tensor.is_meta else tensor.to(device))
        keep_apart(twin, net)
        return twin


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
