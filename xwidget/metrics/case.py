"""The arguments of a metric: net, image, class and values, given apart or as a subject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xwidget.attribution import Attribution
from xwidget.classifier import Classifier
from xwidget.explanation import Explanation
from xwidget.metrics.arguments import Values
from xwidget.metrics.judge import Judge
from xwidget.subject import Subject
from xwidget.targets import Target

Net = Classifier | Judge


def read(
    clf: Net | Subject,
    x: Values | Subject | Attribution | Explanation,
    target: Target | None,
    values: Values | Attribution | Explanation | None,
    *,
    masks: bool = False,
) -> tuple[Net, Values, int | str, Values]:
    """Return a classifier or judge, the image, the class, and the values (H, W) or a mask.

    Parameters
    ----------
    clf, x
        A subject and its attribution or explanation, or values of one class; else a classifier or a
        judge, and an image or a subject.
    target
        Class index or name; None for an attribution's only class.
    values
        Given apart from a subject: an attribution, an explanation, or values of one class.
    masks
        Whether an attribution is asked for its mask (3, H, W), not for its order (H, W).

    Raises
    ------
    TypeError
        If there is an image beside a subject.
    ValueError
        If the attribution is of another image, or not of the class.
    """
    given: Any = values
    subject: Subject | None = None
    if isinstance(target, tuple) or callable(target):
        clf, target = _with_output(clf, target, (x, values))
    image: Any = x
    if isinstance(clf, Subject):
        if values is not None:
            raise TypeError(
                "a Subject has its image already; expected (subject, attribution), and the class "
                "as target="
            )
        subject, given = clf, x
        clf, image = subject.clf, subject.x
    elif isinstance(x, Subject):
        subject, image = x, x.x
    if isinstance(given, Explanation):
        given = given.mask_attribution if masks else given.attribution
    if isinstance(given, Attribution):
        index = None if target is None else _classifier(clf).index(target)
        if index is None:  # the only one, which has to be what the net calls so
            index = given.targets[given.position()]
        net = _classifier(clf)
        known = index < len(net.categories)
        k = (
            given.position_of(index, net.categories, net.classes)
            if known
            else given.position(index)
        )
        if subject is not None and given.digest and given.digest != subject.digest:
            raise ValueError(
                f"the attribution by {given.method} is of another image than the subject: their "
                "digests differ"
            )
        return clf, image, index, (given.masks if masks else given.relevance)[k]
    asked: Any = target  # None is refused where it is used, as anything else that is no class
    return clf, image, asked, given


def _with_output(clf: Any, target: Any, given: Sequence[Any]) -> tuple[Any, int]:
    """Return a net, or a subject, that has an output for a contrast or a score, and its index."""
    known = clf.clf if isinstance(clf, (Subject, Judge)) else clf
    if isinstance(clf, Judge):
        made, index = clf.aimed(target)
    else:
        made, (index,) = clf.aimed([target])
    beyond = [
        name
        for each in given
        if isinstance(each, (Attribution, Explanation))
        for target, name in zip(each.targets, each.names, strict=True)
        if target >= known.classes
    ]
    if not known.extras and len(beyond) > 1 and not all(beyond):
        raise ValueError(
            "the attribution has several targets that are no classes, and only the classifier that "
            "it was made with knows which of them is meant: give that one, clf.extended([...]), or "
            "a subject of it"
        )
    return made, index


def _classifier(clf: Net) -> Classifier:
    return clf.clf if isinstance(clf, Judge) else clf
