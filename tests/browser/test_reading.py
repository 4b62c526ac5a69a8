"""Reading an explanation in JupyterLab: zoom, values, pins, side by side, threshold, help."""

import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator

from tests.browser.inspector import (
    Inspector,
    Pixels,
    array_from_kernel,
    from_kernel,
    painted,
    pixels_of,
    shows,
)
from tests.browser.jupyter import Notebook

INSPECTOR = "3, sparsity=0.001"

EVIDENCE, IMAGE = "w.explanation.evidence[{k}]", "w.explanation.image"
MASK = "np.floor(255 * w.explanation.masks[{k}] + .5).astype(np.uint8)"  # (3, H, W)


@pytest.fixture
def inspector(notebook: Notebook) -> Inspector:
    """The panel as it is at first, whatever a test before did to it."""
    inspector = Inspector.on(notebook)
    inspector.side_by_side("single")
    inspector.root.get_by_role("radio", name="Evidence").check(force=True)
    picture(inspector).press("0")
    threshold = inspector.root.get_by_role("slider", name="Threshold")
    threshold.press("Home")
    inspector.slider.press("End")
    inspector.wait_for(iteration=20)
    if inspector.button("Clear").is_visible():
        inspector.button("Clear").click()
    return inspector


def picture(inspector: Inspector) -> Locator:
    return inspector.root.get_by_role("application").first


def scale(inspector: Inspector) -> float:
    """CSS px for each pixel of the image."""
    return float(inspector.canvas.evaluate("c => c.getBoundingClientRect().width / c.width"))


def drawn(notebook: Notebook, expression: str, k: int = 0) -> Pixels:
    return array_from_kernel(notebook, expression.format(k=k))


def test_zooming_by_keys_keeps_the_pixel_and_double_click_shows_the_whole(
    inspector: Inspector,
) -> None:
    whole = scale(inspector)
    inspector.point_at(20, 11)
    for _ in range(3):
        picture(inspector).press("+")
    assert scale(inspector) > 2 * whole
    assert float(scale(inspector)).is_integer()  # at a device pixel ratio of 1: square and crisp
    assert inspector.canvas.evaluate("c => getComputedStyle(c).imageRendering") == "pixelated"
    inspector.point_at_screen(20, 11)
    assert shows(inspector.readout(), [20, 11])

    picture(inspector).dblclick(position={"x": 30, "y": 30})
    assert scale(inspector) == whole
    inspector.button("Zoom in").click()
    inspector.button("Whole image").click()
    assert scale(inspector) == whole


def test_the_wheel_zooms_where_it_is_meant_to_and_else_scrolls_the_page(
    notebook: Notebook, inspector: Inspector
) -> None:
    mouse = notebook.page.mouse
    whole = scale(inspector)
    picture(inspector).blur()
    inspector.point_at(16, 16)
    mouse.wheel(0, -30)
    painted(notebook.page, 100)
    assert scale(inspector) == whole  # neither focus nor modifier

    inspector.point_at(16, 16)
    notebook.page.keyboard.down("Control")
    mouse.wheel(0, -200)
    notebook.page.keyboard.up("Control")
    painted(notebook.page, 100)
    assert scale(inspector) > whole

    picture(inspector).press("0")  # the focus alone is no wish to zoom: the page scrolls
    inspector.point_at(16, 16)
    mouse.wheel(0, -30)
    painted(notebook.page, 100)
    assert scale(inspector) == whole
    inspector.point_at(16, 16)
    mouse.down()
    mouse.up()
    mouse.wheel(0, -200)
    painted(notebook.page, 100)
    assert scale(inspector) > whole


def test_dragging_moves_the_enlarged_picture_under_the_pointer(
    notebook: Notebook, inspector: Inspector
) -> None:
    inspector.point_at(16, 16)
    for _ in range(5):
        picture(inspector).press("+")
    inspector.point_at_screen(16, 16)
    mouse = notebook.page.mouse
    box = inspector.canvas.bounding_box()
    assert box is not None
    mouse.down()
    x, y = inspector.place_of(16, 16)
    mouse.move(x + 40, y - 25, steps=4)
    mouse.up()
    moved = inspector.canvas.bounding_box()
    assert moved is not None
    assert (moved["x"] - box["x"], moved["y"] - box["y"]) == pytest.approx((40, -25), abs=1)
    assert not inspector.root.get_by_role("table").is_visible()  # a drag pins nothing


def test_large_pixels_say_their_values_in_every_view(
    notebook: Notebook, inspector: Inspector
) -> None:
    inspector.point_at(7, 9)
    for _ in range(12):
        picture(inspector).press("+")
    cell = inspector.root.locator(".xw-values > span").filter(visible=True)
    expected = {
        "Evidence": [str(v) for v in drawn(notebook, EVIDENCE)[9, 7]],
        "Image": [str(v) for v in drawn(notebook, IMAGE)[9, 7]],
        "Mask": [short(v) for v in drawn(notebook, MASK)[:, 9, 7]],
    }
    for view, values in expected.items():
        inspector.root.get_by_role("radio", name=view).check(force=True)
        assert values in [each.inner_text().split() for each in cell.all()], view


def short(value: int) -> str:
    """A mask value in 255ths as it is written."""
    return f"{value / 255:.3f}"


def test_pinned_pixels_make_a_table_to_copy(notebook: Notebook, inspector: Inspector) -> None:
    notebook.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    pins = [(3, 4), (25, 30)]
    for x, y in pins:
        inspector.point_at(x, y)
        notebook.page.mouse.down()
        notebook.page.mouse.up()
    table = inspector.root.get_by_role("table", name="Pinned pixels")
    image, evidence = drawn(notebook, IMAGE), drawn(notebook, EVIDENCE)
    mask = drawn(notebook, MASK)
    rows = table.locator("tbody tr").all()
    for (x, y), row in zip(pins, rows, strict=True):
        figures = [float(n) for n in re.findall(r"\d*\.?\d+", row.inner_text())]
        assert shows(figures, [x, y])
        assert shows(figures, image[y, x])
        assert shows(figures, evidence[y, x])

    inspector.button("Copy as text").click()
    inspector.button("Copied").wait_for()
    copied = notebook.page.evaluate("navigator.clipboard.readText()").splitlines()
    assert copied[0].split("\t")[:5] == ["x", "y", "image R", "image G", "image B"]
    assert copied[0].split("\t")[12:] == ["photo", "class", "iteration", "network"]
    for (x, y), line in zip(pins, copied[1:], strict=True):
        cells = line.split("\t")
        assert cells[12].startswith("photo x ") or cells[12] == ""
        assert cells[14] == str(inspector.iteration)
        numbers = [float(cell) for cell in cells[:12]]
        assert numbers[:5] == [x, y, *image[y, x]]
        assert numbers[5:8] == pytest.approx(mask[:, y, x] / 255, abs=0.0005)
        assert numbers[8:11] == list(evidence[y, x])

    inspector.root.get_by_role("button", name="Remove pin 1").click()
    assert table.locator("tbody tr").count() == 1


def test_the_loupe_shows_the_surroundings_of_the_pointer(
    notebook: Notebook, inspector: Inspector
) -> None:
    inspector.button("Loupe").click()
    inspector.point_at(12, 20)
    painted(notebook.page, 100)
    shown = pixels_of(inspector.root.locator(".xw-loupe canvas"))
    np.testing.assert_array_equal(shown, inspector.pixels()[13:28, 5:20])
    inspector.button("Loupe").click()
    assert inspector.root.locator("canvas").count() == 1


def test_views_stand_side_by_side_with_one_cursor_and_one_zoom(
    notebook: Notebook, inspector: Inspector
) -> None:
    inspector.side_by_side("views")
    canvases = inspector.root.locator("canvas")
    assert canvases.count() == 4
    inspector.root.get_by_role("checkbox", name="Overlay").check(force=True)
    inspector.root.get_by_role("checkbox", name="Heat").uncheck(force=True)
    painted(notebook.page, 100)
    np.testing.assert_array_equal(pixels_of(canvases.nth(0)), drawn(notebook, EVIDENCE))
    np.testing.assert_array_equal(
        pixels_of(canvases.nth(1)), drawn(notebook, MASK).transpose(1, 2, 0)
    )
    np.testing.assert_array_equal(pixels_of(canvases.nth(3)), drawn(notebook, IMAGE))

    inspector.point_at(8, 8)
    assert inspector.root.locator(".xw-reticle").count() == 4
    picture(inspector).press("+")
    transforms = canvases.evaluate_all("all => all.map(c => c.style.transform)")
    assert len(set(transforms)) == 1
    assert transforms[0] != ""


def test_classes_stand_side_by_side_at_one_iteration(
    notebook: Notebook, inspector: Inspector
) -> None:
    inspector.side_by_side("classes")
    panes = inspector.root.locator(".xw-pane")
    assert panes.count() == 3
    explained = from_kernel(notebook, "[int(t) for t in w.explanation.targets]")
    order = [inspector.target, *(t for t in explained if t != inspector.target)]
    # The panel ranks classes by the image's score, as the explanation does here.
    canvases = inspector.root.locator("canvas")
    for place, target in enumerate(order):
        k = explained.index(target)
        np.testing.assert_array_equal(pixels_of(canvases.nth(place)), drawn(notebook, EVIDENCE, k))

    inspector.slider.press("Home")
    inspector.wait_for(iteration=0)
    painted(notebook.page, 300)
    first = "w.explanation.frames.masks[list(w.explanation.frames.iterations).index(0)][{k}]"
    inspector.root.get_by_role("radio", name="Mask").check(force=True)
    painted(notebook.page, 100)
    for place, target in enumerate(order):
        frame = drawn(notebook, first, explained.index(target)).transpose(1, 2, 0)
        np.testing.assert_array_equal(pixels_of(canvases.nth(place)), frame)


def test_the_divider_uncovers_the_image(notebook: Notebook, inspector: Inspector) -> None:
    inspector.side_by_side("divider")
    over = inspector.root.locator(".xw-before")
    np.testing.assert_array_equal(pixels_of(over.locator("canvas")), drawn(notebook, IMAGE))
    np.testing.assert_array_equal(inspector.pixels(), drawn(notebook, EVIDENCE))
    divider = inspector.root.get_by_role("slider", name="Divider")
    divider.press("Home")
    assert over.evaluate("e => e.style.clipPath") == "inset(0px 100% 0px 0px)"
    divider.press("ArrowRight")
    assert divider.get_attribute("aria-valuenow") == "2"
    box = picture(inspector).bounding_box()
    handle = divider.bounding_box()
    assert box is not None
    assert handle is not None
    mouse = notebook.page.mouse
    mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + 20)
    mouse.down()
    mouse.move(box["x"] + 0.75 * box["width"], handle["y"] + 30, steps=3)
    mouse.up()
    assert divider.get_attribute("aria-valuenow") == "75"


def test_the_threshold_hides_small_values_and_says_how_many_pixels_are_left(
    notebook: Notebook, inspector: Inspector
) -> None:
    threshold = inspector.root.get_by_role("slider", name="Threshold")
    least = 128
    threshold.fill(str(least))
    painted(notebook.page, 100)
    mask = drawn(notebook, MASK).astype(int)
    kept = np.where(mask >= least, mask, 0)
    reference = drawn(notebook, "w.explanation.reference").astype(int)
    image = drawn(notebook, IMAGE).astype(int)
    shown = kept.transpose(1, 2, 0)
    expected = (shown * image + (255 - shown) * reference + 127) // 255
    np.testing.assert_array_equal(inspector.pixels(), expected)
    share = 100 * (mask.max(0) >= least).mean()
    assert f"{share:.1f}% of pixels" in inspector.root.inner_text()
    assert "only values ≥ 0.502" in inspector.root.inner_text()  # a person's own act, and labelled


def test_the_picture_is_told_in_words(inspector: Inspector) -> None:
    words = inspector.canvas.get_attribute("aria-label") or ""
    assert re.search(r"The evidence for \w+ at iteration 20: score .*where it lies: \w+", words)


def test_keys_choose_views_and_help_lists_them(inspector: Inspector) -> None:
    picture(inspector).press("4")
    assert inspector.root.get_by_role("radio", name="Heat").is_checked()
    picture(inspector).press("1")
    picture(inspector).press("?")
    dialog = inspector.root.get_by_role("dialog", name="Help")
    assert "pin the pixel" in dialog.inner_text()
    dialog.press("Escape")
    dialog.wait_for(state="detached")
    assert picture(inspector).evaluate("e => e === document.activeElement")
    inspector.root.get_by_role("combobox", name="Add class").press("3")  # typed, not a view
    assert inspector.root.get_by_role("radio", name="Paper").is_checked()
    inspector.root.get_by_role("combobox", name="Add class").fill("")


def test_help_says_what_is_seen_and_keeps_the_focus_until_it_is_closed(
    notebook: Notebook, inspector: Inspector
) -> None:
    opener = inspector.root.get_by_role("button", name="Help")
    opener.click()
    dialog = inspector.root.get_by_role("dialog", name="Help")
    for said in from_kernel(
        notebook, "[c['summary'] for c in w._settings['fields'][0]['choices']]"
    ):
        assert said in dialog.inner_text()
    for _ in range(6):
        notebook.page.keyboard.press("Tab")
        inside = dialog.evaluate("""(dialog) => {
          const at = document.activeElement;
          return at === document.body || dialog.contains(at);  // body: the browser's own bar
        }""")
        assert inside
    notebook.page.keyboard.press("3")  # no view of the picture behind it
    dialog.get_by_role("button", name="Close help").click()
    dialog.wait_for(state="detached")
    assert opener.evaluate("e => e === document.activeElement")
    assert inspector.root.get_by_role("radio", name="Evidence").is_checked()


def test_the_picture_is_saved_as_it_is(notebook: Notebook, inspector: Inspector) -> None:
    inspector.button("Save").click()
    with notebook.page.expect_download() as download:
        inspector.root.get_by_role("menuitem", name="Save PNG, image pixels").click()
    assert download.value.suggested_filename.endswith("-evidence-20.png")
    saved = np.asarray(Image.open(BytesIO(Path(download.value.path()).read_bytes())).convert("RGB"))
    np.testing.assert_array_equal(saved, inspector.pixels())
