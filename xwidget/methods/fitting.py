"""Nets that a method cannot work on, as far as their modules tell: nothing is run."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import getattr_static
from types import CodeType, FunctionType

import torch
from torch import nn

_ATTENTION = ("attention", "attn", "softmax", "einsum")
_NO_RULE: dict[type[nn.Module], str] = {
    nn.MultiheadAttention: "attention",
    nn.LayerNorm: "layer normalization",
    nn.GroupNorm: "group normalization",
    **dict.fromkeys((nn.InstanceNorm1d, nn.InstanceNorm2d), "instance normalization"),
}


def any_net(net: nn.Module) -> str:
    """Return "": nothing is known to be in the way."""
    return ""


def closed(net: nn.Module) -> str:
    """Return why a net cannot be looked into; "" if it can."""
    if any(isinstance(module, torch.jit.ScriptModule) for module in net.modules()):
        return "it was scripted or traced by torch.jit, so that nothing inside it can be looked at"
    return ""


def without_rules(net: nn.Module) -> str:
    """Return why LRP cannot share out a net's logit; "" if nothing is known to be in the way."""
    kinds = [
        what
        for module in net.modules()
        for kind, what in _NO_RULE.items()
        if isinstance(module, kind)
    ]
    return closed(net) or (f"it has {kinds[0]}, for which LRP has no rule here" if kinds else "")


def without_attention(net: nn.Module) -> str:
    """Return why no attention can be rolled out; "" where there may be some: in a module of such a
    name, or whose ``forward`` uses what attention is computed with.
    """
    kinds = {type(module) for module in net.modules()}
    own = [(type(each), each.forward) for each in net.modules() if "forward" in vars(each)]
    # Statically: a scripted or traced module's class refuses to be asked.
    common = [(kind, getattr_static(kind, "forward", None)) for kind in kinds]
    may = any(_names_it(kind.__name__) for kind in kinds) or any(
        _attends(*each) for each in [*common, *own]
    )
    return "" if may else "it has no attention that could be rolled out"


def _names_it(name: str) -> bool:
    return any(word in name.lower() for word in _ATTENTION)


def _attends(kind: type[nn.Module], forward: object) -> bool:
    """Return whether a module's function may compute attention, by the names in it and in what it
    calls of its own class and file.
    """
    waiting, seen = [getattr(forward, "__func__", forward)], set[object]()
    while waiting:
        function = waiting.pop()
        if not isinstance(function, FunctionType):
            return True  # nobody can tell
        if function in seen or (function.__module__ or "").startswith("torch."):
            continue
        seen.add(function)
        names = set(_names(function.__code__))
        if any(map(_names_it, names)):
            return True
        for name in names:
            found = function.__globals__.get(name), getattr_static(kind, name, None)
            waiting += [each for each in found if isinstance(each, FunctionType)]
    return False


def _names(code: CodeType) -> Iterator[str]:
    """Yield the names of globals and attributes in a function and those within it."""
    yield from code.co_names
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _names(each)
