"""The panel in Firefox: an exported page, and a notebook in JupyterLab."""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser import firefox
from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import (
    ENDLESS,
    SMALL_NET,
    Inspector,
    from_kernel,
    painted,
    shows,
)
from tests.browser.jupyter import Server, write_notebook
from tests.browser.test_marking import Marking
from xwidget.explanation import Explanation
from xwidget.paper import on_paper
from xwidget.pixels import blend, quantize

ITERATIONS = 40
KEYFRAMES = 6


def is_there() -> bool:
    try:
        return bool(firefox.executable())
    except FileNotFoundError:
        return False


pytestmark = pytest.mark.skipif(
    not is_there() and os.environ.get("XWIDGET_TEST_FIREFOX") != "required",
    reason="Firefox is not installed: apt-get install firefox-esr",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One for all: it takes as long to start as most of the tests."""
    with firefox.launched(tmp_path_factory.mktemp("firefox")) as browser:
        yield browser


@pytest.fixture(scope="module")
def explanation() -> Explanation:
    known: dict[str, object] = {}
    exec(
        SMALL_NET
        + "ex = xw.explain(clf, photo, targets=[2, 0, 4], game='preservation',\n"
        + f"                iterations={ITERATIONS}, progress=False, early_stop=False)",
        known,
    )
    assert isinstance(known["ex"], Explanation)
    return known["ex"]


@pytest.fixture(scope="module")
def path(explanation: Explanation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return explanation.export_html(tmp_path_factory.mktemp("page") / "page.html", KEYFRAMES)


@pytest.fixture
def page(browser: Browser, path: Path) -> Iterator[Page]:
    """The exported page, opened from disk."""
    context = browser.new_context(viewport={"width": 900, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    page.goto(path.as_uri())
    yield page
    assert errors == []
    context.close()


@pytest.fixture
def inspector(page: Page, explanation: Explanation) -> Inspector:
    inspector = Inspector(page.locator(".xwidget-inspector"))
    inspector.wait_for(status="done", iteration=ITERATIONS, target=likeliest(explanation))
    return inspector


def likeliest(explanation: Explanation) -> int:
    return explanation.targets[int(explanation.image_scores.argmax())]


def test_every_class_and_iteration_is_drawn_to_the_pixel(
    inspector: Inspector, explanation: Explanation
) -> None:
    for place, k in enumerate(np.argsort(-explanation.image_scores)):
        inspector.classes.nth(place).click()
        inspector.wait_for(target=explanation.targets[k], iteration=ITERATIONS)
        assert inspector.pressed_classes == 1
        np.testing.assert_array_equal(inspector.pixels(), explanation.evidence[k])
    inspector.slider.press("Home")
    inspector.wait_for(iteration=0)
    mask = explanation.frames.masks[0, k]
    np.testing.assert_array_equal(
        inspector.pixels(), blend(explanation.image, explanation.reference, mask)
    )
    inspector.slider.press("ArrowRight")
    inspector.wait_for_more_than(iteration=0)
    inspector.slider.press("End")
    inspector.wait_for(iteration=ITERATIONS)


def test_the_readout_has_what_is_under_the_mouse_and_the_keyboard(
    inspector: Inspector, explanation: Explanation
) -> None:
    k = explanation.targets.index(likeliest(explanation))
    for x, y in [(0, 0), (20, 11), (31, 31)]:
        inspector.point_at(x, y)
        painted(inspector.root.page, 100)
        assert shows(inspector.readout(), [x, y])
        assert shows(inspector.readout(), explanation.evidence[k, y, x])
    picture = inspector.root.get_by_role("application")
    picture.focus()
    picture.press("Home")
    picture.press("ArrowUp")
    assert shows(inspector.readout(), [0, 30])


def test_tab_reaches_the_controls_and_leaves_the_panel(page: Page, inspector: Inspector) -> None:
    inspector.root.get_by_role("radio", name="Paper").focus()
    seen = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        at = page.evaluate("""() => {
          const at = document.activeElement;
          return at.closest(".xwidget-inspector") ? at.ariaLabel ?? at.textContent.trim() : "";
        }""")
        if not at:
            break
        seen.add(at)
    else:
        pytest.fail("Tab never left the panel")
    assert any(name.startswith("Iteration") for name in seen)
    assert any(name.startswith("Picture") for name in seen)


def test_a_box_is_marked_listed_and_kept_over_a_reload(page: Page, inspector: Inspector) -> None:
    on = Marking(page, inspector)
    on.use("Box")
    on.drag((4, 4), (12, 12))
    options = inspector.root.get_by_role("listbox", name="Findings").get_by_role("option")
    expect(options).to_have_count(1)
    (region,) = on.wait_for(lambda regions: len(regions) == 1)
    assert region["type"] == "box"
    assert [region[each] for each in ("x", "y", "width", "height")] == pytest.approx(
        [4, 4, 8, 8], abs=0.2
    )
    page.reload()
    again = Marking(page, Inspector(page.locator(".xwidget-inspector")))
    again.inspector.wait_for(status="done")
    assert len(again.findings()) == 1


def test_the_paper_is_dark_for_who_prefers_that(
    inspector: Inspector, explanation: Explanation
) -> None:
    k = explanation.targets.index(likeliest(explanation))
    page = inspector.root.page
    page.mouse.move(0, 0)
    painted(page, 200)
    shot = inspector.root.locator(".xw-frame").first.screenshot()
    pixels = np.asarray(Image.open(BytesIO(shot)).convert("RGB"))
    step = pixels.shape[0] // 32
    seen = pixels[step // 2 :: step, step // 2 :: step][:32, :32]
    expected = on_paper(explanation.image, quantize(explanation.masks[k]), dark=True)
    np.testing.assert_array_equal(seen, expected)


def test_a_run_in_jupyterlab_is_followed_stopped_edited_and_there_after_a_reload(
    server: Server, open_notebook: OpenNotebook
) -> None:
    cells = [SMALL_NET, ENDLESS, "w = Endless(clf, photo, iterations=100_000); w"]
    notebook = open_notebook(write_notebook(server.root / "firefox.ipynb", cells))
    notebook.run_all()
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="running")
    inspector.wait_for_more_than(iteration=20)
    inspector.slider.press("Home")
    inspector.wait_for(iteration=0)
    inspector.slider.press("End")
    inspector.wait_for_more_than(iteration=20)
    inspector.classes.nth(1).click()
    inspector.wait_for(target=from_kernel(notebook, "w._classes[1]['index']"))
    inspector.button("Stop").click()
    inspector.wait_for(status="stopped")
    assert from_kernel(notebook, "[w.status, w.iteration]") == ["stopped", inspector.iteration]

    inspector.button("Everything else").click()
    answer = inspector.root.get_by_role("status", name="Edited input")
    expect(answer).to_contain_text("The network now says")
    inspector.button("End test").click()
    before = inspector.pixels()
    notebook.save()
    notebook.reload()
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="stopped")
    np.testing.assert_array_equal(inspector.pixels(), before)
