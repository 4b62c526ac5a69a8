"""The notebooks that a user opens first."""

import base64
import io
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image

from tests.shortening import shortened

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.ipynb"))

DRAWS = re.compile(r"\.plot\(|imshow\(|Inspector\(|^w\.explanation$", re.MULTILINE)


@pytest.fixture(params=EXAMPLES, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    return shortened(request.param)


def test_an_example_is_kept_without_outputs(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_an_example_runs_where_no_page_shows_it_and_shows_its_pictures(
    notebook: nbformat.NotebookNode, execute: Callable[[nbformat.NotebookNode], None]
) -> None:
    execute(notebook)
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
