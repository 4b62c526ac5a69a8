"""Games, and defense on and off, side by side in JupyterLab; and what is saved from the panel."""

import re
from pathlib import Path

import numpy as np
import pytest

import xwidget as xw
from tests.browser.inspector import (
    Inspector,
    array_from_kernel,
    from_kernel,
    painted,
    pixels_of,
)
from tests.browser.jupyter import Notebook

INSPECTOR = "2"


@pytest.fixture
def inspector(notebook: Notebook) -> Inspector:
    inspector = Inspector.on(notebook)
    inspector.side_by_side("single")
    return inspector


@pytest.mark.parametrize(
    ("layout", "names"),
    [
        ("game", ["generation", "preservation", "deletion", "repression"]),
        ("defense", ["auto", "none"]),
    ],
)
def test_runs_stand_side_by_side_at_one_iteration(
    notebook: Notebook, inspector: Inspector, layout: str, names: list[str]
) -> None:
    inspector.side_by_side(layout)
    panes = inspector.root.locator(".xw-pane")
    panes.nth(len(names) - 1).wait_for()
    inspector.wait_for(status="done", iteration=20)
    titles = [panes.nth(k).locator(".xw-pane-title") for k in range(len(names))]
    for name, title in zip(names, titles, strict=True):
        # With its score: its mask has come. Before it there may be a verdict.
        title.get_by_text(re.compile(rf"{name}(, [a-z ]+)?: [01<]")).wait_for()
    # The last pane's first mask may be there before the run that makes it has ended.
    inspector.wait_for(status="done", iteration=20)
    assert from_kernel(notebook, "w.status") == "done"
    assert sorted(from_kernel(notebook, "list(w.comparison)")) == sorted(names)

    painted(notebook.page, 300)
    canvases = inspector.root.locator("canvas")
    for k, name in enumerate(names):
        evidence = array_from_kernel(notebook, f"w.comparison[{name!r}].evidence[0]")
        np.testing.assert_array_equal(pixels_of(canvases.nth(k)), evidence, name)

    inspector.classes.nth(1).click()
    second = from_kernel(notebook, "w._classes")[1]["index"]
    inspector.wait_for(target=second)
    painted(notebook.page, 600)
    for k, name in enumerate(names):
        row = f"list(w.comparison[{name!r}].targets).index({second})"
        evidence = array_from_kernel(notebook, f"w.comparison[{name!r}].evidence[{row}]")
        np.testing.assert_array_equal(pixels_of(canvases.nth(k)), evidence, name)
    inspector.classes.nth(0).click()


def test_the_explanation_is_saved_from_the_panel(notebook: Notebook, inspector: Inspector) -> None:
    inspector.button("Save").click()
    with notebook.page.expect_download() as download:
        inspector.root.get_by_role("menuitem", name="Save Explanation").click()
    saved = xw.Explanation.load(Path(download.value.path()))
    evidence = array_from_kernel(notebook, "w.explanation.evidence[0]")
    np.testing.assert_array_equal(saved.evidence[0], evidence)


def test_a_page_without_a_kernel_is_exported_from_the_panel(
    notebook: Notebook, inspector: Inspector, tmp_path: Path
) -> None:
    inspector.button("Save").click()
    with notebook.page.expect_download() as download:
        inspector.root.get_by_role("menuitem", name="Export page (HTML)").click()
    file = tmp_path / download.value.suggested_filename
    assert file.suffix == ".html"
    download.value.save_as(file)
    page = notebook.page.context.new_page()
    page.goto(file.as_uri())
    opened = Inspector(page.locator(".xwidget-inspector"))
    opened.wait_for(status="done", iteration=20)
    np.testing.assert_array_equal(opened.pixels(), inspector.pixels())
    page.close()


def test_the_save_menu_obeys_the_keyboard(notebook: Notebook, inspector: Inspector) -> None:
    save = inspector.button("Save")
    save.focus()
    save.press("Enter")
    items = inspector.root.get_by_role("menuitem")
    focused = "e => e === document.activeElement"
    assert items.nth(0).evaluate(focused)
    notebook.page.keyboard.press("ArrowDown")
    assert items.nth(1).evaluate(focused)
    notebook.page.keyboard.press("End")
    assert items.last.evaluate(focused)
    notebook.page.keyboard.press("Escape")
    assert items.count() == 0
    assert save.evaluate(focused)
