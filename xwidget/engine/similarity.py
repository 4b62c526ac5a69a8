"""The similarity metric phi: how far the optimized input is from being recognized as its class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import Tensor

from xwidget.classifier import Classifier

_TINY = 1e-30


def _cross_entropy(logits: Tensor, targets: Tensor, activation: str) -> Tensor:
    """-log p_c."""
    if activation == "softmax":
        return F.cross_entropy(logits, targets, reduction="none")
    chosen = _chosen(logits, targets)
    return -F.logsigmoid(chosen) if activation == "sigmoid" else -chosen.clamp_min(_TINY).log()


def _score(logits: Tensor, targets: Tensor, activation: str) -> Tensor:
    """-p_c."""
    if activation == "softmax":
        return -_chosen(logits.softmax(1), targets)
    chosen = _chosen(logits, targets)
    return -(chosen.sigmoid() if activation == "sigmoid" else chosen)


def _logit(logits: Tensor, targets: Tensor, activation: str) -> Tensor:
    """-z_c."""
    return -_chosen(logits, targets)


def _chosen(values: Tensor, targets: Tensor) -> Tensor:
    return values[torch.arange(len(targets), device=values.device), targets]


def similar(name: str, clf: Classifier, logits: Tensor, targets: Tensor) -> Tensor:
    """Return phi (K,) of logits (K, outputs), low where a picture's target is reached.

    Parameters
    ----------
    name
        One of ``SIMILARITIES``.
    clf
        The classifier; of its targets beyond the classes, phi is that of their own score.
    logits
        One row per picture.
    targets
        Index of the target of each (K,).
    """
    of_class = SIMILARITIES[name]
    if not clf.extras:
        return of_class(logits, targets, clf.activation)
    classes = clf.classes
    beyond = (targets - classes).clamp_min(0)
    extra = clf.extras.similarity(name, logits[:, classes:], beyond)
    if not classes:
        return extra
    # Rows of the others get their largest class, of which the gradient is finite.
    likeliest = logits[:, :classes].argmax(1)
    own = of_class(
        logits[:, :classes], torch.where(targets < classes, targets, likeliest), clf.activation
    )
    return torch.where(targets < classes, own, extra)


#: phi by name: (logits (K, classes), target indices (K,), activation) to (K,), low when the class
#: is recognized.
SIMILARITIES: Mapping[str, Callable[[Tensor, Tensor, str], Tensor]] = MappingProxyType(
    {"cross_entropy": _cross_entropy, "score": _score, "logit": _logit}
)
