"""Measures of an order of pixels, and of evidence, for any method.

>>> import xwidget as xw
>>> from xwidget import metrics
>>> subject = xw.Subject(xw.load("efficientnet_lite0"), xw.sample("coffee"))
>>> ex = xw.explain(subject, iterations=2, progress=False)
>>> metrics.insertion(subject, ex.attribution, steps=4).shares
array([0.  , 0.25, 0.5 , 0.75, 1.  ])
>>> metrics.evidence_scores(subject, ex.mask_attribution).shown.shape
(1,)

Values of any other method come as an ``Attribution``, or apart from a subject:

>>> clf, x = subject.clf, subject.x
>>> metrics.insertion(clf, x, "espresso", x.abs().sum(0), steps=4).shares
array([0.  , 0.25, 0.5 , 0.75, 1.  ])
"""

from xwidget.engine.witness import handed_over
from xwidget.metrics.areas import EqualArea, equal_area
from xwidget.metrics.curves import Curve, blurred, deletion, insertion, sufficiency
from xwidget.metrics.effect import Effects, effect
from xwidget.metrics.evidence import EvidenceScores, blend, evidence_scores, small_moves
from xwidget.metrics.judge import Judge
from xwidget.metrics.measures import Measures, NetMeasures, measure
from xwidget.metrics.randomization import Randomization, randomization
from xwidget.metrics.ranking import fused, ranks, resized, standing
from xwidget.metrics.regions import Beside, RegionAgreement, region_agreement
from xwidget.metrics.road import imputed, road

__all__ = [
    "Beside",
    "Curve",
    "Effects",
    "EqualArea",
    "EvidenceScores",
    "Judge",
    "Measures",
    "NetMeasures",
    "Randomization",
    "RegionAgreement",
    "blend",
    "blurred",
    "deletion",
    "effect",
    "equal_area",
    "evidence_scores",
    "fused",
    "handed_over",
    "imputed",
    "insertion",
    "measure",
    "randomization",
    "ranks",
    "region_agreement",
    "resized",
    "road",
    "small_moves",
    "standing",
    "sufficiency",
]
