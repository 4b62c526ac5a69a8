"""What a kernel knows of who looks: views that come and go, cells that are run again."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import ENDLESS, SMALL_NET, Inspector, from_kernel, wait_in_kernel
from tests.browser.jupyter import Notebook, Server, write_notebook

FOREVER = 100_000  # iterations: hours
CELL = f"w = Endless(clf, photo, iterations={FOREVER}); made.append(w); w"
RESTS = '{}._progress.get("waits") == "a view"'

# Select a cell, and run a command of JupyterLab on it.
ON_CELL = """async ([index, command]) => {
  jupyterapp.shell.currentWidget.content.activeCellIndex = index;
  await jupyterapp.commands.execute(command);
}"""

Run = Callable[..., Notebook]


@pytest.fixture
def run(server: Server, open_notebook: OpenNotebook, request: pytest.FixtureRequest) -> Run:
    """Open a notebook that defines an endless run, then runs these cells."""

    def run(*cells: str, **options: Any) -> Notebook:
        path = server.root / f"{request.node.name}.ipynb"
        setup = f"{SMALL_NET}\n{ENDLESS}\nmade = []"
        notebook = open_notebook(write_notebook(path, [setup, *cells]), **options)
        notebook.run_all()
        return notebook

    return run


def goes_on(notebook: Notebook, name: str = "w") -> None:
    now = from_kernel(notebook, f"{name}._session.runs.nearest({name}.target) or 0")
    wait_in_kernel(notebook, f"({name}._session.runs.nearest({name}.target) or 0) > {now + 5}")


def test_a_cleared_output_rests_and_goes_on_where_it_is_shown_again(run: Run) -> None:
    notebook = run(CELL, "1 + 1")
    Inspector.on(notebook).wait_for_more_than(iteration=10)
    notebook.page.evaluate(ON_CELL, [1, "notebook:clear-cell-output"])
    wait_in_kernel(notebook, RESTS.format("w"))
    before = from_kernel(notebook, "[w.status, w._session.runs.nearest(w.target)]")
    notebook.page.wait_for_timeout(300)
    assert from_kernel(notebook, "[w.status, w._session.runs.nearest(w.target)]") == before
    assert before[0] == "running"

    notebook.page.evaluate(
        "jupyterapp.shell.currentWidget.content.widgets[2].model.sharedModel.setSource('w')"
    )
    notebook.page.evaluate(ON_CELL, [2, "notebook:run-cell"])
    Inspector.on(notebook).wait_for_more_than(iteration=before[1])
    assert from_kernel(notebook, "w._session.views.count") == 1
    notebook.execute("w.stop()")


def test_what_is_scrolled_away_is_not_seen(run: Run) -> None:
    notebook = run(CELL, *(f"print('line\\n' * {lines})" for lines in (80, 80)))
    wait_in_kernel(notebook, "w._session.views.count == 1")
    notebook.page.locator(".jp-Notebook .jp-CodeCell").last.scroll_into_view_if_needed()
    wait_in_kernel(notebook, "(w._session.views.count, w._session.views.seen) == (1, 0)")
    Inspector.on(notebook).root.scroll_into_view_if_needed()
    wait_in_kernel(notebook, "w._session.views.seen == 1")
    notebook.execute("w.stop()")


def test_a_cell_that_is_run_again_has_one_run(run: Run) -> None:
    notebook = run(CELL, "other = Endless(clf, photo, iterations=100_000); other")
    Inspector.on(notebook, 1).wait_for_more_than(iteration=5)
    for _ in range(3):
        notebook.page.evaluate(ON_CELL, [1, "notebook:run-cell"])
        notebook.page.wait_for_timeout(200)
        goes_on(notebook)
    wait_in_kernel(notebook, "[w.status for w in made] == ['stopped'] * 3 + ['running']")
    goes_on(notebook, "other")
    assert from_kernel(notebook, "[w.explanation is not None for w in made]") == [True] * 4
    notebook.execute("w.stop(); other.stop()")
