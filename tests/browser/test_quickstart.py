"""The quickstart notebook, in fewer iterations, in JupyterLab; its panel in Notebook 7, too."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import Inspector, array_from_kernel, from_kernel, shows
from tests.browser.jupyter import FRONTENDS, Notebook, Server
from tests.kernels.described import FORKED
from tests.shortening import assert_pictures_are_shown, shortened

MAKES_THE_PANEL = re.compile(r"^import|Inspector\(", re.MULTILINE)
QUICKSTART = Path(__file__).parents[2] / "examples" / "quickstart.ipynb"

pytestmark = pytest.mark.parametrize("server", ["lab", "notebook"], indirect=True, scope="module")


@pytest.fixture(scope="module")
def quickstart(server: Server, open_shared: OpenNotebook) -> Notebook:
    path = server.root / QUICKSTART.name
    content = shortened(QUICKSTART)
    if server.frontend is FRONTENDS["notebook"]:
        content.cells = [cell for cell in content.cells if MAKES_THE_PANEL.search(cell.source)]
        content.metadata.kernelspec.name = FORKED
    nbformat.write(content, path)
    notebook = open_shared(path)
    notebook.run_all()
    # In JupyterLab, it explains four times before the panel.
    notebook.page.set_default_timeout(600_000)
    Inspector.on(notebook).wait_for(status="done", seconds=600)
    notebook.wait_until_idle()
    return notebook


@pytest.fixture
def inspector(quickstart: Notebook) -> Inspector:
    """The Inspector as it stands after the run, whatever an earlier test did to it."""
    inspector = Inspector.on(quickstart)
    inspector.root.scroll_into_view_if_needed()
    inspector.classes.first.click()
    inspector.slider.press("End")
    inspector.wait_for(
        target=from_kernel(quickstart, "w.explanation.targets[0]"),
        iteration=from_kernel(quickstart, "len(w.explanation.trace.score) - 1"),
    )
    return inspector


def test_the_panel_explains_a_moped(quickstart: Notebook, inspector: Inspector) -> None:
    assert quickstart.cell_errors() == []
    quickstart.save()  # the panel's own still picture among them
    assert_pictures_are_shown(nbformat.read(quickstart.path, as_version=4))
    assert "moped" in inspector.classes.first.inner_text()
    (before, *_), (after, *_) = from_kernel(
        quickstart, "[list(map(float, w.explanation.image_scores)), w.explanation.scores.tolist()]"
    )
    assert after > before / 2


def test_the_canvas_holds_the_evidence_of_the_class_that_is_pressed(
    quickstart: Notebook, inspector: Inspector
) -> None:
    evidence = array_from_kernel(quickstart, "w.explanation.evidence")
    for k, target in enumerate(from_kernel(quickstart, "list(w.explanation.targets)")):
        name = from_kernel(quickstart, f"clf.categories[{target}]").split(",")[0]
        button = inspector.classes.filter(has_text=name)
        button.click()
        inspector.wait_for(target=target)
        assert button.get_attribute("aria-pressed") == "true"
        assert inspector.pressed_classes == 1
        np.testing.assert_array_equal(inspector.pixels(), evidence[k])


def test_the_slider_draws_the_keyframes_and_obeys_the_keyboard(
    quickstart: Notebook, inspector: Inspector
) -> None:
    kept = from_kernel(quickstart, "[int(i) for i in w.explanation.frames.iterations]")
    assert kept[0] == 0
    inspector.slider.focus()
    inspector.slider.press("Home")
    inspector.wait_for(iteration=kept[0])
    inspector.slider.press("ArrowRight")
    inspector.wait_for(iteration=kept[1])
    inspector.slider.press("End")
    inspector.wait_for(iteration=kept[-1])
    inspector.slider.press("ArrowLeft")
    inspector.wait_for(iteration=kept[-2])

    image, reference, mask = (
        array_from_kernel(quickstart, f"w.explanation.{name}").astype(int)
        for name in ("image", "reference", "frames.masks[-2, 0].transpose(1, 2, 0)")
    )
    evidence = (mask * image + (255 - mask) * reference + 127) // 255
    np.testing.assert_array_equal(inspector.pixels(), evidence)


def test_pointing_at_a_pixel_reads_it(quickstart: Notebook, inspector: Inspector) -> None:
    image = array_from_kernel(quickstart, "w.explanation.image")
    evidence = array_from_kernel(quickstart, "w.explanation.evidence[0]")
    for x, y in [(0, 0), (120, 80), (223, 223)]:
        inspector.point_at(x, y)
        readout = inspector.readout()
        assert shows(readout, [x, y])
        assert shows(readout, image[y, x])
        assert shows(readout, evidence[y, x])


def test_the_panel_is_handed_out_as_one_small_page(
    quickstart: Notebook, inspector: Inspector, browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "moped.html"
    assert from_kernel(quickstart, f"str(w.export_html({str(path)!r}))") == str(path)
    assert path.stat().st_size < 2_000_000
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    exported = Inspector(page.locator(".xwidget-inspector"))
    exported.wait_for(status="done", target=inspector.target, iteration=inspector.iteration)
    evidence = array_from_kernel(quickstart, "w.explanation.evidence[0]")
    np.testing.assert_array_equal(exported.pixels(), evidence)
    assert "efficientnet_lite0" in page.title()
    context.close()


def test_the_keyboard_moves_a_cursor_over_the_pixels_and_leaves_again(
    quickstart: Notebook, inspector: Inspector
) -> None:
    image = array_from_kernel(quickstart, "w.explanation.image")
    inspector.point_at(100, 50)
    picture = inspector.root.get_by_role("application")
    picture.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        picture.press(key)
    assert shows(inspector.readout(), [101, 52])
    assert shows(inspector.readout(), image[52, 101])

    focused_inside = "(root) => root.contains(document.activeElement)"
    for _ in range(40):
        quickstart.page.keyboard.press("Tab")
        if not inspector.root.evaluate(focused_inside):
            return
    pytest.fail("Tab never left the Inspector")
