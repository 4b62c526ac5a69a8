"""LIME: a linear model of what segments of the picture do to the logit, by captum."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from xwidget.methods.drawn import Drawn
from xwidget.methods.method import Answer
from xwidget.methods.scales import units
from xwidget.methods.task import Replayed, Task
from xwidget.support import arguments

_SEGMENTS = 64
# Width of the kernel that weighs samples, and strength of the ridge, as the authors' code has them.
_WIDTH = 0.25
_RIDGE = 1.0


def lime(task: Task, *, samples: int = 500, segments: int | None = None) -> Answer:
    """LIME (Ribeiro et al., KDD 2016): the coefficients of a linear model of the logit, fitted to
    pictures of which random segments are covered by the data mean.

    Parameters
    ----------
    task
        What to compute.
    samples
        Number of pictures, at least 2.
    segments
        Number of segments, about, at least 2: superpixels by SLIC (scikit-image). None for 64, or
        one for each pixel of a smaller picture.
    """
    from captum.attr import Lime

    samples = arguments.whole("samples", samples, 2, 1_000_000)
    segments = min(_SEGMENTS, math.prod(task.size)) if segments is None else segments
    segments = arguments.whole("segments", segments, 2, task.size[0] * task.size[1])
    parts = _segments(task, segments)
    batch = task.batch
    task.expect(len(task.targets) * samples)
    ask = Replayed(task)
    found = []
    with torch.no_grad():
        for place in range(len(task.targets)):
            ask.begin()
            method = Lime(ask, interpretable_model=_Ridge(), similarity_func=_nearness)
            with Drawn(task.seed):
                each = method.attribute(
                    task.x,
                    target=place,
                    feature_mask=parts,
                    n_samples=samples,
                    perturbations_per_eval=batch,
                )
            found.append(each.mean(1))  # equal in all colors
    return Answer(torch.cat(found), True, f"{units(task)}, that a segment adds")


def _segments(task: Task, count: int) -> Tensor:
    """Return the number of each pixel's segment (1,1,H,W), from 0."""
    from skimage.segmentation import slic

    picture = task.clf.picture(task.x[0].cpu())
    found = slic(picture, n_segments=count, compactness=10, start_label=0)
    return torch.from_numpy(found).long()[None, None].to(task.device)


def _nearness(_: Tensor, __: Tensor, kept: Tensor, **more: Any) -> Tensor:
    """Return how near a sample is to the whole picture: by the cosine of their segments."""
    cosine = kept.float().mean(1).sqrt()
    squared = (1 - cosine) ** 2 / _WIDTH**2
    near: Tensor = torch.exp(-squared / 2)
    return near


class _Ridge:
    """A linear model with an intercept, fitted with weights and a ridge, as captum asks for one."""

    def fit(self, rows: Iterable[tuple[Tensor, Tensor, Tensor]], **more: Any) -> None:
        """Fit to (samples, values, weights)."""
        x, y, weight = (torch.cat(parts) for parts in zip(*rows, strict=True))
        device = x.device
        x, y, weight = (each.double().cpu() for each in (x, y, weight))  # MPS has no float64
        weight = weight / weight.sum().clamp_min(1e-300) * len(x)
        x, y = x - (weight[:, None] * x).sum(0) / len(x), y - (weight * y).sum() / len(x)
        normal = x.T @ (weight[:, None] * x) + _RIDGE * torch.eye(x.shape[1], dtype=x.dtype)
        self.found = torch.linalg.solve(normal, x.T @ (weight * y)).float().to(device)

    def representation(self) -> Tensor:
        """Return the coefficients (1,D)."""
        coefficients: Tensor = self.found[None]
        return coefficients
