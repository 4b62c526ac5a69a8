"""An exported page in a real browser, opened from disk, with no network to reach."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route

from tests.browser.inspector import (
    SMALL_NET,
    Inspector,
    Pixels,
    painted,
    shows,
)
from tests.browser.jupyter import POLL
from xwidget.explanation import Explanation
from xwidget.origin import Origin
from xwidget.paper import on_paper
from xwidget.pixels import blend, quantize
from xwidget.preprocessing.geometry import from_box

ITERATIONS = 40
KEYFRAMES = 6


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


def test_a_pixel_is_found_in_the_photo(
    browser: Browser, explanation: Explanation, tmp_path: Path
) -> None:
    # The right half of a photo of 80×120 pixels, and as much padding below.
    geometry = from_box((60, 0, 120, 160), (32, 32), (80, 120))
    cropped = replace(explanation, origin=Origin("0" * 64, (80, 120), geometry))
    page = browser.new_page()
    page.goto(cropped.export_html(tmp_path / "cropped.html").as_uri())
    inspector = Inspector(page.locator(".xwidget-inspector"))
    inspector.wait_for(status="done")
    pixel = inspector.root.get_by_role("status", name="Pixel")
    for (x, y), words in {
        (0, 0): "photo x 60, y 2",
        (31, 15): "photo x 119, y 77",
        (0, 16): "not in the photo",
    }.items():
        inspector.point_at(x, y)
        assert words in pixel.inner_text()
    inspector.point_at(31, 15)
    page.mouse.click(*inspector.place_of(31, 15))
    assert "photo x 119, y 77" in inspector.root.get_by_role("table").inner_text()
    page.close()


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
    painted(shown.page, 100)
    np.testing.assert_array_equal(inspector.pixels(), explanation.image)
    picture = inspector.root.get_by_role("application")
    picture.focus()
    picture.press("Home")
    picture.press("ArrowDown")
    assert shows(inspector.readout(), [0, 17])


def test_what_cannot_be_used_is_left_out(shown: Shown) -> None:
    root = shown.inspector.root
    for role, name in [
        ("button", "Run"),
        ("button", "Stop"),
        ("button", "Run more"),
        ("button", "Edit mask"),
        ("combobox", "Game"),
        ("combobox", "Add class"),
        ("spinbutton", "Iterations"),
        ("option", "The four games"),
    ]:
        assert root.get_by_role(role, name=name, exact=True).count() == 0, name  # type: ignore[arg-type]
    assert "kernel" not in shown.page.inner_text("body")
    assert root.locator(":disabled").all_inner_texts() == ["Latest"]
    inspector = shown.inspector
    inspector.button("Save").click()
    assert root.get_by_role("menuitem").all_inner_texts() == [
        "Copy link",
        "Copy picture",
        "Save PNG, image pixels",
        "Save PNG, screen size",
    ]
    shown.page.keyboard.press("Escape")


def test_what_the_page_is_about_is_said(shown: Shown) -> None:
    ranked = [shown.inspector.classes.nth(k).inner_text().split()[0] for k in range(3)]
    names = f"{ranked[0]}, {ranked[1]} and {ranked[2]}"
    assert shown.page.inner_text("h1") == f"No evidence for {names}"
    assert shown.page.title() == f"No evidence for {names} · tiny <net> & 網 · preservation"
    assert "preservation game, directional defense, 40 iterations" in shown.page.inner_text(
        "header"
    )
    assert shown.page.locator("img.still").count() == 0  # the panel took its place


def on_screen(shown: Shown, side: int) -> Pixels:
    """What a person sees of the picture, a pixel for each of the image."""
    shown.page.mouse.move(0, 0)
    painted(shown.page, 200)
    shot = Image.open(BytesIO(shown.page.locator(".xw-frame").first.screenshot())).convert("RGB")
    pixels = np.asarray(shot)
    step = pixels.shape[0] // side
    return np.ascontiguousarray(pixels[step // 2 :: step, step // 2 :: step][:side, :side])


def test_the_first_view_is_paper_over_a_canvas_of_the_evidence(
    shown: Shown, explanation: Explanation
) -> None:
    k = explanation.targets.index(likeliest(explanation))
    mask = quantize(explanation.masks[k])
    assert shown.inspector.root.get_by_role("radio", name="Paper").is_checked()
    for scheme in ("light", "dark"):
        shown.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        expected = on_paper(explanation.image, mask, dark=scheme == "dark")
        np.testing.assert_array_equal(on_screen(shown, 32), expected)
        np.testing.assert_array_equal(shown.inspector.pixels(), explanation.evidence[k])
    shown.inspector.root.get_by_role("radio", name="Rest", exact=True).check(force=True)
    expected = on_paper(explanation.image, mask, rest=True, dark=True)
    np.testing.assert_array_equal(on_screen(shown, 32), expected)


def test_the_panel_begins_with_its_picture(shown: Shown) -> None:
    root = shown.inspector.root
    views = root.get_by_role("radiogroup", name="View", exact=True)
    above = views.evaluate(
        "(views, root) => views.getBoundingClientRect().top - root.getBoundingClientRect().top",
        root.element_handle(),
    )
    assert above < 16
    root.get_by_role("button", name="Help").click()
    root.get_by_role("button", name="Close help").click()


def test_a_color_alone_and_a_boost_are_for_the_eye_and_said(
    shown: Shown, explanation: Explanation
) -> None:
    inspector = shown.inspector
    k = explanation.targets.index(likeliest(explanation))
    mask = quantize(explanation.masks[k])
    picture = inspector.root.get_by_role("application")
    picture.press("3")
    inspector.point_at(20, 11)
    read = inspector.readout()
    inspector.root.get_by_role("radio", name="Boost ×4").check(force=True)
    inspector.point_at(20, 11)
    assert inspector.readout() == read
    assert "boosted ×4 for display" in picture.inner_text()
    boosted = np.minimum(255, 4 * mask.astype(int)).transpose(1, 2, 0)
    np.testing.assert_array_equal(inspector.pixels(), boosted)
    inspector.root.get_by_role("radio", name="Green alone").check(force=True)
    painted(shown.page, 100)
    np.testing.assert_array_equal(inspector.pixels(), boosted[..., [1, 1, 1]])
    assert "green alone" in picture.inner_text()
    inspector.point_at(20, 11)
    readout = inspector.readout()
    assert shows(readout, [round(float(mask[1, 11, 20]) / 255, 3)])
    assert len(readout) == 2 + 3 + 1  # x, y, image, mask and evidence in green, score

    inspector.button("Save").click()
    with shown.page.expect_download() as download:
        inspector.root.get_by_role("menuitem", name="Save PNG, image pixels").click()
    assert "boosted-x4" in download.value.suggested_filename
    saved = np.asarray(Image.open(BytesIO(Path(download.value.path()).read_bytes())).convert("RGB"))
    np.testing.assert_array_equal(saved[:32, :32], boosted[..., [1, 1, 1]])
    assert saved.shape[0] > 40  # with what was done to it in words
    picture.press("b")
    assert "×8" in picture.inner_text()
    picture.press("b")
    picture.press("c")
    picture.press("c")
    assert picture.inner_text() == ""
    painted(shown.page, 100)
    np.testing.assert_array_equal(inspector.pixels(), mask.transpose(1, 2, 0))


def test_values_are_one_key_away_and_labeled_with_their_channel(
    shown: Shown, explanation: Explanation
) -> None:
    k = explanation.targets.index(likeliest(explanation))
    picture = shown.inspector.root.get_by_role("application")
    picture.press("2")
    shown.inspector.point_at(7, 9)
    picture.press("v")
    cells = shown.inspector.root.locator(".xw-values > span")
    cells.first.wait_for()
    read = """(all) => all.map((cell) =>
      [...cell.children].map((each) => [each.dataset.channel, each.innerText]))"""
    values = [[tuple(each) for each in cell] for cell in cells.evaluate_all(read)]
    evidence = explanation.evidence[k, 9, 7]
    assert list(zip("RGB", map(str, evidence), strict=True)) in values
    rest = blend(explanation.image, explanation.reference, 255 - quantize(explanation.masks[k]))
    picture.press("7")
    painted(shown.page, 100)
    values = [[tuple(each) for each in cell] for cell in cells.evaluate_all(read)]
    assert list(zip("RGB", map(str, rest[9, 7]), strict=True)) in values


def test_the_picture_that_is_saved_has_words_below_it(
    shown: Shown, explanation: Explanation
) -> None:
    expected = on_screen(shown, 32)
    shown.inspector.button("Save").click()
    with shown.page.expect_download() as download:
        shown.inspector.root.get_by_role("menuitem", name="Save PNG, screen size").click()
    saved = np.asarray(Image.open(BytesIO(Path(download.value.path()).read_bytes())).convert("RGB"))
    step = saved.shape[1] // 32
    np.testing.assert_array_equal(saved[: 32 * step : step, ::step], expected)
    strip = saved[32 * step :]
    assert len(strip) > 40
    assert (strip[0] == strip[0, 0]).all()  # plain paper between
    assert (strip.max(-1) < 90).any()  # and ink


def test_pictures_side_by_side_are_saved_side_by_side(
    shown: Shown, explanation: Explanation
) -> None:
    mask = quantize(explanation.masks[explanation.targets.index(likeliest(explanation))])
    shown.inspector.side_by_side("views")  # paper, mask, heat, image
    boxes = [each.bounding_box() for each in shown.page.locator(".xw-frame").all()]
    place = [(round(b["x"] - boxes[0]["x"]), round(b["y"] - boxes[0]["y"])) for b in boxes if b]  # type: ignore[index]
    shown.inspector.button("Save").click()
    with shown.page.expect_download() as download:
        shown.inspector.root.get_by_role("menuitem", name="Save PNG, screen size").click()
    saved = np.asarray(Image.open(BytesIO(Path(download.value.path()).read_bytes())).convert("RGB"))
    side = round(boxes[0]["width"])  # type: ignore[index]
    step = side // 32
    across = len({x for x, _ in place})
    assert saved.shape[1] == across * (side + 6) - 6
    x, y = place[1]
    at = next(  # below its title, whose height is the font's
        top
        for top in range(y, y + 40)
        if (saved[top : top + side : step, x : x + side : step] == mask.transpose(1, 2, 0)).all()
    )
    assert at >= y


def test_playing_shows_every_iteration_and_ends_at_the_newest(shown: Shown) -> None:
    inspector = shown.inspector
    inspector.root.evaluate(
        """(root) => {
          window.seen = [];
          const note = () => window.seen.push(Number(root.dataset.iteration));
          new MutationObserver(note).observe(root, { attributeFilter: ["data-iteration"] });
        }"""
    )
    inspector.button("Play").click()
    inspector.button("Pause").wait_for()
    inspector.button("Play").wait_for()
    inspector.wait_for(iteration=ITERATIONS)
    seen = shown.page.evaluate("[...new Set(window.seen)]")
    assert seen == sorted(seen)
    assert (seen[0], seen[-1], len(seen)) == (0, ITERATIONS, KEYFRAMES)
    inspector.root.get_by_role("application").press("p")
    inspector.button("Pause").wait_for()
    inspector.slider.press("Home")  # where it may be still
    inspector.button("Play").wait_for()
    shown.page.wait_for_timeout(700)
    assert inspector.iteration == 0


def test_a_link_leads_to_one_picture(
    shown: Shown, explanation: Explanation, browser: Browser
) -> None:
    inspector, page = shown.inspector, shown.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    before = page.evaluate("history.length")
    assert "#" not in page.url
    inspector.classes.nth(1).click()
    inspector.slider.press("Home")
    inspector.slider.press("ArrowRight")
    picture = inspector.root.get_by_role("application")
    picture.press("4")
    picture.press("c")
    picture.press("b")
    inspector.root.get_by_role("slider", name="Threshold").fill("17")
    picture.focus()
    for _ in range(3):
        picture.press("+")
    inspector.button("Save").click()
    inspector.root.get_by_role("menuitem", name="Copy link").click()
    # The address follows the picture a moment later, and the clipboard the click.
    page.wait_for_function("() => location.hash !== ''")
    link = str(page.evaluate("location.href"))
    # Not by wait_for_function, which takes a promise for true, whatever its result.
    copied = "async () => await navigator.clipboard.readText()"
    for _ in range(100):
        if page.evaluate(copied) == link:
            break
        page.wait_for_timeout(POLL)
    assert page.evaluate(copied) == link
    assert page.evaluate("history.length") == before

    target, iteration = inspector.target, inspector.iteration
    place = canvas_place(inspector)
    other = page.context.new_page()
    other.goto(link)
    found = Inspector(other.locator(".xwidget-inspector"))
    found.wait_for(target=target, iteration=iteration)
    assert found.root.get_by_role("radio", name="Heat").is_checked()
    assert found.root.get_by_role("radio", name="Red alone").is_checked()
    assert found.root.get_by_role("radio", name="Boost ×2").is_checked()
    assert found.root.get_by_role("slider", name="Threshold").input_value() == "17"
    assert canvas_place(found) == place
    # A link that is followed on the page itself; what makes no sense in it is passed over.
    other.evaluate("location.hash = 'class=9999&iteration=x&view=nothing&layout=game&zoom=-3,a'")
    found.wait_for(target=target, iteration=ITERATIONS)
    assert found.root.get_by_role("radio", name="Paper").is_checked()
    assert found.root.get_by_role("slider", name="Threshold").input_value() == "0"
    assert found.root.locator(".xw-pane").count() == 1
    shown.requests[:] = shown.requests[:1]  # the same file, asked for again


def canvas_place(inspector: Inspector) -> str:
    return str(inspector.canvas.evaluate("(canvas) => canvas.getAttribute('style')"))


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


# What the classic notebook asks of all pictures and fields in an output.
CLASSIC = """() => {
  const rules = new CSSStyleSheet();
  rules.replaceSync(`
    div.output_area svg { max-width: 100%; height: auto; }
    input[type="file"] { display: block; }
  `);
  document.adoptedStyleSheets = [rules];
  document.body.classList.add("notebook_app");
  const root = document.querySelector(".xwidget-inspector");
  const area = document.createElement("div");
  area.className = "output_area";
  root.parentElement.append(area);
  area.append(root);
}"""
DRAWN = """(root) => [...root.querySelectorAll("svg, input[type=file]")]
  .map((part) => [part.outerHTML.slice(0, 60), part.clientWidth, part.clientHeight])"""


def test_rules_of_the_classic_notebook_leave_the_panel_as_it_is(shown: Shown) -> None:
    root = shown.inspector.root
    shown.inspector.button("Annotate").click()
    root.locator("input[type=file]").wait_for(state="attached")
    before = root.evaluate(DRAWN)
    shown.page.evaluate(CLASSIC)
    painted(shown.page, 200)
    assert root.evaluate(DRAWN) == before
    # It has no dark theme, whatever the reader prefers.
    shown.page.emulate_media(color_scheme="dark")
    assert root.evaluate("(root) => getComputedStyle(root).colorScheme") == "light"


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


@pytest.mark.parametrize(
    "chosen", ['"differences": [%d], "share": null', '"differences": [], "share": 0.2']
)
def test_the_page_opens_with_the_comparison_that_the_panel_showed(
    browser: Browser, explanation: Explanation, tmp_path: Path, chosen: str
) -> None:
    path = explanation.export_html(tmp_path / "page.html")
    other = next(each for each in explanation.targets if each != likeliest(explanation))
    choice = chosen.replace("%d", str(other))
    html = path.read_text("utf-8")
    assert html.count('"traits":{') == 1
    path.write_text(
        html.replace('"traits":{', f'"traits":{{"_beside_choice":{{{choice}, "models": []}},'),
        "utf-8",
    )
    page = browser.new_page()
    page.goto(path.as_uri())
    inspector = Inspector(page.locator(".xwidget-inspector"))
    inspector.wait_for(status="done", iteration=ITERATIONS)
    pictures = inspector.root.get_by_role("application")
    if "null" in chosen:
        pictures.nth(1).wait_for()
        inspector.root.get_by_role("button", name="Remove").wait_for()
    else:
        # Its order of the pixels is not on this page: nothing is by area.
        inspector.root.get_by_role("radio", name="By value").wait_for()
        assert inspector.root.get_by_role("radio", name="By value").is_checked()
        assert pictures.count() == 1
    page.close()
