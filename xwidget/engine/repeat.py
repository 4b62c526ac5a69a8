"""Agreement of two runs that differ only in their seed."""

from __future__ import annotations

import torch
from torch import Tensor

from xwidget.checks import Check, Checks
from xwidget.engine.verdict import added

#: Share of the pixels that are compared: those that count most in either run.
TOP = 0.2
#: Share of them that both runs must have in common.
COMMON = 0.5


def overlap(one: Tensor, other: Tensor) -> float:
    """Return the overlap of the most relevant pixels of two orders (H, W), in [0, 1].

    It is the intersection over the union: 0.11 where two orders have nothing to do with each other.
    """
    count = max(1, round(TOP * one.numel()))
    best = [set(order.flatten().topk(count).indices.tolist()) for order in (one, other)]
    return len(best[0] & best[1]) / len(best[0] | best[1])


def repeated(checks: Checks, one: Tensor, other: Tensor) -> Checks:
    """Return a class's checks with what a second run's order of the pixels says of the first's."""
    if any(_flat(order) for order in (one, other)):
        words = "A second run says nothing: too few pixels count at all."
        return added(checks, Check("seeds", None, None, words))
    common = overlap(one, other)
    words = (
        f"A second run, with other backgrounds, agrees to {common:.2f} on the {TOP:.0%} of pixels "
        "that count most (intersection over union)."
    )
    return added(checks, Check("seeds", common, common >= COMMON, words, {"top share": TOP}))


def _flat(order: Tensor) -> bool:
    """Return True if an order (H, W) does not say which pixels count most."""
    values = order.flatten()
    return float(values.topk(max(1, round(TOP * len(values)))).values[-1]) <= float(values.min())


def check_repeatable(reference: object) -> None:
    """Raise ValueError where a second run could not differ from the first.

    Parameters
    ----------
    reference
        As in ``Settings``.
    """
    if isinstance(reference, torch.Tensor) or reference not in ("drawn", "noise"):
        said = "a tensor" if isinstance(reference, torch.Tensor) else repr(reference)
        raise ValueError(
            f"repeat=True runs again with other random backgrounds, but with reference={said} "
            'nothing is random; use reference="drawn", or leave repeat out'
        )
