"""Regression: nearness to a value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from xwidget.scores.outputs import column, tensor
from xwidget.support import arguments
from xwidget.targets import Score


def near(value: float, scale: float, output: int = 0, *, name: str | None = None) -> Score:
    """Return the score of a regression net: how near its output is to a value.

    Parameters
    ----------
    value
        The value, such as what the net says of the image: then the evidence is what it needs to say
        so again.
    scale
        The distance at which the score is 0.5, > 0, in the unit of the output.
    output
        Which of several outputs.
    name
        By default "nearness to <value>".

    Returns
    -------
    Score
        1 / (1 + ((y - value) / scale)²) in [0,1], of nets that return y as (N,) or (N,outputs).

    Raises
    ------
    ValueError
        If the value is not finite, or the scale is not above 0.

    Examples
    --------
    >>> import torch
    >>> near(10, scale=2).fn(torch.tensor([[10.0], [12.0], [16.0]]))
    tensor([1.0000, 0.5000, 0.1000])
    """
    goal, distance = arguments.real(value), arguments.real(scale)
    finite = goal is not None and math.isfinite(goal)
    if not finite or distance is None or not (math.isfinite(distance) and distance > 0):
        raise ValueError(f"value={value!r}, scale={scale!r}; expected a number, and one above 0")
    output = arguments.whole("output", output, 0)
    return Score(_Near(float(value), float(scale), output), name=name or f"nearness to {value:.3g}")


@dataclass(frozen=True)
class _Near:
    value: float
    scale: float
    output: int

    def __call__(self, outputs: Any) -> Tensor:
        found = tensor(outputs, "predictions", "logits", "out")
        found = found[:, None] if found.ndim == 1 else found.flatten(1)
        distance = (column(found, self.output) - self.value) / self.scale
        return 1 / (1 + distance.square())
