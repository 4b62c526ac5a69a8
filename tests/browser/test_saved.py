"""What a notebook shows that was saved without its widgets' state, and is opened again."""

from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import Browser

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import SMALL_NET, Inspector
from tests.browser.jupyter import POLL, Notebook, Server, write_notebook

CELLS = [SMALL_NET, "w = xw.Inspector(clf, photo, iterations=15)\nw", "w.wait()\nw"]
SCRIPT = "application/javascript"
SHUTDOWN = "() => jupyterapp.shell.currentWidget.sessionContext.shutdown()"
ANOTHER = """() => jupyterapp.shell.currentWidget.sessionContext
  .changeKernel({ name: "ipykernel-6" })"""
SIZE = "(img) => [img.naturalWidth, img.naturalHeight]"

# Pictures, and lines of text, that a person can see in the outputs.
PICTURES = """() => [...document.querySelectorAll(".jp-OutputArea img")]
  .filter((img) => img.checkVisibility() && img.naturalWidth > 1 && img.offsetHeight > 8).length"""
TEXTS = """() => [...document.querySelectorAll(".jp-OutputArea-output")]
  .filter((output) => output.checkVisibility()).map((output) => output.innerText.trim())"""
HEIGHTS = """() => [...document.querySelectorAll(".jp-OutputArea-child")]
  .map((child) => child.offsetHeight)"""

pytestmark = pytest.mark.parametrize("server", ["lab", "notebook"], indirect=True, scope="module")


@pytest.fixture(scope="module")
def live(server: Server, open_shared: OpenNotebook) -> Notebook:
    notebook = open_shared(write_notebook(server.root / "live.ipynb", CELLS))
    notebook.run_all()
    for number in (0, 1):
        Inspector.on(notebook, number).wait_for(status="done", iteration=15)
    notebook.save()
    return notebook


@pytest.fixture(scope="module")
def saved(live: Notebook) -> Path:
    """The notebook as it was saved; it was never run under this name."""
    path = live.path.with_name("saved.ipynb")
    path.write_bytes(live.path.read_bytes())
    return path


def test_while_the_panel_is_live_no_picture_stands_beside_it(live: Notebook) -> None:
    live.page.wait_for_timeout(2500)
    assert live.page.evaluate(PICTURES) == 0
    above, below, *_ = live.page.evaluate(HEIGHTS)
    assert above > 300
    assert below == 0


def test_the_notebook_saved_is_small_and_holds_the_evidence(saved: Path) -> None:
    notebook = nbformat.read(saved, as_version=4)
    assert "widgets" not in notebook.metadata
    for cell in notebook.cells[1:]:
        panel, kept = cell.outputs
        assert "image/png" in panel.data
        assert len(kept.data[SCRIPT]) < 100_000


def test_opened_again_it_shows_the_evidence_in_place_of_the_panel(
    saved: Path, open_notebook: OpenNotebook
) -> None:
    again = open_notebook(saved)  # with a kernel of its own
    expect_evidence(again)
    for theme in ("light", "dark"):
        again.set_theme(theme)
        again.page.wait_for_timeout(2500)
        again.page.screenshot(path=saved.with_name(f"again-{theme}.png"))
    for kernel in (ANOTHER, SHUTDOWN):
        again.page.evaluate(kernel)
        again.page.wait_for_timeout(500)
        expect_evidence(again)
    again.errors.clear()  # Lab's own: it looks for the model


def expect_evidence(notebook: Notebook) -> None:
    notebook.page.wait_for_function(f"() => ({PICTURES})() === 2", polling=POLL)
    assert not [text for text in notebook.page.evaluate(TEXTS) if "Error" in text]
    kept = notebook.page.locator(".jp-OutputArea figure")
    assert kept.count() == 2
    for figure in kept.all():
        assert "Run the cell again" in figure.inner_text()
        assert "apple" in (figure.locator("img").get_attribute("alt") or "")
        width, height = figure.locator("img").evaluate(SIZE)
        assert width > 3 * 32
        assert height > 32 + 12  # with the words below


def test_not_trusted_yet_it_shows_the_still_pictures(
    saved: Path, open_notebook: OpenNotebook
) -> None:
    notebook = nbformat.read(saved, as_version=4)
    notebook.cells[0].source += "\n# as if written by another person"
    path = saved.with_name("foreign.ipynb")
    nbformat.write(notebook, path)
    foreign = open_notebook(path)
    foreign.page.wait_for_function(f"() => ({PICTURES})() === 2", polling=POLL)
    assert foreign.page.locator(".jp-OutputArea figure").count() == 0


def test_run_again_the_panel_takes_its_place(saved: Path, open_notebook: OpenNotebook) -> None:
    again = open_notebook(saved)
    again.run_all()
    for number in (0, 1):
        Inspector.on(again, number).wait_for(status="done", iteration=15)
    again.page.wait_for_timeout(2500)
    assert again.page.evaluate(PICTURES) == 0
    again.errors.clear()  # Lab's own: it looked for the model


def test_converted_to_html_it_shows_each_picture_once(
    saved: Path, browser: Browser, tmp_path: Path
) -> None:
    html, _ = HTMLExporter().from_filename(str(saved))
    (tmp_path / "page.html").write_text(html)
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_timeout(2500)
    assert page.evaluate(PICTURES) == 2
    page.screenshot(path=saved.with_name("converted.png"))
    context.close()
