"""The notebooks of examples/, shortened: a person wants to see something, a test that it runs
and shows its pictures.
"""

import base64
import io
import re
from pathlib import Path

import nbformat
import numpy as np
from PIL import Image

DRAWS = re.compile(r"\.plot\(|imshow\(|Inspector\(|^w\.explanation$", re.MULTILINE)

#: By notebook: what is written there, and what in its place.
SHORTER = {
    "1_guess_first": {"iterations=70": "iterations=40"},
    "5_color": {"iterations=40": "iterations=16"},
    "audit": {"iterations=30": "iterations=8", "measured=12": "measured=4"},
    "annotate": {"targets=3,": "targets=3, iterations=12,"},
    "quickstart": {
        'targets=["moped"]': 'targets=["moped"], iterations=20',
        "iterations=20, iterations=40": "iterations=12",
        "targets=3": "targets=3, iterations=24",
    },
    "lesions": {"explain(retina,": "explain(retina, iterations=20,", "range(18)": "range(8)"},
    "compare": {
        "iterations=70": "iterations=8",
        "iterations=40": "iterations=8",
        "steps=20": "steps=4",
        "masks=100": "masks=20",
    },
}


def shortened(path: Path) -> nbformat.NotebookNode:
    """Return a notebook that takes less time than the one in a file."""
    notebook: nbformat.NotebookNode = nbformat.read(path, as_version=4)
    for long, short in SHORTER.get(path.stem, {}).items():
        assert any(long in cell.source for cell in notebook.cells), f"nothing to shorten: {long}"
        for cell in notebook.cells:
            cell.source = cell.source.replace(long, short)
    return notebook


def assert_pictures_are_shown(notebook: nbformat.NotebookNode) -> None:
    """Each cell that draws, of those that a notebook that was run has, shows one picture."""
    drawn = [cell for cell in notebook.cells if DRAWS.search(cell.source) and "outputs" in cell]
    assert drawn
    for cell in drawn:
        pictures = [
            Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))).convert("RGB")
            for output in cell.outputs
            if "image/png" in output.get("data", {})
        ]
        assert len(pictures) == 1, cell.source
        assert np.asarray(pictures[0]).std() > 20
