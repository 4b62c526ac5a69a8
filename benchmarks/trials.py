"""Put a method's answer to the test: on its own net, on others, and against what it must not be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

import xwidget as xw
from benchmarks.answers import Answers
from benchmarks.records import Row
from benchmarks.subjects import Subject, curve_row
from xwidget import metrics
from xwidget.metrics.areas import AREAS
from xwidget.metrics.correlation import correlation

#: The area at which the answer for the least likely class is shown.
_SHOWN = 0.2

#: Makes the answers for a net and a photo; the second argument tells nets apart that are alike.
Asking = Callable[[xw.Subject, str], Answers]


@dataclass(frozen=True)
class Trial:
    """One test of a method by one net.

    Parameters
    ----------
    test
        "curves": deletion and insertion; "road": ROAD in both orders; "area": the first pixels
        alone, and the rest; "selectivity": the answer for the least likely class; "randomization":
        the answer where weights are random.
    judge
        Name of the net that is asked.
    steps
        Of the curves.
    """

    test: str
    judge: str
    steps: int = 0

    def row(self, subject: Subject, method: str) -> Row:
        """Return the identity of its row."""
        return curve_row(subject, method, self.test, self.judge, self.steps)


def trials(
    subject: Subject, steps: int, witness_steps: int, checked: bool = True
) -> Iterator[Trial]:
    """Yield the tests of a method: all on the own net, some on others that recognize the photo.

    Parameters
    ----------
    subject
        A net with a photo.
    steps, witness_steps
        Of the curves on the own net, and on others; 0 for none.
    checked
        Whether random weights are among them: that takes as long as the method itself.
    """
    yield Trial("area", subject.name)
    if steps:
        yield Trial("curves", subject.name, steps)
    yield Trial("road", subject.name)
    yield Trial("selectivity", subject.name)
    if checked:
        yield Trial("randomization", subject.name)
    for name, witness in subject.witnesses.items():
        if witness.right:
            yield Trial("area", name)
            if witness_steps:
                yield Trial("curves", name, witness_steps)


def attempt(
    subject: Subject, method: str, answers: Answers, asking: Asking, wanted: Sequence[Trial]
) -> list[Row]:
    """Return the rows of some tests of a method.

    Parameters
    ----------
    subject
        A net with a photo.
    method
        Name of the method.
    answers
        Of the photo's class and the least likely one, in this order.
    asking
        Makes the answers of a net with random weights.
    wanted
        The tests.

    Raises
    ------
    ModuleNotFoundError, ValueError
        As ``Answers.of``.
    """
    found = answers.of(method)
    about = {"seconds": found.seconds, "targets": len(found.targets)}
    return [
        {
            **trial.row(subject, method),
            **about,
            **_TESTS[trial.test](subject, method, answers, asking, trial),
        }
        for trial in wanted
    ]


def _before(subject: Subject, judge: str, order: Tensor) -> tuple[metrics.Judge, Tensor, Tensor]:
    """Return a judge, the photo as it sees it, and an order of the pixels in its size."""
    if judge == subject.name:
        return subject.judge, subject.x, order
    witness = subject.witnesses[judge]
    return witness.judge, witness.x, metrics.resized(order, witness.judge.clf.size)


def _order(found: xw.Attribution, k: int = 0) -> Tensor:
    return torch.from_numpy(found.relevance[k].copy())


def _area(subject: Subject, method: str, answers: Answers, _: Asking, trial: Trial) -> Row:
    judge, x, order = _before(subject, trial.judge, _order(answers.of(method)))
    found = metrics.equal_area(judge, x, subject.true, order, areas=AREAS)
    return {
        "image_score": found.image,
        "areas": found.sufficiency.tolist(),
        "without": found.without.tolist(),
    }


def _curves(subject: Subject, method: str, answers: Answers, _: Asking, trial: Trial) -> Row:
    judge, x, order = _before(subject, trial.judge, _order(answers.of(method)))
    curves = [
        metric(judge, x, subject.true, order, steps=trial.steps)
        for metric in (metrics.deletion, metrics.insertion)
    ]
    image = float(curves[0].scores[0])
    return {"image_score": image, "deletion": curves[0].auc, "insertion": curves[1].auc}


def _road(subject: Subject, method: str, answers: Answers, _: Asking, __: Trial) -> Row:
    order = _order(answers.of(method))
    most, least = (
        metrics.road(subject.judge, subject.x, subject.true, order, first=first)
        for first in ("most", "least")
    )
    return {"image_score": float(most.scores[0]), "most": most.height, "least": least.height}


def _selectivity(subject: Subject, method: str, answers: Answers, _: Asking, __: Trial) -> Row:
    """Ask for the class that the net finds least likely, of which there is nothing to be seen."""
    found, (true, least) = answers.of(method), answers.targets
    orders = [_order(found, k) for k in range(2)]
    shown = metrics.ranks(orders[1]) < round(_SHOWN * orders[1].numel())
    blank = torch.zeros_like(subject.x)
    scores = subject.judge.all_scores(torch.stack([subject.x, blank, subject.x * shown]))
    like = correlation(*(order.numpy() for order in orders))
    return {
        "image_score": float(scores[0, true]),
        "correlation": like if like == like else None,
        "least_score": float(scores[2, least]),
        "blank_score": float(scores[1, least]),
        "true_score": float(scores[2, true]),
    }


def _randomization(
    subject: Subject, method: str, answers: Answers, asking: Asking, _: Trial
) -> Row:
    def ask(other: xw.Subject, __: Sequence[int]) -> xw.Attribution:
        return asking(other, "random").of(method)

    try:
        found = metrics.randomization(
            answers.subject, ask, subject.true, attribution=answers.of(method)
        )
    except ValueError as error:  # such as a net that cannot be defended with these weights
        return {"similarity": None, "passes": None, "error": str(error)}
    told = found.describe()
    return {"similarity": told["similarity"], "passes": told["passes"]}


_TESTS: dict[str, Callable[[Subject, str, Answers, Asking, Trial], Row]] = {
    "area": _area,
    "curves": _curves,
    "road": _road,
    "selectivity": _selectivity,
    "randomization": _randomization,
}
