"""Which torch functions are nonlinearities, and a mode that meets every call of one.

Modules are not enough: functional calls (``F.relu``, ``tensor.relu_()``) have no module, and one
module may be called several times in a forward pass. A ``TorchFunctionMode`` sees every call,
whoever makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

# Elementwise functions only: pooling, normalization and attention weights pass the bounds of the
# activations around them on. An activation written out by hand (``x * x.sigmoid()``) is met at the
# part that has a name here.
_NON_NEGATIVE = ("relu", "relu_", "relu6", "sigmoid", "sigmoid_", "hardsigmoid", "softplus")
_SIGNED = (
    *(
        "silu",
        "gelu",
        "hardswish",
        "mish",
        "leaky_relu",
        "leaky_relu_",
        "elu",
        "elu_",
        "selu",
        "selu_",
    ),
    *(
        "celu",
        "celu_",
        "prelu",
        "rrelu",
        "rrelu_",
        "tanh",
        "tanh_",
        "hardtanh",
        "hardtanh_",
        "softsign",
    ),
    *("tanhshrink", "softshrink", "hardshrink", "logsigmoid", "threshold", "threshold_"),
    *("clamp", "clamp_", "clamp_min", "clamp_min_", "clamp_max", "clamp_max_", "clip", "clip_"),
)
_HOMES = (F, torch, Tensor, torch._C._nn, torch.special)


def _overloads(name: str) -> Iterable[Callable[..., Any]]:
    """Yield every callable that torch offers under a name, the operators of exported graphs
    included.
    """
    for home in _HOMES:
        if callable(function := getattr(home, name, None)):
            yield function
    packet = getattr(torch.ops.aten, name, None)
    if packet is not None:
        yield packet
        yield from (getattr(packet, overload) for overload in packet.overloads())


#: Every callable that is a nonlinearity, with whether its values are never negative.
NONLINEARITIES: Mapping[Callable[..., Any], bool] = {
    function: names is _NON_NEGATIVE
    for names in (_SIGNED, _NON_NEGATIVE)
    for name in names
    for function in _overloads(name)
}


class Intercept(TorchFunctionMode):
    """Call ``visit(output, non_negative)`` after every nonlinearity that runs inside the ``with``
    block; what it returns, unless None, takes the output's place.

    Function modes are per thread and the innermost call is made with the mode off, so a call is met
    once even where one torch function is written in terms of another.
    """

    def __init__(self, visit: Callable[[Tensor, bool], Tensor | None]) -> None:
        super().__init__()
        self._visit = visit

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        output = func(*args, **(kwargs or {}))
        if func in NONLINEARITIES and isinstance(output, Tensor):
            replacement = self._visit(output, NONLINEARITIES[func])
            return output if replacement is None else replacement
        return output
