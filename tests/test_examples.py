"""The notebooks that a user opens first."""

from pathlib import Path

import nbclient
import nbformat
import pytest

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.ipynb"))


@pytest.fixture(params=EXAMPLES, ids=lambda path: path.stem)
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    notebook: nbformat.NotebookNode = nbformat.read(request.param, as_version=4)
    return notebook


def test_an_example_is_kept_without_outputs(notebook: nbformat.NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def test_an_example_runs_where_no_page_shows_it(
    notebook: nbformat.NotebookNode, tmp_path: Path
) -> None:
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, resources=resources, timeout=180).execute()
