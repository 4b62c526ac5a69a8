"""Copying a net with everything that it holds, whatever that is."""

from __future__ import annotations

import copy
import copyreg
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from xwidget.errors import around

T = TypeVar("T")
Memo = dict[int, Any]

_SHARED = 100  # things at most that cannot be copied


class _Detaching(TorchFunctionMode):
    """Copy tensors that are part of a graph, such as a kept activation, without the graph."""

    @around
    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        if func is Tensor.__deepcopy__ and (not args[0].is_leaf or args[0].is_inference()):
            tensor, memo = args
            return memo.setdefault(id(tensor), tensor.detach().clone())
        return func(*args, **(kwargs or {}))


def copied(value: T, memo: Memo) -> T:
    """Return a deep copy; what no one can copy (a lock, a file, a thread) is shared instead.

    Parameters
    ----------
    value
        Anything.
    memo
        As of ``copy.deepcopy``: what is in it takes the place of a copy, and all copies are in it
        afterwards.
    """
    given = dict(memo)
    for _ in range(_SHARED):
        attempt = dict(given)
        try:
            with _Detaching():
                twin = copy.deepcopy(value, attempt)
        except (MemoryError, RecursionError, torch.cuda.OutOfMemoryError):
            raise
        except Exception as error:
            what = _refused(error.__traceback__)
            if isinstance(what, (Tensor, nn.Module)) or what is value or id(what) in given:
                raise
            given[id(what)] = _shareable(what)
            continue
        _merge(memo, attempt)
        return twin
    raise TypeError(f"more than {_SHARED} things in it cannot be copied")


def _merge(memo: Memo, attempt: Memo) -> None:
    # deepcopy keeps the originals alive in its memo, by the memo's own id.
    originals = memo.setdefault(id(memo), [])
    originals.extend(attempt.pop(id(attempt), []))
    memo.update(attempt)


def copied_apart(net: nn.Module, memo: Memo) -> nn.Module:
    """Return a deep copy of a net in which nothing is a part of the net itself.

    A module whose own ``__deepcopy__`` or ``__reduce__`` returns itself, or what it holds, is
    copied attribute by attribute.

    Parameters
    ----------
    net
        Any net.
    memo
        As of ``copied``.

    Raises
    ------
    TypeError
        If a copy still has something of the net in it.
    """
    forced: dict[int, nn.Module] = {}
    while True:
        attempt = dict(memo)
        blanks = {key: object.__new__(type(module)) for key, module in forced.items()}
        attempt.update(blanks)
        for key, module in forced.items():
            vars(blanks[key]).update(copied(vars(module), attempt))
        twin = copied(net, attempt)
        parts = {key for module in twin.modules() for key in _parts(module)}
        owners = [module for module in net.modules() if not parts.isdisjoint(_parts(module))]
        if not owners:
            _merge(memo, attempt)
            return twin
        above = [m for m in net.modules() if _copies_itself(m) and _has_any(m, owners)]
        wanted = {id(module): module for module in (*owners, *above)}
        if wanted.keys() <= forced.keys():
            raise TypeError(f"a copy of {type(owners[0]).__name__} is still the original itself")
        forced |= wanted


_FIELDS = tuple(name for name, value in vars(nn.Module()).items() if isinstance(value, (dict, set)))


def _parts(module: nn.Module) -> list[int]:
    """Return the ids of what no two modules of a net and its copy may have in common: themselves,
    their tensors, and what else torch keeps of them.
    """
    values = vars(module)
    tensors = *module._parameters.values(), *module._buffers.values()
    fields = [id(values[name]) for name in _FIELDS if name in values]
    return [id(module), *(id(tensor) for tensor in tensors if tensor is not None), *fields]


def _copies_itself(module: nn.Module) -> bool:
    """Return True if a module says itself how it is copied."""
    kind = type(module)
    return (
        hasattr(module, "__deepcopy__")
        or kind in copyreg.dispatch_table
        or any(getattr(kind, name) is not getattr(nn.Module, name) for name in _COPYING)
    )


_COPYING = ("__reduce__", "__reduce_ex__", "__setstate__")


def _has_any(module: nn.Module, others: Iterable[nn.Module]) -> bool:
    within = {id(part) for part in module.modules()}
    return any(id(other) in within for other in others)


def _refused(traceback: TracebackType | None) -> Any:
    """Return the argument of the innermost call of ``copy.deepcopy``."""
    found = None
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code is copy.deepcopy.__code__:
            found = frame.f_locals["x"]
        traceback = traceback.tb_next
    return found


def _shareable(value: Any) -> Any:
    # Drawing numbers from it would change what the user's own net draws next.
    return value.clone_state() if isinstance(value, torch.Generator) else value
