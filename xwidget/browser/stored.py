"""A stored explanation as what the panel shows: its image before its net, and its run, ended."""

from __future__ import annotations

import base64
import io
import threading
from collections.abc import Generator, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

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
from xwidget.origin import Origin
from xwidget.preprocessing.geometry import Geometry
from xwidget.subject import Subject

# What another machine may have chosen otherwise: here it is chosen anew.
_CHOSEN_HERE = frozenset({"device", "plan"})


class StoredSubject(Subject):
    """The input of a net that was kept of an image which is not there any more.

    Parameters
    ----------
    clf
        The classifier.
    picture
        (H,W,3) uint8: what the net saw. It takes the place of the original, too.
    digest, name
        Of the original.
    origin
        Of the original; None where it is not known.
    """

    def __init__(
        self,
        clf: Classifier,
        picture: npt.NDArray[np.uint8],
        digest: str,
        name: str,
        origin: Origin | None,
    ) -> None:
        height, width = picture.shape[:2]
        self.clf = clf
        self.name = name if origin is None else origin.name
        self._file = None
        self._given = picture
        self._size = (height, width) if origin is None else origin.size
        colors = torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255
        mean, std = (colors.new_tensor(values).view(3, 1, 1) for values in (clf.mean, clf.std))
        self.x = (colors - mean) / std
        self._measuring = threading.Lock()
        self._scores = None
        self._scored = []
        self._geometry = (
            Geometry((height, width), (height, width), None, reason="the original was not kept")
            if origin is None
            else origin.geometry
        )
        vars(self)["digest"] = digest  # of the original, not of what is left of it
        vars(self)["origin"] = origin or Origin(digest, self._size, self._geometry, self.name)

    @property
    def known_geometry(self) -> Geometry | None:
        """The ``geometry``: nothing is left to measure it on."""
        return self._geometry


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
        png = Image.open(io.BytesIO(base64.b64decode(kept))).convert("RGB")
        colors = torch.from_numpy(np.array(png)).permute(2, 0, 1).float() / 255
        mean, std = (colors.new_tensor(about[name]).view(3, 1, 1) for name in ("mean", "std"))
        known["reference"] = (colors - mean) / std
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


def stored_run(explanation: Explanation, settings: Settings, clf: Classifier) -> Run:
    """Return the run that made an explanation, with its last masks alone.

    Parameters
    ----------
    explanation
        As a store has it.
    settings
        Of the run.
    clf
        The classifier that it was made with.
    """
    trace, told = explanation.trace, explanation.diagnostics
    figures = np.stack([trace.score, trace.mask_mean, trace.sparsity], 1)
    history = History.of(torch.from_numpy(figures), {}, _last_step(explanation))
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
