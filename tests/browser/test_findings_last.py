"""What is marked lasts: by every tool, at every scale."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import Inspector, from_kernel, wait_in_kernel
from tests.browser.jupyter import Notebook, Server
from tests.browser.test_findings_kept import opened, run, waiting
from tests.browser.test_marking import Marking
from tests.browser.test_without_kernel import RESTART

Record = dict[str, Any]
Place = tuple[float, float]

KEPT = """[{"id": f.id, "region": f.region.describe(), "verdict": f.verdict}
  for f in sorted(w.findings.list(), key=lambda each: each.created)]"""
# The pixel with the most evidence of those that are not near the picture's edge.
MOST = """[int(k) + 4 for k in divmod(
  int(w.explanation.masks[0].mean(0)[4:28, 4:28].argmax()), 24)][::-1]"""


class Kept:
    """The findings that the kernel has of what is marked."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook

    def now(self) -> list[Record]:
        return list(from_kernel(self.notebook, KEPT))

    def other_than(self, before: list[Record]) -> list[Record]:
        """Wait until they are others, and return them."""
        text = json.dumps(before, sort_keys=True)
        wait_in_kernel(self.notebook, f"json.dumps({KEPT}, sort_keys=True) != {text!r}")
        return self.now()

    def wait_for(self, found: list[Record]) -> None:
        text = json.dumps(found, sort_keys=True)
        wait_in_kernel(self.notebook, f"json.dumps({KEPT}, sort_keys=True) == {text!r}")


def mark_all(
    on: Marking, kept: Kept, most: Place, middle: Place, unit: float, *, again: bool
) -> None:
    """Mark by each tool, reshape and judge; where asked, take all of it back and do it again."""

    def at(x: float, y: float) -> Place:
        return middle[0] + unit * x, middle[1] + unit * y

    drawings: dict[str, list[Place]] = {
        "Region": [most],
        "Box": [at(-1, -1), at(0.4, 0.2)],
        "Polygon": [at(-1, 0.9), at(0.9, 0.9), at(0, -0.9), at(-1, 0.9)],
        "Lasso": [at(-1, -1), at(1, -1), at(1, 0.6), at(-0.9, 0.7), at(-1, -0.9)],
        "Brush": [at(-0.6, -0.6), at(0.7, -0.6)],
        "Point": [at(0.2, 0.3)],
    }
    for number, (tool, places) in enumerate(drawings.items()):
        before = kept.now()
        on.use(tool)
        if tool in ("Box", "Lasso", "Brush"):
            on.drag(*places)
        else:
            for place in places:
                on.click(*place)
        drawn = kept.other_than(before)
        assert len(drawn) == len(before) + 1, tool
        assert drawn[:-1] == before
        on.frame.focus()
        on.press("Escape Escape n")  # put away: what is selected is moved
        on.press("Tab")  # its handle
        on.press("ArrowLeft")  # one: between two a slow machine may keep the first as a step
        moved = kept.other_than(drawn)
        assert moved[-1]["region"] != drawn[-1]["region"], tool
        on.frame.focus()
        on.press("csu"[number % 3])
        judged = kept.other_than(moved)
        assert judged[-1] == {**moved[-1], "verdict": ("core", "spurious", "unsure")[number % 3]}
        if again:
            for earlier in (moved, drawn, before):
                on.press("Control+z")
                kept.wait_for(earlier)
            on.press("Control+Shift+z Control+Shift+z Control+Shift+z")
            kept.wait_for(judged)
        on.press("Escape")  # what is drawn next is another


def expect_listed(inspector: Inspector, count: int) -> None:
    options = inspector.root.get_by_role("listbox", name="Findings").get_by_role("option")
    expect(options.first).to_have_attribute("aria-setsize", str(count))


@pytest.mark.parametrize("ratio", [1, 2])
def test_what_each_tool_marks_near_and_far_outlasts_the_page_and_the_kernel(
    server: Server, open_notebook: OpenNotebook, ratio: int
) -> None:
    notebook, inspector = opened(
        server,
        lambda path: open_notebook(path, device_scale_factor=ratio),
        f"last{ratio}",
        options=", sparsity=0.001",
    )
    kept = Kept(notebook)
    column, row = from_kernel(notebook, MOST)
    most = column + 0.5, row + 0.5
    on = Marking(notebook.page, inspector)
    again = ratio == 1  # what is taken back knows nothing of the screen
    mark_all(on, kept, most, (16, 16), 8, again=again)
    assert len(kept.now()) == 6
    inspector.point_at(column, row)
    for _ in range(5):
        on.page.keyboard.down("Control")
        on.page.mouse.wheel(0, -200)
        on.page.keyboard.up("Control")
        on.page.wait_for_timeout(40)
    mark_all(on, kept, most, most, 1, again=again)
    made = kept.now()
    assert len(made) == 12
    waiting(notebook, 0)
    notebook.save()
    notebook.reload()
    expect_listed(Inspector.on(notebook), 12)
    assert kept.now() == made
    notebook.page.evaluate(RESTART)
    run(notebook)
    expect_listed(Inspector.on(notebook), 12)
    assert kept.now() == made
    waiting(notebook, 0)
    notebook.errors.clear()  # Lab's own, of the kernel that went
