"""The strategies of defense: what happens to an error signal at an activation that left its bounds.

A descent step moves an activation ``h`` against its error signal d phi / d h: a negative signal
pushes it up, a positive one down.

Filters run in every backward pass at every activation, so they are written in the few operations
that torch vectorizes: on a CPU anything with a boolean tensor takes three to nine times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import torch
from torch import Tensor

#: (gradient, under, over, least, out) to the filtered gradient, in ``out``: the error signal, and
#: the room that the activation has under its upper and over its lower bound, all of one shape;
#: ``over`` is None where nothing can be below. It is within a bound where the room is greater than
#: ``least``. The rooms are overwritten; ``out`` may be ``under``, or the gradient.
Filter = Callable[[Tensor, Tensor, "Tensor | None", float, Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way of keeping the activations of an explanation within the image's.

    Parameters
    ----------
    filter
        How an error signal is changed on its way back.
    clamps
        Whether the forward pass is clamped to the bounds while optimizing, too.
    """

    filter: Filter
    clamps: bool = False


def stop_all(
    gradient: Tensor, under: Tensor, over: Tensor | None, least: float, out: Tensor
) -> Tensor:
    """Stop every signal through an activation outside its bounds (Eq. 6)."""
    kept = _where(under, least, gradient, out)
    return kept if over is None else _where(over, least, kept, out)


def stop_outward(
    gradient: Tensor, under: Tensor, over: Tensor | None, least: float, out: Tensor
) -> Tensor:
    """Stop only signals whose descent step would push the activation further out of its bounds."""
    # Within its bounds a signal may have any value, above them none < 0, below them none > 0.
    lowest = _where(under, least, _infinity(-1, under.dtype, under.device), under)
    kept = torch.maximum(gradient, lowest, out=out)
    if over is not None:
        highest = _where(over, least, _infinity(1, over.dtype, over.device), over)
        kept = torch.minimum(kept, highest, out=out)
    return kept


@cache
def _infinity(sign: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    return torch.full((), sign * torch.inf, dtype=dtype, device=device)


def _where(room: Tensor, least: float, values: Tensor, out: Tensor) -> Tensor:
    """Return the values where room > least, 0 elsewhere, in ``out``: one pass over memory."""
    torch.ops.aten.threshold_backward.grad_input(values, room, least, grad_input=out)
    return out


#: The strategies by name; None is no defense at all (for teaching: it shows why one is needed).
DEFENSES: Mapping[str, Strategy | None] = MappingProxyType(
    {
        "paper": Strategy(stop_all),
        "directional": Strategy(stop_outward),
        "clamp": Strategy(stop_all, clamps=True),
        "none": None,
    }
)
