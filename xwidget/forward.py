"""Running a net on a batch: what it returns is unwrapped, what it raises explained."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from xwidget.apart import first_pass
from xwidget.outputs import found

# What nets raise where a batch does not suit them; a ValueError is the net's own words already.
_MISFITS = (RuntimeError, AssertionError, LookupError, TypeError, AttributeError)
_NO_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")
# What to do, by what torch's message says.
_ADVICE = {
    ("device", "meta tensor"): "make the tensors that its modules hold buffers or parameters, so "
    "that they move with the net",
    ("dtype", "scalar type", "same type", "bias type"): "bring all of the net to one type, "
    "net.float()",
    ("channels",): "give mean one number, mean=[0.5], where the net takes grey pictures (N,1,H,W)",
    ("argument",): "wrap the net in a small nn.Module whose forward takes a batch (N,3,H,W) alone",
}
_OTHER_ADVICE = "check that size=... is what the net was made for, no smaller than its stride"


def run(net: nn.Module, batch: Tensor, name: str, activation: str = "softmax") -> Tensor:
    """Return what a net makes of a batch, taken out of the tuple, dict or object it comes in.

    Parameters
    ----------
    net
        The net; functions that ``torch.compile`` compiled inside it run as plain Python.
    batch
        (N, C, H, W).
    name
        What to call the net in errors.
    activation
        How logits become scores: of a tuple with both, the logits are returned.

    Raises
    ------
    ValueError
        Where the net cannot run on such a batch; the message says what to do. Running out of memory
        is raised as torch does.
    TypeError
        Where no tensor is found in what the net returns.
    """
    try:
        with _eagerly(), first_pass(net):
            output = net(batch)
    except _MISFITS as error:
        if isinstance(error, torch.cuda.OutOfMemoryError) or _says(error, _NO_MEMORY):
            raise
        raise ValueError(_explained(net, batch, name, error)) from error
    return found(output, activation)


def _explained(net: nn.Module, batch: Tensor, name: str, error: Exception) -> str:
    what = (
        f"{name} cannot run on a batch of shape {tuple(batch.shape)}, "
        f"{str(batch.dtype).removeprefix('torch.')}, on {batch.device}"
    )
    if len(batch) > 1 and _runs(net, batch[:1]):
        return (
            f"{what}, only on one image ({_first_line(error)}); explain one class at a time, "
            "targets=[c], or make its batch size free (torch.export.export(..., "
            "dynamic_shapes=({0: torch.export.Dim('batch')},)))"
        )
    matching = (advice for words, advice in _ADVICE.items() if _says(error, words))
    return f"{what}: {_first_line(error)}; {next(matching, _OTHER_ADVICE)}"


def _runs(net: nn.Module, batch: Tensor) -> bool:
    try:
        with _eagerly(), torch.no_grad():
            net(batch)
    except Exception:
        return False
    return True


def _says(error: Exception, words: tuple[str, ...]) -> bool:
    text = str(error).lower()
    return any(word in text for word in words)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".! ") if lines else type(error).__name__


# torch.compile's stance is one for the process: the first run in sets it, the last one out takes it
# back, whichever threads they are in.
_lock = threading.Lock()
_running = 0
_stance: Any = None


@contextmanager
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
