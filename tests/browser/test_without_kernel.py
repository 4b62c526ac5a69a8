"""What a person can still do when the kernel has gone, or was never there."""

import json

import nbclient
import nbformat
import numpy as np
import pytest

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import (
    ENDLESS,
    SMALL_NET,
    Inspector,
    array_from_kernel,
    from_kernel,
    painted,
    shows,
)
from tests.browser.jupyter import Notebook, Server, write_notebook

CELLS = [SMALL_NET, "w = xw.Inspector(clf, photo, iterations=15)\nw.wait()\nw"]
RUNS_ON = [SMALL_NET + ENDLESS, "w = Endless(clf, photo, iterations=20_000)\nw"]
NO_KERNEL = "The kernel does not answer"

SESSION = "jupyterapp.shell.currentWidget.sessionContext.session"
DROP = f"() => {{ {SESSION}.kernel._ws.close(4000); }}"
RESTART = f"async () => {{ await {SESSION}.kernel.restart(); }}"
SHUTDOWN = "async () => { await jupyterapp.serviceManager.sessions.shutdownAll(); }"


def expect_cut(inspector: Inspector, reason: str) -> None:
    """What needs the kernel is disabled, with the reason, and nothing lies over the mask."""
    inspector.root.locator(".xw-notice").get_by_text(reason).wait_for()
    for name in ("Run", "Stop", "Run more", "Only what is shown"):
        button = inspector.button(name)
        assert button.is_disabled()
        assert button.locator(f"xpath=ancestor-or-self::*[contains(@title, '{reason}')]").count()
    assert inspector.root.locator("fieldset.xw-needs-kernel:not(:disabled)").count() == 0
    assert inspector.root.locator(".xw-words").count() == 0


def test_a_panel_whose_kernel_ended_goes_on_with_what_it_has(
    server: Server, open_notebook: OpenNotebook
) -> None:
    notebook = open_notebook(write_notebook(server.root / "ended.ipynb", CELLS))
    notebook.run_all()
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="done", iteration=15)
    targets = from_kernel(notebook, "list(w.explanation.targets)")
    evidence = array_from_kernel(notebook, "w.explanation.evidence")
    kept = from_kernel(notebook, "[int(i) for i in w.explanation.frames.iterations]")
    for number in (1, 2, 0):  # each class's history is fetched once it is looked at
        inspector.classes.nth(number).click()
        inspector.wait_for(target=targets[number], iteration=15)
        notebook.page.wait_for_load_state("networkidle")
        notebook.page.wait_for_timeout(1000)

    notebook.page.evaluate(SHUTDOWN)
    expect_cut(inspector, "The kernel was shut down")
    for number in (2, 1):
        inspector.classes.nth(number).click()
        inspector.wait_for(target=targets[number], iteration=15)
        np.testing.assert_array_equal(inspector.pixels(), evidence[number])
    inspector.point_at(10, 20)
    assert shows(inspector.readout(), evidence[1, 20, 10])
    inspector.slider.press("Home")
    inspector.wait_for(target=targets[1], iteration=kept[0])
    inspector.slider.press("ArrowRight")
    inspector.wait_for(target=targets[1], iteration=kept[1])
    notebook.errors.clear()  # Lab's own, of the kernel that went


@pytest.mark.parametrize(
    ("act", "reason"),
    [(SHUTDOWN, "The kernel was shut down"), (RESTART, "The kernel was restarted")],
    ids=["shut down", "restarted"],
)
def test_a_run_whose_kernel_ends_is_over_and_its_mask_stays(
    server: Server, open_notebook: OpenNotebook, act: str, reason: str
) -> None:
    notebook = open_notebook(write_notebook(server.root / f"{reason.split()[-1]}.ipynb", RUNS_ON))
    inspector = run_on(notebook)
    notebook.page.evaluate(act)
    inspector.wait_for(status="stopped")
    assert inspector.iteration > 5
    expect_cut(inspector, reason)
    if act == RESTART:
        run_on(notebook)
    notebook.errors.clear()  # Lab's own, of the kernel that went


def run_on(notebook: Notebook) -> Inspector:
    notebook.run_all()
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="running")
    inspector.wait_for_more_than(5)
    return inspector


def test_a_run_goes_on_when_the_connection_is_back(
    server: Server, open_notebook: OpenNotebook
) -> None:
    notebook = open_notebook(write_notebook(server.root / "dropped.ipynb", RUNS_ON))
    inspector = run_on(notebook)
    notebook.page.evaluate(DROP)
    inspector.root.locator(".xw-notice").wait_for(state="detached")
    inspector.wait_for_more_than(inspector.iteration + 20)
    inspector.button("Stop").click()
    inspector.wait_for(status="stopped")
    notebook.errors.clear()  # Lab's own, of the connection that dropped


@pytest.mark.parametrize("kernel", ["python3", "ipykernel-6"])
def test_a_kernel_that_is_busy_with_a_cell_is_not_gone(
    server: Server, open_notebook: OpenNotebook, kernel: str
) -> None:
    cells = [*CELLS, "import time\ntime.sleep(8)"]
    notebook = open_notebook(write_notebook(server.root / f"busy-{kernel}.ipynb", cells, kernel))
    notebook.run_all()
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="done", iteration=15)
    notebook.page.wait_for_timeout(5000)
    assert inspector.button("Run").is_enabled()
    notebook.wait_until_idle()
    inspector.button("Run").click()
    inspector.wait_for(status="done", iteration=15)
    assert inspector.root.locator(".xw-notice").count() == 0


def test_a_notebook_opened_again_shows_what_was_found_and_says_that_no_kernel_answers(
    server: Server, open_notebook: OpenNotebook
) -> None:
    path = write_notebook(
        server.root / "again.ipynb", [*CELLS, "print(w.explanation.evidence.tolist())"], "python3"
    )
    executed = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(executed, timeout=180).execute()
    nbformat.write(executed, path)
    evidence = np.array(json.loads(executed.cells[2].outputs[0].text), np.uint8)

    notebook = open_notebook(path)
    # Until the notebook is trusted Lab runs nothing of it, and shows the still picture.
    notebook.page.locator(".jp-OutputArea img").wait_for()
    notebook.page.evaluate('() => { jupyterapp.commands.execute("notebook:trust"); }')
    notebook.page.get_by_role("dialog").get_by_role("button", name="Trust").click()
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="done", iteration=15)
    for number in (1, 2, 0):  # the last mask of every class is saved
        inspector.classes.nth(number).click()
        painted(notebook.page, 300)
        np.testing.assert_array_equal(inspector.pixels(), evidence[number])
    inspector.point_at(10, 20)
    assert shows(inspector.readout(), evidence[0, 20, 10])
    inspector.root.get_by_text(NO_KERNEL).wait_for()
