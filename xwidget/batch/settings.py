"""Settings of a whole batch, refused at once where each image would refuse them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

import torch

from xwidget.classifier import Classifier, check_classifier
from xwidget.engine.device import pick
from xwidget.engine.explain import check_iterations
from xwidget.engine.plan import Plan
from xwidget.engine.references import make_reference
from xwidget.engine.repeat import check_repeatable
from xwidget.engine.settings import Settings
from xwidget.engine.witness import Witness


def check_names(settings: Mapping[str, Any], known: Sequence[str], of: str) -> None:
    """Raise TypeError for a setting that is not among those that ``of`` has."""
    for name in settings:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
            raise TypeError(f"{of} has no setting {name!r}; {hint}")


def check_values(clf: Classifier, settings: Mapping[str, Any]) -> Settings:
    """Return the settings of every run.

    Parameters
    ----------
    clf
        The classifier.
    settings
        Any of the keyword arguments of ``explain``.

    Raises
    ------
    ValueError, TypeError
        If one cannot be used, whatever the image.
    """
    check_classifier(clf)
    known = {field.name for field in fields(Settings)}
    made = Settings(**{name: value for name, value in settings.items() if name in known})
    pick(made.device)
    blank = torch.zeros(3, *clf.size, dtype=torch.float32, device="cpu")
    make_reference(made.reference, blank, clf.mean, clf.std, made.seed)
    if "iterations" in settings:
        check_iterations(settings["iterations"])
    Plan.read(settings.get("plan", "auto"))
    if settings.get("witness") is not None:
        Witness(settings["witness"], clf)
    if settings.get("repeat"):
        check_repeatable(made.reference)
    return made
