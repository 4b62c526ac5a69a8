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
    given a generator, one for each device.

    Parameters
    ----------
    seed
        Where the sources begin.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._seed = seed
        self._generators: dict[torch.device, torch.Generator] = {}

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
            given = [each.device for each in (*args, *kwargs.values()) if isinstance(each, Tensor)]
            asked = kwargs.get("device") or (given[0] if given else "cpu")
            kwargs["generator"] = self._on(torch.device(asked))
        return func(*args, **kwargs)

    def _on(self, device: torch.device) -> torch.Generator:
        if device not in self._generators:
            self._generators[device] = torch.Generator(device).manual_seed(self._seed)
        return self._generators[device]
