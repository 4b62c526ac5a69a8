"""An exported page in a real browser, opened from disk, with no network to reach."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.inspector import SMALL_NET, Inspector, Pixels, shows
from xwidget.explanation import Explanation, blend

ITERATIONS = 40
KEYFRAMES = 6
REASON = "This page has no kernel"


@pytest.fixture(scope="module")
def explanation() -> Explanation:
    known: dict[str, object] = {}
    exec(
        SMALL_NET
        + "clf.name = 'tiny <net> & 網'\n"
        + "ex = xw.explain(clf, photo, targets=[2, 0, 4], game='preservation',\n"
        + f"                iterations={ITERATIONS}, progress=False, early_stop=False)",
        known,
    )
    assert isinstance(known["ex"], Explanation)
    return known["ex"]


@dataclass
class Shown:
    """A page that was opened from disk, and what it tried to do."""

    page: Page
    path: Path
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def inspector(self) -> Inspector:
        return Inspector(self.page.locator(".xwidget-inspector"))


@pytest.fixture
def shown(browser: Browser, explanation: Explanation, tmp_path: Path) -> Iterator[Shown]:
    path = explanation.export_html(tmp_path / "a page & 頁.html", KEYFRAMES)
    context = browser.new_context(viewport={"width": 900, "height": 900})
    context.set_offline(True)
    shown = Shown(context.new_page(), path)

    def only_itself(route: Route) -> None:
        shown.requests.append(route.request.url)
        if route.request.url == path.as_uri():
            route.continue_()
        else:
            route.abort()

    context.route("**/*", only_itself)
    shown.page.on(
        "console", lambda message: message.type == "error" and shown.errors.append(message.text)
    )
    shown.page.on("pageerror", lambda error: shown.errors.append(str(error)))
    shown.page.goto(path.as_uri())
    last = likeliest(explanation)
    shown.inspector.wait_for(status="done", iteration=ITERATIONS, target=last)
    yield shown
    assert shown.requests == [path.as_uri()]
    assert shown.errors == []
    context.close()


def likeliest(explanation: Explanation) -> int:
    return explanation.targets[int(explanation.image_scores.argmax())]


def evidence(explanation: Explanation, target: int, iteration: int) -> Pixels:
    at = explanation.frames.iterations.tolist().index(iteration)
    mask = explanation.frames.masks[at, explanation.targets.index(target)]
    return blend(explanation.image, explanation.reference, mask)


def test_the_last_iteration_of_every_class_is_the_evidence(
    shown: Shown, explanation: Explanation
) -> None:
    inspector = shown.inspector
    ranked = np.argsort(-explanation.image_scores)
    for place, k in enumerate(ranked):
        inspector.classes.nth(place).click()
        inspector.wait_for(target=explanation.targets[k], iteration=ITERATIONS)
        assert inspector.pressed_classes == 1
        np.testing.assert_array_equal(inspector.pixels(), explanation.evidence[k])


def test_the_slider_draws_the_iterations_that_the_page_holds(
    shown: Shown, explanation: Explanation
) -> None:
    inspector = shown.inspector
    target = likeliest(explanation)
    inspector.slider.press("Home")
    inspector.wait_for(iteration=0)
    seen = [0]
    while seen[-1] < ITERATIONS:
        np.testing.assert_array_equal(inspector.pixels(), evidence(explanation, target, seen[-1]))
        inspector.slider.press("ArrowRight")
        inspector.root.page.wait_for_function(
            "([root, iteration]) => Number(root.dataset.iteration) > iteration",
            arg=[inspector.root.element_handle(), seen[-1]],
        )
        seen.append(inspector.iteration)
    assert len(seen) == KEYFRAMES
    inspector.slider.fill(str(seen[2] + 1))  # what is not held snaps to what is
    inspector.wait_for(iteration=seen[2])
    np.testing.assert_array_equal(inspector.pixels(), evidence(explanation, target, seen[2]))


def test_pointing_at_a_pixel_reads_it(shown: Shown, explanation: Explanation) -> None:
    inspector = shown.inspector
    k = explanation.targets.index(likeliest(explanation))
    mask = explanation.frames.masks[-1, k]
    for x, y in [(0, 0), (20, 11), (31, 31)]:
        inspector.point_at(x, y)
        readout = inspector.readout()
        assert shows(readout, [x, y])
        assert shows(readout, explanation.image[y, x])
        assert shows(readout, [round(float(value) / 255, 3) for value in mask[:, y, x]])
        assert shows(readout, explanation.evidence[k, y, x])


def test_the_views_and_the_keyboard_work(shown: Shown, explanation: Explanation) -> None:
    inspector = shown.inspector
    inspector.root.get_by_text("Image", exact=True).click()
    shown.page.wait_for_function(
        "(canvas) => canvas.getAttribute('aria-label').startsWith('The image')",
        arg=inspector.canvas.element_handle(),
    )
    shown.page.wait_for_timeout(100)
    np.testing.assert_array_equal(inspector.pixels(), explanation.image)
    picture = inspector.root.get_by_role("application")
    picture.focus()
    picture.press("Home")
    picture.press("ArrowDown")
    assert shows(inspector.readout(), [0, 17])


@pytest.mark.parametrize("name", ["Run", "Stop", "Run more"])
def test_a_button_that_needs_a_kernel_is_disabled_and_says_why(shown: Shown, name: str) -> None:
    button = shown.inspector.button(name)
    assert button.is_disabled()
    assert button.locator("xpath=ancestor::fieldset").get_attribute("title").startswith(REASON)  # type: ignore[union-attr]


def test_every_setting_is_disabled_and_the_reason_is_to_be_read(shown: Shown) -> None:
    root = shown.inspector.root
    for role, name in [
        ("combobox", "Game"),
        ("combobox", "Defense"),
        ("checkbox", "auto"),
        ("textbox", "Sparsity value"),
        ("spinbutton", "Iterations"),
        ("combobox", "Add class"),
    ]:
        control = root.get_by_role(role, name=name)  # type: ignore[arg-type]
        same = shown.page.get_by_role(role, name=name)  # type: ignore[arg-type]
        assert control.is_disabled(), name
        group = root.get_by_role("group", name=re.compile(REASON)).filter(has=same)
        assert group.count() == 1, name
    assert root.get_by_text(REASON).is_visible()


def test_what_the_page_is_about_is_said(shown: Shown) -> None:
    assert shown.page.title().startswith("Evidence for ")
    assert shown.page.title().endswith(" · tiny <net> & 網")
    assert "preservation game, directional defense, 40 iterations" in shown.page.inner_text(
        "header"
    )
    assert shown.page.locator("img.still").count() == 0  # the panel took its place


def test_the_page_cannot_be_made_to_reach_the_network(shown: Shown) -> None:
    reached = shown.page.evaluate(
        "() => fetch('https://example.org/').then(() => true, (error) => String(error))"
    )
    assert "Failed to fetch" in str(reached)
    assert any("Content Security Policy" in error for error in shown.errors)
    shown.errors.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_readers_light_or_dark(shown: Shown, scheme: str) -> None:
    shown.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    colors = "(element) => getComputedStyle(element).backgroundColor"
    body = shown.page.locator("body").evaluate(colors)
    levels = [int(number) for number in re.findall(r"\d+", body)[:3]]
    assert (min(levels) > 200) if scheme == "light" else (max(levels) < 60)


def test_without_scripts_the_picture_is_there(
    browser: Browser, explanation: Explanation, tmp_path: Path
) -> None:
    path = explanation.export_html(tmp_path / "page.html")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.locator("img.still").bounding_box()["width"] > 200  # type: ignore[index]
    assert page.locator("noscript p").is_visible()
    context.close()


def test_a_browser_that_is_too_old_keeps_the_picture_and_is_told(
    browser: Browser, explanation: Explanation, tmp_path: Path
) -> None:
    path = explanation.export_html(tmp_path / "page.html")
    context = browser.new_context()
    context.add_init_script("delete window.DecompressionStream")
    page = context.new_page()
    page.goto(path.as_uri())
    page.get_by_role("alert").wait_for()
    assert "DecompressionStream" in page.get_by_role("alert").inner_text()
    assert page.locator("img.still").is_visible()
    context.close()
