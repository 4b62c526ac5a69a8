"""Copying a net with everything that it holds, whatever that is."""

from __future__ import annotations

import copy
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
        # deepcopy keeps the originals alive in its memo, by the memo's own id.
        originals = memo.setdefault(id(memo), [])
        originals.extend(attempt.pop(id(attempt), []))
        memo.update(attempt)
        return twin
    raise TypeError(f"more than {_SHARED} things in it cannot be copied")


def _refused(traceback: TracebackType | None) -> Any:
    """Return what the innermost call of ``copy.deepcopy`` was asked to copy."""
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
