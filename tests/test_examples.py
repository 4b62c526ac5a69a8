"""The notebooks that a user opens first."""

import base64
import io
import re
from pathlib import Path

import nbclient
import nbformat
import numpy as np
import pytest
from PIL import Image

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.ipynb"))

DRAWS = re.compile(r"\.plot\(|imshow\(|Inspector\(|^w\.explanation$", re.MULTILINE)
#: What makes a long notebook short: a person wants to see something, a test that it runs.
SHORTER = {
    "audit": {"iterations=30": "iterations=8", "measured=12": "measured=4"},
    "annotate": {"targets=3,": "targets=3, iterations=12,"},
    "quickstart": {  # as it stands in tests/browser/test_quickstart.py
        'targets=["moped"]': 'targets=["moped"], iterations=20',
        "iterations=20, iterations=40": "iterations=12",
        "targets=3": "targets=3, iterations=12",
    },
    "lesions": {"explain(retina,": "explain(retina, iterations=20,", "range(18)": "range(8)"},
    "compare": {
        "iterations=70": "iterations=8",
        "iterations=40": "iterations=8",
        "steps=20": "steps=4",
        "masks=100": "masks=20",
    },
}


@pytest.fixture(params=EXAMPLES, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    notebook: nbformat.NotebookNode = nbformat.read(request.param, as_version=4)
    for long, short in SHORTER.get(request.param.stem, {}).items():
        assert any(long in cell.source for cell in notebook.cells), f"nothing to shorten: {long}"
        for cell in notebook.cells:
            cell.source = cell.source.replace(long, short)
    return notebook


def test_an_example_is_kept_without_outputs(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_an_example_runs_where_no_page_shows_it_and_shows_its_pictures(
    notebook: nbformat.NotebookNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MPLBACKEND", raising=False)  # as notebooks start
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, resources=resources, timeout=180).execute()
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
