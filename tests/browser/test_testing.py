"""Testing an explanation in JupyterLab: a person edits the mask, the net says what it sees."""

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
    wait_in_kernel,
)
from tests.browser.jupyter import Notebook, Server, write_notebook

INSPECTOR = "3, sparsity=0.001"


@pytest.fixture
def inspector(notebook: Notebook) -> Inspector:
    """The panel without a test under way."""
    inspector = Inspector.on(notebook)
    for name in ("Back to the edit", "End test"):
        if inspector.button(name).is_visible():
            inspector.button(name).click()
    wait_in_kernel(notebook, "w.tested is None")
    return inspector


def scored(notebook: Notebook, inspector: Inspector) -> dict[str, float]:
    """What the panel says of every class once the net has answered."""
    answer = inspector.root.get_by_role("status", name="Edited input")
    inspector.root.page.wait_for_function(
        "answer => answer.textContent.startsWith('The network now says')",
        arg=answer.element_handle(),
    )
    said = {}
    for button in inspector.classes.all():
        name, scores = button.inner_text().split("\n", 1)
        said[name] = float(scores.split()[-1].replace("<", ""))
    return said


def check(notebook: Notebook, inspector: Inspector) -> None:
    """The bars say what the classifier says of exactly the picture on the canvas."""
    said = scored(notebook, inspector)
    wait_in_kernel(notebook, "w.tested is not None")
    picture = array_from_kernel(notebook, "w.tested.picture")
    np.testing.assert_array_equal(inspector.pixels(), picture)
    # The picture is rounded to 8 bits, the input that the net scores is not.
    expected = dict(from_kernel(notebook, "[[n, s] for _, n, s in clf.predict(w.tested.picture)]"))
    for name, score in said.items():
        assert score == pytest.approx(expected[name], abs=0.01), name
        assert score == pytest.approx(from_kernel(notebook, "w.tested.scores")[name], abs=0.0006)


def test_only_what_is_shown_and_everything_but_are_one_click_each(
    notebook: Notebook, inspector: Inspector
) -> None:
    evidence = array_from_kernel(notebook, "w.explanation.evidence[0]")
    inspector.button("Only what is shown").click()
    check(notebook, inspector)
    np.testing.assert_array_equal(inspector.pixels(), evidence)

    inspector.button("Everything else").click()
    check(notebook, inspector)
    mask = array_from_kernel(
        notebook, "np.floor(255 * w.explanation.masks[0] + .5).astype(np.uint8)"
    )
    tested = array_from_kernel(notebook, "np.round(255 * w.tested.mask).astype(np.uint8)")
    np.testing.assert_array_equal(tested, 255 - mask)

    inspector.button("End test").click()
    wait_in_kernel(notebook, "w.tested is None")
    np.testing.assert_array_equal(inspector.pixels(), evidence)


def test_a_brush_erases_and_restores_with_undo_and_redo(
    notebook: Notebook, inspector: Inspector
) -> None:
    before = inspector.pixels()
    reference = array_from_kernel(notebook, "w.explanation.reference")
    inspector.button("Edit mask").click()
    size = inspector.root.get_by_role("slider", name="Size")
    size.fill("3")
    draw(inspector, (8, 16), (24, 16))
    check(notebook, inspector)
    erased = inspector.pixels()
    rows = slice(14, 19)
    np.testing.assert_array_equal(erased[rows, 8:25], reference[rows, 8:25])
    np.testing.assert_array_equal(erased[:12], before[:12])
    assert not np.array_equal(erased, before)

    inspector.root.get_by_role("radio", name="restore").check(force=True)
    draw(inspector, (8, 16), (8, 16))
    check(notebook, inspector)
    np.testing.assert_array_equal(inspector.pixels()[16, 8], before[16, 8])
    np.testing.assert_array_equal(inspector.pixels()[16, 20], reference[16, 20])

    notebook.page.keyboard.press("Control+z")
    check(notebook, inspector)
    np.testing.assert_array_equal(inspector.pixels(), erased)
    inspector.button("Undo").click()
    check(notebook, inspector)
    np.testing.assert_array_equal(inspector.pixels(), before)
    notebook.page.keyboard.press("Control+Shift+z")
    check(notebook, inspector)
    np.testing.assert_array_equal(inspector.pixels(), erased)


def test_a_brush_can_touch_one_color_alone(notebook: Notebook, inspector: Inspector) -> None:
    before = inspector.pixels()
    inspector.button("Edit mask").click()
    for name in ("Red", "Blue"):
        inspector.root.get_by_role("checkbox", name=name).uncheck()
    inspector.root.get_by_role("radio", name="reveal").check(force=True)
    draw(inspector, (10, 10), (20, 20))
    check(notebook, inspector)
    image = array_from_kernel(notebook, "w.explanation.image")
    after = inspector.pixels()
    np.testing.assert_array_equal(after[15, 15, 1], image[15, 15, 1])
    np.testing.assert_array_equal(after[..., [0, 2]], before[..., [0, 2]])


def test_an_edit_waits_while_another_class_is_looked_at(
    notebook: Notebook, inspector: Inspector
) -> None:
    inspector.button("Edit mask").click()
    draw(inspector, (5, 5), (9, 9))
    scored(notebook, inspector)
    edited = inspector.pixels()
    first = inspector.target
    inspector.classes.nth(1).click()
    inspector.wait_for(target=from_kernel(notebook, "w._classes")[1]["index"])
    assert not np.array_equal(inspector.pixels(), edited)
    inspector.button("Back to the edit").click()
    painted(notebook.page, 100)
    np.testing.assert_array_equal(inspector.pixels(), edited)
    inspector.classes.nth(0).click()
    inspector.wait_for(target=first)


def test_a_mask_from_python_is_tested_in_the_panel_too(
    notebook: Notebook, inspector: Inspector
) -> None:
    notebook.execute("m = np.zeros((32, 32)); m[:, 16:] = 1; probe = w.test(m)")
    scored(notebook, inspector)
    picture = array_from_kernel(notebook, "probe.picture")
    np.testing.assert_array_equal(inspector.pixels(), picture)
    image = array_from_kernel(notebook, "w.explanation.image")
    np.testing.assert_array_equal(picture[:, 16:], image[:, 16:])
    notebook.execute("w.test(None)")
    inspector.button("End test").wait_for(state="detached")


def test_an_edit_is_scored_while_a_run_goes_on(server: Server, open_notebook: OpenNotebook) -> None:
    cells = [SMALL_NET, ENDLESS, "w = Endless(clf, photo, 2, iterations=100_000); w"]
    notebook = open_notebook(write_notebook(server.root / "testing-run.ipynb", cells))
    notebook.run_all()
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="running")
    inspector.wait_for_more_than(iteration=5)
    inspector.button("Everything else").click()
    check(notebook, inspector)
    assert inspector.status == "running"
    inspector.button("Stop").click()
    inspector.wait_for(status="stopped")


def draw(inspector: Inspector, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Draw a stroke from the middle of a pixel to that of another."""
    inspector.point_at(*start)
    mouse = inspector.root.page.mouse
    mouse.down()
    mouse.move(*inspector.place_of(*end), steps=4)
    mouse.up()
