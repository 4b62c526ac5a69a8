"""The classes that are explained, as their page lists them."""

from __future__ import annotations

from typing import Any

from xwidget.export.entries import class_entry
from xwidget.inspector.page.panel import Panel


def classes(panel: Panel) -> list[dict[str, Any]]:
    """Return the classes that are explained, best first."""
    subject = panel.subject
    names, short = subject.clf.categories, subject.clf.short_names
    ranked = sorted(panel.session.targets, key=lambda target: -subject.scores[target])
    extras = {target: subject.clf.extra(target) for target in ranked}
    about = {t: extra.describe(subject.scores) for t, extra in extras.items() if extra is not None}
    return [class_entry(t, names[t], short[t], subject.scores[t], about.get(t)) for t in ranked]
