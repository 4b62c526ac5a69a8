"""The pixels and colors that a CNN relies on: live, in a notebook.

>>> import xwidget as xw
>>> clf = xw.load("efficientnet_lite0")
>>> clf.predict(xw.sample("coffee"), k=1)[0][1]
'espresso'
"""

from importlib import metadata as _metadata
from typing import TYPE_CHECKING

from xwidget import scores
from xwidget.attribution import Attribution
from xwidget.batch import explain_many
from xwidget.batch.clusters.cluster import cluster
from xwidget.batch.clusters.clusters import Clusters
from xwidget.batch.executors.ray import RayExecutor
from xwidget.batch.store.store import ExplanationStore
from xwidget.browser import Browser
from xwidget.classifier import Classifier
from xwidget.engine.explain import explain
from xwidget.explanation import Explanation
from xwidget.findings.store.store import FindingStore
from xwidget.gallery import Gallery
from xwidget.inspector import Inspector
from xwidget.libraries.timm import from_timm
from xwidget.libraries.transformers import from_transformers
from xwidget.loading import load
from xwidget.methods import attribute
from xwidget.subject import Subject
from xwidget.targets import Score
from xwidget.zoo import sample, samples

if TYPE_CHECKING:
    from xwidget.methods import names as methods
else:
    from xwidget import methods  # a module that can be called

__all__ = [
    "Attribution",
    "Browser",
    "Classifier",
    "Clusters",
    "Explanation",
    "ExplanationStore",
    "FindingStore",
    "Gallery",
    "Inspector",
    "RayExecutor",
    "Score",
    "Subject",
    "attribute",
    "cluster",
    "explain",
    "explain_many",
    "from_timm",
    "from_transformers",
    "load",
    "methods",
    "sample",
    "samples",
    "scores",
]

__version__ = _metadata.version("xwidget")


def __dir__() -> list[str]:
    """Return the public names: a notebook completes these, not the modules inside."""
    return [*__all__, "__doc__", "__version__"]
