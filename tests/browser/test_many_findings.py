"""A thousand findings on one picture, and one of 6,000 points, are drawn and reshaped at once."""

from pathlib import Path
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.crowd import crowded
from tests.browser.inspector import SMALL_NET, Inspector
from tests.browser.test_marking import Marking

#: Median time of a mouse move until its frame is painted, in ms. It takes 5 to 15 on two cores.
MOST = 60

#: From a mouse move until the frame is painted that it asked for.
MOVES = """async (frame) => {
  const { left, top } = frame.getBoundingClientRect();
  const took = [];
  for (let k = 0; k < 40; k++) {
    const began = performance.now();
    frame.dispatchEvent(new PointerEvent("pointermove", {
      ...{ clientX: left + 30 + 9 * k, clientY: top + 40 + 7 * k, bubbles: true },
      ...{ pointerType: "mouse", pointerId: 1 },
    }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    took.push(performance.now() - began);
  }
  return took;
}"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scope: dict[str, Any] = {}
    exec(SMALL_NET.replace("size=32", "size=224").replace("(32, 32, 3)", "(224, 224, 3)"), scope)
    return crowded(scope["clf"], scope["photo"], tmp_path_factory.mktemp("crowd"))


def test_a_crowd_of_findings_is_pointed_at_moved_and_selected(browser: Browser, path: Path) -> None:
    page = browser.new_page(viewport={"width": 700, "height": 900})
    page.goto(path.as_uri())
    on = Marking(page, Inspector(page.locator(".xwidget-inspector")))
    on.tool("Box").wait_for()
    for _ in range(2):  # annotating is on then, and no tool chosen
        on.tool("Box").click()
    on.frame.scroll_into_view_if_needed()
    assert median(on.frame.evaluate(MOVES)) < MOST
    on.click(112, 112)
    expect(on.inspector.root.locator(".xw-grip").first).to_be_attached()
    for _ in range(40):  # each click goes one below; the largest is the last
        if on.inspector.root.locator(".xw-grip").count() > 25:
            break
        on.click(112, 112)
    assert 25 < on.inspector.root.locator(".xw-grip").count() < 200
    on.inspector.button("Zoom in").click()
    assert median(on.frame.evaluate(MOVES)) < MOST
    page.close()
