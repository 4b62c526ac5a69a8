"""Fingers on the picture: two zoom it, one scrolls the page until it is enlarged, a tap pins."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from tests.browser.inspector import (
    Inspector,
    painted,
)
from tests.browser.test_looks import explanation as explanation
from xwidget.explanation import Explanation

Point = tuple[float, float]


@pytest.fixture
def page(
    browser: Browser, explanation: Explanation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Page]:
    path = explanation.export_html(tmp_path_factory.mktemp("touch") / "page.html")
    context = browser.new_context(viewport={"width": 700, "height": 500}, has_touch=True)
    page = context.new_page()
    page.goto(path.as_uri())
    Inspector(page.locator(".xwidget-inspector")).wait_for(status="done", iteration=1)
    painted(page, 200)
    yield page
    context.close()


@pytest.fixture
def inspector(page: Page) -> Inspector:
    inspector = Inspector(page.locator(".xwidget-inspector"))
    inspector.canvas.scroll_into_view_if_needed()
    return inspector


def touch(session: CDPSession, kind: str, *points: Point) -> None:
    session.send(
        "Input.dispatchTouchEvent",
        {
            "type": kind,
            "touchPoints": [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(points)],
        },
    )


def slide(page: Page, *fingers: tuple[Point, Point]) -> None:
    """Move fingers from and to a place each, all at once."""
    session = page.context.new_cdp_session(page)
    for step in range(9):
        share = step / 8
        at = [(x + share * (to_x - x), y + share * (to_y - y)) for (x, y), (to_x, to_y) in fingers]
        touch(session, "touchMove" if step else "touchStart", *at)
        page.wait_for_timeout(16)
    touch(session, "touchEnd")
    painted(page, 150)


def scale(inspector: Inspector) -> float:
    return float(inspector.canvas.evaluate("c => c.getBoundingClientRect().width / c.width"))


def test_two_fingers_zoom_what_is_between_them(page: Page, inspector: Inspector) -> None:
    whole = scale(inspector)
    x, y = inspector.place_of(12, 14)
    slide(page, ((x - 20, y), (x - 60, y)), ((x + 20, y), (x + 60, y)))
    assert scale(inspector) == pytest.approx(3 * whole, rel=0.15)
    near_x, near_y = inspector.place_of(12, 14)
    assert abs(near_x - x) < 1.5 * whole
    assert abs(near_y - y) < 1.5 * whole
    assert page.evaluate("visualViewport.scale") == 1  # the picture, not the page

    slide(page, ((x, y), (x + 50, y + 30)))  # one finger moves the enlarged picture
    moved_x, moved_y = inspector.place_of(12, 14)
    assert (moved_x - near_x, moved_y - near_y) == pytest.approx((50, 30), abs=12)
    assert not inspector.root.get_by_role("table").is_visible()


def test_one_finger_scrolls_the_page(page: Page, inspector: Inspector) -> None:
    whole = scale(inspector)
    before = page.evaluate("scrollY")
    x, y = inspector.place_of(20, 12)
    slide(page, ((x, y), (x, y - 120)))
    assert page.evaluate("scrollY") > before + 40
    assert scale(inspector) == whole


def test_a_tap_pins_and_reads(page: Page, inspector: Inspector) -> None:
    page.touchscreen.tap(*inspector.place_of(7, 9))
    table = inspector.root.get_by_role("table", name="Pinned pixels")
    assert "7, 9" in table.inner_text()
