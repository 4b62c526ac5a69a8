"""How good an explanation is: what it does to the net, beside what other methods do.

>>> import xwidget as xw
>>> from xwidget import metrics
>>> clf, photo = xw.load("efficientnet_lite0"), xw.sample("coffee")
>>> x, ex = clf.prepare(photo), xw.explain(clf, photo, iterations=2, progress=False)
>>> metrics.insertion(clf, x, ex.targets[0], metrics.relevance(clf, x, ex)[0], steps=4).shares
array([0.  , 0.25, 0.5 , 0.75, 1.  ])
>>> metrics.evidence_scores(clf, x, ex).shown.shape
(1,)
"""

from xwidget.metrics.curves import Curve, blurred, deletion, insertion
from xwidget.metrics.evidence import EvidenceScores, evidence_scores, relevance

__all__ = [
    "Curve",
    "EvidenceScores",
    "blurred",
    "deletion",
    "evidence_scores",
    "insertion",
    "relevance",
]
