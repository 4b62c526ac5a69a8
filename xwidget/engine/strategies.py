"""The strategies of defense: what happens to an error signal at an activation that left its bounds.

A descent step moves an activation ``h`` against its error signal d phi / d h: a negative signal
pushes it up, a positive one down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from torch import Tensor

#: (gradient, above, below) to the filtered gradient, all of one shape: the error signal, and where
#: (boolean) the activation left its upper and its lower bound; ``below`` is None where it cannot.
Filter = Callable[[Tensor, Tensor, "Tensor | None"], Tensor]


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way of keeping the activations of an explanation within the image's.

    Parameters
    ----------
    filter
        What becomes of an error signal.
    at_bounds
        Whether an activation exactly at a bound counts as having left it: at the image all do.
    clamps
        Whether the forward pass is clamped to the bounds while optimizing, too.
    """

    filter: Filter
    at_bounds: bool = False
    clamps: bool = False


def stop_all(gradient: Tensor, above: Tensor, below: Tensor | None) -> Tensor:
    """Stop every signal through an activation outside its bounds (Eq. 6)."""
    return gradient.masked_fill(above if below is None else above | below, 0)


def stop_outward(gradient: Tensor, above: Tensor, below: Tensor | None) -> Tensor:
    """Stop only signals whose descent step would push the activation further out of its bounds."""
    stopped = above & (gradient < 0)
    if below is not None:
        stopped |= below & (gradient > 0)
    return gradient.masked_fill(stopped, 0)


#: The strategies by name; None is no defense at all (for teaching: it shows why one is needed).
DEFENSES: Mapping[str, Strategy | None] = MappingProxyType(
    {
        "paper": Strategy(stop_all),
        "directional": Strategy(stop_outward),
        "strict": Strategy(stop_outward, at_bounds=True),
        "clamp": Strategy(stop_outward, at_bounds=True, clamps=True),
        "none": None,
    }
)
