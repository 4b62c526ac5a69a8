"""Settings of a whole batch, refused at once where each image would refuse them."""

from __future__ import annotations

import torch

from xwidget.classifier import Classifier, check_classifier
from xwidget.engine.device import pick
from xwidget.engine.references import make_reference
from xwidget.engine.repeat import check_repeatable
from xwidget.engine.settings import Settings
from xwidget.engine.witness import Witness


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
