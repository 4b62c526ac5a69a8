"""The answers of all methods: of the package's own games, of others by name, and of none at all."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

import xwidget as xw
from benchmarks.ceiling import searched
from benchmarks.kept import Kept
from benchmarks.subjects import PLAN
from xwidget import metrics
from xwidget.engine.smoothing import low_pass
from xwidget.methods import METHODS

#: The games whose order of the pixels is compared, and both together. The first is the default.
GAMES = ("generation", "deletion")
FUSED = "both, fused"
OURS = (*GAMES, FUSED)
#: Integrated Gradients, smoothed by a Gaussian of 3 pixels: what of it other nets see, too.
SMOOTHED = "integrated_gradients, σ 3"
_INTEGRATED, _PIXELS = "integrated_gradients", 3
#: No method at all: what any other has to beat.
RANDOM = "random"
#: No method either: it looks at the metrics themselves, minutes a photo. Only where asked for.
CEILING = "searched (ceiling)"


def names() -> tuple[str, ...]:
    """Return the names of all methods, the package's own first."""
    return (*OURS, *METHODS, SMOOTHED, RANDOM)


def label(name: str) -> str:
    """Return a method's name in tables."""
    if name in OURS:
        return f"xwidget, {name}"
    if name == SMOOTHED:
        return f"{METHODS[_INTEGRATED].label}, σ {_PIXELS}"
    return METHODS[name].label if name in METHODS else name


class Answers:
    """The attributions of a net and a photo, each computed once.

    Parameters
    ----------
    subject
        The photo before the net.
    targets
        Classes that are explained, in one go.
    iterations
        Of the games; None for the default.
    device
        Where to compute.
    kept
        Where attributions are kept, and under which name; None for in memory only.
    """

    def __init__(
        self,
        subject: xw.Subject,
        targets: Sequence[int],
        iterations: int | None = None,
        device: str | None = None,
        kept: tuple[Kept, tuple[str, ...]] | None = None,
    ) -> None:
        self.subject, self.targets = subject, tuple(targets)
        self._settings: dict[str, Any] = {"plan": PLAN, "device": device, "progress": False}
        if iterations is not None:
            self._settings["iterations"] = iterations
        self._device = device
        self._kept, self._name = kept or (Kept(), ("",))

    def of(self, name: str) -> xw.Attribution:
        """Return a method's attribution of all targets.

        Raises
        ------
        ModuleNotFoundError
            Where a method's package is not installed.
        ValueError
            Where the net lacks what a method needs.
        """
        if (arrays := self._kept.get(*self._name, name)) is None:
            found = self._made(name)
            arrays = {
                "values": found.values,
                "signed": np.asarray(found.signed),
                "seconds": np.asarray(found.seconds),
            }
            self._kept.put(arrays, *self._name, name)
        return xw.Attribution(
            self.targets,
            arrays["values"].astype(np.float32),
            label(name),
            signed=bool(arrays["signed"]),
            seconds=float(arrays["seconds"]),
            digest=self.subject.digest,
        )

    def _made(self, name: str) -> xw.Attribution:
        if name in GAMES:
            targets = list(self.targets)
            ex = xw.explain(self.subject, targets=targets, game=name, **self._settings)
            if ex.diagnostics.get("stopped") == "interrupted":
                raise KeyboardInterrupt  # half a run is not measured
            return ex.attribution
        if name == FUSED:
            parts = [self.of(game) for game in GAMES]
            orders = [
                metrics.fused(*(p.relevance[k] for p in parts)) for k in range(len(self.targets))
            ]
            return self._derived(torch.stack(orders), sum(part.seconds for part in parts))
        if name == SMOOTHED:
            found = self.of(_INTEGRATED)
            smooth = low_pass(torch.from_numpy(found.relevance.copy())[:, None], _PIXELS)[:, 0]
            return self._derived(smooth, found.seconds)
        if name == RANDOM:
            # Another one for another net: else it would be called a method that ignores weights.
            generator = torch.Generator().manual_seed(_seed(self._name))
            size = (len(self.targets), *self.subject.x.shape[1:])
            return self._derived(torch.rand(size, generator=generator), 0.0)
        if name == CEILING:
            began, judge = time.perf_counter(), metrics.Judge(self.subject.clf)
            orders = [searched(judge, self.subject.x, target) for target in self.targets]
            return self._derived(_unit(torch.stack(orders)), time.perf_counter() - began)
        return xw.attribute(
            self.subject,
            method=name,
            targets=list(self.targets),
            device=self._device,
            progress=False,
        )

    def _derived(self, values: torch.Tensor, seconds: float) -> xw.Attribution:
        return xw.Attribution.from_array(values, list(self.targets), seconds=seconds)


def _unit(orders: torch.Tensor) -> torch.Tensor:
    """Return orders (K, H, W) of places below 0 as values in [0, 1]."""
    return 1 + orders / orders.abs().max().clamp_min(1)


def _seed(name: Sequence[str]) -> int:
    """Return a seed that is the same for the same name in any process."""
    return zlib.crc32("/".join(name).encode())
