"""The notebooks that a user opens first.

The first of all, the quickstart, is run by tests/browser/test_quickstart.py, and only with a page.
"""

from pathlib import Path

import nbformat
import pytest

from tests.kernels.described import Execute
from tests.shortening import assert_pictures_are_shown, shortened

EXAMPLES = sorted((Path(__file__).parent.parent / "examples").glob("*.ipynb"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_kept_without_outputs(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.parametrize(
    "path", [each for each in EXAMPLES if each.stem != "quickstart"], ids=lambda path: path.stem
)
def test_an_example_runs_where_no_page_shows_it_and_shows_its_pictures(
    path: Path, tmp_path: Path, execute: Execute
) -> None:
    notebook = shortened(path)
    execute(notebook, tmp_path)
    assert_pictures_are_shown(notebook)
