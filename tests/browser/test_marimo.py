"""The Inspector in marimo, edited and run: its ways with messages and traits are its own."""

import importlib.util
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import marimo_server
from tests.browser.inspector import ENDLESS, SMALL_NET, Inspector, shows
from tests.browser.jupyter import TIMEOUT
from tests.browser.test_marking import Marking
from xwidget.findings.finding import Finding
from xwidget.findings.store.store import FindingStore

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("marimo") is None, reason="marimo is not installed"
)

FOREVER = 100_000  # iterations: hours

Show = Callable[..., Inspector]


@pytest.fixture
def errors() -> list[str]:
    """What a page complained of."""
    return []


@pytest.fixture
def show(browser: Browser, tmp_path: Path, errors: list[str]) -> Iterator[Show]:
    """Serve a notebook of these cells and return its first Inspector."""
    with ExitStack() as stack:

        def show(*cells: str, mode: str = "edit") -> Inspector:
            path = marimo_server.write_notebook(tmp_path / "notebook.py", cells)
            base = stack.enter_context(marimo_server.serve(mode, path, tmp_path / "home"))
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            stack.callback(page.close)
            page.set_default_timeout(TIMEOUT * 1000)
            page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
            page.goto(base)
            return inspector_on(page)

        yield show
    assert errors == []


def inspector_on(page: Page) -> Inspector:
    root = page.locator(".xwidget-inspector")
    root.wait_for()
    return Inspector(root)


@pytest.fixture(scope="module")
def here() -> Iterator[dict[str, Any]]:
    """The small net in this process, to compute what the page should show."""
    import torch

    threads = torch.get_num_threads()
    names: dict[str, Any] = {}
    exec(SMALL_NET, names)
    yield names
    torch.set_num_threads(threads)


@pytest.mark.parametrize("mode", ["edit", "run"])
def test_a_long_run_is_looked_at_from_all_sides_and_stopped(
    show: Show, here: dict[str, Any], mode: str
) -> None:
    inspector = show(
        SMALL_NET,
        ENDLESS + f"w = Endless(clf, photo, iterations={FOREVER})\nmo.ui.anywidget(w)",
        mode=mode,
    )
    inspector.wait_for(status="running")
    best = [index for index, *_ in here["clf"].predict(here["photo"], k=3)]
    for number in (1, 2, 0):
        inspector.wait_for_more_than(iteration=inspector.iteration + 20)
        inspector.classes.nth(number).click()
        inspector.wait_for(target=best[number])
        newest = inspector.iteration
        inspector.slider.press("Home")
        inspector.wait_for(status="running", target=best[number], iteration=0)
        inspector.slider.press("End")
        inspector.wait_for_more_than(iteration=newest)
    inspector.button("Stop").click()
    inspector.wait_for(status="stopped")
    stopped = inspector.iteration
    inspector.slider.press("Home")
    inspector.wait_for(status="stopped", iteration=0)
    inspector.slider.press("End")
    inspector.wait_for(status="stopped", iteration=stopped)
    inspector.button("Run").click()
    inspector.wait_for(status="running")
    if mode == "edit":  # `marimo run` begins anew for every page
        inspector.wait_for_more_than(iteration=100)
    inspector.root.page.reload()
    inspector = inspector_on(inspector.root.page)
    inspector.wait_for_more_than(iteration=100)
    inspector.button("Stop").click()
    inspector.wait_for(status="stopped")


def test_the_canvas_holds_the_evidence_and_python_moves_it(
    show: Show, here: dict[str, Any]
) -> None:
    twin = here["xw"].Inspector(here["clf"], here["photo"], iterations=40)
    twin.wait()
    explanation = twin.explanation
    twin.close()
    inspector = show(
        SMALL_NET,
        "w = xw.Inspector(clf, photo, iterations=40)\nmo.ui.anywidget(w)",
        'mo.ui.button(label="To three", on_click=lambda _: setattr(w, "iteration", 3))',
    )
    inspector.wait_for(status="done", iteration=40)
    for number, target in enumerate(explanation.targets):
        inspector.classes.nth(number).click()
        inspector.wait_for(target=target, iteration=40)
        np.testing.assert_array_equal(inspector.pixels(), explanation.evidence[number])
    inspector.point_at(10, 20)
    assert shows(inspector.readout(), explanation.evidence[-1, 20, 10])

    inspector.root.page.get_by_role("button", name="To three").click()
    inspector.wait_for(iteration=3)
    frames = explanation.frames
    mask = frames.masks[list(frames.iterations).index(3), -1].transpose(1, 2, 0).astype(int)
    image, reference = (
        np.asarray(each, int) for each in (explanation.image, explanation.reference)
    )
    np.testing.assert_array_equal(
        inspector.pixels(), (mask * image + (255 - mask) * reference + 127) // 255
    )


def test_the_default_net_explains_espresso(show: Show) -> None:
    inspector = show(
        "import torch\nimport xwidget as xw\ntorch.set_num_threads(1)",
        'clf = xw.load("efficientnet_lite0")\nphoto = xw.sample("coffee")',
        "w = xw.Inspector(clf, photo, iterations=12)\nmo.ui.anywidget(w)",
    )
    inspector.wait_for(status="done", iteration=12)
    assert "espresso" in inspector.classes.first.inner_text()
    last = inspector.pixels()
    assert last.shape == (224, 224, 3)
    inspector.slider.press("Home")
    inspector.wait_for(iteration=0)
    assert (inspector.pixels() != last).mean() > 0.05
    first = inspector.target
    inspector.classes.nth(1).click()
    inspector.root.and_(inspector.root.page.locator(f':not([data-target="{first}"])')).wait_for()


def test_an_edited_mask_is_scored_and_is_there_after_a_reload(show: Show) -> None:
    inspector = show(SMALL_NET, "w = xw.Inspector(clf, photo, iterations=20)\nmo.ui.anywidget(w)")
    inspector.wait_for(status="done", iteration=20)
    explained = inspector.pixels()
    inspector.button("Everything else").click()
    page = inspector.root.page
    answer = inspector.root.get_by_role("status", name="Edited input")
    page.wait_for_function(
        "answer => answer.textContent.startsWith('The network now says')",
        arg=answer.element_handle(),
    )
    edited = inspector.pixels()
    assert not np.array_equal(edited, explained)
    page.reload()
    inspector = inspector_on(page)
    inspector.wait_for(status="done", iteration=20)
    inspector.button("End test").wait_for()
    np.testing.assert_array_equal(inspector.pixels(), edited)
    inspector.button("End test").click()
    inspector.button("End test").wait_for(state="detached")
    np.testing.assert_array_equal(inspector.pixels(), explained)


def test_findings_marked_in_its_shadow_root_are_kept_and_there_after_a_reload(
    show: Show, tmp_path: Path
) -> None:
    kept = tmp_path / "kept.sqlite"
    inspector = show(
        SMALL_NET,
        f"w = xw.Inspector(clf, photo, iterations=20, findings={str(kept)!r})\nmo.ui.anywidget(w)",
    )
    inspector.wait_for(status="done", iteration=20)
    page = inspector.root.page
    on = Marking(page, inspector)
    on.use("Box")
    on.drag((4, 4), (12, 12))
    on.drag((12, 8), (20, 9))  # its right side
    on.frame.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")  # the same
    found = poll(lambda: [each for each in listed(kept) if each.region.bounds[2] > 20.5])
    assert found[0].region.bounds == pytest.approx((4, 4, 21, 12), abs=0.1)

    page.reload()
    again = Marking(page, inspector_on(page))
    again.inspector.wait_for(status="done", iteration=20)
    for _ in range(2):  # annotating is on then, and no tool chosen: a click selects
        again.tool("Box").click()
    again.click(7, 8)
    expect(again.inspector.root.locator(".xw-grip")).to_have_count(9)


def listed(place: Path) -> tuple[Finding, ...]:
    if not place.exists():
        return ()
    with FindingStore(place) as store:
        return store.list()


def poll(look: Callable[[], list[Finding]]) -> list[Finding]:
    """Look until something is there."""
    deadline = time.monotonic() + TIMEOUT / 3
    while not (found := look()):
        assert time.monotonic() < deadline, "it is not there"
        time.sleep(0.1)
    return found
