"""Entries of traits as a live panel and an exported page both have them; see docs/protocol.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from xwidget.checks import Checks
from xwidget.support import texts, wire


def class_entry(
    index: int, name: str, short: str, score: float, about: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return a class's entry in the trait ``_classes``; ``about`` is what a contrast or score has
    in an explanation's diagnostics, see ``Record.beyond_classes``.
    """
    entry = {"index": index, "name": name, "short": short, "score": score}
    if about and "contrast" in about:
        names = (texts.shown(each, texts.NAME) for each in about["names"])
        return {
            **entry,
            "contrast": list(map(list, zip(names, about["image_scores"], strict=True))),
        }
    return {**entry, "scored": True} if about else entry


def track_entry(
    scores: Iterable[float], means: Iterable[float], frames: list[int]
) -> dict[str, Any]:
    """Return a class's entry in the trait ``_trace``: its curves, and the iterations kept."""
    return {"scores": wire.curve(scores), "means": wire.curve(means), "frames": frames}


def checked(checks: Mapping[int, Checks]) -> dict[str, dict[str, Any]]:
    """Return the trait ``_checks`` of some classes: where none were made, there is no entry."""
    made = {target: each for target, each in checks.items() if each != Checks()}
    return {str(target): each.describe() for target, each in made.items()}
