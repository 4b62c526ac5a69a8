"""A net's view of a whole image: its most likely class, and the features of its last layer."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch
from torch import nn

from xwidget.batch.store.rows import Seen
from xwidget.classifier import Classifier
from xwidget.engine.device import pick
from xwidget.net.forward import device_of
from xwidget.net.penultimate import LastLayer
from xwidget.subject import Subject


class Looker:
    """Looks at many images with one copy of the net, in one pass each.

    Parameters
    ----------
    clf
        The classifier.
    device
        Where it looks, as in ``Settings``.
    """

    def __init__(self, clf: Classifier, device: str | torch.device | None = None) -> None:
        self._clf = clf
        self._device = pick(device)

    def look(self, subject: Subject) -> Seen:
        """Return the prediction and the features of an image; ValueError if its scores are none."""
        clf, net = self._clf, self._net
        with torch.inference_mode(), self._last.hearing() as heard:
            batch = subject.x[None].to(device_of(net), copy=True)
            logits = clf.logits(net, batch)
            scores = clf.scores(logits)[0].cpu()
            found = heard()
            features = np.empty(0, np.float16)
            if found is not None and len(found) == 1:
                # Beyond what half a float holds: its largest, so that all of them are numbers.
                limit = float(np.finfo(np.float16).max)
                features = found[0].float().clamp(-limit, limit).cpu().numpy().astype(np.float16)
        if not clf.classes:
            return Seen(None, None, None, features)
        (best,) = clf.likeliest(scores.tolist())
        return Seen(best, clf.categories[best], float(scores[best]), features)

    @cached_property
    def _net(self) -> nn.Module:
        return self._clf.twin(self._device)

    @cached_property
    def _last(self) -> LastLayer:
        return LastLayer(self._net, self._clf.classes)
