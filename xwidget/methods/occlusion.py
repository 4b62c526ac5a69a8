"""Occlusion: what the logit loses where a window is covered, by captum."""

from __future__ import annotations

import math

import torch

from xwidget.methods.method import Answer
from xwidget.methods.scales import units
from xwidget.methods.task import Replayed, Task
from xwidget.support import arguments


def occlusion(task: Task, *, window: int | None = None, stride: int | None = None) -> Answer:
    """Occlusion (Zeiler & Fergus, ECCV 2014): what the logit loses where a window is covered.

    The window is filled with the data mean; a pixel's value is the mean over the windows on it.

    Parameters
    ----------
    task
        What to compute.
    window
        Side of the window in pixels; None for a seventh of the picture's shorter side.
    stride
        Pixels from one window to the next; None for half a window.
    """
    from captum.attr import Occlusion

    shorter = min(task.size)
    side = max(1, shorter // 7) if window is None else _pixels("window", window, shorter)
    step = max(1, side // 2) if stride is None else _pixels("stride", stride, side)
    batch = task.batch
    windows = math.prod(1 + math.ceil((length - side) / step) for length in task.size)
    task.expect(len(task.targets) * (1 + windows))
    ask = Replayed(task)
    method = Occlusion(ask)
    parts = []
    with torch.no_grad():
        for place in range(len(task.targets)):
            ask.begin()
            found = method.attribute(
                task.x,
                sliding_window_shapes=(3, side, side),
                strides=(3, step, step),
                baselines=0,
                target=place,
                perturbations_per_eval=batch,
            )
            parts.append(found.mean(1))  # equal in all colors
    return Answer(torch.cat(parts), True, f"{units(task)}, lost where a window is covered")


def _pixels(name: str, value: int, most: int) -> int:
    return arguments.whole(name, value, 1, most)
