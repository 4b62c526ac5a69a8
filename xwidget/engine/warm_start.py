"""Going on from a mask alone, where nothing else of its run was kept."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.cohort import Case, Cohort
from xwidget.engine.device import pick
from xwidget.engine.plan import Plan
from xwidget.engine.runner import Runner
from xwidget.engine.settings import Settings
from xwidget.engine.smoothing import smoothed
from xwidget.engine.state import State
from xwidget.engine.views import views_in


@torch.inference_mode(False)
def warm_start(
    clf: Classifier,
    x: Tensor,
    targets: Sequence[int],
    settings: Settings,
    masks: Tensor,
    iteration: int,
) -> State:
    """Return the state from which ``optimize(start=)`` goes on from masks that were stored.

    What was shown stays the best so far: a smaller mask that does the same work takes its place.
    The order of the pixels begins from the masks, and the step rule without a direction.

    Parameters
    ----------
    clf, targets, settings
        Of the run that the masks are of.
    x
        Normalized image (3, H, W).
    masks
        What the run showed (K, 3, H, W), in [0, 1].
    iteration
        Steps it had taken, >= 1.

    Raises
    ------
    ValueError
        If the masks do not fit, or as ``optimize``.
    """
    device = pick(settings.device)
    x = x.to(device, copy=x.is_inference())
    expected = (len(targets), *x.shape)
    if tuple(masks.shape) != expected or iteration < 1:
        raise ValueError(
            f"masks of shape {tuple(masks.shape)} after {iteration} iterations came; expected "
            f"{expected}, one for each target, after at least one"
        )
    runner = Runner(clf, x, len(targets) * len(views_in(settings)), Plan.read(settings.plan))
    with runner.watch.explaining():
        cohort = Cohort(runner, settings, [Case(x, tuple(targets))])
        return State(iteration, _gone_on(cohort, masks.to(x, copy=True), iteration))


def _gone_on(cohort: Cohort, shown: Tensor, iteration: int) -> dict[str, Tensor]:
    mask = cohort.game.shown(shown)  # either way: m, or 1 - m
    passes = cohort.passes(iteration)
    by_view, gradients = cohort.batches.run(passes.descend, mask, cohort.index)
    with torch.no_grad():
        gradient = smoothed(gradients.sum(0), cohort.game.smoothing, iteration + 1)
        largest = gradient.abs().flatten(1).amax(1).view(-1, 1, 1, 1)
        scale = largest.clamp_min(torch.finfo(gradient.dtype).tiny)
        expected = by_view.mean(0)
        return {
            **cohort.tensors,
            **cohort.rule.resume(gradient / scale),
            **cohort.policy.observe(shown, expected, by_view[0], cohort.tensors),
            "mask": mask,
            "path": shown * iteration,
            "expected": expected,
            "reached": torch.full_like(expected, iteration),
        }
