"""Entries of traits as a live panel and an exported page both have them; see docs/protocol.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from xwidget.checks import Checks
from xwidget.support import wire


def class_entry(index: int, name: str, short: str, score: float) -> dict[str, Any]:
    """Return a class's entry in the trait ``_classes``."""
    return {"index": index, "name": name, "short": short, "score": score}


def track_entry(
    scores: Iterable[float], means: Iterable[float], frames: list[int]
) -> dict[str, Any]:
    """Return a class's entry in the trait ``_trace``: its curves, and the iterations kept."""
    return {"scores": wire.curve(scores), "means": wire.curve(means), "frames": frames}


def checked(checks: Mapping[int, Checks]) -> dict[str, dict[str, Any]]:
    """Return the trait ``_checks`` of some classes: where none were made, there is no entry."""
    made = {target: each for target, each in checks.items() if each != Checks()}
    return {str(target): each.describe() for target, each in made.items()}
