"""Random numbers of a library that asks for no source: from one of ours, in this thread alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

_DRAW = frozenset(
    {torch.rand, torch.randn, torch.randint, torch.randperm, torch.normal, torch.bernoulli}
    | {Tensor.random_, Tensor.uniform_, Tensor.normal_, Tensor.bernoulli_}
)


class Drawn(TorchFunctionMode):
    """Let torch draw from a source of its own in the ``with`` block, begun with a seed.

    The global source is not touched, whatever other threads do meanwhile: each call that draws is
    given a generator. It draws on the CPU, so that a seed gives the same numbers on every device.

    Parameters
    ----------
    seed
        Where the source begins.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._generator = torch.Generator("cpu").manual_seed(seed)

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Make a call, with a generator if it draws."""
        kwargs = dict(kwargs or {})
        if func in _DRAW and kwargs.get("generator") is None:
            return self._draw(func, args, kwargs)
        return func(*args, **kwargs)

    def _draw(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        given = [each.device for each in (*args, *kwargs.values()) if isinstance(each, Tensor)]
        device = torch.device(kwargs.get("device") or (given[0] if given else "cpu"))
        here = [each.cpu() if isinstance(each, Tensor) else each for each in args]
        more = {k: each.cpu() if isinstance(each, Tensor) else each for k, each in kwargs.items()}
        more["generator"] = self._generator
        if "device" in more:
            more["device"] = "cpu"
        found = func(*here, **more)
        if args and found is here[0]:  # it wrote to what it was given
            return args[0] if found is args[0] else args[0].copy_(found)
        return found.to(device)
