"""Findings marked on the picture by mouse, finger and keys, at every zoom and pixel ratio."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.inspector import Inspector
from tests.browser.test_looks import explanation as explanation
from tests.browser.test_touch import slide
from xwidget.explanation import Explanation

Place = tuple[float, float]
OpenPage = Callable[..., Page]

#: Acts of the page that no store has taken, oldest first: a page without a kernel keeps them all.
ACTS = """() => Object.entries(localStorage)
  .filter(([key]) => key.startsWith("xwidget finding "))
  .map(([, act]) => JSON.parse(act))
  .sort((a, b) => a.at - b.at)"""


@pytest.fixture
def open_page(
    browser: Browser, explanation: Explanation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OpenPage]:
    path = explanation.export_html(tmp_path_factory.mktemp("marking") / "page.html")
    opened = []

    def open_page(ratio: float = 1, touch: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": 700, "height": 900}, device_scale_factor=ratio, has_touch=touch
        )
        opened.append(context)
        page = context.new_page()
        page.goto(path.as_uri())
        Inspector(page.locator(".xwidget-inspector")).wait_for(status="done", iteration=1)
        page.get_by_role("group", name="Tools").wait_for()
        page.evaluate("localStorage.clear()")
        return page

    yield open_page
    for context in opened:
        context.close()


class Marking:
    """The picture of a page, and what is marked on it."""

    def __init__(self, page: Page, inspector: Inspector | None = None) -> None:
        self.page = page
        self.inspector = inspector or Inspector(page.locator(".xwidget-inspector"))
        self.inspector.canvas.scroll_into_view_if_needed()

    @property
    def frame(self) -> Locator:
        return self.inspector.root.locator(".xw-frame").first

    def tool(self, name: str) -> Locator:
        group = self.inspector.root.get_by_role("group", name="Tools")
        return group.get_by_role("button", name=name, exact=True)

    def use(self, name: str) -> None:
        if self.tool(name).get_attribute("aria-pressed") != "true":
            self.tool(name).click()

    def at(self, x: float, y: float) -> Place:
        """Where a place of the image is in the window, in continuous pixels."""
        left, upper = self.inspector.place_of(0, 0)
        right, lower = self.inspector.place_of(10, 10)
        return (
            left + (x - 0.5) * (right - left) / 10,
            upper + (y - 0.5) * (lower - upper) / 10,
        )

    def drag(self, *places: Place) -> None:
        """Press the mouse at the first place, go through all, and let go at the last."""
        mouse = self.page.mouse
        self.frame.scroll_into_view_if_needed()
        mouse.move(*self.at(*places[0]))
        mouse.down()
        for place in places[1:]:
            mouse.move(*self.at(*place), steps=4)
        mouse.up()

    def click(self, x: float, y: float) -> None:
        self.frame.scroll_into_view_if_needed()
        self.page.mouse.click(*self.at(x, y))

    def press(self, keys: str) -> None:
        """Press keys, with blanks between them."""
        for key in keys.split():
            self.page.keyboard.press(key)

    def findings(self) -> list[dict[str, Any]]:
        """Those that are there now, in the order in which they were made."""
        newest = {act["id"]: act["finding"] for act in self.page.evaluate(ACTS)}
        made = sorted(newest.values(), key=lambda each: each["created"])
        return [each for each in made if not each["deleted"]]

    def regions(self) -> list[dict[str, Any]]:
        """Where they are now."""
        return [each["region"] for each in self.findings()]

    def wait_for(self, are: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """Wait until this holds of the regions, and return them."""
        for _ in range(100):
            regions = self.regions()
            if are(regions):
                return regions
            self.page.wait_for_timeout(50)
        raise AssertionError(f"regions are {regions}")

    def wait_for_number(self, count: int) -> list[dict[str, Any]]:
        """Wait until so many are there, and return where."""
        return self.wait_for(lambda regions: len(regions) == count)


def near(region: dict[str, Any], **values: float) -> bool:
    """Whether it lies where it should, to a tenth of a pixel: a pointer has whole CSS px."""
    return all(region[name] == pytest.approx(value, abs=0.1) for name, value in values.items())


@pytest.mark.parametrize("zoom", [1, 8])
@pytest.mark.parametrize("ratio", [1, 1.25, 2])
def test_what_is_drawn_is_where_the_pointer_was(
    open_page: OpenPage, ratio: float, zoom: int
) -> None:
    on = Marking(open_page(ratio))
    if zoom > 1:
        on.inspector.point_at(12, 12)
        for _ in range(5):
            on.page.keyboard.down("Control")
            on.page.mouse.wheel(0, -200)
            on.page.keyboard.up("Control")
            on.page.wait_for_timeout(40)
    # As large on the screen, whatever the zoom.
    unit = 1 if zoom > 1 else 6

    def place(x: float, y: float) -> Place:
        return 12 + unit * x, 12 + unit * y

    left, upper = place(-0.75, -0.5)
    on.use("Box")
    on.drag(place(-0.75, -0.5), place(0.75, 0.5))
    (box,) = on.wait_for_number(1)
    assert near(box, x=left, y=upper, width=1.5 * unit, height=unit)
    on.drag(place(0.75, 0), place(1, 0.3))  # its right side alone
    wide = {"x": left, "y": upper, "width": 1.75 * unit, "height": unit}
    on.wait_for(lambda regions: near(regions[0], **wide))
    on.use("Polygon")
    corners = [place(-1, 1), place(1, 1), place(0, 0.6)]
    for corner in (*corners, corners[0]):
        on.click(*corner)
    ring = on.wait_for_number(2)[1]["rings"][0]
    assert np.array(ring) == pytest.approx(np.array(corners), abs=0.1)
    on.use("Point")
    x, y = place(0.4, -0.8)
    on.click(x, y)
    assert near(on.wait_for_number(3)[2], x=x, y=y)
    on.use("Box")  # the point has its handle again
    grip = on.inspector.root.locator(".xw-grip").first.bounding_box()
    assert grip is not None
    middle = (grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
    assert middle == pytest.approx(on.at(x, y), abs=0.6)
    assert (grip["width"], grip["height"]) == pytest.approx((24, 24))


def test_every_tool_by_mouse_and_each_act_undone_and_redone(open_page: OpenPage) -> None:
    on = Marking(open_page())
    on.use("Box")
    on.drag((2, 2), (6, 5))
    on.use("Lasso")
    on.drag((10, 2), (16, 2), (16, 8), (10, 8), (10, 2.4))
    on.use("Brush")
    on.drag((3.5, 14.5), (8.5, 14.5))
    on.use("Region")
    on.click(20, 5)  # the ring of evidence
    before = on.wait_for_number(4)
    assert [each["type"] for each in before] == ["box", "polygon", "mask", "mask"]
    # What reads the panel's canvas reads the picture still: no other is found.
    expect(on.inspector.root.locator("canvas")).to_have_count(1)
    on.tool("Region").click()  # it stays chosen
    expect(on.tool("Region")).to_have_attribute("aria-pressed", "true")
    on.frame.focus()
    on.press("Escape Escape")  # put away: clicks select
    expect(on.tool("Region")).to_have_attribute("aria-pressed", "false")
    on.click(3, 3)
    on.drag((4, 3.5), (7, 6.5))
    on.wait_for(lambda regions: near(regions[0], x=5, y=5, width=4, height=3))
    on.press("Control+z")
    on.wait_for(lambda regions: regions == before)
    on.press("Control+z Control+z")
    on.wait_for(lambda regions: regions == before[:2])
    on.press("Control+Shift+z Control+Shift+z")
    on.wait_for(lambda regions: regions == before)


def test_escape_and_nothing_else_gives_up_what_is_drawn(open_page: OpenPage) -> None:
    on = Marking(open_page())
    on.use("Box")
    on.page.mouse.move(*on.at(4, 4))
    on.page.mouse.down()
    on.page.mouse.move(*on.at(9, 9))
    on.press("Escape")
    on.page.mouse.up()
    on.use("Polygon")
    for place in ((4, 4), (9, 4), (9, 9)):
        on.click(*place)
    on.press("Escape")
    assert on.regions() == []


def test_marking_by_keys_alone(open_page: OpenPage) -> None:
    on = Marking(open_page())
    on.tool("Box").focus()
    on.press("Enter")
    on.frame.focus()
    on.press("Home ArrowRight ArrowRight")
    column, row = map(int, on.inspector.readout()[:2])
    on.press("Enter ArrowRight ArrowRight ArrowDown Enter")
    box = {"type": "box", "x": column, "y": row, "width": 3, "height": 2}
    on.wait_for(lambda regions: regions == [box])
    # One more stop of the Tab key is its handle; the next is beyond.
    on.press("Tab")
    focused = on.page.locator(":focus")
    expect(focused).to_have_attribute("aria-roledescription", "handle")
    on.press("PageDown ArrowUp Shift+ArrowDown")  # the upper side
    # One pixel up, ten down: over the lower side.
    on.wait_for(lambda regions: regions == [{**box, "y": row + 2, "height": 7}])
    on.press("Tab")
    expect(focused).not_to_have_attribute("aria-roledescription", "handle")
    on.tool("Polygon").focus()
    on.press("Enter")
    on.frame.focus()
    on.press(
        "Home Enter ArrowRight ArrowRight ArrowRight Enter ArrowDown ArrowDown ArrowDown Enter"
    )
    on.press("ArrowDown Enter Backspace Enter")
    assert len(on.wait_for_number(2)[1]["rings"][0]) == 3
    on.tool("Region").focus()
    on.press("Enter")
    on.frame.focus()
    on.press("Home Enter")
    expect(on.inspector.root).to_contain_text(re.compile("evidence in this place"))
    assert len(on.regions()) == 2


def test_fingers_draw_while_a_tool_is_chosen_and_two_of_them_zoom(open_page: OpenPage) -> None:
    on = Marking(open_page(ratio=2, touch=True))
    on.use("Box")
    slide(on.page, (on.at(3, 3), on.at(8, 7)))
    (box,) = on.wait_for_number(1)
    assert near(box, x=3, y=3, width=5, height=4)
    # Within a finger's reach of the corner, and not on it.
    x, y = on.at(8, 7)
    slide(on.page, ((x + 8, y + 8), (x + 28, y + 8)))
    (box,) = on.wait_for(lambda regions: regions[0]["width"] > 5.2)
    assert box["height"] == pytest.approx(4, abs=0.1)
    x, y = on.at(14, 14)
    slide(on.page, ((x - 20, y), (x - 60, y)), ((x + 20, y), (x + 60, y)))
    expect(on.inspector.button("Whole image")).not_to_have_attribute("aria-disabled", "true")
    assert on.regions() == [box]


def test_taps_judge_and_label_what_a_finger_drew(open_page: OpenPage) -> None:
    on = Marking(open_page(ratio=2, touch=True))
    root = on.inspector.root

    def choose(field: str, option: str) -> None:
        root.get_by_role("combobox", name=field, exact=True).tap()
        root.get_by_role("option", name=option, exact=True).tap()

    on.tool("Box").tap()
    slide(on.page, (on.at(3, 3), on.at(8, 7)))
    on.inspector.button("Spurious").tap()
    choose("What it is", "background")
    root.get_by_role("combobox", name="Label", exact=True).tap()
    on.page.keyboard.type("ring")  # the keyboard on the screen
    on.frame.scroll_into_view_if_needed()
    slide(on.page, (on.at(14, 14), on.at(20, 18)))
    on.inspector.button("Core").tap()
    choose("Label", "ring")
    names = on.inspector.root.get_by_role("listbox", name="Findings").get_by_role("option")
    expect(names.filter(has_text="ring")).to_have_count(2)
    said = [(each["verdict"], each["kind"], each["label"]) for each in on.findings()]
    assert said == [("spurious", "background", "ring"), ("core", "", "ring")]


def test_with_annotating_off_clicks_pin_and_nothing_is_marked(open_page: OpenPage) -> None:
    on = Marking(open_page())
    on.click(5.5, 7.5)
    table = on.inspector.root.get_by_role("table", name="Pinned pixels")
    expect(table).to_contain_text("5, 7")
    on.drag((2, 2), (9, 9))
    assert on.regions() == []
    assert json.dumps(on.page.evaluate(ACTS)) == "[]"
