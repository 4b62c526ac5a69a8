"""The arguments of a Gallery: what would fail for every image is refused at once."""

from __future__ import annotations

from typing import Any

from xwidget.batch.checks import check_values
from xwidget.classifier import Classifier, check_classifier
from xwidget.engine.settings import PANEL, Settings
from xwidget.inspector.beginning import check_targets
from xwidget.support import arguments


def checked(
    clf: Classifier, targets: Any, keep: object, settings: Settings, witness: Classifier | None
) -> Settings:
    """Return the settings of all runs; refuse at once what would otherwise fail for every image."""
    check_classifier(clf)
    if not arguments.is_whole(keep) or keep < 2:  # type: ignore[operator]
        raise ValueError(f"keep={keep!r}; expected a number of images, at least 2")
    check_values(clf, settings, witness)
    for name, value in settings.in_panel().items():
        PANEL[name].take(value)
    if targets is not None:
        check_targets(*clf.aimed(targets))
    return settings
