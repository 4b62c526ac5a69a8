"""Put an order of the pixels to the test: on its own net, on others, and without holes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from benchmarks.records import Row
from benchmarks.subjects import Subject, curve_row
from xwidget import metrics

#: Shares of the pixels that are shown alone.
AREAS = (0.1, 0.2, 0.3)


@dataclass(frozen=True)
class Trial:
    """One test of an order by one net.

    Parameters
    ----------
    test
        "curves": deletion and insertion; "road": ROAD in both orders; "area": what the first
        pixels say alone.
    judge
        Name of the net that is asked.
    steps
        Of the curves.
    """

    test: str
    judge: str
    steps: int = 0

    def row(self, subject: Subject, order: str) -> Row:
        """Return the identity of its row."""
        return curve_row(subject, order, self.test, self.judge, self.steps)


def trials(subject: Subject, steps: int, witness_steps: int) -> Iterator[Trial]:
    """Yield the tests of an order: all on the own net, curves and areas on those who know it, too.

    Parameters
    ----------
    subject
        A net with a photo.
    steps, witness_steps
        Of the curves on the own net, and on others.
    """
    if steps:
        yield Trial("curves", subject.name, steps)
        yield Trial("road", subject.name)
        yield Trial("area", subject.name)
    for name, witness in subject.witnesses.items():
        if witness.right and witness_steps:
            yield Trial("curves", name, witness_steps)
            yield Trial("area", name)


def attempt(subject: Subject, order: str, relevance: Tensor, trial: Trial) -> Row:
    """Return the row of a test of an order, whose relevance is (H, W)."""
    if trial.judge == subject.name:
        judge, x, score = subject.judge, subject.x, float(subject.scores[subject.true])
    else:
        witness = subject.witnesses[trial.judge]
        judge, x, score = witness.judge, witness.x, witness.score
        relevance = metrics.resized(relevance, judge.clf.size)
    figures = _TESTS[trial.test](judge, x, subject.true, relevance, trial.steps)
    return {**trial.row(subject, order), "image_score": score, **figures}


def _curves(judge: metrics.Judge, x: Tensor, target: int, order: Tensor, steps: int) -> Row:
    return {
        "deletion": metrics.deletion(judge, x, target, order, steps=steps).auc,
        "insertion": metrics.insertion(judge, x, target, order, steps=steps).auc,
    }


def _road(judge: metrics.Judge, x: Tensor, target: int, order: Tensor, steps: int) -> Row:
    return {
        "most": metrics.road(judge, x, target, order, first="most").height,
        "least": metrics.road(judge, x, target, order, first="least").height,
    }


def _area(judge: metrics.Judge, x: Tensor, target: int, order: Tensor, steps: int) -> Row:
    curve = metrics.sufficiency(judge, x, target, order, shares=AREAS)
    return {"areas": curve.scores.tolist()}


_TESTS: dict[str, Callable[[metrics.Judge, Tensor, int, Tensor, int], dict[str, Any]]] = {
    "curves": _curves,
    "road": _road,
    "area": _area,
}
