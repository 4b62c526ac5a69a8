"""Orders of pixels, and the same order at another size."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from xwidget.metrics import arguments
from xwidget.metrics.arguments import Values


def ranks(relevance: Values) -> Tensor:
    """Return the rank of each pixel, (H, W) int64 on the CPU, 0 for the most relevant.

    Parameters
    ----------
    relevance
        (H, W), any range: only the order counts. Equal pixels come in a random order, always the
        same.

    Raises
    ------
    ValueError
        If it is not (H, W), or holds NaN or infinite values.
    """
    relevance = arguments.tensor("relevance", relevance)
    if relevance.ndim != 2:
        raise ValueError(
            f"relevance has shape {tuple(relevance.shape)}; give one value a pixel, (H, W)"
        )
    if not bool(relevance.isfinite().all()):
        raise ValueError("relevance holds NaN or infinite values, which have no order")
    values = relevance.detach().flatten().cpu()
    # A sparse mask leaves most pixels at 0: in reading order these would go as one block.
    generator = torch.Generator("cpu").manual_seed(0)
    order = torch.randperm(len(values), generator=generator, device="cpu")
    order = order[values[order].argsort(descending=True, stable=True)]
    places = torch.empty_like(order).scatter_(0, order, torch.arange(len(order), device="cpu"))
    return places.view_as(relevance)


def standing(relevance: Values) -> Tensor:
    """Return the normalized rank of each pixel, (H, W) float64 in (0, 1], 1 for the most relevant.

    Unlike the values themselves, the ranks of two methods can be compared, multiplied and resized.
    """
    places = ranks(relevance)
    return 1 - places.double() / places.numel()


def fused(*relevances: Values) -> Tensor:
    """Return the product of the normalized ranks of several relevance maps, (H, W) in (0, 1]."""
    return torch.stack([standing(relevance) for relevance in relevances]).prod(0)


def resized(relevance: Values, size: tuple[int, int]) -> Tensor:
    """Return the normalized ranks at another size (H', W'), for another net.

    Ranks are resized, not values, which may span many powers of ten: the largest would smear over
    their neighbors.

    Parameters
    ----------
    relevance
        (H, W), any range.
    size
        Height H' and width W' in pixels.
    """
    places = standing(relevance)[None, None]
    return F.interpolate(places, size, mode="bilinear", antialias=True)[0, 0]
