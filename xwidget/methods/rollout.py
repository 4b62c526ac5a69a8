"""Attention rollout, for whatever computes attention in torch: its own module, its function, or a
softmax written out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

from xwidget.errors import around
from xwidget.methods.method import Answer
from xwidget.methods.scales import LARGEST, by_largest, enlarged
from xwidget.methods.task import Task
from xwidget.methods.tokens import grid_of
from xwidget.support import aside

_SOFTMAX = frozenset({F.softmax, torch.softmax, Tensor.softmax, torch.special.softmax})


def attention_rollout(task: Task) -> Answer:
    """Attention rollout (Abnar & Zuidema, ACL 2020): how much of each patch reaches the class
    token, if each layer passes on half of what it is given and half by its attention.

    It knows no class: the values are the same for all targets.

    Parameters
    ----------
    task
        What to compute.
    """
    task.expect(1)
    with torch.no_grad(), _Watch() as watch:
        task.logits(task.x)
    maps = watch.maps
    if not maps:
        raise ValueError(
            f"{task.clf.name} has no attention that could be rolled out: it is for vision "
            "transformers; choose another method"
        )
    tokens = {each.shape for each in maps}
    shape = next(iter(tokens))
    grid = grid_of(shape[-1], task.size)
    if len(tokens) > 1 or len(maps[0]) != 1 or grid is None:
        raise ValueError(
            f"the attention of {task.clf.name} is within windows or over several sizes "
            f"({', '.join(sorted({str(tuple(each)) for each in tokens}))}), and cannot be rolled "
            "out: that is for transformers whose tokens all attend to each other; choose another "
            "method"
        )
    own = torch.eye(shape[-1], dtype=torch.float64)
    rolled = own
    for each in maps:
        rolled = (each[0].cpu().double() + own) / 2 @ rolled
    extra, height, width = grid
    row = rolled[0] if extra else rolled.mean(0)  # without a class token, the mean of all counts
    coarse = row[extra:].reshape(1, height, width).float()
    values = by_largest(enlarged(coarse, task.size))
    return Answer(
        values.expand(len(task.targets), -1, -1),
        False,
        LARGEST.replace("the class's", "the"),
        ("the same for every class",) * len(task.targets),
    )


class _Watch(TorchFunctionMode):
    """Keep the attention of each layer, (N,T,T), the mean over heads; nothing is changed."""

    def __init__(self) -> None:
        super().__init__()
        self.maps: list[Tensor] = []

    @around
    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = dict(kwargs or {})
        if func is F.multi_head_attention_forward:
            return self._module(func, args, kwargs)
        output = func(*args, **kwargs)
        if func is F.scaled_dot_product_attention:
            self._keep(_weights(*args, **kwargs))
        elif func in _SOFTMAX and not aside.is_aside() and _over_the_last(args, kwargs, output):
            self._keep(output)
        return output

    def _keep(self, weights: Tensor) -> None:
        """Keep (N,heads,T,T); another shape is no self-attention."""
        if weights.dim() == 4 and weights.shape[2] == weights.shape[3]:
            self.maps.append(weights.detach().mean(1))

    def _module(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: Any) -> Any:
        """Run what nn.MultiheadAttention calls, and have it return its weights."""
        asked = kwargs.get("need_weights", True)
        averaged = kwargs.get("average_attn_weights", True)
        more = {**kwargs, "need_weights": True, "average_attn_weights": False}
        output, weights = func(*args, **more)
        batched = weights if weights.dim() == 4 else weights[None]
        self._keep(batched)
        if not asked:
            return output, None
        return output, weights.mean(-3) if averaged else weights


def _over_the_last(args: tuple[Any, ...], kwargs: Mapping[str, Any], output: object) -> bool:
    """Return whether a softmax of (N,heads,T,T) is one over keys: that of a map of classes,
    (N,C,H,W), is over its channels.
    """
    if not isinstance(output, Tensor) or output.dim() != 4:
        return False
    dim = kwargs.get("dim", args[1] if len(args) > 1 else None)
    return dim in (-1, 3)


def _weights(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """Return the weights of a scaled dot product attention, (N,heads,T,T)."""
    if enable_gqa:
        key = key.repeat_interleave(query.shape[-3] // key.shape[-3], -3)
    factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    scores = factor * query.float() @ key.float().transpose(-2, -1)
    if is_causal:
        scores = scores.masked_fill(
            torch.ones_like(scores, dtype=torch.bool).tril().logical_not(), -torch.inf
        )
    if attn_mask is not None:
        masked = attn_mask.dtype == torch.bool
        scores = (
            scores.masked_fill(~attn_mask, -torch.inf) if masked else scores + attn_mask.float()
        )
    return scores.softmax(-1)
