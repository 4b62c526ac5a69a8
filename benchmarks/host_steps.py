"""The steps that benchmarks.hosts takes in each host, each on what the one before has left."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from playwright.sync_api import expect

from benchmarks.host_programs import PATIENCE, App, Host
from tests.browser.inspector import shows
from tests.browser.test_marking import Marking

ANSWER = 20_000  # ms for an act to have its effect

PAPER = """(root) => {
  for (let at = root; at; at = at.parentElement ?? at.getRootNode().host) {
    const color = getComputedStyle(at).backgroundColor;
    if (!/, 0\\)$/.test(color)) return color;
  }
  return "rgb(255, 255, 255)";
}"""


def it_comes(app: App, host: Host) -> None:
    """The panel is there."""
    app.inspector.wait_for(status="running", seconds=PATIENCE)


def it_streams(app: App, host: Host) -> None:
    """Masks come while it runs."""
    now = app.inspector.iteration
    app.inspector.wait_for_more_than(now + 20)


def classes(app: App, host: Host) -> None:
    """Another class is drawn on a click."""
    inspector = app.inspector
    before = inspector.target
    inspector.classes.nth(1).click()
    inspector.root.and_(app.page.locator(f':not([data-target="{before}"])')).wait_for()
    assert inspector.pressed_classes == 1
    inspector.wait_for_more_than(inspector.iteration + 5)


def slider(app: App, host: Host) -> None:
    """An earlier mask is asked for and drawn, then the newest."""
    inspector = app.inspector
    newest = inspector.iteration
    inspector.slider.press("Home")
    inspector.wait_for(iteration=0, seconds=20)
    inspector.slider.press("End")
    inspector.wait_for_more_than(newest)


def stop(app: App, host: Host) -> None:
    """A run is stopped."""
    app.inspector.button("Stop").click()
    app.inspector.wait_for(status="stopped", seconds=20)


def hover(app: App, host: Host) -> None:
    """The readout has the color of the pixel under the mouse."""
    inspector = app.inspector
    inspector.point_at(10, 20)
    app.page.wait_for_timeout(150)
    assert shows(inspector.readout(), [10, 20]), inspector.readout()
    assert shows(inspector.readout(), inspector.pixels()[20, 10]), inspector.readout()


def brush(app: App, host: Host) -> None:
    """An edited mask is scored."""
    inspector = app.inspector
    inspector.button("Everything else").click()
    answer = inspector.root.get_by_role("status", name="Edited input")
    expect(answer).to_contain_text("The network now says", timeout=ANSWER)
    inspector.button("End test").click()
    inspector.button("End test").wait_for(state="detached")


def findings(app: App, host: Host) -> None:
    """A box is marked, listed and kept."""
    on = Marking(app.page, app.inspector)
    on.use("Box")
    on.drag((4, 4), (12, 12))
    options = app.root.get_by_role("listbox", name="Findings").get_by_role("option")
    expect(options).to_have_count(1, timeout=ANSWER)
    deadline = time.monotonic() + ANSWER / 1000
    while not kept(app.folder / "kept.sqlite"):
        assert time.monotonic() < deadline, "it was not kept"
        app.page.wait_for_timeout(100)


def kept(path: Path) -> int:
    """Count the findings in a store."""
    from xwidget.findings.store.store import FindingStore

    if not path.exists():
        return 0
    with FindingStore(path) as store:
        return len(store.list())


def beside(app: App, host: Host) -> None:
    """Another method's values stand beside."""
    inspector = app.inspector
    inspector.button("Beside").click()
    opened = inspector.root.get_by_role("menu", name="Beside")
    opened.get_by_role("menuitemcheckbox", name="Gradients").first.click()
    app.page.keyboard.press("Escape")
    values = inspector.root.get_by_role("img", name=re.compile("values from|ranks first"))
    values.first.wait_for(timeout=ANSWER)


def save(app: App, host: Host) -> None:
    """The exported page is saved as a file."""
    inspector = app.inspector
    inspector.button("Save").click()
    menu = inspector.root.get_by_role("menu", name="Save")
    with app.page.expect_download(timeout=ANSWER) as saved:
        menu.get_by_role("menuitem", name=re.compile("HTML|[Pp]age")).click()
    assert saved.value.path().stat().st_size > 30_000


def again(app: App, host: Host) -> None:
    """The panel is there after the page is loaded again, as it was or anew."""
    before = app.inspector.pixels() if host.lives else None
    if host.save:
        app.page.evaluate(host.save)
        app.page.wait_for_timeout(1000)
    app.page.reload()
    app.page.wait_for_timeout(3000)
    host.run(app.page)
    if host.lives:
        app.inspector.wait_for(status="stopped", seconds=PATIENCE)
        app.page.wait_for_timeout(500)
        np.testing.assert_array_equal(app.inspector.pixels(), before)
    else:
        app.inspector.wait_for(status="running", seconds=PATIENCE)
        it_streams(app, host)
        stop(app, host)


def cell_again(app: App, host: Host) -> None:
    """The cell is run again: one panel, which runs."""
    assert host.rerun
    host.rerun(app.page)
    app.inspector.wait_for(status="running", seconds=PATIENCE)
    expect(app.root).to_have_count(1)
    it_streams(app, host)
    stop(app, host)


def dark(app: App, host: Host) -> None:
    """The panel is as dark as its host, for a reader who prefers dark pages."""
    app.page.emulate_media(color_scheme="dark")
    if host.dark:
        host.dark(app.page)
    root = app.inspector.root
    app.page.wait_for_timeout(1000)
    scheme, ink, paper = (
        str(root.evaluate(f"(root) => {what}"))
        for what in (
            "getComputedStyle(root).colorScheme",
            "getComputedStyle(root).color",
            f"({PAPER})(root)",
        )
    )
    light, ground = (sum(map(float, re.findall(r"[\d.]+", each)[:3])) for each in (ink, paper))
    assert abs(light - ground) > 250, f"{ink} on {paper}"
    assert ("dark" in scheme) == (light > ground), f"{scheme}, and {ink} on {paper}"


def gallery(app: App, host: Host) -> None:
    """A thumbnail opens its image's panel."""
    options = app.page.get_by_role("listbox", name="Images").get_by_role("option")
    options.first.wait_for(timeout=PATIENCE * 1000)
    expect(options.first).to_have_attribute("data-state", "explained", timeout=PATIENCE * 1000)
    app.inspector.wait_for(status="done", seconds=PATIENCE)
    first = app.inspector.pixels()
    options.nth(2).click()
    expect(options.nth(2)).to_have_attribute("aria-selected", "true")
    deadline = time.monotonic() + ANSWER / 1000
    while np.array_equal(app.inspector.pixels(), first):
        assert time.monotonic() < deadline, "the picture stays the first one's"
        app.page.wait_for_timeout(100)
    app.inspector.wait_for(status="done", seconds=PATIENCE)


STEPS: dict[str, Callable[[App, Host], None]] = {
    "comes": it_comes,
    "streams": it_streams,
    "classes": classes,
    "slider": slider,
    "Stop": stop,
    "readout": hover,
    "brush test": brush,
    "findings": findings,
    "Beside": beside,
    "Save": save,
    "reload": again,
    "cell again": cell_again,
    "colors": dark,
}
CAPABILITIES = [*STEPS, "Gallery"]
