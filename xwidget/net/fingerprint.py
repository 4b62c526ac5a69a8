"""A fingerprint of a net's weights, by which a result names the net that it is of."""

from __future__ import annotations

import hashlib
import threading
from itertools import chain
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from xwidget.net.versions import Signature, signature

_known: WeakKeyDictionary[nn.Module, tuple[Signature, str]] = WeakKeyDictionary()
_computing = threading.Lock()


def fingerprint(net: nn.Module) -> str:
    r"""Return the SHA-256 of a net's parameters and buffers, 64 hexadecimal digits.

    It is computed once, and again where the net was written to, see
    :func:`xwidget.net.versions.signature`. Another program computes it
    over the parameters and buffers in the order of their names, each as::

        f"{name} {dtype} {shape}\n".encode() + bytes      # "conv.weight torch.float32 (8, 3, 3, 3)"

    with the values in reading order. What has no bytes of its own, such as sparse values, counts
    by its name alone.

    Parameters
    ----------
    net
        The net, on any device. It is only read.

    Examples
    --------
    >>> net = nn.Linear(2, 1)
    >>> before = fingerprint(net)
    >>> with torch.no_grad():
    ...     _ = net.weight.add_(1)
    >>> len(before), fingerprint(net) == before
    (64, False)
    """
    with _computing:
        now = signature(net)
        known = _known.get(net)
        if known is None or known[0] != now:
            known = now, _computed(net)
            _known[net] = known
        return known[1]


def _computed(net: nn.Module) -> str:
    found = hashlib.sha256()
    named = chain(
        net.named_parameters(remove_duplicate=False), net.named_buffers(remove_duplicate=False)
    )
    for name, tensor in sorted(named, key=lambda each: each[0]):
        head = f"{name} {tensor.dtype} {tuple(tensor.shape)}\n"
        found.update(head.encode("utf-8", errors="replace"))
        data = _data(tensor)
        if data is not None:
            found.update(data)
    return found.hexdigest()


def _data(tensor: Tensor) -> memoryview | None:
    try:
        flat = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
        data: memoryview = flat.numpy().data
    except (RuntimeError, TypeError, NotImplementedError):  # sparse, quantized, on "meta"
        return None
    return data
