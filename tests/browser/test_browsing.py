"""The Browser in JupyterLab: scrolling far, choosing, opening, by mouse and keyboard."""

from __future__ import annotations

import re

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import (
    SMALL_NET,
    Inspector,
    array_from_kernel,
    from_kernel,
    pixels_of,
    wait_in_kernel,
)
from tests.browser.jupyter import Notebook, Server, write_notebook
from tests.browser.test_accessibility import AXE, RUN_AXE

IMAGES = 60

STORE = f"""
import tempfile
drawn = np.random.default_rng(1)
images = {{
    f"folder/{{k:03d}}": drawn.integers(0, 256, (32, 32, 3), dtype=np.uint8)
    for k in range({IMAGES})
}}
images["<b>broken</b>"] = "/no/such/file.png"
folder = tempfile.mkdtemp()
options = dict(targets=[1, 3], iterations=2, ranking="path", progress=False)
store = xw.explain_many(clf, images, out=folder, **options).run()

class Clusters:
    ids = store.select("error = ''")
    labels = np.array(store.values(ids, "target"), np.int32) // 2
    xy = np.stack([labels * 0.8 + 0.1, np.linspace(0, 1, len(ids))], 1)
"""


@pytest.fixture(scope="module")
def shown(server: Server, open_shared: OpenNotebook) -> Notebook:
    cell = "b = xw.Browser(store, clf, clusters=Clusters, findings=False); b"
    path = write_notebook(server.root / "browsing.ipynb", [SMALL_NET, STORE, cell])
    notebook = open_shared(path)
    notebook.run_all()
    notebook.wait_for(".xb-cell")
    return notebook


@pytest.fixture
def wall(shown: Notebook) -> Locator:
    """The wall, with all rows listed in the order given, scrolled to its start."""
    shown.execute("b.show_all()")
    root = shown.page.locator(".xwidget-browser")
    expect(count(root)).to_have_text(f"{2 * IMAGES + 1} rows")
    listbox(root).evaluate("(list) => { list.scrollTop = 0; }")
    return root


def listbox(wall: Locator) -> Locator:
    return wall.get_by_role("listbox", name="Explanations")


def count(wall: Locator) -> Locator:
    return wall.get_by_role("status", name="Rows", exact=True)


def row(wall: Locator, place: int) -> Locator:
    return listbox(wall).locator(f'[aria-posinset="{place + 1}"]:not([hidden])')


def test_rows_far_down_come_into_view_with_their_pictures(shown: Notebook, wall: Locator) -> None:
    place = 2 * IMAGES - 40
    listbox(wall).evaluate(
        "(list, share) => { list.scrollTop = share * list.scrollHeight; }", place / (2 * IMAGES)
    )
    expect(row(wall, place)).to_have_accessible_name(
        re.compile(f"^folder/{place // 2:03d}, banana")
    )
    assert wall.locator(".xb-cell").count() < 60  # whatever the number of rows
    canvas = row(wall, place).locator("canvas")
    shown.page.wait_for_function(
        "(c) => c.getContext('2d').getImageData(48, 48, 1, 1).data[3] > 0",
        arg=canvas.element_handle(),
    )
    shown.execute("from PIL import Image; import io")
    kept = f"Image.open(io.BytesIO(store.values([b.ids[{place}]], 'thumbnail')[0]))"
    thumbnail = array_from_kernel(shown, f"np.asarray({kept}.convert('RGB'))")
    assert thumbnail.shape == (32, 32, 3)
    enlarged = thumbnail.repeat(3, 0).repeat(3, 1).astype(int)
    np.testing.assert_allclose(pixels_of(canvas).astype(int), enlarged, atol=2)


def test_what_is_chosen_is_listed_and_what_is_not_understood_is_said(wall: Locator) -> None:
    wall.get_by_role("button", name="Errors 1").click()
    expect(count(wall)).to_have_text(f"1 of {2 * IMAGES + 1} rows")
    expect(row(wall, 0)).to_have_accessible_name(re.compile("^<b>broken</b>, error: there is no"))
    where = wall.get_by_role("textbox", name="Where")
    where.fill("scor > 0")
    where.press("Enter")
    expect(wall.get_by_role("alert")).to_contain_text('"scor" not found')
    expect(where).to_have_attribute("aria-invalid", "true")
    wall.get_by_role("button", name="Show all").click()
    expect(wall.get_by_role("alert")).to_be_hidden()
    expect(count(wall)).to_have_text(f"{2 * IMAGES + 1} rows")
    wall.get_by_role("combobox", name="Class").select_option("3")
    expect(count(wall)).to_have_text(f"{IMAGES} of {2 * IMAGES + 1} rows")
    wall.get_by_role("button", name="Show all").click()
    wall.get_by_role("group", name="Clusters").get_by_role("button").first.click()
    expect(count(wall)).to_have_text(f"{IMAGES} of {2 * IMAGES + 1} rows")


def test_a_lasso_on_the_map_lists_the_rows_that_it_is_around(wall: Locator) -> None:
    canvas = wall.locator(".xb-map canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    mouse = wall.page.mouse
    x, y, width, height = (box[name] for name in ("x", "y", "width", "height"))
    mouse.move(x + 2, y + 2)
    mouse.down()
    for to in ((0.5, 0.01), (0.5, 0.5), (0.01, 0.5)):  # the upper half of the first cluster
        mouse.move(x + to[0] * width, y + to[1] * height, steps=4)
    mouse.up()
    expect(count(wall)).to_have_text(re.compile(rf"^(2[5-9]|3[0-4]) of {2 * IMAGES + 1} rows"))
    expect(row(wall, 0)).to_have_accessible_name(re.compile("^folder/000, banana"))


def test_the_keyboard_moves_along_the_wall_and_opens_what_is_stored(
    shown: Notebook, wall: Locator
) -> None:
    keys = shown.page.keyboard
    listbox(wall).focus()
    for key in ("End", "ArrowLeft", "ArrowLeft"):
        keys.press(key)
    place = 2 * IMAGES - 2
    active = row(wall, place)
    expect(listbox(wall)).to_have_attribute(
        "aria-activedescendant", str(active.get_attribute("id"))
    )
    expect(active).to_have_accessible_name(re.compile(f"^folder/{IMAGES - 1:03d}, banana"))
    keys.press("Enter")
    panel = Inspector.on(shown)
    panel.wait_for(status="done", iteration=2)
    expect(active).to_have_attribute("aria-selected", "true")
    expect(listbox(wall)).to_be_focused()
    assert panel.target == 1
    wait_in_kernel(shown, "b.inspector is not None and b.selected == b.ids[-3]")
    evidence = array_from_kernel(shown, "store.explanation(b.selected).evidence[0]")
    np.testing.assert_array_equal(panel.pixels(), evidence)

    # A row of a broken image says why it is not opened; then the wall goes on.
    keys.press("End")
    keys.press(" ")
    words = wall.get_by_text("<b>broken</b>: there is no file")
    words.wait_for()
    expect(shown.page.locator(".xwidget-inspector")).to_have_count(0)
    row(wall, place - 1).click()
    panel.wait_for(status="done", iteration=2)
    expect(words).to_be_hidden()
    assert from_kernel(shown, "b.inspector.target") == 3


def test_a_click_brings_the_panel_into_sight_and_what_python_opens_moves_nothing(
    shown: Notebook, wall: Locator
) -> None:
    size = shown.page.viewport_size
    assert size is not None
    shown.page.set_viewport_size({"width": size["width"], "height": 600})
    about, top = wall.locator(".xb-about"), wall.locator(".xb-top")
    try:
        top.evaluate("(top) => top.scrollIntoView()")
        shown.execute("b.open(b.ids[4])")
        expect(about).to_contain_text("folder/002: predicted ")
        expect(top).to_be_in_viewport()
        expect(about).not_to_be_in_viewport()
        row(wall, 2).click()
        expect(about).to_contain_text("folder/001: predicted ")
        expect(about).to_be_in_viewport()
        expect(shown.page.locator(".xwidget-inspector").last).to_be_in_viewport()
    finally:
        shown.page.set_viewport_size(size)


def test_an_empty_list_says_so_and_leads_back(wall: Locator) -> None:
    where = wall.get_by_role("textbox", name="Where")
    where.fill("score > 2")
    where.press("Enter")
    none = wall.locator(".xb-none")
    expect(none).to_contain_text("No row matches.")
    none.get_by_role("button", name="Show all").click()
    expect(count(wall)).to_have_text(f"{2 * IMAGES + 1} rows")
    expect(none).to_be_hidden()


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm --prefix js ci")
def test_axe_finds_nothing_serious_in_either_theme(shown: Notebook, wall: Locator) -> None:
    shown.page.evaluate(AXE.read_text("utf-8"))
    wall.get_by_role("button", name="Failed checks").click()
    for theme in ("dark", "light"):
        shown.set_theme(theme)
        found = shown.page.evaluate(RUN_AXE.replace(".xwidget-inspector", ".xwidget-browser"))
        assert found["told"] == []
        assert found["passes"] > 10


# Last: the store has more rows from here on.
def test_refresh_takes_in_what_was_written_since(shown: Notebook, wall: Locator) -> None:
    button = wall.get_by_role("button", name="Refresh")
    said = wall.get_by_role("status", name="Refresh")
    button.click()
    expect(said).to_have_text("nothing new")
    more = "{**images, 'later': images['folder/000']}"
    shown.execute(f"xw.explain_many(clf, {more}, out=folder, **options).run()")
    button.click()
    expect(said).to_have_text("2 rows came")
    expect(count(wall)).to_have_text(f"{2 * IMAGES + 3} rows")
