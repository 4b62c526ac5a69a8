"""Methods at equal area: the score of the most relevant pixels alone, and of the rest.

However a method scales its values, the same share of the pixels is taken from each: those that it
ranks first. Signed values are ranked by value, so that what speaks most for the class comes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from xwidget.attribution import Attribution
from xwidget.classifier import Classifier
from xwidget.engine.witness import Witness, handed_over
from xwidget.explanation import Explanation
from xwidget.metrics import arguments, case
from xwidget.metrics.arguments import Values
from xwidget.metrics.case import Net
from xwidget.metrics.curves import follow
from xwidget.metrics.judge import Judge
from xwidget.metrics.ranking import resized
from xwidget.subject import Subject
from xwidget.targets import Target

Reals = npt.NDArray[np.float64]

#: Shares of the pixels at which methods are compared.
AREAS = (0.1, 0.2, 0.3)


@dataclass(frozen=True, eq=False)
class EqualArea:
    """Scores of a class at A areas: with only the most relevant pixels, and without them.

    Attributes
    ----------
    areas
        (A,) shares of the pixels, in [0, 1], as counted in whole pixels.
    image
        Score of the whole image, in [0, 1].
    sufficiency
        (A,) score of the most relevant pixels alone, on the data mean: the higher, the better.
    without
        (A,) score of the image with these pixels replaced by the data mean: the lower, the better.
    witness
        The same, as another net says it; None if none was asked.
    """

    areas: Reals
    image: float
    sufficiency: Reals
    without: Reals
    witness: EqualArea | None = None

    @property
    def comprehensiveness(self) -> Reals:
        """(A,) score that the image loses without these pixels: the higher, the better. Below 0
        where it gains.
        """
        return self.image - self.without

    @property
    def shares(self) -> EqualArea:
        """The same scores as shares of the image's, whose own is 1; NaN if that is 0."""
        image = self.image if self.image > 0 else np.nan
        return replace(
            self,
            image=self.image / image,
            sufficiency=self.sufficiency / image,
            without=self.without / image,
            witness=None if self.witness is None else self.witness.shares,
        )


def equal_area(
    clf: Net | Subject,
    x: Values | Subject | Attribution | Explanation,
    target: Target | None = None,
    relevance: Values | Attribution | Explanation | None = None,
    *,
    areas: Sequence[float] = AREAS,
    witness: Net | None = None,
    batch: int = 16,
) -> EqualArea:
    """Score the most relevant pixels alone, and the image without them, at given areas.

    Parameters
    ----------
    clf, x, target, relevance, batch
        As in :func:`deletion`; an explanation is ranked by its ``relevance``.
    areas
        Shares of the pixels, in [0, 1].
    witness
        Another classifier, or a judge, with a class of the same name. It is shown the same picture
        and the same order of the pixels, both resized to its own input.

    Raises
    ------
    ValueError, TypeError
        As in :func:`deletion`; or if the witness has not the class, or is the net itself.

    Notes
    -----
    Sufficiency and comprehensiveness: DeYoung et al., *ERASER*, ACL 2020, arXiv 1911.03429. There,
    sufficiency is the score that is lost; here it is the score that is kept, so that high is good
    in both. Pixels of equal relevance come in a random order, always the same, as in :func:`ranks`.
    A share is rounded to whole pixels; the panel rounds it up and may show one pixel more.

    Examples
    --------
    >>> import xwidget as xw
    >>> subject = xw.Subject(xw.load("efficientnet_lite0"), xw.sample("coffee"))
    >>> ex = xw.explain(subject, iterations=2, progress=False)
    >>> found = equal_area(subject, ex, areas=(0.2, 1.0))
    >>> found.areas.round(3), abs(float(found.sufficiency[1]) - found.image) < 1e-3
    (array([0.2, 1. ]), True)
    """
    clf, x, target, relevance = case.read(clf, x, target, relevance)
    judge, x = Judge.of(clf, batch), arguments.image(x)
    target, relevance = judge.clf.index(target), arguments.tensor("relevance", relevance)
    found = _scored(judge, x, target, relevance, areas)
    if witness is None:
        return found
    other, index = asked(witness, judge.clf, target, batch)
    seen = handed_over(judge.clf.picture(x.cpu()), other.clf)
    heard = _scored(other, seen, index, resized(relevance, other.clf.size), areas)
    return replace(found, witness=heard)


def asked(witness: Net, clf: Classifier, target: int, batch: int = 16) -> tuple[Judge, int]:
    """Return a witness as a judge, and its index of a class of the net that is explained.

    Raises
    ------
    ValueError, TypeError
        If it is no other net, or has no such class.
    """
    other = witness.clf if isinstance(witness, Judge) else witness
    heard = Witness(other, clf)
    index = heard.index(target)
    return Judge.of(witness, batch).of_outputs(heard.net), index


def _scored(
    judge: Judge, x: Tensor, target: int, relevance: Tensor, areas: Sequence[float]
) -> EqualArea:
    blank, given = torch.zeros_like(x), arguments.shares(areas)
    only = follow(judge, blank, x, target, relevance, [*given, 1.0], judge.batch)
    without = follow(judge, x, blank, target, relevance, given, judge.batch)
    # The last picture is the image: its score comes from the same pass.
    return EqualArea(only.shares[:-1], float(only.scores[-1]), only.scores[:-1], without.scores)
