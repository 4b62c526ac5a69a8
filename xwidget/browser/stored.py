"""A stored explanation as what the panel shows: a run that has ended."""

from __future__ import annotations

import base64
from collections.abc import Generator, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from xwidget.batch.store.restoring import preprocess_of
from xwidget.classifier import Classifier
from xwidget.engine.history import History
from xwidget.engine.plan import Plan
from xwidget.engine.progress import Progress
from xwidget.engine.run import Optimize, Run, Stretch
from xwidget.engine.settings import SETTINGS, Settings
from xwidget.engine.state import State
from xwidget.engine.step import Step
from xwidget.engine.warm_start import warm_start
from xwidget.engine.weights import Weights
from xwidget.engine.witness import Witness
from xwidget.explanation import Explanation
from xwidget.support.png import from_png

# What another machine may have chosen otherwise: here it is chosen anew.
_CHOSEN_HERE = frozenset({"device", "plan"})


def settings_from(about: Mapping[str, Any]) -> Settings:
    """Return the settings that a store was made with, but for the device and the plan.

    Parameters
    ----------
    about
        ``ExplanationStore.metadata``.
    """
    known = {
        name: value
        for name, value in about["settings"].items()
        if name in SETTINGS and name not in _CHOSEN_HERE
    }
    if (kept := about.get("reference_picture")) is not None:
        picture = from_png(base64.b64decode(kept))
        known["reference"] = preprocess_of(about).normalized(picture)
    return Settings(**known)


class StoredRun(Run):
    """A run of which the last masks alone were kept: it goes on from those."""

    def stretches(self, targets: Iterable[int], goal: int) -> list[Stretch]:
        """Return the stretches that bring each of these classes to an iteration."""
        return [_from_masks(each) for each in super().stretches(targets, goal)]

    def rechecks(self, targets: Iterable[int]) -> list[Stretch]:
        """Return the stretch that makes missing checks of these classes."""
        return [_from_masks(each) for each in super().rechecks(targets)]

    def _state(self, targets: Iterable[int]) -> State:
        states = [self.history.track(target).state for target in targets]
        if all(state.tensors for state in states):
            return State.join(states)
        return State(states[0].iteration, {})


class _FromMasks(Stretch):
    """A stretch whose state is made of the masks, once it has its turn."""

    def steps(
        self, clf: Classifier, x: Tensor, optimize: Optimize, witness: Witness | None = None
    ) -> Generator[Step]:
        """Yield its steps."""
        assert self.start is not None
        history, at = self.run.history, self.start.iteration
        masks = torch.stack([history.track(target).last for target in self.targets])
        start = warm_start(clf, x, self.targets, self.run.settings, masks, at)
        yield from Stretch(self.run, self.targets, self.iterations, start).steps(
            clf, x, optimize, witness
        )


def _from_masks(stretch: Stretch) -> Stretch:
    if stretch.start is None or stretch.start.tensors:
        return stretch
    return _FromMasks(stretch.run, stretch.targets, stretch.iterations, stretch.start)


def stored_run(
    explanation: Explanation, settings: Settings, clf: Classifier, *, frames: bool = False
) -> Run:
    """Return the run that made an explanation.

    Parameters
    ----------
    explanation
        As a store has it.
    settings
        Of the run.
    clf
        The classifier that it was made with.
    frames
        Whether to take the masks of all kept iterations, or the last ones alone.
    """
    trace, told = explanation.trace, explanation.diagnostics
    figures = np.stack([trace.score, trace.mask_mean, trace.sparsity], 1)
    masks = explanation.frames
    kept = dict(zip(masks.iterations.tolist(), masks.masks, strict=True)) if frames else {}
    history = History.of(torch.from_numpy(figures), kept, _last_step(explanation))
    run = StoredRun(0, settings, history)
    run.weights = Weights(clf.net)
    run.stopped = str(told.get("stopped", "iterations"))
    run.seconds = float(told.get("seconds", 0.0))
    rate = run.newest / run.seconds if run.seconds > 0 else 0.0
    run.progress = Progress(0, run.newest, run.newest, run.seconds, rate)
    return run


def _last_step(found: Explanation) -> Step:
    told, last = found.diagnostics, len(found.trace) - 1
    outside = told.get("outside_bounds")
    relevance = _row(found.relevance)
    return Step(
        iteration=last,
        targets=found.targets,
        masks=_row(found.masks),
        scores=_row(found.scores),
        image_scores=_row(found.image_scores),
        sparsity=_row(found.trace.sparsity[-1]),
        nonlinearities=int(told.get("nonlinearities", 0)),
        outside=None
        if outside is None
        else torch.tensor(outside, dtype=torch.float32, device="cpu"),
        state=State(last, {}),
        plan=Plan.read(told.get("plan", "plain")) or Plan(),
        independent=told.get("independent"),
        stopped=str(told.get("stopped", "iterations")),
        relevance=relevance,
        path=relevance,
        checks=found.checks,
        open=int(told.get("undefended", 0)),
    )


def _row(values: npt.NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(np.array(values, np.float32))
