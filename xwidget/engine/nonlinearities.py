"""The nonlinearities among torch's functions, a mode that meets every call of one, and a mode that
counts those it cannot meet.

Modules are not enough: functional calls (``F.relu``, ``tensor.relu_()``) have no module, and one
module may be called several times in a forward pass. A ``TorchFunctionMode`` sees every call,
whoever makes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch._C import _functorch as functorch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from xwidget.errors import around
from xwidget.support.aside import is_aside


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Elementwise functions only: pooling, normalization and attention weights pass the bounds of the
# activations around them on. An activation written out by hand (``x * x.sigmoid()``) is met at the
# part that has a name here. All have in-place variants, whose name ends in an underscore.
_NON_NEGATIVE = _names("relu relu6 sigmoid expit special_expit hardsigmoid softplus")
_SIGNED = _names(
    "silu gelu hardswish mish leaky_relu elu selu celu prelu _prelu_kernel rrelu tanh hardtanh erf "
    "glu softsign tanhshrink softshrink hardshrink logsigmoid log_sigmoid threshold"
)
_CLAMPS = _names("clamp clamp_min clamp_max clip")
# Kernels that compute an activation, whoever calls them; a recurrent layer is one kernel with its
# activations inside. Clamping is left out: normalization clamps its divisor.
_KERNELS = (
    _NON_NEGATIVE
    | _SIGNED
    | _names("log_sigmoid_forward rrelu_with_noise mkldnn_rnn_layer _cudnn_rnn miopen_rnn")
    | _names("_thnn_fused_lstm_cell _thnn_fused_gru_cell")
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
    for names in (_SIGNED | _CLAMPS, _NON_NEGATIVE)
    for name in names
    for function in (*_overloads(name), *_overloads(f"{name}_"))
}

#: Backward functions of nonlinearities that pass an error signal on as it is, in a tensor of its
#: own, or stop it. Where they pass it on, the output is the input.
GATES = frozenset({"ReluBackward0", "HardtanhBackward0"})
#: Those that keep the input for the backward pass, and not the output.
KEEPS_INPUT = frozenset({"HardtanhBackward0"})

Visit = Callable[[Tensor, Tensor, bool], "Tensor | None"]


class Intercept(TorchFunctionMode):
    """Call ``visit(output, input, non_negative)`` after every nonlinearity that runs inside the
    ``with`` block; what it returns, unless None, takes the output's place. The input of one that
    works in place is the output.

    Function modes are per thread and the innermost call is made with the mode off, so a call is met
    once even where one torch function is written in terms of another.

    Parameters
    ----------
    visit
        What to call.
    replaces
        Whether what ``visit`` returns has other values: then an in-place nonlinearity is computed
        beside its input and copied there, as the net may go on with the tensor it passed in.
    """

    def __init__(self, visit: Visit, replaces: bool = False) -> None:
        super().__init__()
        self._visit = visit
        self._replaces = replaces
        #: True while a nonlinearity that was met is running.
        self.busy = False

    @around
    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if func not in NONLINEARITIES or is_aside():
            return func(*args, **kwargs)
        self.busy = True
        try:
            target = args[0] if self._replaces and _in_place(func, args, kwargs) else None
            if target is not None:
                args = (target.clone(), *args[1:])
            output = func(*args, **kwargs)
            if isinstance(output, Tensor) and output.is_floating_point():
                non_negative = NONLINEARITIES[func] or _floored(func, args, kwargs)
                given = args[0] if args and isinstance(args[0], Tensor) else output
                plain, levels = _unbatched(output)
                replacement = self._visit(plain, _unbatched(given)[0], non_negative)
                output = output if replacement is None else _batched(replacement, levels)
            return output if target is None else target.copy_(output)
        finally:
            self.busy = False


def _unbatched(tensor: Tensor) -> tuple[Tensor, list[tuple[int, int]]]:
    """Return the tensor that ``torch.vmap`` computes with in place of one, and its wrapping: the
    dimension and level of each map, the outermost last.
    """
    levels = []
    while functorch.is_batchedtensor(tensor):
        levels.append((functorch.maybe_get_bdim(tensor), functorch.maybe_get_level(tensor)))
        tensor = functorch.get_unwrapped(tensor)
    return tensor, levels


def _batched(tensor: Tensor, levels: list[tuple[int, int]]) -> Tensor:
    for dimension, level in reversed(levels):
        tensor = functorch._add_batch_dim(tensor, dimension, level)
    return tensor


def _in_place(func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    name = func.__name__.partition(".")[0]
    return bool(args) and (name.endswith("_") or True in (kwargs.get("inplace"), *args[1:]))


def _floored(func: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """Return True if a call clamps to values >= 0, as ``nn.ReLU6`` does with ``F.hardtanh``."""
    if func.__name__.partition(".")[0].rstrip("_") not in ("hardtanh", "clamp", "clamp_min"):
        return False
    given = [kwargs.get(name) for name in ("min_val", "min")] + list(args[1:2])
    return any(isinstance(least, int | float) and least >= 0 for least in given)


class Kernels(TorchDispatchMode):
    """Count, by name, the activations that run inside the ``with`` block, whoever calls them.

    Parameters
    ----------
    seen_by
        A mode whose nonlinearities are left out. What remains is out of its reach: in a
        ScriptModule, inside a recurrent layer, in an extension.
    """

    def __init__(self, seen_by: Intercept | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.counts: Counter[str] = Counter()
        self._seen_by = seen_by

    @around
    def __torch_dispatch__(
        self,
        func: Any,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        namespace, _, name = func.name().partition("::")
        name = name.partition(".")[0].rstrip("_")
        met = self._seen_by is not None and self._seen_by.busy
        if namespace == "aten" and name in _KERNELS and not met and not is_aside():
            self.counts[name] += 1
        with torch._C.DisableTorchFunction():  # Intercept would meet the kernel otherwise
            return func(*args, **(kwargs or {}))
