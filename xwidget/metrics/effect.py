"""The effect of a region on the net's score of a class: without it, and with only it.

Without: x where the mask w of the region is 0, a drawn background b where it is 1,
``p(w b + (1 - w) x)``; only: ``p(w x + (1 - w) b)``. One background is an answer to that background
alone, so each is the mean over several, of the family that a run draws its own from: the data mean,
and smooth noise like that of photos around it.

The edge is hard. Blurred by one pixel, it changed the share of the score that is lost without the
first proposal from 0.48 to 0.47 (39 photos), and left that without a box with next to no evidence
at 0.02: too little to replace less, or more, than a person marked (docs/reports/effects.md).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from xwidget.attribution import Attribution
from xwidget.engine.references import make_reference
from xwidget.engine.views import DRAWN, View, Views
from xwidget.explanation import Explanation
from xwidget.findings.finding import Effect
from xwidget.findings.region import Mask
from xwidget.metrics import arguments
from xwidget.metrics.judge import Judge
from xwidget.metrics.placing import Place, pixels
from xwidget.net.versions import Signature, signature
from xwidget.subject import Subject

# The views of a run, unmoved: a person marks a region of the picture as it stands.
_VIEWS = tuple(View(noise=view.noise) for view in DRAWN)
# Beside the run's own seed: a run must not have seen these backgrounds.
_OWN = 104_729
_BATCH = 8  # as many as fit the cache of a small machine


class Effects:
    """A subject prepared for measuring the effects of many regions.

    It holds a twin of the net, which is left as it is, and the drawn backgrounds. Each measurement
    is of the net as it is then: where weights were trained or written to, or a layer was replaced,
    both are made anew. Not seen are other attributes of a module that are set meanwhile, such as a
    stride, or hooks; make new Effects then.

    Parameters
    ----------
    subject
        The image before the net.
    draws
        Number of drawn backgrounds, >= 1. The first is the data mean.
    seed
        Of the draws: the same seed draws the same on every machine and device.

    Raises
    ------
    TypeError, ValueError
        If ``subject`` is none, or ``draws`` is below 1.

    Examples
    --------
    >>> import xwidget as xw
    >>> from xwidget.findings.region import Box
    >>> subject = xw.Subject(xw.load("efficientnet_lite0"), xw.sample("coffee"))
    >>> measure = Effects(subject, draws=2)
    >>> cup = measure(Box(40, 50, 150, 150), "espresso")
    >>> cup.drop > 0.5, measure(Box(0, 0, 20, 20), "espresso").drop > 0.5
    (True, False)
    """

    def __init__(self, subject: Subject, draws: int = 8, seed: int = 0) -> None:
        if not isinstance(subject, Subject):
            raise TypeError(
                f"the first argument is of type {type(subject).__name__}; expected a Subject: "
                "xw.Subject(clf, image)"
            )
        self.subject = subject
        self.draws = arguments.whole("draws", draws)
        self._seed = seed
        self._prepare(signature(subject.clf.net))

    def _prepare(self, signature: Signature) -> None:
        self._signature: Signature | None = None  # should one of these fail, both are made anew
        self._judge = Judge(self.subject.clf, batch=_BATCH)
        self._backgrounds = _drawn(self.subject, self._judge, self.draws, self._seed)
        self._signature = signature

    def __call__(
        self,
        region: Place,
        target: int | str,
        attribution: Attribution | Explanation | None = None,
    ) -> Effect:
        """Return the effect of a region on the score of a class.

        Parameters, returns and errors are those of :func:`effect`.
        """
        now = signature(self.subject.clf.net)
        if now != self._signature:
            self._prepare(now)
        self._judge = self._judge.of_outputs(self.subject.clf)  # it may have further targets
        x, index = self.subject.x, self.subject.clf.index(target)
        inside = pixels(region, (x.shape[-2], x.shape[-1]))
        share = _share(attribution, index, inside, self.subject)
        weight = torch.from_numpy(inside).to(x)
        image = float(self._judge.scores(x[None], index)[0])
        scores = []
        for backgrounds in self._backgrounds.split(max(1, self._judge.batch // 2)):
            images = x.expand_as(backgrounds)
            pictures = torch.cat(
                [torch.lerp(images, backgrounds, weight), torch.lerp(backgrounds, images, weight)]
            )
            scores.append(self._judge.scores(pictures, index).view(2, -1))
        both = torch.cat(scores, 1).numpy()
        both = both[:, np.isfinite(both).all(0)]
        if not (np.isfinite(image) and both.size):
            raise ValueError(
                f"{self.subject.clf.name} gives no finite score where the region is replaced, on "
                f"any of {self.draws} backgrounds, so that its effect cannot be measured"
            )
        (without, only), (without_spread, only_spread) = both.mean(1), both.std(1)
        return Effect(
            target=index,
            image=image,
            without=float(without),
            only=float(only),
            share=share,
            area=float(inside.mean()),
            draws=both.shape[1],
            without_spread=float(without_spread),
            only_spread=float(only_spread),
        )


def effect(
    subject: Subject,
    region: Place,
    target: int | str,
    *,
    attribution: Attribution | Explanation | None = None,
    draws: int = 8,
    seed: int = 0,
) -> Effect:
    """Measure the effect of a region on the net's score of a class.

    Parameters
    ----------
    subject
        The image before the net. To measure several regions of it, :class:`Effects` prepares it
        once.
    region
        In pixels of the net's input: a ``Region``, or a mask (H, W) of bool, or of 0 and 1.
    target
        Class index, or name as in ``clf.index``.
    attribution
        Whose share inside the region is measured: an explanation, by its mask, or any attribution,
        by its positive values. The mask is what a person sees. The ``relevance`` of an explanation
        orders pixels, and has a floor everywhere: its share is little more than the area.
    draws
        Number of drawn backgrounds, >= 1. The first is the data mean.
    seed
        Of the draws.

    Returns
    -------
    Effect
        Its ``share`` is None without an attribution of the class, or where that is 0 everywhere.
        Backgrounds on which the net is NaN or infinite are left out, and not counted as draws.

    Raises
    ------
    ValueError
        If the region has no pixel or is of another size, there is no such class, the attribution
        is of another image, or the net has no finite score on any background.
    TypeError
        If an argument is of another type.

    Examples
    --------
    >>> import xwidget as xw
    >>> from xwidget.findings.region import Box
    >>> subject = xw.Subject(xw.load("efficientnet_lite0"), xw.sample("coffee"))
    >>> found = effect(subject, Box(40, 50, 150, 150), "espresso", draws=2)
    >>> found.image > 0.9, found.without < 0.5, found.share
    (True, True, None)
    """
    return Effects(subject, draws, seed)(region, target, attribution)


def _drawn(subject: Subject, judge: Judge, draws: int, seed: int) -> Tensor:
    """Return the backgrounds (draws, 3, H, W), the data mean first."""
    preprocess = subject.clf.preprocess
    x = subject.x
    reference = make_reference("drawn", x, preprocess.mean, preprocess.std)
    views = Views([_VIEWS], x[None], reference[None], seed + _OWN).bearable(
        judge.all_scores, judge.clf.classes if judge.clf.extras else None
    )
    drawn, iteration = [reference[None]], 0
    while sum(map(len, drawn)) < draws:
        drawn.append(views.references(iteration)[1:, 0])  # the first is the data mean again
        iteration += 1
    return torch.cat(drawn)[:draws]


def _share(
    attribution: Attribution | Explanation | None, target: int, inside: Mask, subject: Subject
) -> float | None:
    """Return the share of a class's evidence inside a region; None where there is none of it."""
    if isinstance(attribution, Explanation):
        attribution = attribution.mask_attribution
    if attribution is None or target not in attribution.targets:
        return None
    if attribution.digest and attribution.digest != subject.digest:
        raise ValueError(
            f"the attribution by {attribution.method} is of another image than the subject: their "
            "digests differ"
        )
    if attribution.size != inside.shape:
        raise ValueError(
            f"the attribution by {attribution.method} has {attribution.size} pixels, the net's "
            f"input {inside.shape}"
        )
    values = attribution.relevance[attribution.position(target)].astype(np.float64).clip(min=0)
    total = float(values.sum())
    return float(values[inside].sum()) / total if total > 0 else None
