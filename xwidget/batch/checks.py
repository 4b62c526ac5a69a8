"""Settings of a whole batch, refused at once where each image would refuse them."""

from __future__ import annotations

from typing import TypeVar

import torch

from xwidget.classifier import Classifier, check_classifier
from xwidget.engine.device import pick
from xwidget.engine.references import make_reference
from xwidget.engine.repeat import check_repeatable
from xwidget.engine.settings import Settings
from xwidget.engine.witness import Witness
from xwidget.support import arguments

Auto = TypeVar("Auto")


def check_values(
    clf: Classifier, settings: Settings, witness: Classifier | None, *, repeat: bool = False
) -> None:
    """Raise what ``explain`` would, whatever the image.

    Parameters
    ----------
    clf
        The classifier.
    settings, witness, repeat
        As in ``explain``.

    Raises
    ------
    ValueError, TypeError
        If one cannot be used.
    """
    check_classifier(clf)
    pick(settings.device)
    blank = torch.zeros(3, *clf.size, dtype=torch.float32, device="cpu")
    make_reference(settings.reference, blank, clf.mean, clf.std, settings.seed)
    if witness is not None:
        Witness(witness, clf)
    if repeat:
        check_repeatable(settings.reference)


def count(name: str, value: object, auto: Auto) -> int | Auto:
    """Return a number of 1 or more as an int; the value that stands for the fastest, as it is.

    Parameters
    ----------
    name
        What to call it.
    value
        What was given.
    auto
        The value that leaves the choice open, such as None or "auto".

    Raises
    ------
    TypeError
        If it is neither a whole number nor that value; True and False are none.
    ValueError
        If it is below 1.
    """
    if isinstance(value, type(auto)) and value == auto:
        return auto
    wrong: type[Exception] = TypeError
    if arguments.is_whole(value):
        number: int = int(value)  # type: ignore[call-overload]
        if number >= 1:
            return number
        wrong = ValueError
    words = f"{name} is {arguments.said(value)}; expected an int of at least 1"
    raise wrong(f"{words}, or {auto!r} for what is fastest")
