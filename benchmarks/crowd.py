"""A picture with more findings than a person makes, as a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import xwidget as xw
from xwidget.findings.finding import Finding
from xwidget.findings.region import Polygon, Ring


def crowded(clf: xw.Classifier, photo: Any, folder: Path) -> Path:
    """Return a page of a photo of 224×224 with 1,000 findings of 20 points and one of 6,000."""
    draw = np.random.default_rng(0)
    middles, sizes = draw.uniform(10, 214, (1000, 2)), draw.uniform(3, 12, 1000)
    rings = [_ring(middle, size, 20) for middle, size in zip(middles, sizes, strict=True)]
    rings.append(_ring(np.full(2, 112.0), 80, 6000))
    verdicts = ("core", "spurious", "unsure", "")
    findings = [
        Finding(Polygon((ring,)), (224, 224), verdicts[k % 4]) for k, ring in enumerate(rings)
    ]
    explanation = xw.explain(clf, photo, iterations=4, progress=False)
    return explanation.export_html(folder / "page.html", findings=findings)


def _ring(middle: npt.NDArray[np.float64], size: float, count: int) -> Ring:
    """Return a rough circle of so many points."""
    angles = np.arange(count) / count * 2 * np.pi
    away = size * np.random.default_rng(count).uniform(0.6, 1, count)
    places = middle + away[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
    return tuple((float(x), float(y)) for x, y in places)
