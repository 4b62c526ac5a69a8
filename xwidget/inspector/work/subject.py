"""One image before one net, as an Inspector holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.explanation import Bytes

_ROUNDING = 5e-4


@dataclass(eq=False)
class Subject:
    """An image, its classifier and its reference.

    Parameters
    ----------
    clf
        The classifier.
    x
        The normalized image (3, H, W).
    scores
        The image's score of every class, in [0, 1].
    reference
        Normalized, (3, H, W).
    picture, reference_picture
        Image and reference as shown, (H, W, 3).
    """

    clf: Classifier
    x: Tensor
    scores: list[float]
    reference: Tensor
    picture: Bytes
    reference_picture: Bytes

    def rescore(self, scores: Mapping[int, float]) -> bool:
        """Take scores by class index as a run found them, where they differ by more than rounding:
        the net may have been trained since. Return whether they do.
        """
        if not any(abs(self.scores[t] - score) > _ROUNDING for t, score in scores.items()):
            return False
        self.scores = [scores.get(t, old) for t, old in enumerate(self.scores)]
        return True
