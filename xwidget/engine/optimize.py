"""The front door of the engine: one image, one step after another, no I/O and no threads."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import torch
from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.cohort import Case
from xwidget.engine.device import pick
from xwidget.engine.ending import finish
from xwidget.engine.plan import Plan
from xwidget.engine.runner import Runner
from xwidget.engine.settings import Settings
from xwidget.engine.state import State
from xwidget.engine.step import Step
from xwidget.engine.together import Together
from xwidget.engine.views import views_in


# Gradients are needed whatever the caller's mode; a generator has it changed back at every yield.
@torch.inference_mode(False)
def optimize(
    clf: Classifier,
    x: Tensor,
    targets: Sequence[int],
    settings: Settings,
    *,
    start: State | None = None,
    checked: bool = True,
    ranks: bool = True,
    again: bool = False,
) -> Generator[Step]:
    """Optimize one mask per target, all in one batch, and yield every step.

    Parameters
    ----------
    clf
        The classifier; its net is not touched, a frozen twin that shares its weights is used.
    x
        Normalized image (3, H, W), from ``clf.prepare``.
    targets
        Class indices, K of them.
    settings
        Game, defense and the rest. Without ``start``, iterations 0 (the starting mask) to
        ``settings.iterations`` are yielded, with it that many after it.
    start
        State of an earlier step with the same targets, image and settings.
    checked
        Whether the last step brings checks, see ``trust``.
    ranks
        Whether it ranks the pixels as ``settings.ranking`` says, or by what was shown on the way.
    again
        Whether to yield the step of ``start`` alone, once more: it was cut during its checks.

    Raises
    ------
    DefenseError
        If the net cannot be defended.
    ValueError
        If the net's scores or gradients are not finite, at the image, at the reference or on the
        way; if it gives the image other scores at the end than at the start.
    WeightsChangedError
        If it was trained meanwhile.

    Notes
    -----
    Wagner et al., CVPR 2019: Eq. 1-3 for the games, Eq. 4-6 for the defense. The gradient of the
    sparsity term does not pass through the net and is added outside the defense.

    Iteration 0 is the mask at the game's start; the first step is taken from ``Game.first``.

    Each step sees the mask in several views (``views``): their mean steers, and the scores of a
    step are those of the first, the plain one, in which a person sees the evidence.
    """
    device = pick(settings.device)
    # A tensor made in inference mode lets no gradient through.
    case = Case(x.to(device, copy=x.is_inference()), tuple(targets))
    runner = Runner(clf, case.x, len(targets) * len(views_in(settings)), Plan.read(settings.plan))
    together = Together(runner, settings)
    with runner.watch.explaining():
        cohort = together.add([case], start, again=again)
        if start is None:
            yield cohort.step()
        while True:
            left = together.advance()
            for _, reason in left:
                if isinstance(reason, Exception):
                    raise reason
            if left:
                yield from finish(left, checked=checked, ranks=ranks)
                return
            if cohort.iteration and cohort.told:
                yield cohort.step()
