"""Findings to write and to read: regions of every type, pictures with and without a way back."""

from __future__ import annotations

import numpy as np
from PIL import Image

from xwidget.findings.finding import Effect, Finding, Seen
from xwidget.findings.formats import Picture
from xwidget.findings.region import Box, Pixels, Point, Polygon, Region, Size
from xwidget.preprocessing.geometry import Geometry, from_box, identity

SIZE = (48, 64)
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    '"><svg/onload=alert(1)>',
    "=cmd|'/c calc'!A1",
    "a&b ]]> <!-- \n\t 'c'",
    "猫 é",
    "\x01\x0b\u202e",
    "{{7*7}} ${7*7} %s",
    "'; DROP TABLE findings; --",
)


def geometry(name: str) -> Geometry | None:
    """Return a way to an original, by what is done to it."""
    if name == "the original itself":
        return identity(SIZE)
    if name == "enlarged":  # the net sees a part of a picture that is larger
        return from_box((31.25, 12.5, 31.25 + 64 * 3.7, 12.5 + 48 * 3.1), SIZE, (200, 300))
    if name == "reduced":  # the original is smaller than the input
        return from_box((0, 0, 40, 30), SIZE, (30, 40))
    if name == "padded":
        return from_box((-20, -40, 140, 120), SIZE, (80, 120))
    if name == "turned":  # by 90°: across the input is down the original
        return Geometry(SIZE, (128, 96), ((0.0, 2.0, 0.5), (2.0, 0.0, 0.5)))
    return None


GEOMETRIES = ("the original itself", "enlarged", "reduced", "padded", "turned", "none")
MAPPED = GEOMETRIES[:-1]


def seen(way: str = "enlarged", image: str = "猫 é.jpg") -> Seen:
    """Return what findings were seen on."""
    found = geometry(way)
    return Seen(
        digest="5e" * 32,
        image=image,
        size=SIZE if found is None else found.original_size,
        geometry=None if found is None else found.describe(),
        model="lite0",
        weights="ab" * 32,
        target=0,
        class_name="tench, Tinca tinca",
        game="deletion",
        iteration=69,
        image_score=0.91,
        checks="convincing",
    )


def picture(way: str = "enlarged") -> Picture:
    """Return the picture of such findings."""
    return Picture.of(Finding(Box(1, 1, 2, 2), SIZE, seen=seen(way)))


def blobs(rng: np.random.Generator, size: Size = SIZE) -> Pixels:
    """Return a random mask of blobs with holes, or of scattered pixels."""
    height, width = size
    while True:
        if rng.random() < 0.3:
            mask = rng.random(size) < rng.uniform(0.02, 0.9)
        else:
            noise = Image.fromarray((rng.random((7, 9)) * 255).astype(np.uint8))
            mask = np.asarray(noise.resize((width, height), Image.Resampling.BICUBIC)) > 140
        if mask.any():
            return Pixels.of(mask)


def region(kind: str, rng: np.random.Generator) -> Region:
    """Return a random region of a kind, well inside what a net sees."""
    x, y = rng.uniform(18, 30), rng.uniform(16, 20)
    if kind == "box":
        return Box(round(x, 3), round(y, 2), round(rng.uniform(2, 20), 3), round(x / 4, 1))
    if kind == "whole box":
        return Box(20.0, 17.0, 9.0, 11.0)
    if kind == "point":
        return Point(x, y)
    if kind == "polygon":
        angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
        arms = rng.uniform(4, 12, 9)
        ring = zip(32 + arms * np.cos(angles), 24 + arms * np.sin(angles), strict=True)
        return Polygon((tuple((round(float(u), 3), round(float(v), 3)) for u, v in ring),))
    if kind == "polygon with a hole":
        outer = ((20.0, 16.0), (40.0, 16.5), (41.0, 33.0), (19.25, 31.0))
        return Polygon((outer, ((25.0, 20.0), (30.0, 20.0), (30.0, 25.5), (25.0, 25.0))))
    if kind == "crossing lasso":
        return Polygon((((20, 16), (40, 32), (40, 16), (20, 32)),))
    if kind == "two areas":
        left, right = ((20, 16), (28, 16), (28, 24)), ((34, 20), (42, 20), (42, 30))
        return Polygon((left, right))
    return blobs(rng)


KINDS = (
    "box",
    "whole box",
    "point",
    "polygon",
    "polygon with a hole",
    "crossing lasso",
    "two areas",
    "mask",
)


def finding(found: Region, way: str = "enlarged", **more: object) -> Finding:
    """Return a finding that has a value for everything."""
    return Finding(
        found,
        SIZE,
        **{
            "verdict": "spurious",
            "kind": "artifact",
            "label": "猫 é <b>",
            "reason": "two\nlines & 'quotes'",
            "confidence": 0.25,
            "author": "Zoë",
            "seen": seen(way),
            "effect": Effect(0, 0.95, 0.41, 0.2, None, 0.02, 8),
            "created": "2026-01-31T12:00:00.250Z",
            "changed": "2026-02-01T12:00:00.500Z",
            "version": 3,
            **more,
        },
    )


def all_kinds(way: str = "enlarged", seed: int = 0) -> list[Finding]:
    """Return a finding of each kind of region."""
    rng = np.random.default_rng(seed)
    return [finding(region(kind, rng), way, label=kind) for kind in KINDS]
