"""Orders of an image's pixels to compare: those of the games, both together, and other methods'."""

from __future__ import annotations

import time

import numpy as np
import torch
from torch import Tensor

from benchmarks.baselines import METHODS
from benchmarks.ceiling import searched
from benchmarks.kept import Kept
from benchmarks.runs import find
from benchmarks.subjects import Subject, Task
from xwidget.metrics import fused

#: The games whose orders are compared, and what both together are called.
GAMES = ("deletion", "generation")
FUSED = "both, fused"
CEILING = "searched (ceiling)"

#: All orders, as tables call them; the ceiling only where asked for.
ORDERS = (FUSED, *GAMES, *METHODS)


def relevance(
    subject: Subject, order: str, iterations: int, kept: Kept, maps: Kept
) -> tuple[Tensor, float]:
    """Return an order's relevance (H, W) and the seconds that it took when it was made.

    Parameters
    ----------
    subject
        A net with a photo.
    order
        One of ``ORDERS``, or ``CEILING``.
    iterations
        Of the games.
    kept, maps
        Where runs, and where other methods' maps, are kept: these do not change with the engine.

    Raises
    ------
    ModuleNotFoundError
        Where a method's package is not installed.
    """
    if order == FUSED:
        parts = [relevance(subject, game, iterations, kept, maps) for game in GAMES]
        return fused(*(part for part, _ in parts)), sum(seconds for _, seconds in parts)
    if order in GAMES:
        found = find(subject, Task(order, "auto", iterations), kept)
        return found.relevance, found.about["seconds"]
    name = (subject.name, subject.photo.name, order)
    if (arrays := maps.get(*name)) is None:
        method = searched if order == CEILING else METHODS[order]
        began = time.perf_counter()
        made = method(subject.judge, subject.x, subject.true)
        seconds = time.perf_counter() - began
        arrays = {"relevance": made.float().numpy(), "seconds": np.asarray(seconds)}
        maps.put(arrays, *name)
    return torch.from_numpy(arrays["relevance"].copy()), float(arrays["seconds"])
