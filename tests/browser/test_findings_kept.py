"""What a person marked is never lost: not by a reload, a busy kernel, a restart or another tab."""

import pytest
from playwright.sync_api import Locator

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import SMALL_NET, Inspector, from_kernel, wait_in_kernel
from tests.browser.jupyter import POLL, Notebook, Server, write_notebook
from tests.browser.test_without_kernel import RESTART
from tests.kernels.described import FORKED

BUSY = """(seconds) => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  kernel.requestExecute({ code: `import time; time.sleep(${seconds})` });
}"""
# A newer kernel hears a page while it runs a cell, too.
OLD = "ipykernel-6"
# Acts that the browser keeps.
WAITING = "Object.keys(localStorage).filter((key) => key.startsWith('xwidget finding ')).length"
ALL = "[f.region.describe() for f in w.findings.list()]"


def tools(inspector: Inspector) -> Locator:
    return inspector.root.get_by_role("group", name="Tools")


def draw_box(inspector: Inspector, left: int, upper: int, right: int, lower: int) -> None:
    """Drag a box from the middle of one pixel to that of another."""
    tool = tools(inspector).get_by_role("button", name="Box", exact=True)
    if tool.get_attribute("aria-pressed") != "true":
        tool.click()
    inspector.point_at(left, upper)
    mouse = inspector.root.page.mouse
    mouse.down()
    mouse.move(*inspector.place_of(right, lower), steps=4)
    mouse.up()


def opened(
    server: Server,
    open_notebook: OpenNotebook,
    name: str,
    *,
    more: str = "",
    kernel: str = FORKED,
    options: str = "",
    store: str = "",
) -> tuple[Notebook, Inspector]:
    """A notebook with an Inspector ``w`` that is done, and knows where findings are kept.

    They are in a store of the notebook's name, if no other is given.
    """
    kept = f"findings='{store or name}.sqlite'"
    cell = f"w = xw.Inspector(clf, photo, iterations=15, {kept}{options}); w"
    cells = [SMALL_NET, cell, *([more] if more else [])]
    notebook = open_notebook(write_notebook(server.root / f"{name}.ipynb", cells, kernel))
    run(notebook)
    return notebook, Inspector.on(notebook)


def run(notebook: Notebook) -> None:
    notebook.run_all()
    Inspector.on(notebook).wait_for(status="done", iteration=15)
    notebook.wait_until_idle()
    wait_in_kernel(notebook, "w._findings.get('ready')")


def waiting(notebook: Notebook, count: int) -> None:
    notebook.page.wait_for_function(f"{WAITING} === {count}", polling=POLL)


def test_a_box_that_is_drawn_is_in_the_store_at_once(
    server: Server, open_notebook: OpenNotebook
) -> None:
    notebook, inspector = opened(server, open_notebook, "drawn")
    draw_box(inspector, 4, 6, 20, 16)
    wait_in_kernel(notebook, "len(w.findings.list()) == 1")
    (region,) = from_kernel(notebook, ALL)
    assert region["type"] == "box"
    found = [region["x"], region["y"], region["width"], region["height"]]
    assert found == pytest.approx([4.5, 6.5, 16, 10], abs=0.6)
    (seen,) = from_kernel(notebook, "[f.seen.describe() for f in w.findings.list()]")
    assert seen["digest"] == from_kernel(notebook, "w._session.subject.digest")
    assert (seen["target"], seen["iteration"]) == (inspector.target, 15)
    waiting(notebook, 0)


def test_what_is_drawn_while_the_kernel_is_busy_survives_a_reload(
    server: Server, open_notebook: OpenNotebook
) -> None:
    notebook, inspector = opened(server, open_notebook, "reloaded", kernel=OLD)
    notebook.page.evaluate(BUSY, 25)
    draw_box(inspector, 4, 6, 20, 16)
    draw_box(inspector, 22, 20, 28, 28)
    waiting(notebook, 2)
    notebook.save()
    notebook.reload()
    Inspector.on(notebook)
    waiting(notebook, 0)
    assert from_kernel(notebook, "len(w.findings.list())") == 2
    assert from_kernel(notebook, "[f.version for f in w.findings.list()]") == [1, 1]
    notebook.errors.clear()  # Lab's own, of the page that went


def test_what_is_drawn_while_the_kernel_is_busy_survives_its_restart(
    server: Server, open_notebook: OpenNotebook
) -> None:
    notebook, inspector = opened(server, open_notebook, "restarted", kernel=OLD)
    draw_box(inspector, 4, 6, 20, 16)
    waiting(notebook, 0)
    notebook.page.evaluate(BUSY, 60)
    draw_box(inspector, 22, 20, 28, 28)
    waiting(notebook, 1)
    notebook.page.evaluate(RESTART)
    run(notebook)
    waiting(notebook, 0)
    assert from_kernel(notebook, "len(w.findings.list())") == 2
    notebook.errors.clear()  # Lab's own, of the kernel that went


def test_undo_brings_a_finding_back_into_the_store(
    server: Server, open_notebook: OpenNotebook
) -> None:
    notebook, inspector = opened(server, open_notebook, "undone")
    draw_box(inspector, 4, 6, 20, 16)
    wait_in_kernel(notebook, "len(w.findings.list()) == 1")
    before = from_kernel(notebook, ALL)
    picture = inspector.root.locator(".xw-frame")
    picture.press("Control+z")
    wait_in_kernel(notebook, "len(w.findings.list()) == 0")
    picture.press("Control+Shift+z")
    wait_in_kernel(notebook, "len(w.findings.list()) == 1")
    assert from_kernel(notebook, ALL) == before


def test_of_two_panels_each_hears_its_own_keys_and_keeps_its_own_findings(
    server: Server, open_notebook: OpenNotebook
) -> None:
    other = "v = xw.Inspector(clf, photo[::-1].copy(), iterations=15, findings='two.sqlite'); v"
    notebook, first = opened(server, open_notebook, "two", more=other)
    second = Inspector.on(notebook, 1)
    second.wait_for(status="done", iteration=15)
    wait_in_kernel(notebook, "v._findings.get('ready')")
    draw_box(first, 4, 6, 20, 16)
    draw_box(second, 2, 2, 9, 9)
    wait_in_kernel(notebook, "len(v.findings.list()) == len(w.findings.list()) == 1")
    first.root.locator(".xw-frame").press("Control+z")
    wait_in_kernel(notebook, "len(w.findings.list()) == 0")
    assert from_kernel(notebook, "len(v.findings.list())") == 1
    pressed = tools(second).get_by_role("button", pressed=True)
    assert [each.get_attribute("aria-label") for each in pressed.all()] == ["Box"]


def test_two_views_of_one_panel_share_findings_and_not_the_tool(
    server: Server, open_notebook: OpenNotebook
) -> None:
    notebook, first = opened(server, open_notebook, "views", more="w")
    second = Inspector.on(notebook, 1)
    second.wait_for(status="done", iteration=15)
    draw_box(first, 4, 6, 20, 16)
    wait_in_kernel(notebook, "len(w.findings.list()) == 1")
    assert tools(second).get_by_role("button", pressed=True).count() == 0
    # What the one made the other takes back: there is one history.
    second.root.locator(".xw-frame").press("Control+z")
    wait_in_kernel(notebook, "len(w.findings.list()) == 0")
