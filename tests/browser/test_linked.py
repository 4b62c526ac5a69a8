"""Inspectors whose iteration is linked on the page, while they run."""

import pytest
from playwright.sync_api import Locator

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import ENDLESS, SMALL_NET, Inspector, from_kernel, wait_in_kernel
from tests.browser.jupyter import Notebook, Server, write_notebook

PAIR = """
import ipywidgets
a, b = (Endless(clf, each, iterations=n) for each, n in zip((photo, 255 - photo), lengths))
ipywidgets.jslink((a, "iteration"), (b, "iteration"))
slider = ipywidgets.IntSlider(max=1000)
ipywidgets.jslink((a, "iteration"), (slider, "value"))
said = []
a.observe(lambda change: said.append(change["new"]), "iteration")
"""


@pytest.fixture
def notebook(
    request: pytest.FixtureRequest, server: Server, open_notebook: OpenNotebook
) -> Notebook:
    """Two that are linked, of the lengths that ``request.param`` names."""
    path = server.root / "linked.ipynb"
    lengths = f"lengths = {request.param}"
    cells = [SMALL_NET, ENDLESS, lengths + PAIR, "slider", "a", "b"]
    notebook = open_notebook(write_notebook(path, cells))
    notebook.run_all()
    return notebook


def handle(notebook: Notebook) -> Locator:
    return notebook.page.locator(".noUi-handle").first


@pytest.mark.parametrize("notebook", [(100, 150)], indirect=True, ids=["short"])
def test_linked_inspectors_stay_in_step_with_their_runs(notebook: Notebook) -> None:
    for _ in range(2):
        views = [Inspector.on(notebook, number) for number in range(2)]
        for view in views:
            view.wait_for(status="done")
        # The one that ends last takes the other along.
        wait_in_kernel(notebook, "a.iteration == b.iteration and a.iteration in (100, 150)")
        last = from_kernel(notebook, "a.iteration")
        views[1].wait_for(iteration=last)
        views[0].wait_for(iteration=100)
        assert from_kernel(notebook, "[a._follow, b._follow, a.error, b.error]")[2:] == ["", ""]
        assert from_kernel(notebook, "len(set(said)) > 5")
        for view in views:
            view.button("Run").click()
            view.wait_for(status="running")


@pytest.mark.parametrize("notebook", [(300, 400)], indirect=True, ids=["long"])
def test_a_linked_slider_leads_when_a_person_is_at_it(notebook: Notebook) -> None:
    first, second = Inspector.on(notebook, 0), Inspector.on(notebook, 1)
    first.wait_for_more_than(iteration=20)
    second.wait_for_more_than(iteration=20)
    handle(notebook).focus()
    for _ in range(15):
        handle(notebook).press("ArrowLeft")
    wait_in_kernel(notebook, "not a._follow and not b._follow and a.iteration == b.iteration")
    at = int(handle(notebook).get_attribute("aria-valuenow").split(".")[0])
    wait_in_kernel(notebook, f"a.iteration == b.iteration == {at}")
    for view in (first, second):
        view.wait_for(status="done")
    assert from_kernel(notebook, "[a.iteration, b.iteration]") == [at, at]
    assert from_kernel(notebook, "slider.value") == at
