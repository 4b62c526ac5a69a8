"""What the page's regions and parts must come to, made by the kernel's own code.

python -m tests.findings.page_fixtures      writes the files of js/tests/annotate/fixtures
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from xwidget.findings import runs
from xwidget.findings.region import Box, Pixels, Point, Polygon, Region, Size

FOLDER = Path(__file__).parents[2] / "js/tests/annotate/fixtures"

Mask = npt.NDArray[np.uint8]


def regions() -> list[dict[str, Any]]:
    """Return regions, and the pixels that belong to each, as run lengths."""
    draw = np.random.default_rng(11)
    cases: list[tuple[Region, Size]] = [
        (Box(1.4, 0.6, 2, 1), (6, 8)),
        (Box(0.5, 0.5, 3, 2), (6, 8)),
        (Box(-3.25, 4.75, 40, 40), (6, 8)),
        (Box(2.6, 3.7, 0.1, 0.1), (6, 8)),
        (Point(7.9, 5.9), (6, 8)),
        (Point(-2, 99), (6, 8)),
        (Pixels.of(np.eye(6, 8)), (6, 8)),
        (Polygon((((0, 0), (6, 6), (6, 0), (0, 6)),)), (6, 8)),
        (Polygon((((0, 0), (6, 0), (6, 6), (0, 6)), ((2, 2), (4, 2), (4, 4), (2, 4)))), (7, 7)),
        (Polygon((((0.5, 0.5), (5.5, 0.5), (5.5, 4.5), (0.5, 4.5)),)), (6, 8)),
    ]
    for count, digits in itertools.product((3, 7, 40), (0, 2, 15)):
        for size in ((24, 31), (31, 24)):
            spread = draw.uniform(-4, 36, (count, 2)).round(digits)
            cases.append((Polygon((tuple(map(tuple, spread.tolist())),)), size))
    for density in (0.03, 0.5, 0.97):
        cases.append((Pixels.of(draw.random((33, 57)) < density), (33, 57)))
    return [
        {
            "region": region.describe(),
            "size": list(size),
            "counts": runs.encode(region.mask(size)),
            "bounds": list(region.bounds),
        }
        for region, size in cases
    ]


def masks() -> list[Mask]:
    """Return masks (3,H,W) of specks and blobs, as evidence has them."""
    draw = np.random.default_rng(5)
    made = []
    for height, width, density in ((9, 14, 0.2), (24, 24, 0.08), (40, 31, 0.03)):
        values = draw.integers(1, 256, (3, height, width))
        made.append((values * (draw.random((3, height, width)) < density)).astype(np.uint8))
    return made


def parts() -> list[dict[str, Any]]:
    """Return masks, what is asked of them, and their parts by the rule as it is worded."""
    cases = []
    for mask in masks():
        for least, gap, area, most, channel in (
            (1, 0, 1, 100, None),
            (1, 1, 4, 5, None),
            (128, 2, 2, 3, None),
            (60, 0, 1, 4, 1),
        ):
            asked = {"least": least, "gap": gap, "area": area, "most": most, "channel": channel}
            chosen = mask if channel is None else mask[channel : channel + 1]
            cases.append(
                {
                    "mask": {"size": list(mask.shape), "values": mask.ravel().tolist()},
                    **asked,
                    "parts": _parts(chosen, least, gap, area, most),
                }
            )
    return cases


def _parts(mask: Mask, least: int, gap: int, area: int, most: int) -> list[dict[str, Any]]:
    """Compare every shown pixel with every other: slow, and as plain as the rule."""
    places = np.argwhere((mask >= least).any(0))
    near = (np.abs(places[:, None] - places[None]) <= gap + 1).all(2)
    while True:
        wider = near @ near
        if np.array_equal(wider, near):
            break
        near = wider
    held = mask.astype(int).sum(0)
    found = []
    for together in np.unique(near, axis=0):
        part = np.zeros(mask.shape[1:], bool)
        part[tuple(places[together].T)] = True
        if part.sum() >= area:
            found.append((-int(held[part].sum()), int(np.flatnonzero(part)[0]), part))
    found.sort(key=lambda each: each[:2])
    return [
        {"counts": runs.encode(part), "pixels": int(part.sum()), "share": -amount / held.sum()}
        for amount, _, part in found[:most]
    ]


def text(cases: list[dict[str, Any]]) -> str:
    """Return cases as the file has them, one a line."""
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    return f"[\n{lines}\n]\n"


def files() -> dict[Path, str]:
    """Return the text of each file."""
    return {
        FOLDER / "regions.json": text(regions()),
        FOLDER / "parts.json": text(parts()),
    }


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, content in files().items():
        path.write_text(content, "utf-8")
