"""The subject of an Inspector, with its reference, and scores that a run may renew."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.subject import Subject
from xwidget.trace import Bytes

_ROUNDING = 5e-4


class Inspected:
    """A subject and its reference, as an Inspector shows them.

    Parameters
    ----------
    subject
        The image before the net; nobody else's, as it may get further targets.
    reference
        Normalized, (3, H, W).

    Attributes
    ----------
    scores
        The image's score of every class, in [0, 1].
    reference_picture
        The reference as shown, (H, W, 3).
    """

    def __init__(self, subject: Subject, reference: Tensor) -> None:
        self.subject = subject
        self.reference = reference
        self.reference_picture: Bytes = subject.clf.picture(reference)
        self.scores: list[float] = subject.scores.tolist()

    def extend(self, clf: Classifier) -> None:
        """Take the net with further targets in place of the one that it has."""
        self.subject.extend(clf)
        self.scores = self.subject.scores.tolist()

    @property
    def clf(self) -> Classifier:
        """The classifier."""
        return self.subject.clf

    @property
    def x(self) -> Tensor:
        """The normalized image (3, H, W)."""
        return self.subject.x

    @property
    def picture(self) -> Bytes:
        """The image as shown, (H, W, 3)."""
        return self.subject.picture

    def rescore(self, scores: Mapping[int, float]) -> bool:
        """Take scores by class index as a run found them, where they differ by more than rounding:
        the net may have been trained since. Return whether they do.
        """
        if not any(abs(self.scores[t] - score) > _ROUNDING for t, score in scores.items()):
            return False
        self.scores = [scores.get(t, old) for t, old in enumerate(self.scores)]
        return True
