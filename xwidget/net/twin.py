"""A stand-in for a net: computes the same, and may be run, hooked and moved in its place."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import torch
from torch import nn

from xwidget.net.apart import WritesError, keep_apart, not_apart, unwritten
from xwidget.net.copying import copied_apart
from xwidget.net.observers import Place, leave_out, spared
from xwidget.net.rebinding import Rebinder


def make_twin(
    net: nn.Module,
    device: str | torch.device | None = None,
    without: frozenset[Place] = frozenset(),
) -> nn.Module:
    """Copy a net's structure, but share its parameters' storage, so that the net stays untouched.

    The twin is in eval mode and needs no gradients for its parameters. It costs no memory on the
    same device, and follows the net where that is trained on in place. Only weights that the change
    to eval mode, or a pass, writes to are its own. So are buffers, and functions that it holds, a
    patched ``forward`` say: they use the twin. Forward hooks come along, as they may be part of
    what the net computes (weight norm, say), backward hooks do not.

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
        If the net has lazy layers that were never run.
    TypeError
        If it has modules that cannot be copied.
    """
    net = _unwrapped(net)
    # Outside of inference mode, whose tensors let no gradient through.
    with torch.inference_mode(False), torch.no_grad():
        try:
            return _made(net, device, without, own=_acts_on_its_mode(net))
        except WritesError:
            pass
        try:
            return _made(net, device, without, own=True)
        except WritesError:
            raise not_apart(net) from None


def _made(
    net: nn.Module,
    device: str | torch.device | None,
    without: frozenset[Place],
    own: bool,
) -> nn.Module:
    """Make a copy; with parameters of its own, as long as something may write to them."""
    memo: dict[int, Any] = spared(net, without)
    pairs = []
    for parameter in net.parameters():
        if isinstance(parameter, nn.parameter.UninitializedParameter):
            raise ValueError(
                f"{type(net).__name__} has lazy layers that were never run; run it once on a "
                "batch to give its parameters their shape"
            )
        # Unlike .detach(), .data does not count among the net's own what a copy writes.
        data = parameter.clone() if own or parameter.is_inference() else parameter.data
        memo[id(parameter)] = nn.Parameter(data, requires_grad=False)
        pairs.append((parameter, memo[id(parameter)]))
    try:
        twin = copied_apart(net, memo)
        leave_out(twin, without)
        Rebinder(net, memo).rebind(twin)
    except Exception as error:
        raise TypeError(
            f"{type(net).__name__} holds something that cannot be copied ({error}); take it "
            "out of the net's attributes, so that the net itself can stay untouched"
        ) from error
    for module in twin.modules():
        # Others watch gradients, or change them for a purpose of theirs.
        module._backward_hooks.clear()
        module._backward_pre_hooks.clear()
    _unwrap_within(twin)
    with unwritten(net), suppress(NotImplementedError):  # as an exported graph, in one mode only
        twin.eval()
    if own:
        for parameter, copy in pairs:
            if not parameter.is_inference() and _same(parameter, copy):
                copy.data = parameter.data
    for parameter in twin.parameters():  # a ScriptModule has no requires_grad_ of its own
        parameter.requires_grad_(False)
    if device is not None:
        # What is on the "meta" device has no numbers to move: a template, for torch.func.
        twin._apply(lambda tensor: tensor if tensor.is_meta else tensor.to(device))
    keep_apart(twin, net)
    return twin


def _acts_on_its_mode(net: nn.Module) -> bool:
    """Return True if a change of the mode does more in a net than that, as merging weights."""
    modules = list(net.modules())
    return any(module.training for module in modules) and any(map(_own_mode, modules))


def _own_mode(module: nn.Module) -> bool:
    kind = type(module)
    changed = any(getattr(kind, name) is not getattr(nn.Module, name) for name in _MODES)
    return changed or hasattr(kind, "training") or any(name in vars(module) for name in _MODES)


_MODES = ("train", "eval", "__setattr__")


def _same(one: nn.Parameter, other: nn.Parameter) -> bool:
    alike = one.shape == other.shape and one.dtype == other.dtype and one.device == other.device
    return alike and not one.is_meta and torch.equal(one, other)


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


def check_net(net: object) -> None:
    """Raise TypeError for anything but a net."""
    if isinstance(net, nn.Module):
        return
    if isinstance(net, type):
        raise TypeError(f"net is the class {net.__name__}; expected a net made of it")
    raise TypeError(f"net is a {type(net).__name__}; expected a torch nn.Module")
