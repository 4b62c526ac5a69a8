"""Segmentation: how much of a region a net gives to a class."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import torch.nn.functional as F
from torch import Tensor

from xwidget.scores.outputs import chosen, column, numbered, numbers, tensor
from xwidget.targets import Score

Activation = Literal["softmax", "sigmoid", "none"]


def region_share(
    category: int | str,
    mask: Any = None,
    *,
    activation: Activation = "softmax",
    name: str | None = None,
) -> Score:
    """Return the score of a segmentation net: the mean probability of a class within a region.

    Parameters
    ----------
    category
        Class index, or name where the classifier has ``categories``.
    mask
        (H,W), numbers >= 0, in the pixels of the net's input: 1 (or True) inside of the region, 0
        outside, or weights. It is resized to what the net returns. None for the whole picture. Of a
        region of a finding it is ``region.mask(clf.size)``.
    activation
        How the net's maps (N,C,H,W) become probabilities: over the classes ("softmax"), for each
        class alone ("sigmoid"), or they are some already ("none").
    name
        By default "share of <class>", with "in the region" where there is one.

    Returns
    -------
    Score
        In [0,1], of nets that return (N,C,H,W) as a tensor, the first of several, ``["out"]``
        (torchvision) or ``.logits`` (transformers).

    Raises
    ------
    ValueError
        If the mask is not (H,W), has negative or infinite numbers, or nothing of it is inside; or
        there is no such activation.

    Examples
    --------
    >>> import numpy as np
    >>> region_share("road", np.eye(4))
    <Score 'share of road in the region', in [0,1]>
    """
    chosen("activation", activation, get_args(Activation))
    region = None
    if mask is not None:
        region = numbers("the mask", mask)
        finite = bool(region.isfinite().all()) and bool((region >= 0).all())
        if region.ndim != 2 or not finite or not float(region.sum()) > 0:
            raise ValueError(
                f"the mask has shape {tuple(region.shape)} and sum {float(region.sum()):.3g}; "
                "expected (H,W) of 0 and 1, or other numbers >= 0, with some above 0"
            )
    what = category if isinstance(category, str) else f"class {category}"
    words = f"share of {what}" + ("" if region is None else " in the region")
    return Score(_Share(category, region, activation), name=name or words)


@dataclass(frozen=True, eq=False)
class _Share:
    category: int | str
    region: Tensor | None
    activation: str

    def bound(self, index: Callable[[int | str], int]) -> _Share:
        return replace(self, category=numbered(self.category, index))

    def __call__(self, outputs: Any) -> Tensor:
        maps = tensor(outputs, "out", "logits", "masks")
        if maps.ndim != 4:
            raise ValueError(f"maps (N,C,H,W) were expected, not {tuple(maps.shape)}")
        if self.activation != "none":
            maps = maps.softmax(1) if self.activation == "softmax" else maps.sigmoid()
        maps = column(maps, numbered(self.category))
        if self.region is None:
            return maps.mean((1, 2))
        weights = F.interpolate(self.region[None, None].to(maps), maps.shape[1:], mode="area")[0]
        total = weights.sum()
        if not bool(total > 0):
            raise ValueError(
                f"nothing of the region is left on maps of {tuple(maps.shape[1:])} pixels"
            )
        return (maps * weights).sum((1, 2)) / total
