"""An Inspector's first state: its image before its net, its classes, its traits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeGuard

import numpy as np

from xwidget.classifier import Classifier, check_classifier
from xwidget.engine.references import make_reference
from xwidget.engine.second_net import SecondNet, disagreement_first
from xwidget.engine.settings import Settings
from xwidget.engine.witness import Witness
from xwidget.export.still import Pixels, shortest
from xwidget.frames import Frame, encode
from xwidget.inspector.features.beside.method import menu
from xwidget.inspector.features.beside.panes import MOST
from xwidget.inspector.features.locating import known
from xwidget.inspector.page.classes import classes
from xwidget.inspector.page.panel import Panel
from xwidget.inspector.work.inspected import Inspected
from xwidget.subject import Subject
from xwidget.targets import Targets

_MOST_AT_ONCE = 10  # "the n most likely" beyond this is more likely a class index


def begun(
    clf: Classifier | Subject,
    image: Any,
    targets: Targets | None,
    asked: Settings,
    witness: Classifier | None,
) -> tuple[Inspected, tuple[int, ...], Witness | None]:
    """Return a subject with its reference, the indices of the targets asked for, and the witness.

    Raises
    ------
    ValueError, TypeError
        If there is no such reference or target, or the net gives no scores.
    """
    net = clf.clf if isinstance(clf, Subject) else clf
    other = None if witness is None else Witness(witness, net)
    subject, targets = Subject.of(clf, image).aimed(targets)
    clf = subject.clf
    reference = make_reference(asked.reference, subject.x, clf.mean, clf.std, asked.seed)
    found = Inspected(subject.before(clf), reference)
    return found, chosen(clf, targets, found.scores), None if other is None else other.of(clf)


def chosen(clf: Classifier, targets: Targets | None, scores: Sequence[float]) -> tuple[int, ...]:
    """Return the indices of the classes asked for; a number n asks for the n most likely.

    Parameters
    ----------
    clf, scores
        The classifier, and the image's score of every class.
    targets
        As in ``Inspector``.

    Raises
    ------
    ValueError, TypeError
        If it is not one of these.
    """
    if targets is None:
        targets = 1
    if not _counts(targets):
        return clf.indices(targets)
    _check_count(targets)
    return clf.likeliest(scores, targets)


def models(
    clf: Classifier | Subject | Sequence[Classifier],
) -> tuple[Classifier | Subject, tuple[Classifier, ...]]:
    """Return the classifier, or subject, that is explained, and those beside it.

    Raises
    ------
    TypeError
        If there is none.
    ValueError
        If there are more than there is room for.
    """
    if isinstance(clf, (list, tuple)):
        for each in clf:
            check_classifier(each)
        if not clf:
            raise TypeError("the list of classifiers is empty; expected one to explain")
        if len(clf) > 1 + MOST:
            raise ValueError(
                f"the list has {len(clf)} classifiers; expected one to explain, and {MOST} beside "
                "it at most"
            )
        return clf[0], tuple(clf[1:])
    return clf, ()  # type: ignore[return-value]


def disputed_first(
    chosen: tuple[int, ...],
    targets: Targets | None,
    seconds: Sequence[SecondNet],
) -> tuple[int, ...]:
    """Return the classes to explain, those first that nets do not agree on, unless a person named
    them.

    Parameters
    ----------
    chosen, targets
        What ``chosen`` returned, for what.
    seconds
        The other nets.
    """
    if targets is not None and not _counts(targets):
        return chosen
    disputed = [found for each in seconds if (found := each.disputed()) is not None]
    return disagreement_first(chosen, disputed)


def check_targets(clf: Classifier, targets: Targets) -> None:
    """Raise what ``chosen`` would of these targets for any picture."""
    if _counts(targets):
        _check_count(targets)
    else:
        clf.indices(targets)


def _counts(targets: object) -> TypeGuard[int]:
    return isinstance(targets, (int, np.integer)) and not isinstance(targets, bool)


def _check_count(targets: int) -> None:
    if not 1 <= targets <= _MOST_AT_ONCE:
        raise ValueError(
            f"targets={targets} asks for the {targets} most likely classes, but 1 to "
            f"{_MOST_AT_ONCE} can be explained at once; for class {targets} itself write "
            f"targets=[{targets}]"
        )


def traits(panel: Panel) -> dict[str, Any]:
    """Return the traits that hold what is known at once and stays the same, and the classes."""
    subject = panel.subject
    return {
        "_image": _encoded(subject.picture),
        "_geometry": known(subject.subject),
        "_reference": _encoded(shortest(subject.reference_picture)),
        "_classes": classes(panel),
        "_net_name": subject.clf.name,
        "_methods": menu(subject.clf.net),
        "_tokens": list(subject.subject.tokens or ()),
    }


def _encoded(picture: Pixels) -> bytes:
    """Return a picture (H, W, 3) as a frame."""
    return encode(Frame(picture.transpose(2, 0, 1)))
