"""Hooks of other tools: those that only watch a net are left out of its copies.

What they collect in thousands of passes would be no one's, and its graphs fill the memory. A hook
that is kept without need costs memory, one that is left out wrongly falsifies every answer: in
doubt a hook is kept, and what was found holds only while nothing that hooks refer to changes.
"""

from __future__ import annotations

import dis
import functools
import inspect
from collections.abc import Callable, Iterator
from itertools import islice
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor, nn

from xwidget.net.rebinding import neighbors

#: The kind of a hook, and its key: modules that were copied from each other share both.
Place: TypeAlias = tuple[str, int]
_KINDS = ("_forward_hooks", "_forward_pre_hooks")
_SCALARS = (bool, int, float, complex, str, bytes, type(None), np.generic)
_SEARCHED = 2000  # things at most that are looked at for flags
_EACH = 200  # of what one thing refers to


class Observers:
    """The hooks of a net that are known to only observe it."""

    def __init__(self) -> None:
        self._known: tuple[object, frozenset[Place]] | None = None

    def of(
        self, net: nn.Module, trial: Callable[[], tuple[nn.Module, Callable[[int], Tensor]]]
    ) -> frozenset[Place]:
        """Return which hooks return nothing, change nothing, and are not missed by the net.

        Parameters
        ----------
        net
            The net.
        trial
            Makes a copy, with all of its hooks, and what runs it on a picture drawn from a seed.
        """
        foreign = _foreign(net)
        candidates = frozenset(place for place, hook in foreign if not _may_answer(hook))
        if not candidates:
            return candidates
        state = tuple(place for place, _ in foreign), _state(net, [hook for _, hook in foreign])
        if self._known is None or self._known[0] != state:
            found = _watching(*trial(), candidates)
            if found is None:
                return frozenset()
            self._known = state, found
        return self._known[1]


def leave_out(twin: nn.Module, places: frozenset[Place]) -> None:
    """Take hooks off a copy."""
    for kind, hooks in _hooks(twin):
        for key in [key for key in hooks if (kind, key) in places]:
            del hooks[key]


def spared(net: nn.Module, places: frozenset[Place]) -> dict[int, Any]:
    """Return a memo by which ``copy.deepcopy`` copies nothing of hooks that are left out."""
    hooks = _foreign(net)
    needed = {id(hook) for place, hook in hooks if place not in places}
    return {id(hook): _gone for place, hook in hooks if place in places and id(hook) not in needed}


def _gone(*_: Any) -> None:
    """Stand where a hook was, until that is taken off."""


def _watching(
    twin: nn.Module, run: Callable[[int], Tensor], candidates: frozenset[Place]
) -> frozenset[Place] | None:
    """Find out by a few passes; None where the copy does not run, which is told elsewhere."""
    plain = [(kind, hooks, dict(hooks)) for kind, hooks in _hooks(twin)]
    acted: set[Place] = set()

    def set_hooks(changed: Callable[[Place, Any], Any]) -> None:
        for kind, hooks, found in plain:
            hooks.clear()
            for key, hook in found.items():
                if (new := changed((kind, key), hook)) is not None:
                    hooks[key] = new

    def heard(place: Place, hook: Callable[..., Any]) -> Callable[..., Any]:
        def listen(*args: Any, **kwargs: Any) -> Any:
            before = [(x, x._version, x.clone()) for x in _tensors([*args[1:], kwargs])]
            answer = hook(*args, **kwargs)
            if answer is not None or any(_changed(*each) for each in before):
                acted.add(place)
            return answer

        return listen

    try:
        set_hooks(lambda place, hook: heard(place, hook) if place in candidates else hook)
        run(0)
        run(1)
        set_hooks(lambda place, hook: hook)
        # On another picture: what a hook kept of the last one may be used further on.
        wanted = run(2)
        run(1)
    except Exception:
        return None
    silent = candidates - acted
    set_hooks(lambda place, hook: None if place in silent else hook)
    try:
        return silent if torch.equal(run(2), wanted) else frozenset()
    except Exception:  # a hook that is missing is part of the net
        return frozenset()


def _tensors(values: Any) -> Iterator[Tensor]:
    if isinstance(values, Tensor):
        yield values
    elif isinstance(values, (list, tuple)):
        for value in values:
            yield from _tensors(value)
    elif isinstance(values, dict):
        yield from _tensors(list(values.values()))


def _changed(tensor: Tensor, version: int, before: Tensor) -> bool:
    """Return True if a tensor was written to, by way of ``.data`` or numpy too."""
    return tensor._version != version or not torch.equal(tensor.nan_to_num(), before.nan_to_num())


def _hooks(net: nn.Module) -> Iterator[tuple[str, dict[int, Any]]]:
    for module in net.modules():
        if not isinstance(module, torch.jit.ScriptModule):
            for kind in _KINDS:
                yield kind, getattr(module, kind)


def _foreign(net: nn.Module) -> list[tuple[Place, Any]]:
    """Return the hooks that are not torch's own, as those of weight norm are."""
    return [
        ((kind, key), hook)
        for kind, hooks in _hooks(net)
        for key, hook in hooks.items()
        if not str(getattr(hook, "__module__", None)).startswith("torch.")
    ]


# What can be told without a pass


def _may_answer(hook: Any) -> bool:
    """Return True if a hook returns something here and nothing there: a flag or the picture
    decides, and passes on other pictures would not tell.
    """
    function = hook
    while not isinstance(function, FunctionType):
        if isinstance(function, functools.partial):
            function = function.func
        elif isinstance(function, MethodType):
            function = function.__func__
        else:
            function = inspect.getattr_static(type(function), "__call__", None)
            if not isinstance(function, FunctionType):
                return False
    return _answers(function.__code__) == {True, False}


@functools.lru_cache(512)
def _answers(code: CodeType) -> frozenset[bool]:
    """Return whether there are ways out of some code that return something, and that do not."""
    found, before = set(), None
    for instruction in dis.get_instructions(code):
        if instruction.opname == "RETURN_CONST":
            found.add(instruction.argval is not None)
        elif instruction.opname == "RETURN_VALUE":
            none = before is not None and before.opname == "LOAD_CONST" and before.argval is None
            found.add(not none)
        before = instruction
    return frozenset(found)


def _state(net: nn.Module, hooks: list[Any]) -> tuple[str, ...]:
    """Return the flags and figures that hooks can reach, which decide what they do."""
    found: list[str] = []
    seen: set[int] = set()
    names = {name for hook in hooks for name in _names(hook)}
    hooked = [m for m in net.modules() if m._forward_hooks or m._forward_pre_hooks]
    waiting = [*hooked, *hooks]
    kept: list[Any] = []  # so that no id is used twice
    while waiting and len(kept) < _SEARCHED:
        thing = waiting.pop()
        kept.append(thing)
        if isinstance(thing, _SCALARS):
            found.append(repr(thing))
        elif isinstance(thing, Tensor):
            # One number may be a switch; more of them are what was collected.
            if thing.numel() == 1 and not thing.is_meta:
                found.append(repr(thing.item()))
            elif found[-1:] != ["Tensor"]:
                found.append("Tensor")
        elif id(thing) not in seen:
            seen.add(id(thing))
            names |= _names(thing)
            waiting.extend(islice(_parts(thing, names), _EACH))
    return tuple(found)


def _parts(thing: Any, names: set[str]) -> Iterator[Any]:
    if isinstance(thing, (type, ModuleType)):
        yield from (v for k, v in list(vars(thing).items()) if k in names and _scalar(v))
    elif isinstance(thing, nn.Module):
        own = list(vars(thing).items())
        yield from (v for k, v in own if not k.startswith("_") and k != "training")
    else:
        yield type(thing)
        yield from neighbors(thing)


def _scalar(value: Any) -> bool:
    return isinstance(value, _SCALARS)


def _names(thing: Any) -> set[str]:
    return set(thing.__code__.co_names) if isinstance(thing, FunctionType) else set()
