"""What a person can still do when the kernel has gone, or was never there."""

import json

import nbclient
import nbformat
import numpy as np

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import SMALL_NET, Inspector, array_from_kernel, from_kernel, shows
from tests.browser.jupyter import Server, write_notebook

CELLS = [SMALL_NET, "w = xw.Inspector(clf, photo, iterations=15)\nw.wait()\nw"]
NO_KERNEL = "The kernel does not answer"


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

    notebook.page.evaluate(
        "async () => { await jupyterapp.serviceManager.sessions.shutdownAll(); }"
    )
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


def test_a_notebook_opened_again_shows_what_was_found_and_says_that_no_kernel_answers(
    server: Server, open_notebook: OpenNotebook
) -> None:
    path = write_notebook(
        server.root / "again.ipynb", [*CELLS, "print(w.explanation.evidence.tolist())"]
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
        notebook.page.wait_for_timeout(300)
        np.testing.assert_array_equal(inspector.pixels(), evidence[number])
    inspector.point_at(10, 20)
    assert shows(inspector.readout(), evidence[0, 20, 10])
    inspector.root.get_by_text(NO_KERNEL).wait_for()
