"""The choices of a batch: how the net is run, images in one batch of it, and batches at once."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from xwidget.batch.chosen import Chosen
from xwidget.classifier import Classifier
from xwidget.engine.cohort import Case
from xwidget.engine.device import pick
from xwidget.engine.plan import Plan, choose
from xwidget.engine.runner import Runner
from xwidget.engine.settings import Settings
from xwidget.engine.together import Together
from xwidget.engine.views import views_in
from xwidget.targets import Targets

#: Images in one batch of a device that is no CPU, at most; more were not measured.
MOST = 64
_ROWS = 6  # of the net, which one core passes as fast for each as any number of them
_FREE = 0.5  # share of the memory that is free which a batch may take
_LANES = 4  # most batches at once that are chosen unasked: each has a net's memory of its own


class Choice(NamedTuple):
    """The choices made.

    Attributes
    ----------
    settings
        With the plan in place of ``"auto"``.
    slots
        Images in one batch.
    workers
        Batches at once.
    """

    settings: Settings
    slots: int
    workers: int


def pinned(
    clf: Classifier,
    targets: Targets | Chosen | None,
    settings: Settings,
    x: Tensor,
    slots: int | Literal["auto"] = "auto",
    workers: int | None = None,
) -> Choice:
    """Choose what is not chosen yet, by timing it on an image; nothing is timed after that.

    On a CPU, each core has a lane of its own: a pass on one core each is faster than two cores on
    one pass. A lane has a few images, as more rows at once are no faster there; where a plan is
    given, one: its masks are then the same to the last bit, whatever is explained beside it. On
    other devices there is one lane, with as many images as fit.

    Parameters
    ----------
    clf, targets, settings, slots, workers
        As in ``explain_batch``.
    x
        Normalized image (3, H, W).
    """
    device = pick(settings.device)
    x = x.to(device, copy=x.is_inference())
    if isinstance(targets, Chosen):
        # Which they are makes no difference.
        indices = tuple(n % clf.classes for n in range(targets.count))
    else:
        indices = (0,) if targets is None else clf.indices(targets)
    rows = len(indices) * len(views_in(settings))
    plan = Plan.read(settings.plan)
    if workers is None:
        workers = min(torch.get_num_threads(), _LANES) if device.type == "cpu" else 1
    with torch.inference_mode(False):
        if slots != "auto":
            most = slots
        elif device.type == "cpu":
            most = max(1, _ROWS // rows) if plan is None else 1
        else:
            most = _most(clf, x, indices, settings)
        if plan is None:
            try:
                plan = choose(clf, device, x.expand(most * rows, -1, -1, -1).contiguous())
            except SystemExit:  # of the net: it is told of the image itself
                plan = Plan()
            # A batch that was halved for timing is halved in images, too.
            if plan.batch is not None and most > 1:
                most, plan = max(1, plan.batch // rows), replace(plan, batch=None)
    return Choice(replace(settings, plan=plan), most, workers)


def _most(clf: Classifier, x: Tensor, indices: tuple[int, ...], settings: Settings) -> int:
    if x.device.type == "cuda":
        # Whatever is wrong is told of the image itself.
        with contextlib.suppress(Exception, SystemExit):
            return min(MOST, _fitting(clf, x, indices, settings))
    return MOST


def _fitting(clf: Classifier, x: Tensor, indices: tuple[int, ...], settings: Settings) -> int:
    """Return for how many images a CUDA device has memory, by a step on one."""
    device = x.device
    settings = replace(settings, plan="folded")
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(device)
    runner = Runner(clf, x, len(indices) * len(views_in(settings)), Plan.read(settings.plan))
    before, (free, _) = torch.cuda.memory_allocated(device), torch.cuda.mem_get_info(device)
    together = Together(runner, settings)
    together.add([Case(x, indices)])
    together.advance()
    need = torch.cuda.max_memory_allocated(device) - before
    return max(1, int(_FREE * free / max(need, 1)))
