"""Cheap signs that a net was written to, or that something in it took another's place."""

from __future__ import annotations

from typing import TypeAlias

import torch
from torch import Tensor, nn

Versions: TypeAlias = list[tuple[int, int, int]]
Signature: TypeAlias = tuple[Versions, list[tuple[int, type]], list[str]]


def versions(net: nn.Module) -> Versions:
    """Return of each parameter and buffer which it is, where its values are, and how often torch
    saw them written to. What is written through ``.data`` is not seen.
    """
    return [(id(t), _place(t), 0 if t.is_inference() else t._version) for t in _tensors(net)]


def signature(net: nn.Module) -> Signature:
    """Return the versions with the modules, and the norm and the sum of each parameter and buffer:
    other values and another layer are seen, too. It takes about as long as one pass of a small net.

    Values that only change places, and a module whose other attributes change, are not seen.

    Examples
    --------
    >>> net = nn.Linear(2, 1)
    >>> before = signature(net)
    >>> net.weight.data.neg_()[0, 0].item() == 0, signature(net) == before
    (False, False)
    """
    modules = [(id(module), type(module)) for module in net.modules()]
    return versions(net), modules, [_norm(tensor) for tensor in _tensors(net)]


def _tensors(net: nn.Module) -> list[Tensor]:
    return [*net.parameters(), *net.buffers()]


def _place(tensor: Tensor) -> int:
    try:
        return tensor.data_ptr()
    except (RuntimeError, TypeError, NotImplementedError):  # sparse, say
        return 0


def _norm(tensor: Tensor) -> str:
    """Return the norm and the sum, which tells of signs, as a text, in which NaN is NaN; "" where
    there are none.
    """
    try:
        with torch.no_grad():
            values = tensor if tensor.is_floating_point() else tensor.float()
            norm = torch.linalg.vector_norm(values, dtype=torch.float32)
            total = values.sum(dtype=torch.float32)
            return f"{float(norm).hex()} {float(total).hex()}"
    except (RuntimeError, TypeError, NotImplementedError):  # sparse, quantized, on "meta"
        return ""
