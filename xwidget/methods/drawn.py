"""Random numbers of a library that asks for no source: from one of ours, in this thread alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

_DRAW = frozenset(
    {torch.rand, torch.randn, torch.randint, torch.randperm, torch.normal, torch.bernoulli}
    | {Tensor.random_, Tensor.uniform_, Tensor.normal_, Tensor.bernoulli_}
)
_numpy = threading.RLock()


@contextmanager
def drawn(seed: int) -> Iterator[None]:
    """Let torch and numpy draw from sources of their own, begun with a seed, in the ``with`` block.

    torch's global source is not touched, whatever other threads do: calls that draw are given a
    generator. numpy's legacy source, which captum uses, is put back as it was.
    """
    with _numpy:
        state = np.random.get_state()  # noqa: NPY002
        np.random.seed(seed % 2**32)  # noqa: NPY002
        try:
            with _Drawn(seed):
                yield
        finally:
            np.random.set_state(state)  # noqa: NPY002


class _Drawn(TorchFunctionMode):
    """Give each call that draws a generator, one for each device."""

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
