"""Where the panel's controls stand: the same place while a run streams, and in every layout."""

from collections.abc import Iterator

import pytest

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import (
    ENDLESS,
    SMALL_NET,
    Inspector,
    painted,
    wait_in_kernel,
)
from tests.browser.jupyter import Notebook, Server, write_notebook

LAYOUTS = ["divider", "views", "classes", "game", "defense", "single"]
ITERATIONS = 60

# Names that would push the rest out, look alike where they are cut, or run from right to left.
NAMES = """
same = "a kind of dog that is described at great length in this place, "
names = [same + "black", same + "white", "w" * 500, "\u05db\u05dc\u05d1 " * 40, "date"]
clf = xw.Classifier(net, size=32, mean=(0.5,) * 3, std=(0.25,) * 3, categories=names)
"""

# Each control by its name, and where it is in the panel.
PLACES = """(root) => {
  const from = root.getBoundingClientRect();
  const all = root.querySelectorAll("button, input, select, summary, canvas, [role=status]");
  const places = {};
  for (const [number, element] of [...all].entries()) {
    if (!element.checkVisibility() || element.closest(".xw-stage")) continue;
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const { ariaLabel, className, title, name, tagName, textContent } = element;
    // By what does not change with the figures.
    const line = tagName === "SUMMARY" && element.closest(".xw-trust, .xw-settings").className;
    const fixed = className === "xw-class" ? title : line;
    const label = ariaLabel || fixed || name || textContent;
    places[`${tagName} ${label.slice(0, 20).replace(/[\\d.✓]+/g, "")}`] =
      [left - from.left, top - from.top, right - from.left, bottom - from.top];
  }
  return places;
}"""

OUTSIDE = """(root) => {
  const { left, right } = root.getBoundingClientRect();
  return [...root.querySelectorAll("*")].filter((element) => {
    if (!element.checkVisibility() || element.closest(".xw-frame, .xw-sr, svg")) return false;
    const box = element.getBoundingClientRect();
    const clipped = element.closest(".xw-name, .xw-inforce, .xw-keys, .xw-what, .xw-of");
    return box.width > 0 && !clipped && (box.left < left - 1 || box.right > right + 1);
  }).map((element) => element.outerHTML.slice(0, 120));
}"""


@pytest.fixture(scope="module")
def notebook(server: Server, open_shared: OpenNotebook) -> Notebook:
    inspector = f"w = Endless(clf, photo, targets=4, iterations={ITERATIONS}); w"
    cells = [SMALL_NET, NAMES, ENDLESS, inspector]
    notebook = open_shared(write_notebook(server.root / "arrangement.ipynb", cells))
    notebook.run_all()
    return notebook


@pytest.fixture
def inspector(notebook: Notebook) -> Iterator[Inspector]:
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="done", iteration=ITERATIONS)
    yield inspector
    inspector.side_by_side("single")
    notebook.page.set_viewport_size({"width": 1280, "height": 1000})


def widen(inspector: Inspector, width: int) -> None:
    """Give the panel a width, whatever the notebook's is."""
    inspector.root.evaluate(
        "(root, width) => { root.style.width = `${width}px`; root.style.maxWidth = 'none'; }", width
    )
    painted(inspector.root.page, 200)


def places(inspector: Inspector) -> dict[str, list[float]]:
    return inspector.root.evaluate(PLACES)


def moved(before: dict[str, list[float]], after: dict[str, list[float]]) -> dict[str, object]:
    """Return the elements that moved by more than a pixel, or are gone."""
    return {
        name: (place, after.get(name))
        for name, place in before.items()
        if name not in after or any(abs(a - b) > 1 for a, b in zip(place, after[name], strict=True))
    }


@pytest.mark.parametrize("width", [300, 560, 700, 1150])
def test_nothing_moves_from_the_first_picture_to_the_last(
    notebook: Notebook, inspector: Inspector, width: int
) -> None:
    widen(inspector, width)
    notebook.page.mouse.move(0, 0)
    inspector.button("Run").click()
    inspector.wait_for(status="running")
    first = places(inspector)
    assert len(first) > 15
    while inspector.status == "running":
        assert moved(first, places(inspector)) == {}
        assert inspector.slider.get_attribute("max") == str(ITERATIONS)
    inspector.wait_for(status="done", iteration=ITERATIONS)
    painted(notebook.page, 200)
    assert moved(first, places(inspector)) == {}


@pytest.mark.parametrize("width", [300, 560, 700, 1150])
def test_nothing_moves_when_pictures_are_compared_or_a_pixel_is_read(
    notebook: Notebook, inspector: Inspector, width: int
) -> None:
    widen(inspector, width)
    notebook.page.mouse.move(0, 0)
    alone = places(inspector)
    height = inspector.root.evaluate("(root) => root.offsetHeight")
    for layout in LAYOUTS:
        inspector.side_by_side(layout)
        wait_in_kernel(notebook, "w.status == 'done'")
        inspector.wait_for(status="done")
        painted(notebook.page, 200)
        # Which views are side by side is chosen with other controls, in the same place.
        there = places(inspector)
        assert {n: m for n, m in moved(alone, there).items() if "w-" not in n} == {}, layout
        assert inspector.root.evaluate("(root) => root.offsetHeight") == height, layout
    inspector.point_at(16, 16)
    assert moved(alone, places(inspector)) == {}


@pytest.mark.parametrize("width", [272, 300, 500, 650, 700, 850, 1000, 1150, 1200])
def test_no_name_pushes_anything_out_of_the_panel(inspector: Inspector, width: int) -> None:
    widen(inspector, width)
    assert inspector.root.evaluate(OUTSIDE) == []
    for button in inspector.classes.all():
        assert button.evaluate("(button) => button.offsetHeight") < 50


def test_names_that_are_cut_are_told_apart_and_read_in_full(
    notebook: Notebook, inspector: Inspector
) -> None:
    widen(inspector, 500)
    for end in ("black", "white"):
        button = inspector.classes.filter(has_text=end)
        shown = button.get_by_text(end)
        box, around = shown.bounding_box(), button.bounding_box()
        assert box is not None
        assert around is not None
        assert box["x"] + box["width"] < around["x"] + around["width"]
        button.click()
        trust = inspector.root.locator(".xw-trust")
        trust.locator("summary").click()
        assert f"described at great length in this place, {end}" in trust.inner_text()
        trust.locator("summary").click()


def test_settings_are_told_where_they_are_folded(inspector: Inspector) -> None:
    widen(inspector, 700)
    line = inspector.root.locator(".xw-settings summary")
    assert f"Generation, auto defense, λ auto, {ITERATIONS} iterations" in line.inner_text()


def test_settings_are_unfolded_where_there_is_room_until_a_person_decides(
    inspector: Inspector,
) -> None:
    settings = inspector.root.locator(".xw-settings")
    unfolded = "(element) => element.open"
    for width, room in [(1000, True), (700, False), (1000, True), (700, False)]:
        widen(inspector, width)
        assert settings.evaluate(unfolded) == room
    for chosen in (True, False, True):
        settings.locator("summary").click()
        for width in (1000, 700):
            widen(inspector, width)
            assert settings.evaluate(unfolded) == chosen


def test_a_change_is_for_the_next_run_until_that_runs(
    notebook: Notebook, inspector: Inspector
) -> None:
    widen(inspector, 1000)
    run = inspector.button("Run")
    told = inspector.root.get_by_text("for the next run")
    assert not told.is_visible()
    assert "xw-primary" not in (run.get_attribute("class") or "")
    field = inspector.root.get_by_role("spinbutton", name="Iterations")
    for beyond in ("0", "100001"):
        field.fill(beyond)
        field.press("Tab")
        words = f"Iterations must be a number from 1 to 100000, got {beyond}."
        inspector.root.get_by_text(words).wait_for()
        assert field.input_value() == str(ITERATIONS)
    field.fill(str(ITERATIONS // 2))
    field.press("Tab")
    told.wait_for()
    assert "xw-primary" in (run.get_attribute("class") or "")
    run.click()
    inspector.wait_for(status="done", iteration=ITERATIONS // 2)
    told.wait_for(state="hidden")
    notebook.execute(f"w.iterations = {ITERATIONS}")
    told.wait_for()
    run.click()
    inspector.wait_for(status="done", iteration=ITERATIONS)
    assert not told.is_visible()
