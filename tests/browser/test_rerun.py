"""Running a cell again and again, as people do."""

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import SMALL_NET, Inspector, from_kernel, wait_in_kernel
from tests.browser.jupyter import Server, write_notebook

CELL = """
if "w" in globals():
    w.close()
w = xw.Inspector(clf, photo, iterations=15)
w
"""

RUN_LAST = """async () => {
  jupyterapp.shell.currentWidget.content.activeCellIndex = 1;
  await jupyterapp.commands.execute("notebook:run-cell");
}"""

HELD = (
    "[len(__import__('ipywidgets').widgets.widget._instances),"
    " sorted(t.name for t in __import__('threading').enumerate() if t.name.startswith('xwidget'))]"
)


def test_a_cell_that_closes_what_it_made_leaves_nothing_behind(
    server: Server, open_notebook: OpenNotebook
) -> None:
    notebook = open_notebook(write_notebook(server.root / "rerun.ipynb", [SMALL_NET, CELL]))
    notebook.run_all()
    Inspector.on(notebook).wait_for(status="done", iteration=15)
    # The run's, and the one that looks what others do in the store of findings.
    wait_in_kernel(notebook, f"{HELD}[1] == ['xwidget', 'xwidget-watch']")
    held = from_kernel(notebook, HELD)
    for _ in range(5):
        notebook.page.evaluate(RUN_LAST)
        Inspector.on(notebook).wait_for(status="done", iteration=15)
    wait_in_kernel(notebook, f"{HELD} == {held!r}")
    assert notebook.page.locator(".xwidget-inspector").count() == 1
