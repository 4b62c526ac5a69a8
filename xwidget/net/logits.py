"""Logits: where they are in what a net returned, and whether they have the shape of any."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from xwidget.net.diagnosis import SCORE_IT, misshapen

#: Probabilities add up to 1 to within this, and are made of logits to within this.
SUM = 4e-3

# How one output, yes against no, becomes two.
_BOTH = """

    class Both(nn.Module):
        def __init__(self, net):
            super().__init__()
            self.net = net

        def forward(self, x):
            z = self.net(x)
            return torch.cat([torch.zeros_like(z), z], 1)

    clf = xw.Classifier(Both(net), size=..., categories=["no", "yes"])"""


class NoLogitsError(TypeError):
    """There are no logits in what a net returned."""


# Of each net and activation: which of the tensors in a tuple that it returns are the logits.
_places: weakref.WeakKeyDictionary[nn.Module, dict[str, int]] = weakref.WeakKeyDictionary()


def found(output: Any, activation: str, net: nn.Module) -> Tensor:
    """Return the logits, taken out of the tuple, dict or object that a net returns them in.

    Of a tuple it is the first tensor; where that is the softmax (sigmoid) of another tensor in it,
    and ``activation`` makes scores by softmax (sigmoid), it is the other one. This is decided by a
    net's first output: comparing waits for the device.

    Raises
    ------
    NoLogitsError
        If no tensor is found.
    """
    logits = output
    if isinstance(output, (tuple, list)) and output:
        places = _places.setdefault(net, {})
        if activation not in places:
            places[activation] = _place(output, activation)
        place = places[activation]
        logits = output[place if place < len(output) else 0]
    elif isinstance(output, dict):
        logits = output.get("logits", output.get("out"))
    if not isinstance(logits, Tensor):
        logits = getattr(logits, "logits", logits)
    if isinstance(logits, Tensor):
        return logits
    keys = f" with keys {sorted(map(str, output))}" if isinstance(output, dict) else ""
    raise NoLogitsError(
        f"the net returned a {type(output).__name__}{keys}; expected logits (N, classes) as a "
        "tensor, the first of a tuple, ['logits'], ['out'] or .logits. Wrap the net in a small "
        f"nn.Module that returns them; {SCORE_IT}"
    )


def has_classes(output: Any, activation: str, net: nn.Module, rows: int) -> bool:
    """Return True if what a net returned for N rows holds logits (N, classes)."""
    try:
        logits = found(output, activation, net)
    except NoLogitsError:
        return False
    if logits.ndim > 2 and logits.numel() and logits[0, 0].numel() == 1:
        logits = logits.flatten(1)
    return logits.ndim == 2 and len(logits) == rows and bool(logits.shape[1])


def _place(output: Sequence[Any], activation: str) -> int:
    first = output[0]
    make: Callable[[Tensor], Tensor] | None = {
        "softmax": lambda logits: logits.softmax(1),
        "sigmoid": torch.sigmoid,
    }.get(activation)
    if make is None or not isinstance(first, Tensor) or first.dim() < 2:
        return 0
    for place, other in enumerate(output[1:], 1):
        if isinstance(other, Tensor) and other.shape == first.shape and other.is_floating_point():
            made = make(other.detach().float())
            if torch.allclose(made, first.detach().float(), rtol=0, atol=SUM):
                return place
    return 0


def checked(name: str, logits: Tensor, rows: int, names: int | None, activation: str) -> Tensor:
    """Return logits as (N, classes).

    Parameters
    ----------
    name
        What to call the net.
    logits
        What it returned, (N, classes) or (N, classes, 1, 1).
    rows
        N.
    names
        How many classes have names; None for any number.
    activation
        How logits become scores.

    Raises
    ------
    ValueError
        If they are anything else; the message says what to do.
    """
    if logits.layout != torch.strided:
        raise ValueError(
            f"{name} returned logits of layout {str(logits.layout).removeprefix('torch.')}; "
            "expected plain ones: return .to_dense()"
        )
    if not logits.is_floating_point():
        raise ValueError(
            f"{name} returned {str(logits.dtype).removeprefix('torch.')} numbers; expected logits "
            "(N, classes), real numbers of which one can take a gradient. Return the scores "
            "themselves, from before .argmax(1), and of complex ones .abs() or .real"
        )
    if logits.ndim > 2 and logits[0, 0].numel() == 1:
        logits = logits.flatten(1)
    if logits.ndim != 2 or len(logits) != rows or not logits.shape[1]:
        raise ValueError(misshapen(name, logits, rows))
    outputs = logits.shape[1]
    if names is not None and outputs != names:
        raise ValueError(
            f"{name} has {outputs} outputs, but categories has {names} names; give one name for "
            "each output" + (f", or make it two outputs: {_BOTH}" if outputs == 1 else "")
        )
    if outputs == 1 and activation == "softmax":
        raise ValueError(
            f"{name} has one output, whose softmax is always 1; use activation='sigmoid', the "
            "score of yes against no, or 'none' where it is in [0,1] already. For a class of no, "
            f"too, with activation='softmax': {_BOTH}"
        )
    return logits
