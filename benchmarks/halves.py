"""The method's two halves, each left out once: python -m benchmarks.halves [--write FOLDER].

One photo, generation of its most likely class: with both, without drawn backgrounds, without the
defense. Prints what the checks say, and writes one picture of the evidence beside each other.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import xwidget as xw
from xwidget.studies.tables import number, table

WAYS: dict[str, dict[str, Any]] = {
    "both": {},
    "no drawn backgrounds": {"reference": "zero"},
    "no defense": {"defense": "none"},
}
_GAP = 6  # pixels between pictures


def main() -> None:
    """Measure, print, and draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.halves", description=__doc__)
    parser.add_argument("--photo", default="motorcycle", help="a name that xw.sample knows")
    parser.add_argument("--net", default="efficientnet_lite0", help="a name that xw.load knows")
    parser.add_argument("--write", type=Path, metavar="FILE", help="PNG: the photo, then each way")
    arguments = parser.parse_args()
    clf, photo = xw.load(arguments.net), xw.sample(arguments.photo)
    rows, pictures = [], []
    for name, given in WAYS.items():
        ex = xw.explain(clf, photo, progress=False, **given)
        checks = ex.checks[0]
        pictures = pictures or [ex.image]
        pictures.append(ex.evidence[0])
        rows.append(
            [
                name,
                number(ex.scores[0]),
                number(float(ex.masks[0].mean())),
                number(checks["small moves"].value, 2),
                number(checks["unseen backgrounds"].value, 2),
                number(checks["control"].value, 4),
            ]
        )
    head = ["", "score", "mask", "small moves", "unseen backgrounds", "least likely class"]
    sys.stdout.write(f"{ex.names[0]}, image {ex.image_scores[0]:.3f}\n\n{table(head, rows)}\n")
    if arguments.write:
        gap = np.full((pictures[0].shape[0], _GAP, 3), 255, np.uint8)
        strip = [part for picture in pictures for part in (picture, gap)][:-1]
        Image.fromarray(np.concatenate(strip, 1)).save(arguments.write)


if __name__ == "__main__":
    main()
