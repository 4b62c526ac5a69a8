"""The pixels and colors that a CNN relies on: live, in a notebook.

>>> import xwidget as xw
>>> clf = xw.load("efficientnet_lite0")
>>> clf.predict(xw.sample("coffee"), k=1)[0][1]
'espresso'
"""

from importlib import import_module as _import
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xwidget import lessons, scores
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
    from xwidget.lessons import Question, Step
    from xwidget.libraries.timm import from_timm
    from xwidget.libraries.transformers import from_transformers
    from xwidget.loading import load
    from xwidget.methods.attribute import attribute
    from xwidget.methods.attribute import names as methods
    from xwidget.subject import Subject
    from xwidget.targets import Score
    from xwidget.teaching import Lesson
    from xwidget.zoo.photos import sample, samples

    __version__: str

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
    "Lesson",
    "Question",
    "RayExecutor",
    "Score",
    "Step",
    "Subject",
    "attribute",
    "cluster",
    "explain",
    "explain_many",
    "from_timm",
    "from_transformers",
    "lessons",
    "load",
    "methods",
    "sample",
    "samples",
    "scores",
]

# Where each name comes from: imported when it is first asked for, as PyTorch alone takes seconds.
_HOMES = {
    "Attribution": "attribution",
    "Browser": "browser",
    "Classifier": "classifier",
    "Clusters": "batch.clusters.clusters",
    "Explanation": "explanation",
    "ExplanationStore": "batch.store.store",
    "FindingStore": "findings.store.store",
    "Gallery": "gallery",
    "Inspector": "inspector",
    "Lesson": "teaching",
    "Question": "lessons",
    "RayExecutor": "batch.executors.ray",
    "Score": "targets",
    "Step": "lessons",
    "Subject": "subject",
    "attribute": "methods.attribute",
    "cluster": "batch.clusters.cluster",
    "explain": "engine.explain",
    "explain_many": "batch",
    "from_timm": "libraries.timm",
    "from_transformers": "libraries.transformers",
    "load": "loading",
    "sample": "zoo.photos",
    "samples": "zoo.photos",
}

if not TYPE_CHECKING:  # to a type checker, it would make every name one of ours

    def __getattr__(name: str) -> object:
        """Import a public name, or a module inside, when it is first asked for."""
        if name in _HOMES:
            found = getattr(_import(f"xwidget.{_HOMES[name]}"), name)
        elif name == "__version__":
            found = _import("importlib.metadata").version("xwidget")
        else:
            found = _module(name)
        globals()[name] = found
        return found


def _module(name: str) -> object:
    """Return a module inside."""
    missing = AttributeError(f"module 'xwidget' has no attribute {name!r}", name=name)
    if name.startswith("_"):
        raise missing
    try:
        return _import(f"xwidget.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"xwidget.{name}":
            raise  # of a library that is missing
        raise missing from None


def __dir__() -> list[str]:
    """Return the public names: a notebook completes these, not the modules inside."""
    return [*__all__, "__doc__", "__version__"]
