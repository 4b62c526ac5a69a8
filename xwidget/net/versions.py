"""The versions of a net's parameters and buffers: a cheap sign that some were written to."""

from __future__ import annotations

from torch import nn


def versions(net: nn.Module) -> list[tuple[int, int]]:
    """Return of each parameter and buffer which it is, and how often torch saw it written to."""
    tensors = (*net.parameters(), *net.buffers())
    return [(id(t), 0 if t.is_inference() else t._version) for t in tensors]
