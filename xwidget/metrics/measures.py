"""All measures of an attribution at once: what a panel draws beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from xwidget.attribution import Attribution
from xwidget.engine.witness import handed_over
from xwidget.errors import Cancelled
from xwidget.explanation import Explanation
from xwidget.metrics import arguments, case
from xwidget.metrics.areas import AREAS, EqualArea, asked, equal_area
from xwidget.metrics.case import Net
from xwidget.metrics.curves import Curve, deletion, insertion
from xwidget.metrics.judge import Judge
from xwidget.metrics.ranking import resized
from xwidget.metrics.road import SHARES, road
from xwidget.subject import Subject
from xwidget.support import arguments as given
from xwidget.targets import Target

_STEPS = 56


@dataclass(frozen=True, eq=False)
class NetMeasures:
    """The measures of an attribution, as one net says them.

    Attributes
    ----------
    net
        Name of the net.
    equal_area
        Scores of the most relevant pixels alone, and of the rest.
    deletion, insertion
        The curves of RISE: the lower, and the higher the area, the better.
    road
        The curve of ROAD, the most relevant pixels removed first: the lower, the better.
    """

    net: str
    equal_area: EqualArea
    deletion: Curve
    insertion: Curve
    road: Curve

    def describe(self) -> dict[str, Any]:
        """Return all figures as JSON-able values; None for a number that is not finite."""
        return {
            "net": self.net,
            "image": _plain(self.equal_area.image),
            "sufficiency": _listed(self.equal_area.sufficiency),
            "comprehensiveness": _listed(self.equal_area.comprehensiveness),
            "deletion": _curve(self.deletion),
            "insertion": _curve(self.insertion),
            "road": _curve(self.road),
        }


@dataclass(frozen=True, eq=False)
class Measures:
    """All measures of an attribution of one class.

    Attributes
    ----------
    method
        Name of the method.
    target
        Class index.
    areas
        (A,) shares of the pixels that sufficiency and comprehensiveness are measured at.
    own
        By the net that is explained.
    witness
        By another net; None if none was asked.
    seconds
        Duration in seconds.
    """

    method: str
    target: int
    areas: tuple[float, ...]
    own: NetMeasures
    witness: NetMeasures | None
    seconds: float

    def describe(self) -> dict[str, Any]:
        """Return all figures as JSON-able values; None for a number that is not finite.

        Returns
        -------
        dict
            "areas", "own", "witness" (None, or as "own") and "seconds". "own" has "net", "image"
            (the image's score), "sufficiency" and "comprehensiveness" (one number an area), and
            "deletion", "insertion" and "road", each with "shares", "scores" and "height".
        """
        return {
            "areas": list(self.areas),
            "own": self.own.describe(),
            "witness": None if self.witness is None else self.witness.describe(),
            "seconds": self.seconds,
        }

    def __repr__(self) -> str:
        nets = [net for net in (self.own, self.witness) if net is not None]
        lines = [f"Measures of {self.method}, class {self.target}:"]
        for found in nets:
            area = found.equal_area
            parts = [
                f"{share:.0%} alone {only:.3f}"
                for share, only in zip(self.areas, area.sufficiency, strict=True)
            ]
            lines.append(
                f"  {found.net}: image {area.image:.3f}, {', '.join(parts)}, deletion "
                f"{found.deletion.auc:.3f}, insertion {found.insertion.auc:.3f}, ROAD "
                f"{found.road.height:.3f}"
            )
        return "\n".join(lines)


def measure(
    subject: Subject,
    attribution: Attribution | Explanation,
    target: Target | None = None,
    *,
    areas: Sequence[float] = AREAS,
    witness: Net | None = None,
    steps: int = _STEPS,
    judge: Judge | None = None,
    batch: int = 16,
    on_progress: Callable[[float], None] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Measures:
    """Measure an attribution in every way: at equal area, deletion, insertion and ROAD.

    Parameters
    ----------
    subject
        The image before the net.
    attribution
        Any method's, of this image; an explanation is ranked by its ``relevance``. Only the order
        of the pixels counts: signed values are ranked by value, what speaks most for the class
        first.
    target
        Class index or name, or any other target: a contrast, a score; None for the attribution's
        only one.
    areas
        Shares of the pixels, in [0, 1], for sufficiency and comprehensiveness.
    witness
        Another classifier, or a judge, with a class of the same name: see :func:`equal_area`.
    steps
        Of deletion and insertion: 56 take a quarter of the time of the authors' 224.
    judge
        The subject's net as a judge, where several attributions are measured. Another net is a
        witness.
    batch
        Number of pictures in a batch.
    on_progress
        Function that is called with the share that is done, in [0, 1], after every batch.
    cancel
        Function that is asked after every batch; once it returns True, nothing more is measured.

    Raises
    ------
    Cancelled
        If ``cancel`` returned True.
    ValueError, TypeError
        If the attribution is of another image or has not the class, nor the witness; or a number
        is out of range.

    Examples
    --------
    >>> import xwidget as xw
    >>> subject = xw.Subject(xw.load("efficientnet_lite0"), xw.sample("coffee"))
    >>> ex = xw.explain(subject, iterations=2, progress=False)
    >>> found = measure(subject, ex, areas=(0.2,), steps=4)
    >>> found.own.insertion.shares.tolist(), sorted(found.describe())
    ([0.0, 0.25, 0.5, 0.75, 1.0], ['areas', 'own', 'seconds', 'witness'])
    """
    if not isinstance(subject, Subject):
        raise TypeError(
            f"the first argument is of type {type(subject).__name__}; expected a Subject: "
            "xw.Subject(clf, image)"
        )
    began = time.perf_counter()
    if isinstance(attribution, Explanation):
        attribution = attribution.attribution
    if not isinstance(attribution, Attribution):
        raise TypeError(
            f"the second argument is of type {type(attribution).__name__}; expected an Attribution "
            "or an Explanation: Attribution.from_array(values, target)"
        )
    subject, (target,) = subject.aimed([target])
    _, _, asked_for, values = case.read(subject, attribution, target, None)
    index, shares = subject.clf.index(asked_for), arguments.shares(areas)
    steps = arguments.whole("steps", steps)
    given.function("on_progress", on_progress)
    given.function("cancel", cancel)
    if judge is not None:
        if not isinstance(judge, Judge):
            raise TypeError(f"judge is a {type(judge).__name__}; expected a Judge of the same net")
        if judge.clf.net is not subject.clf.net:
            raise ValueError(
                f"the judge is of {judge.clf.name}, another net than the subject's, "
                f"{subject.clf.name}; expected one of the same net. Another one is a witness="
            )
    order, other = arguments.tensor("relevance", values), None
    own = Judge(subject.clf, batch=batch) if judge is None else judge.of_outputs(subject.clf)
    if witness is not None:
        other, named = asked(witness, subject.clf, index, batch)
    each = 2 * len(shares) + 1 + 2 * (steps + 1) + len(SHARES)
    follow = _Course(each * (1 if other is None else 2), on_progress, cancel)
    found = _measured(own.watched(follow), subject.x, index, order, shares, steps)
    heard = None
    if other is not None:
        seen = handed_over(subject.picture, other.clf)
        sized = resized(order, other.clf.size)
        heard = _measured(other.watched(follow), seen, named, sized, shares, steps)
    seconds = time.perf_counter() - began
    return Measures(attribution.method, index, tuple(shares), found, heard, seconds)


class _Course:
    """The course of a measurement of some pictures: says how far it is, and asks whether to end."""

    def __init__(
        self,
        pictures: int,
        on_progress: Callable[[float], None] | None,
        cancel: Callable[[], bool] | None,
    ) -> None:
        self._all, self._done = pictures, 0
        self._tell, self._cancel = on_progress, cancel

    def __call__(self, pictures: int) -> None:
        self._done += pictures
        if self._tell is not None:
            self._tell(min(1.0, self._done / self._all))
        if self._done < self._all and self._cancel is not None and self._cancel():
            raise Cancelled(f"measuring was canceled after {self._done} of {self._all} pictures")


def _measured(
    judge: Judge, x: Tensor, target: int, order: Tensor, areas: Sequence[float], steps: int
) -> NetMeasures:
    return NetMeasures(
        judge.clf.name,
        equal_area(judge, x, target, order, areas=areas),
        deletion(judge, x, target, order, steps=steps),
        insertion(judge, x, target, order, steps=steps),
        road(judge, x, target, order),
    )


def _curve(curve: Curve) -> dict[str, Any]:
    return {
        "shares": _listed(curve.shares),
        "scores": _listed(curve.scores),
        "height": _plain(curve.height),
    }


def _listed(values: npt.NDArray[np.float64]) -> list[float | None]:
    return [_plain(value) for value in values.tolist()]


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
