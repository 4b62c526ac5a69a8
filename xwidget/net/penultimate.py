"""The features that a net tells classes apart by: the input of its last layer."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from torch import Tensor, nn


class LastLayer:
    """Hears what the last layer with one output for each class is given.

    Parameters
    ----------
    net
        A twin, to which hooks are added as long as :meth:`hearing` lasts.
    classes
        Number of classes.
    """

    def __init__(self, net: nn.Module, classes: int) -> None:
        self._layers = [module for module in net.modules() if _outputs(module) == classes]
        self._heard: Tensor | None = None

    @contextlib.contextmanager
    def hearing(self) -> Iterator[Callable[[], Tensor | None]]:
        """Give a function that returns what was heard last: (N,D), the mean over places where
        there are several; None where no such layer ran.
        """
        self._heard = None
        hooks = [layer.register_forward_pre_hook(self._hear) for layer in self._layers]
        try:
            yield lambda: self._heard
        finally:
            for hook in hooks:
                hook.remove()
            self._heard = None

    def _hear(self, layer: nn.Module, given: tuple[Any, ...]) -> None:
        if given and isinstance(given[0], Tensor) and given[0].ndim >= 2:
            values = given[0].detach()
            if isinstance(layer, nn.Linear):  # (N,...,D)
                self._heard = values.flatten(1, -2).mean(1) if values.ndim > 2 else values
            else:  # (N,D,...)
                self._heard = values.flatten(2).mean(2) if values.ndim > 2 else values


def _outputs(module: nn.Module) -> int | None:
    if isinstance(module, nn.Linear):
        return module.out_features
    return module.out_channels if isinstance(module, (nn.Conv1d, nn.Conv2d)) else None
