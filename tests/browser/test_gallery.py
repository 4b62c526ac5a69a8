"""The Gallery in JupyterLab: thumbnails, opening by mouse and keyboard, the page's place."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import (
    ENDLESS,
    SMALL_NET,
    Inspector,
    array_from_kernel,
    from_kernel,
    wait_in_kernel,
)
from tests.browser.jupyter import Notebook, Server, write_notebook
from tests.browser.test_marking import Marking

PHOTOS = """
rng = np.random.default_rng(1)
photos = {f"photo {i}": rng.integers(0, 256, (32, 32, 3), dtype=np.uint8) for i in range(12)}
photos["broken"] = "/no/such/broken.jpg"
"""

# The height of the Gallery, whenever it changes.
WATCH_HEIGHT = """() => {
  window.heights = [];
  const box = document.querySelector(".xwidget-gallery").closest(".widget-vbox");
  new ResizeObserver(() => window.heights.push(box.offsetHeight)).observe(box);
}"""

Run = Callable[..., Notebook]


@pytest.fixture
def run(server: Server, open_notebook: OpenNotebook, request: pytest.FixtureRequest) -> Run:
    """Open a notebook that defines the small net and the photos, then runs these cells."""

    def run(*cells: str, **options: Any) -> Notebook:
        path = server.root / f"{request.node.name}.ipynb"
        written = write_notebook(path, [SMALL_NET, PHOTOS, *cells])
        notebook = open_notebook(written, **options)
        notebook.run_all()
        notebook.wait_for('.xwidget-gallery [role="option"]')
        return notebook

    return run


def option(notebook: Notebook, number: int) -> Locator:
    return notebook.page.get_by_role("listbox", name="Images").get_by_role("option").nth(number)


def wait_for_option(notebook: Notebook, number: int, state: str) -> None:
    expect(option(notebook, number)).to_have_attribute("data-state", state, timeout=180_000)


def assert_drawn(notebook: Notebook, name: str) -> None:
    """The panel's canvas holds this image's evidence."""
    panel = Inspector.on(notebook)
    panel.wait_for(status="done")
    target = panel.target
    evidence = array_from_kernel(
        notebook,
        f"g.explanations[{name!r}].evidence[g.explanations[{name!r}].targets.index({target})]",
    )
    np.testing.assert_array_equal(panel.pixels(), evidence)


def wait_until_open(notebook: Notebook, number: int, name: str) -> None:
    expect(option(notebook, number)).to_have_attribute("aria-selected", "true")
    wait_in_kernel(
        notebook, f"g.selected == {name!r} and g.inspector is g._items[{number}].inspector"
    )
    expect(notebook.page.locator(".xwidget-inspector")).to_have_count(1)


def test_an_image_explained_in_the_background_opens_as_done(run: Run) -> None:
    notebook = run("g = xw.Gallery(clf, photos, iterations=20); g")
    wait_for_option(notebook, 0, "explained")
    assert_drawn(notebook, "photo 0")
    wait_for_option(notebook, 3, "explained")
    assert from_kernel(notebook, "[item.inspector is None for item in g._items[:4]]") == [
        False,
        True,
        True,
        True,
    ]
    option(notebook, 3).click()
    wait_until_open(notebook, 3, "photo 3")
    assert_drawn(notebook, "photo 3")
    assert from_kernel(notebook, "g.inspector._session.runs.number") == 1
    slider = notebook.page.get_by_role("slider", name="Iteration")
    slider.press("Home")
    expect(notebook.page.locator(".xwidget-inspector")).to_have_attribute("data-iteration", "0")
    expect(option(notebook, 3)).to_have_attribute("tabindex", "0")
    gallery = notebook.page.locator(".xwidget-gallery")
    expect(gallery).to_match_aria_snapshot(
        """
        - listbox "Images":
          - option /photo 0.*/ [selected=false]
          - option /photo 1.*/ [selected=false]
          - option /photo 2.*/ [selected=false]
          - option /photo 3.*/ [selected]
        """
    )


def test_the_keyboard_moves_among_the_thumbnails_and_opens(run: Run) -> None:
    notebook = run("g = xw.Gallery(clf, photos, iterations=20); g")
    wait_for_option(notebook, 0, "explained")
    page = notebook.page
    option(notebook, 0).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(option(notebook, 2)).to_be_focused()
    expect(option(notebook, 0)).to_have_attribute("aria-selected", "true")  # focus opens nothing
    page.keyboard.press("Enter")
    wait_until_open(notebook, 2, "photo 2")
    expect(option(notebook, 2)).to_be_focused()
    assert_drawn(notebook, "photo 2")

    page.keyboard.press("End")
    expect(option(notebook, 12)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press(" ")
    wait_until_open(notebook, 11, "photo 11")
    assert_drawn(notebook, "photo 11")
    page.keyboard.press("Home")
    expect(option(notebook, 0)).to_be_focused()


def test_a_broken_image_says_so_and_the_others_work(run: Run) -> None:
    notebook = run("g = xw.Gallery(clf, photos, iterations=5); g")
    wait_for_option(notebook, 12, "error")
    name = option(notebook, 12).get_attribute("aria-label") or ""
    assert name.startswith("broken, 13 of 13, error: there is no file '/no/such/broken.jpg'")
    assert "there is no file" in option(notebook, 12).locator(".xg-class").inner_text()
    option(notebook, 12).click()
    words = notebook.page.get_by_text("broken: there is no file")
    words.wait_for()
    assert notebook.page.get_by_role("status", name="Gallery").inner_text() == ""  # said once
    expect(notebook.page.locator(".xwidget-inspector")).to_have_count(0)

    option(notebook, 11).click()
    wait_until_open(notebook, 11, "photo 11")
    words.wait_for(state="hidden")
    assert_drawn(notebook, "photo 11")
    for number in range(12):
        wait_for_option(notebook, number, "explained")
    expect(notebook.page.get_by_text("12 of 12 explained")).to_be_visible()


def test_the_thumbnails_show_the_evidence_when_asked(run: Run) -> None:
    notebook = run("g = xw.Gallery(clf, photos, iterations=5); g")
    wait_for_option(notebook, 1, "explained")
    source = option(notebook, 1).locator("img").get_attribute("src")
    assert source == from_kernel(notebook, "g._strip._pictures[1]")
    group = notebook.page.get_by_role("radiogroup", name="Thumbnails show")
    group.get_by_text("Evidence").click()
    expect(group.get_by_role("radio", name="Evidence")).to_be_checked()
    evidence = from_kernel(notebook, "g._strip._evidence[1]")
    expect(option(notebook, 1).locator("img")).to_have_attribute("src", evidence)
    group.get_by_text("Image").click()
    expect(option(notebook, 1).locator("img")).to_have_attribute("src", source)


def test_what_stands_below_stays_there_while_another_image_is_opened(run: Run) -> None:
    notebook = run("g = xw.Gallery(clf, photos, iterations=5); g")
    wait_for_option(notebook, 3, "explained")
    assert_drawn(notebook, "photo 0")
    notebook.page.evaluate(WATCH_HEIGHT)
    for number in (3, 12, 1):  # the last but one is broken: there is no panel at all
        option(notebook, number).click()
        expect(option(notebook, number)).to_have_attribute("aria-selected", "true")
        wait_in_kernel(notebook, f"g._schedule.shown is g._items[{number}]")
        notebook.page.wait_for_timeout(500)
    heights = notebook.page.evaluate("window.heights")
    assert max(heights) - min(heights) <= 1


def test_pause_holds_all_but_the_open_one_and_a_reload_shows_the_same(run: Run) -> None:
    notebook = run(
        ENDLESS,
        'xw.Gallery._inspector = type("Opened", (Endless, xw.Gallery._inspector), {})\n'
        "g = xw.Gallery(clf, photos, iterations=3000); g",
    )
    wait_for_option(notebook, 1, "waiting")
    notebook.page.get_by_role("button", name="Pause", exact=True).click()
    wait_in_kernel(notebook, "g._schedule.halted")
    panel = Inspector.on(notebook)
    panel.button("Stop").click()
    wait_for_option(notebook, 0, "stopped")
    wait_in_kernel(notebook, "g.status == 'stopped'")

    notebook.save()
    notebook.reload()
    notebook.wait_for('.xwidget-gallery [role="option"]')
    wait_for_option(notebook, 0, "stopped")
    expect(notebook.page.get_by_text("0 of 12 explained, only the open image runs")).to_be_visible()
    notebook.page.get_by_role("button", name="Go on", exact=True).click()
    wait_for_option(notebook, 1, "running")
    notebook.execute("g.close()")


def test_a_thumbnail_counts_its_findings_by_verdict_and_follows(run: Run) -> None:
    notebook = run("g = xw.Gallery(clf, photos, iterations=5, findings=False); g")
    wait_until_open(notebook, 0, "photo 0")
    add = "g.inspector.findings.add((4, 4, 8, 8), {!r})"
    for verdict in ("spurious", "core", "spurious"):
        from_kernel(notebook, f"{add.format(verdict)}.version")
    first = option(notebook, 0)
    expect(first).to_have_accessible_name(re.compile(r", 3 findings: 2 spurious, 1 core$"))
    found = first.locator(".xg-found")
    expect(found).to_have_text("✕2✓1")
    from_kernel(
        notebook, "[g.inspector.findings.remove(f.id).deleted for f in g.inspector.findings]"
    )
    expect(first).not_to_have_accessible_name(re.compile("finding"))
    expect(found).to_be_hidden()
    expect(option(notebook, 1)).not_to_have_accessible_name(re.compile("finding"))


def test_what_is_marked_in_the_panel_counts_on_the_thumbnail_and_stays_with_its_image(
    run: Run,
) -> None:
    notebook = run("g = xw.Gallery(clf, photos, iterations=5, findings=False); g")
    wait_until_open(notebook, 0, "photo 0")
    wait_for_option(notebook, 0, "explained")
    marking = Marking(notebook.page)
    marking.use("Box")
    marking.inspector.canvas.scroll_into_view_if_needed()
    marking.drag((4.0, 18.0), (14.0, 26.0))
    expect(option(notebook, 0)).to_have_accessible_name(re.compile(": 1 not judged yet$"))
    option(notebook, 1).click()
    wait_until_open(notebook, 1, "photo 1")
    assert from_kernel(notebook, "len(g.inspector.findings)") == 0
    option(notebook, 0).click()
    wait_until_open(notebook, 0, "photo 0")
    assert from_kernel(notebook, "[f.region.bounds for f in g.inspector.findings]") == [
        [4, 18, 14, 26]
    ]


# Items open once the gate does.
GATED = """
import threading
from xwidget.gallery.item import Item
gate, open_item = threading.Event(), Item.open
gate.set()
def gated(item, inspect):
    gate.wait(60)
    return open_item(item, inspect)
Item.open = gated
"""


def test_until_an_image_is_open_the_panel_before_takes_no_marks_and_says_so(run: Run) -> None:
    notebook = run(GATED, "g = xw.Gallery(clf, photos, iterations=5, findings=False); g")
    wait_until_open(notebook, 0, "photo 0")
    wait_for_option(notebook, 12, "error")
    marking = Marking(notebook.page)
    marking.use("Box")
    marking.inspector.canvas.scroll_into_view_if_needed()
    notebook.execute("gate.clear()")
    option(notebook, 1).click()
    expect(option(notebook, 1)).to_have_attribute("aria-selected", "true")
    status = notebook.page.get_by_role("status", name="Gallery")
    expect(status).to_have_text("Opening photo 1 …")
    marking.drag((4.0, 18.0), (14.0, 26.0))  # meant for photo 1
    # Back to where it was, which is there at once.
    option(notebook, 0).click()
    expect(status).to_have_text(re.compile("photo 0 is open"))
    marking.drag((2.0, 2.0), (8.0, 8.0))
    expect(option(notebook, 0)).to_have_accessible_name(re.compile(", 1 finding: "))
    option(notebook, 1).click()
    notebook.execute("gate.set()")
    wait_until_open(notebook, 1, "photo 1")
    expect(status).to_have_text(re.compile("photo 1 is open"))
    marking.use("Box")
    marking.drag((4.0, 18.0), (14.0, 26.0))
    expect(option(notebook, 1)).to_have_accessible_name(re.compile(", 1 finding: "))
    bounds = "[[f.region.bounds for f in g._items[k].inspector.findings] for k in (0, 1)]"
    assert from_kernel(notebook, bounds) == [[[2, 2, 8, 8]], [[4, 18, 14, 26]]]
