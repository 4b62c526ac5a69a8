"""The measures of a pane, or of our own evidence, by the net and the witness."""

from __future__ import annotations

from typing import Any

import torch

from xwidget import metrics
from xwidget.classifier import Classifier
from xwidget.inspector.features.beside.source import Doing, Source
from xwidget.inspector.features.beside.values import Found
from xwidget.inspector.page.panel import Panel
from xwidget.net.forward import device_of
from xwidget.subject import Subject

_BESIDE_THE_VERDICT = (
    " The evidence's own checks ask something else: whether it is enough for this network."
)
_AGAIN = 30  # iterations of a run with random weights, and of the one it is compared with


class Judge:
    """Measure a pane's values, on the thread of measures.

    Parameters
    ----------
    panel
        All that it sees of its Inspector.
    """

    def __init__(self, panel: Panel) -> None:
        self._panel = panel

    def device(self, source: Source | None) -> torch.device:
        """Return where a pane is measured: a net is asked where it lies."""
        theirs = None if source is None else source.subject
        return device_of((theirs or self._panel.subject.subject).clf.net)

    def measured(self, source: Source | None, found: Found, doing: Doing) -> dict[str, Any]:
        """Return the measures of a pane's values; ``source`` None stands for our own evidence."""
        subject, ranked = self._panel.subject.subject, found.ranked
        if source is not None and source.subject is not None:  # a model's pane: by itself
            subject, ranked = source.subject, source.framed(ranked)
        return metrics.measure(
            subject,
            ranked,
            witness=self._witness(subject, ranked.targets[0]),
            on_progress=doing.progress,
            cancel=doing.cancelled,
        ).describe()

    def _witness(self, subject: Subject, target: int) -> Classifier | None:
        """Return the witness for a target of a subject, of ours or another model's; None for none,
        and where it does not have the target, such as a score that the net alone has.
        """
        witness = self._panel.session.witness
        if witness is None or witness.net.net is subject.clf.net:
            return None
        if subject is not self._panel.subject.subject:
            witness = witness.of(subject.clf)
        return witness.net if witness.knows(target) else None

    def randomized(self, source: Source | None, found: Found, doing: Doing) -> dict[str, Any]:
        """Return how alike the answer with random weights is; ``source`` as above."""
        (target,) = found.attribution.targets
        if source is not None:
            return source.randomized(found.attribution, target, doing)
        explanation = self._panel.runs.explanation()
        if explanation is None:
            raise RuntimeError("there is no evidence any more")
        said = metrics.randomization(
            self._panel.subject.subject,
            explanation,
            target,
            iterations=_AGAIN,
            on_progress=doing.progress,
            cancel=doing.cancelled,
        ).describe()
        if not said["passes"]:
            said["words"] += _BESIDE_THE_VERDICT
        return said
