"""Findings marked in JupyterLab are the kernel's, to the pixel; each act is undone there too."""

import json
from typing import Any

import pytest

from tests.browser.inspector import Inspector, from_kernel, wait_in_kernel
from tests.browser.jupyter import Notebook
from tests.browser.test_marking import Marking, near

INSPECTOR = "3, sparsity=0.001, findings=False"


@pytest.fixture
def on(notebook: Notebook) -> Marking:
    """The panel, and no finding."""
    notebook.execute("for each in w.findings.list(): w.findings.remove(each.id)")
    on = Marking(notebook.page, Inspector.on(notebook))
    on.tool("Box").wait_for()
    return on


def regions(notebook: Notebook, count: int) -> list[dict[str, Any]]:
    """The regions that the kernel has, in the order in which they were made."""
    wait_in_kernel(notebook, f"len(w.findings.list()) == {count}")
    listed = "sorted(w.findings.list(), key=lambda each: each.created)"
    return list(from_kernel(notebook, f"[each.describe()['region'] for each in {listed}]"))


def in_kernel(notebook: Notebook, region: dict[str, Any]) -> None:
    """Wait until the kernel has one finding, of this region."""
    text = json.dumps(region, sort_keys=True)
    wait_in_kernel(
        notebook,
        "[json.dumps(each.describe()['region'], sort_keys=True) for each in w.findings.list()]"
        f" == [{text!r}]",
    )


def test_what_is_drawn_is_the_same_to_the_pixel(notebook: Notebook, on: Marking) -> None:
    on.use("Box")
    on.drag((2, 3), (9, 7))
    on.use("Lasso")
    on.drag((12, 3), (20, 3), (20, 9), (12, 9), (12, 3.3))
    on.use("Brush")
    on.drag((4.5, 20.5), (11.5, 20.5))
    on.use("Point")
    on.click(25.5, 25.5)
    box, lasso, brush, point = regions(notebook, 4)
    assert near(box, x=2, y=3, width=7, height=4)
    assert lasso["type"] == "polygon"
    assert near(point, x=25.5, y=25.5)
    assert brush["size"] == [32, 32]
    listed = "sorted(w.findings.list(), key=lambda each: each.created)"
    places = "[axis.tolist() for axis in each.region.mask((32, 32)).nonzero()]"
    wide, around, painted, one = from_kernel(notebook, f"[{places} for each in {listed}]")
    assert (len(wide[0]), len(around[0]), len(one[0])) == (28, 48, 1)
    assert {*painted[1]} >= set(range(4, 12))
    assert 20 in painted[0]


def test_reshaping_is_a_version_and_undo_one_more(notebook: Notebook, on: Marking) -> None:
    on.use("Box")
    on.drag((4, 4), (12, 12))
    (drawn,) = regions(notebook, 1)
    on.drag((12, 8), (20, 9))  # its right side
    wait_in_kernel(notebook, "w.findings.list()[0].version == 2")
    (wider,) = regions(notebook, 1)
    assert near(wider, x=4, y=4, width=16, height=8)
    on.press("Control+z")
    in_kernel(notebook, drawn)
    on.press("Control+Shift+z")
    in_kernel(notebook, wider)
    on.press("Control+z Control+z")
    assert regions(notebook, 0) == []
