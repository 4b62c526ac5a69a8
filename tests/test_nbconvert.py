"""What stays of an Inspector in a notebook that was run, saved and converted without a page."""

import base64
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbconvert import HTMLExporter, MarkdownExporter
from PIL import Image

from tests.browser.inspector import SMALL_NET
from tests.kernels.described import Execute

STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
SCRIPT = "application/javascript"
GAP = 8  # pixels between the image and the evidence

# Saved as plain numbers, to compare the picture with.
PRINTED = "print(w.explanation.evidence[0].tolist())"


def notebook_of(cells: Sequence[str]) -> nbformat.NotebookNode:
    """Return a notebook of code cells."""
    return nbformat.v4.new_notebook(cells=[*map(nbformat.v4.new_code_cell, cells)])


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory, execute: Execute) -> nbformat.NotebookNode:
    cells = [
        SMALL_NET,
        "w = xw.Inspector(clf, photo, iterations=20)\nw",
        "w.wait()\nw",
        PRINTED,
    ]
    notebook = notebook_of(cells)
    execute(notebook, tmp_path_factory.mktemp("notebooks"))
    return notebook


def still(cell: nbformat.NotebookNode) -> np.ndarray:
    output, kept = (output for output in cell.outputs if "data" in output)
    assert VIEW in output.data
    assert dict(kept.data) == {SCRIPT: kept.data[SCRIPT], "text/plain": ""}
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(output.data["image/png"]))))


def test_the_still_picture_has_the_evidence_where_the_run_was_waited_for(
    executed: nbformat.NotebookNode,
) -> None:
    evidence = np.array(json.loads(executed.cells[3].outputs[0].text), np.uint8)
    shown = still(executed.cells[2])
    assert shown.shape[0] > 32 + 12  # what the checks say is below, in words
    np.testing.assert_array_equal(shown[:32, 32 + GAP : 32 + GAP + 32], evidence)
    np.testing.assert_array_equal(shown[:32, :32], still(executed.cells[1]))  # not waited for


def test_a_run_that_goes_on_leaves_its_evidence_once_it_has_ended(
    executed: nbformat.NotebookNode,
) -> None:
    evidence = np.array(json.loads(executed.cells[3].outputs[0].text), np.uint8)
    for cell in executed.cells[1:3]:  # in both places where the panel was displayed
        jpeg = re.search(
            r"data:image/jpeg;base64,([\w+/=]+)",
            next(o for o in cell.outputs if SCRIPT in o.get("data", {})).data[SCRIPT],
        )
        assert jpeg
        kept = np.asarray(Image.open(io.BytesIO(base64.b64decode(jpeg[1]))), int)
        shown = kept[:32, 32 + GAP : 32 + GAP + 32]
        assert np.abs(shown - evidence).mean() < 12  # of 255: as a JPEG


def test_the_notebook_is_small_and_holds_the_last_mask_for_a_page_to_come(
    executed: nbformat.NotebookNode,
) -> None:
    assert len(nbformat.writes(executed)) < 300_000  # most of it the page itself
    states = executed.metadata.widgets[STATE].state.values()
    (inspector,) = (each for each in states if "_net_name" in each.state)
    assert inspector.state.status == "done"
    assert inspector.state.iteration == 20
    assert {tuple(each["path"]) for each in inspector.buffers} == {
        ("_image",),
        ("_reference",),
        ("_frame",),
        ("_edited",),  # empty
    }


def test_markdown_has_the_pictures(executed: nbformat.NotebookNode) -> None:
    text, resources = MarkdownExporter().from_notebook_node(executed)
    pictures = [Image.open(io.BytesIO(data)) for data in resources["outputs"].values()]
    assert text.count("![png]") == len(pictures) == 2
    first, second = sorted(picture.size for picture in pictures)
    assert first == (32, 32)
    assert second[0] > 32 + GAP + 32


def test_html_has_the_state_for_the_page_or_where_there_is_none_the_pictures(
    executed: nbformat.NotebookNode,
) -> None:
    page, _ = HTMLExporter().from_notebook_node(executed)
    assert page.count(f'<script type="{VIEW}">') == 2
    assert page.count(f'<script type="{STATE}">') == 1

    stateless = executed.copy()
    stateless.metadata = {k: v for k, v in executed.metadata.items() if k != "widgets"}
    page, _ = HTMLExporter().from_notebook_node(nbformat.from_dict(stateless))
    for cell in executed.cells[1:3]:
        assert "".join(cell.outputs[0].data["image/png"].split()) in "".join(page.split())


def test_quickstart_stays_small(execute: Execute, tmp_path: Path) -> None:
    cells = [
        'import xwidget as xw\nclf = xw.load("efficientnet_lite0")',
        'w = xw.Inspector(clf, xw.sample("coffee"), targets=3, iterations=8)\nw.wait()\nw',
    ]
    notebook = notebook_of(cells)
    execute(notebook, tmp_path)
    assert len(nbformat.writes(notebook)) < 1_000_000


def test_a_panel_that_is_closed_leaves_what_it_found(execute: Execute, tmp_path: Path) -> None:
    cells = [
        SMALL_NET,
        "w = xw.Inspector(clf, photo, iterations=20)",
        "w.wait()\nw",
        "w.iterations = 100_000\nw.run()\nw.close()",
    ]
    notebook = notebook_of(cells)
    execute(notebook, tmp_path)
    (script,) = (
        each.data[SCRIPT]
        for each in notebook.cells[2].outputs
        if "data" in each and SCRIPT in each.data
    )
    jpeg = re.search(r"base64,([\w+/=]+)", script)
    assert jpeg
    assert Image.open(io.BytesIO(base64.b64decode(jpeg[1]))).width > 3 * 32
