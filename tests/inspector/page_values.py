"""What a page must make of the values beside the evidence, by the kernel's own code.

python -m tests.inspector.page_values      writes js/tests/beside/fixtures/values.json
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from xwidget.attribution import Attribution
from xwidget.inspector.features.beside.values import Found, places_of
from xwidget.places import top

FILE = Path(__file__).parents[2] / "js/tests/beside/fixtures/values.json"

SHARES = (0.05, 0.1, 0.2, 0.3, 0.5)


def cases() -> list[dict[str, Any]]:
    """Return values as they travel, and the pixels of the top shares."""
    draw = np.random.default_rng(3)
    made = []
    for channels, size in ((1, (7, 5)), (3, (8, 12)), (1, (17, 19))):
        for signed in (False, True):
            shape = (1, channels, *size) if channels == 3 else (1, *size)
            # In steps, so that many pixels are alike.
            values = np.round(draw.uniform(-1 if signed else 0, 1, shape), 1).astype(np.float32)
            attribution = Attribution.from_array(
                values * (0.03 if signed else 1), targets=[5], method="drawn", signed=signed
            )
            made.append(_case(Found(7, attribution)))
    return made


def _case(found: Found) -> dict[str, Any]:
    places = places_of(found.attribution.relevance[0])
    channels, height, width = found.values.shape
    return {
        "seq": found.seq,
        "scale": found.scale,
        "signed": found.attribution.signed,
        "channels": channels,
        "height": height,
        "width": width,
        "bytes": base64.b64encode(found.buffer()).decode(),
        "values": np.float64(found.values).round(6).ravel().tolist(),
        "top": [
            {
                "share": share,
                "pixels": np.flatnonzero(top(places, share)).tolist(),
            }
            for share in SHARES
        ],
    }


def text() -> str:
    """Return the text of the file."""
    return json.dumps(cases()) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text(), "utf-8")
