"""The sanity check by randomized weights (Adebayo et al., NeurIPS 2018, arXiv 1810.03292).

What an explanation shows should be what the net learned. So it has to change where that is gone: in
a net with the same layers and random weights. A map that stays shows the image, such as its edges,
or the method's own habits, such as a liking for the middle.

For the package's own evidence, the run is made again on the random net: with bounds of the defense
taken from that net, as they are always taken from the net that is explained. There, the class means
nothing; the gradient still points somewhere, and what it points to, times what a run adds to any
gradient (smoothing, the colors of the image, backgrounds), is the map. If that is like the map of
the trained net, the map owes little to what the net learned. That the defense holds is not measured
here.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import nn

from xwidget.attribution import Attribution
from xwidget.classifier import Classifier
from xwidget.explanation import Explanation
from xwidget.metrics import arguments
from xwidget.metrics.asking import Attribute, Course, answer, checked
from xwidget.metrics.correlation import common, correlation, sizes
from xwidget.net.forward import device_of
from xwidget.net.randomizing import layers, settle, shuffle, varied
from xwidget.subject import Subject
from xwidget.support import arguments as given
from xwidget.targets import Target

Reals = npt.NDArray[np.float64]

#: Similarity from which on a map counts as unchanged.
LIMIT = 0.5
_NARROW = 0.05  # this near to the limit another seed may say the opposite
_STAGES = 8
_LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True, eq=False)
class Randomization:
    """Similarity of the maps of a net with random weights to the map of the net as it is.

    Attributes
    ----------
    method
        Name of the method.
    target
        Class index.
    layers
        (S,) share of the layers that are random, from the last: only 1, unless cascading.
    ranks
        (S,) Spearman's correlation of the maps' relevance, in [-1, 1]: 1 is the same order.
    magnitudes
        (S,) the same of the sizes of values without their signs: of edges whose signs change, say.
        Of values that have no signs it equals ``ranks``.
    overlap
        (S,) intersection over union of the 20% of pixels that count most: 0.11 by chance.
    seconds
        Duration in seconds.

    NaN where a map is the same everywhere: there is nothing to compare.
    """

    method: str
    target: int
    layers: Reals
    ranks: Reals
    magnitudes: Reals
    overlap: Reals
    seconds: float
    _was_something: bool = field(default=True, repr=False)

    @property
    def similarity(self) -> float:
        """The larger of ``ranks`` and ``magnitudes`` with all weights random; NaN for none."""
        return float(np.maximum(self.ranks[-1], self.magnitudes[-1]))

    @property
    def passes(self) -> bool:
        """True if the similarity is below 0.5, or there is no map where all weights are random.

        The paper has no limit. At 0.5, a quarter of the ranks' variance is the same.
        """
        return self.similarity < LIMIT or (np.isnan(self.similarity) and self._was_something)

    @property
    def words(self) -> str:
        """The verdict in a sentence or two."""
        figure = f"{self.similarity:.2f}"
        if not self._was_something:
            return f"Not checked: the map by {self.method} is the same everywhere."
        if np.isnan(self.similarity):
            return (
                f"Passes: {self.method} shows nothing where the net's weights are random; its map "
                "is the same everywhere."
            )
        said = f"rank correlation with the map of the trained net {figure}, limit {LIMIT:.2f}"
        narrowly = " narrowly" if abs(self.similarity - LIMIT) < _NARROW else ""
        if self.passes:
            return (
                f"Passes{narrowly}: the map by {self.method} changes where the net's weights are "
                f"random ({said})."
            )
        what = "Its order of the pixels" if self.ranks[-1] >= LIMIT else "The size of its values"
        owes = "may owe" if narrowly else "owes"
        return (
            f"Fails{narrowly}: the map by {self.method} stays where the net's weights are random "
            f"({said}). {what} {owes} little to what the net learned."
        )

    def describe(self) -> dict[str, Any]:
        """Return "similarity" (None for none), "passes" and "words", JSON-able."""
        figure = self.similarity
        return {
            "similarity": figure if np.isfinite(figure) else None,
            "passes": bool(self.passes),
            "words": self.words,
        }

    def __repr__(self) -> str:
        return f"<Randomization: {self.words}>"


def randomization(
    subject: Subject,
    attribute: Attribute,
    target: Target | None = None,
    *,
    attribution: Attribution | Explanation | None = None,
    cascading: bool = False,
    stages: int = _STAGES,
    weights_seed: int = 0,
    on_progress: Callable[[float], None] | None = None,
    cancel: Callable[[], bool] | None = None,
    **options: Any,
) -> Randomization:
    """Check that a method's map changes where the net's weights are random.

    Parameters
    ----------
    subject
        The image before the net, which stays as it is: a copy gets the random weights.
    attribute
        The method. A name of ``xw.methods()``; a function from (subject, target indices) to an
        attribution or an explanation; or an ``Explanation``, whose run is made again with its
        settings.
    target
        Class index, name, or whatever else may be explained; None for the explanation's only
        target, or else the most likely class.
    attribution
        What the method says of the net as it is, if that is known; else it is asked twice.
    cascading
        Whether to randomize layer by layer, from the last to the first, and look at ``stages`` of
        these nets, as the paper does; else all layers at once.
    stages
        Number of these nets, >= 1.
    weights_seed
        Of the random weights.
    on_progress
        Function that is called with the share that is done, in [0, 1].
    cancel
        Function that is asked now and then; once it returns True, the check ends.
    **options
        Of the method, by name, with ``seed`` and ``device`` as in ``xw.attribute``: a map that was
        given should have been made with the same. Of an explanation, settings in place of its own.
        Where these change
        its run, as fewer ``iterations`` do, it is made again on the net as it is, too: maps of runs
        of different lengths differ for that alone.

    Returns
    -------
    Randomization
        Its ``words`` are the verdict.

    Raises
    ------
    Cancelled
        If ``cancel`` returned True.
    ValueError, TypeError
        If there is no such method or class, the net has no weights, the attribution is of another
        image, or the function returns no attribution of it.

    Notes
    -----
    The paper draws weights anew. Here they are shuffled within each tensor, which leaves each layer
    its scale, and batch norms get the statistics of the new weights. A deep net whose weights do
    not fit its statistics is dead or saturated: there, any map is empty, and any method passes.

    Signed values are compared twice, with their signs and without. The correlation is Spearman's,
    with equal values at their mean rank.

    Examples
    --------
    >>> import xwidget as xw
    >>> subject = xw.Subject(xw.load("efficientnet_lite0"), xw.sample("coffee"))
    >>> def edges(subject, targets):
    ...     x = subject.x.mean(0)
    ...     return xw.Attribution.from_array((x - x.roll(1, 1)).abs(), targets[0], method="edges")
    >>> randomization(subject, edges).words.partition(" (")[0]
    "Fails: the map by edges stays where the net's weights are random"
    """
    if not isinstance(subject, Subject):
        raise TypeError(
            f"the first argument is of type {type(subject).__name__}; expected a Subject: "
            "xw.Subject(clf, image)"
        )
    stages = arguments.whole("stages", stages)
    given.whole("weights_seed", weights_seed, 0, _LARGEST_SEED)
    given.function("on_progress", on_progress)
    given.function("cancel", cancel)
    began = time.perf_counter()
    subject, (target,) = subject.aimed([target])
    index = _target(subject, attribute, target)
    if attribution is None and isinstance(attribute, Explanation) and not options:
        attribution = attribute
    shares = [stage / stages for stage in range(1, stages + 1)] if cascading else [1.0]
    course = Course(len(shares) + (attribution is None), on_progress, cancel)
    if attribution is None:
        first = answer(subject, attribute, index, options, course)
    else:
        first = checked(attribution, index, subject)
    answers = [
        answer(_random(subject, share, weights_seed), attribute, index, options, course)
        for share in shares
    ]
    values, k = first.values.astype(np.float64), first.position(index)
    order, size = first.relevance[k].astype(np.float64), sizes(values[k])
    found = []
    for each in answers:
        k = each.position(index)
        other = each.relevance[k].astype(np.float64)
        changed = sizes(each.values[k].astype(np.float64))
        found.append((correlation(order, other), correlation(size, changed), common(order, other)))
    ranks, magnitudes, overlaps = np.array(found, np.float64).T
    return Randomization(
        first.method,
        index,
        np.array(shares),
        ranks,
        magnitudes,
        overlaps,
        time.perf_counter() - began,
        _was_something=bool(np.ptp(order) > 0),
    )


def _target(subject: Subject, attribute: Attribute, target: Target | None) -> int:
    if target is not None:
        return subject.clf.index(target)
    if isinstance(attribute, Explanation):
        return attribute.targets[attribute.attribution.position()]
    return int(subject.select(None)[0])


def _random(subject: Subject, share: float, seed: int) -> Subject:
    """Return the image before the net with a share of its layers random."""
    net = subject.clf.twin()
    if not any(weight.numel() > 1 for weights in layers(net) for weight in weights):
        raise ValueError(
            f"{subject.clf.name} has no weights that could be random; the check says something "
            "of trained nets only"
        )
    shuffled = shuffle(net, share, seed)
    clf = _of_net(subject.clf, net)
    batch = varied(subject.x).to(device_of(net))
    settle(net, lambda: clf.logits(net, batch), shuffled)
    made = copy.copy(subject)  # with the very same pixels; the scores follow the weights
    made.clf = clf
    return made


def _of_net(clf: Classifier, net: nn.Module) -> Classifier:
    """Return a classifier with another net in place of its own, and the same targets."""
    made = copy.copy(clf)
    made.net = net
    made.base = made if clf.base is clf else _of_net(clf.base, net)
    return made
