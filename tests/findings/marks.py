"""Findings to roll up: photos that some people marked."""

from __future__ import annotations

from typing import Any

from xwidget.findings.finding import Effect, Finding, Seen
from xwidget.findings.region import Box, Region

SIDE = 32


def seen(photo: int | str, class_name: str = "carton", **more: Any) -> Seen:
    """Return what a finding on a photo was seen on."""
    digest = f"{photo:064x}" if isinstance(photo, int) else ""
    return Seen(
        **{
            "digest": digest,
            "image": f"photo {photo}",
            "class_name": class_name,
            "target": 478,
            "model": "net",
            "weights": "ab" * 32,
            "game": "generation",
            "defense": "directional",
            "iteration": 70,
            "checks": "passed",
            "version": "0.1.0",
            **more,
        }
    )


def finding(
    photo: int | str,
    verdict: str = "spurious",
    author: str = "ada",
    region: Region | None = None,
    drop: float | None = None,
    share: float | None = None,
    **more: Any,
) -> Finding:
    """Return a finding of label "watermark", with an effect if its drop is given."""
    at = seen(photo, more.pop("class_name", "carton"))
    effect = None if drop is None else Effect(478, 0.95, 0.95 - drop, 0.3, share, 0.1, 8)
    values = {"label": "watermark", "seen": at, "effect": effect, **more}
    return Finding(region or Box(4, 4, 8, 8), (SIDE, SIDE), verdict, author=author, **values)
