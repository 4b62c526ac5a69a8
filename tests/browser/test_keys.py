"""The panel's keys are its own, whatever the notebook around it does with them."""

import pytest

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import SMALL_NET, Inspector, shows, wait_in_kernel
from tests.browser.jupyter import Server, write_notebook

# The kind and the text of each cell, and whether it is selected.
CELLS = """() => [...document.querySelectorAll(".jp-Notebook .jp-Cell")].map((cell) => [
  ["jp-CodeCell", "jp-RawCell", "jp-MarkdownCell", "jp-mod-selected"].filter((name) =>
    cell.classList.contains(name)),
  cell.querySelector(".cm-content")?.textContent,
])"""


@pytest.mark.parametrize("server", ["notebook", "lab"], indirect=True)
def test_arrow_keys_move_the_slider_and_the_pixel_cursor(
    server: Server, open_notebook: OpenNotebook
) -> None:
    cells = [SMALL_NET, "w = xw.Inspector(clf, photo, iterations=15); w"]
    notebook = open_notebook(write_notebook(server.root / "keys.ipynb", cells))
    notebook.run_all()
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="done", iteration=15)
    inspector.slider.click()
    inspector.slider.press("Home")
    inspector.wait_for(iteration=0)
    inspector.slider.press("ArrowRight")
    inspector.wait_for(iteration=1)

    inspector.point_at(10, 20)
    picture = inspector.root.get_by_role("application")
    picture.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        picture.press(key)
    assert shows(inspector.readout(), [11, 22])


@pytest.mark.parametrize("server", ["notebook", "lab"], indirect=True)
def test_shift_enter_runs_the_cell_wherever_the_focus_is(
    server: Server, open_notebook: OpenNotebook
) -> None:
    cells = [
        SMALL_NET,
        "w = xw.Inspector(clf, photo, iterations=15)\nruns = 0",
        "runs += 1\nw",
        "",
    ]
    notebook = open_notebook(write_notebook(server.root / "shift_enter.ipynb", cells))
    notebook.run_all()
    Inspector.on(notebook).wait_for(status="done", iteration=15)
    controls = {
        "slider": lambda inspector: inspector.slider,
        "class": lambda inspector: inspector.classes.nth(1),
        "button": lambda inspector: inspector.button("Run"),
        "picture": lambda inspector: inspector.root.get_by_role("application"),
        "field": lambda inspector: inspector.root.get_by_role("combobox", name="Add class"),
        "select": lambda inspector: inspector.root.locator("select").first,
    }
    for runs, (name, control) in enumerate(controls.items(), start=2):
        inspector = Inspector.on(notebook)
        inspector.wait_for(status="done", iteration=15)
        target = inspector.target
        control(inspector).focus()
        notebook.page.keyboard.press("Shift+Enter")
        wait_in_kernel(notebook, f"runs >= {runs}", name)
        inspector = Inspector.on(notebook)
        inspector.wait_for(status="done", iteration=15, target=target)  # and did nothing else


@pytest.mark.parametrize("server", ["lab"], indirect=True)
def test_after_a_press_beside_all_controls_no_key_changes_the_cell(
    server: Server, open_notebook: OpenNotebook
) -> None:
    cells = [SMALL_NET, "w = xw.Inspector(clf, photo, iterations=5, findings=False); w", "1 + 1"]
    notebook = open_notebook(write_notebook(server.root / "beside.ipynb", cells))
    notebook.run_all()
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="done")
    inspector.button("Annotate").wait_for()
    box = inspector.root.bounding_box()
    assert box
    empty = [
        {"x": 2, "y": 40},  # the panel's edge
        {"x": box["width"] - 20, "y": box["height"] - 12},
    ]
    inspector.root.click(position=empty[0])  # selects its cell
    before = notebook.page.evaluate(CELLS)
    for place in empty:
        inspector.root.click(position=place)
        for key in [*"rmyxdd", "Control+a", *"mr", "Enter", "d", "d"]:
            notebook.page.keyboard.press(key)
    inspector.root.click(position=empty[1])
    notebook.page.keyboard.press("a")
    inspector.root.get_by_role("button", name="Annotate", pressed=True).wait_for(timeout=5000)
    assert notebook.page.evaluate(CELLS) == before
    assert inspector.root.is_visible()
