"""Running a net on a batch: what it raises is explained."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from xwidget.errors import around
from xwidget.net.apart import first_pass
from xwidget.net.diagnosis import Case, explained, raised_by_us

_NO_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


def run(net: nn.Module, batch: Tensor, name: str) -> Any:
    """Return a net's outputs for a batch, untouched: ``logits.found`` takes logits out of them.

    Parameters
    ----------
    net
        The net; functions that ``torch.compile`` compiled inside it run as plain Python.
    batch
        (N, C, H, W).
    name
        What to call the net in errors.

    Raises
    ------
    ValueError
        If the net cannot run on such a batch; the message says what to do. Running out of memory
        is raised as torch does.
    """
    try:
        with _eagerly():
            return first_pass(net, batch)
    except Exception as error:
        if _is_memory(error) or raised_by_us(error):
            raise
        case = Case(net, batch, error, _attempt(net))
        raise ValueError(explained(case, name)) from error


def device_of(net: nn.Module) -> torch.device:
    """Return where a net is; templates of ``torch.func`` on the "meta" device do not count."""
    first = next((p for p in net.parameters() if not p.is_meta), None)
    return torch.device("cpu") if first is None else first.device


def dtype_of(net: nn.Module, otherwise: torch.dtype) -> torch.dtype:
    """Return the number type of a net's first real parameters."""
    kinds = (p.dtype for p in net.parameters() if p.is_floating_point())
    return next(kinds, otherwise)


def _attempt(net: nn.Module) -> Callable[[Tensor], Any]:
    def attempt(batch: Tensor) -> Any:
        with _eagerly():
            return first_pass(net, batch)

    return attempt


def _is_memory(error: Exception) -> bool:
    if isinstance(error, (MemoryError, torch.cuda.OutOfMemoryError)):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in text for words in _NO_MEMORY)


# torch.compile's stance is one for the process: the first run in sets it, the last one out takes it
# back, whichever threads they are in.
_lock = threading.Lock()
_running = 0
_stance: Any = None


def _renew() -> None:
    """Begin anew in a process that was forked: a thread of its parent's may have held the lock."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)


@contextmanager
@around
def _eagerly() -> Iterator[None]:
    """Run compiled functions as plain Python: what happens inside them could not be met."""
    # Nothing is compiled before this is imported, which takes a second.
    if "torch._dynamo" not in sys.modules or not hasattr(torch.compiler, "set_stance"):
        yield
        return
    global _running, _stance
    with _lock:
        if not _running:
            _stance = torch.compiler.set_stance("force_eager")
            _stance.__enter__()
        _running += 1
    try:
        yield
    finally:
        with _lock:
            _running -= 1
            if not _running:
                _stance.__exit__(None, None, None)
