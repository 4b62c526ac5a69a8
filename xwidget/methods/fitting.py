"""Nets that a method cannot work on, as far as their modules tell: nothing is run."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from functools import partial
from inspect import getattr_static
from types import CodeType, FunctionType, MethodType, ModuleType

import torch
from torch import nn

from xwidget.methods.without_rules import NO_RULE

_ATTENTION = ("attention", "attn", "softmax", "einsum")
# Functions of these hold no attention of a module's own: what is called is told by its name.
_LIBRARIES = frozenset({"torch", "numpy", *sys.stdlib_module_names})
_FUNCTIONS = (
    *(FunctionType, MethodType, staticmethod, classmethod, property, partial),
    torch.jit.ScriptFunction,
)


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
        each.words
        for module in net.modules()
        for each in NO_RULE
        if isinstance(module, each.modules)
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
    wraps, and calls of its own class, of its file and of modules that its file names.
    """
    waiting, seen = [forward], set[object]()
    while waiting:
        function = _plain(waiting.pop())
        if not isinstance(function, FunctionType):
            return True  # nobody can tell
        if function in seen:
            continue
        seen.add(function)
        waiting += _wrapped(function)
        if _of_library(function.__globals__.get("__name__")):
            continue
        names = set(_names(function.__code__))
        if any(map(_names_it, names)):
            return True
        waiting += [each for each in _reached(function, kind, names) if _unknown(each)]
    return False


def _plain(function: object) -> object:
    """Return the function of a method, a static one, a property or a partial call."""
    for name in ("__func__", "fget", "func"):
        if not isinstance(function, FunctionType):
            function = getattr(function, name, function)
    return function


def _wrapped(function: FunctionType) -> Iterator[object]:
    """Yield what a decorator made a function of."""
    if (found := getattr(function, "__wrapped__", None)) is not None:
        yield found
    for cell in function.__closure__ or ():
        try:
            content = cell.cell_contents
        except ValueError:  # not filled yet
            continue
        if isinstance(content, (FunctionType, MethodType)):
            yield content


def _reached(function: FunctionType, kind: type, names: Collection[str]) -> Iterator[object]:
    """Yield what names in a function may stand for: globals, attributes of its class and of modules
    that are globals.
    """
    found = [function.__globals__.get(name) for name in names]
    yield from found
    yield from (getattr_static(kind, name, None) for name in names)
    for each in found:
        if isinstance(each, ModuleType) and not _of_library(each.__name__):
            yield from (getattr_static(each, name, None) for name in names)


def _unknown(found: object) -> bool:
    """Return whether something that a name stands for has to be looked into."""
    if isinstance(found, type):
        return issubclass(found, torch.autograd.Function)
    if isinstance(found, _FUNCTIONS):
        return True
    own = not _of_library(type(found).__module__)  # of a class that calls itself something
    return own and callable(found)


def _of_library(name: object) -> bool:
    return str(name).partition(".")[0] in _LIBRARIES


def _names(code: CodeType) -> Iterator[str]:
    """Yield the names of globals and attributes in a function and those within it."""
    yield from code.co_names
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from _names(each)
