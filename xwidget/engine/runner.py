"""A classifier's net, prepared for the images of a run, or of many: by one plan, on one device."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.plan import Forward, Plan, choose
from xwidget.engine.selfcheck import independent
from xwidget.engine.watch import Watch

#: Pictures at once where nothing but their scores is asked for: as many as fit the cache of a small
#: machine; on other devices, as many as keep them busy.
SMALL, LARGE = 8, 256


class Runner:
    """A net as runs run it; its weights are those of the moment it was made.

    Parameters
    ----------
    clf
        The classifier.
    image
        A normalized image (3, H, W) on the device.
    rows
        Rows of the net in a step: images times classes times views.
    plan
        None chooses one.

    Attributes
    ----------
    plan
        The plan; where memory was short, with a smaller batch.
    independent
        Whether the rows of the net do not depend on each other, so that it may be given several
        pictures at once; None where that was not tried, as the plan has a batch of 1.
    watch
        Of the weights.
    twin
        The net as it came, on the device.
    """

    def __init__(self, clf: Classifier, image: Tensor, rows: int, plan: Plan | None) -> None:
        self.clf = clf
        self.watch = Watch(clf)
        self.device = image.device
        with self.watch.explaining():
            batch = image.expand(rows, -1, -1, -1).contiguous()
            asked, plan = plan, choose(clf, self.device, batch) if plan is None else plan
            self.forward: Forward = plan.prepare(clf, self.device, batch)
            # A net whose rows depend on each other is asked about one picture at a time, in the
            # same way however many there are.
            tried = plan.batch != 1
            self.independent = independent(self.forward, image[None]) if tried else None
            if self.independent is False:
                self.forward = replace(asked or Plan(), batch=1).prepare(clf, self.device, batch)
        self.plan = self.forward.plan
        self.twin = clf.twin(self.device)

    def alone(self, images: Tensor) -> Tensor:
        """Return the logits (B, C) of images (B, 3, H, W)."""
        with torch.no_grad():
            return self.forward(images.clone())

    def scores(self, images: Tensor, *, together: bool) -> Tensor:
        """Return the scores (B, C) of images (B, 3, H, W).

        Parameters
        ----------
        images
            Normalized.
        together
            Whether they are given to the net by the plan, several at once where it takes them, or
            one by one to the net as it came.
        """
        several = together and bool(self.independent)
        with torch.no_grad():
            if several:
                logits = [self.forward(some.clone()) for some in images.split(self.most)]
            else:
                logits = [self.clf.logits(self.twin, one[None].clone()) for one in images]
            return self.clf.scores(torch.cat(logits))

    @property
    def most(self) -> int:
        """Number of pictures at once where only their scores are asked for."""
        return self.plan.batch or (SMALL if self.device.type == "cpu" else LARGE)
