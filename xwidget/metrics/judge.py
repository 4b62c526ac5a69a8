"""A classifier prepared for scoring many pictures."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from xwidget.classifier import Classifier, check_classifier
from xwidget.engine.plan import Plan
from xwidget.engine.selfcheck import independent
from xwidget.metrics import arguments
from xwidget.metrics.arguments import Values
from xwidget.net.forward import device_of, dtype_of


class Judge:
    """A classifier prepared for scoring many pictures, with one copy of its net.

    Every metric takes a classifier or a judge. A judge saves time when several metrics use the same
    net.

    Parameters
    ----------
    clf
        The classifier, with its weights at this time.
    plan
        Plan by which the net runs: ``Plan("channels_last", fold=True)`` is usually the fastest and
        changes scores by rounding. By default the net runs unchanged.
    batch
        Number of pictures in a batch; always 1 if the net's rows depend on each other.

    Raises
    ------
    ValueError, TypeError
        If ``batch`` is below 1, or ``clf`` is no classifier.
    """

    def __init__(self, clf: Classifier, plan: Plan | None = None, batch: int = 16) -> None:
        check_classifier(clf)
        self.clf = clf
        self.batch = batch = arguments.whole("batch", batch)
        #: Where the net runs, and pictures are best made.
        self.device = device_of(clf.net)
        self._on_batch: Callable[[int], None] | None = None
        kind = dtype_of(clf.net, torch.float32)
        image = torch.zeros(1, 3, *clf.size, device=self.device, dtype=kind)
        self._forward = (plan or Plan()).prepare(clf, self.device, image)
        if batch > 1 and not independent(self._forward, image):
            self.batch = 1

    @classmethod
    def of(cls, clf: Classifier | Judge, batch: int = 16) -> Judge:
        """Return a judge unchanged, and a judge for a classifier."""
        return clf if isinstance(clf, Judge) else cls(clf, batch=batch)

    def watched(self, on_batch: Callable[[int], None]) -> Judge:
        """Return the same judge, which tells a function how many pictures it scored, after every
        batch; an error that the function raises ends the measurement.
        """
        judge = copy.copy(self)
        vars(judge)["_on_batch"] = on_batch
        return judge

    def aimed(self, target: Any) -> tuple[Judge, Any]:
        """Return a judge of the same net that has an output for a target, and the target, with an
        index in place of a contrast or a score; see ``Classifier.aimed``.
        """
        clf, targets = self.clf.aimed([target])
        return self.of_outputs(clf), targets[0]

    def of_outputs(self, clf: Classifier) -> Judge:
        """Return this judge for its classifier with other targets."""
        if clf is self.clf:
            return self
        judge = copy.copy(self)
        vars(judge).update(clf=clf, _forward=replace(self._forward, clf=clf))
        return judge

    def scores(self, pictures: Values, target: int | str) -> Tensor:
        """Return a class's scores (N,), float64 on the CPU, of pictures (N, 3, H, W)."""
        index = self.clf.index(target)
        return self.all_scores(pictures)[:, index]

    def all_scores(self, pictures: Values) -> Tensor:
        """Return the scores of all classes (N, C), float64 on the CPU, of pictures (N, 3, H, W)."""
        parts = []
        with torch.inference_mode():
            for part in arguments.tensor("pictures", pictures).split(self.batch):
                logits = self._forward(part.to(self.device, copy=True))
                parts.append(self.clf.scores(logits).double().cpu())
                if self._on_batch is not None:
                    self._on_batch(len(part))
        return torch.cat(parts).clone()
