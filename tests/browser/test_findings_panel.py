"""What a person sees beside the picture while annotating, on a page that needs no kernel."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.inspector import SMALL_NET, Inspector
from tests.browser.test_accessibility import AXE, RUN_AXE
from xwidget.explanation import Explanation
from xwidget.findings.finding import Finding, Seen
from xwidget.findings.region import Box, Polygon

HOSTILE = "<img src=x onerror='window.broken = 1'>\"><script>window.broken = 1</script>"
FRAME = (32, 32)

SMALL_TARGETS = """(root) => [...root.querySelectorAll(
    ".xw-marking button, .xw-judge :is(button, input, select), .xw-kept :is(button, select), "
    + ".xw-finding, .xw-part, .xw-load :is(button, input)")]
  .filter((element) => element.checkVisibility())
  .map((element) => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
  .filter(([, { width, height }]) => Math.min(width, height) < 24)
  .map(([html]) => html)"""

FRAMES = """async (list) => {
  const frame = () => new Promise((seen) => requestAnimationFrame(() => setTimeout(seen)));
  const times = [];
  for (let step = 0; step < 60; step++) {
    const key = step % 10 === 9 ? "PageDown" : "ArrowDown";
    const begin = performance.now();
    list.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    await frame();
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}"""


class Annotated:
    """An exported page that is annotated."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.inspector = Inspector(page.locator(".xwidget-inspector"))
        self.root = self.inspector.root
        self.tools = self.root.get_by_role("group", name="Tools")
        self.list = self.root.get_by_role("listbox", name="Findings")
        self.options = self.list.get_by_role("option")
        self.verdicts = self.root.get_by_role("group", name="Verdict")
        self.annotate = self.inspector.button("Annotate")
        self.label = self.root.get_by_role("combobox", name="Label", exact=True)
        self.picture = self.root.get_by_role("application", name="Picture")
        self.saved = self.root.get_by_role("status", name="Findings")
        self.errors: list[str] = []

    def draw(self, left: int, upper: int, right: int, lower: int) -> None:
        """Draw a box whose corners lie in the middles of these pixels."""
        self.tools.get_by_role("button", name="Box").click()
        self.inspector.point_at(left, upper)
        self.page.mouse.down()
        self.inspector.point_at_screen((left + right) // 2, (upper + lower) // 2)
        self.inspector.point_at_screen(right, lower)
        self.page.mouse.up()

    def load(self, *records: dict[str, Any], name: str = "findings.json") -> Locator:
        """Look into a file; return what is shown of it."""
        text = {"format": "xwidget findings", "version": 1, "findings": records, "reviews": []}
        self.root.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": "application/json", "buffer": json.dumps(text).encode()}
        )
        dialog = self.page.get_by_role("dialog")
        expect(dialog.get_by_role("button").first).to_be_visible()
        return dialog

    def take(self, *records: dict[str, Any]) -> None:
        self.load(*records).get_by_role("button", name="Add ").click()
        expect(self.page.get_by_role("dialog")).to_have_count(0)

    def names(self) -> list[str]:
        return [
            (name.text_content() or "").strip(",") for name in self.list.locator(".xw-called").all()
        ]


SEEN: dict[str, Any] = {}
"""What the page's findings are seen on."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    known: dict[str, object] = {}
    exec(
        SMALL_NET
        + "ex = xw.explain(clf, photo, targets=[2, 0], game='preservation',\n"
        + "                iterations=20, progress=False, early_stop=False)",
        known,
    )
    explanation = known["ex"]
    assert isinstance(explanation, Explanation)
    assert explanation.origin is not None
    SEEN.update(digest=explanation.origin.digest)
    return explanation.export_html(tmp_path_factory.mktemp("findings") / "page.html", 3)


@pytest.fixture
def open_page(browser: Browser, path: Path) -> Iterator[Any]:
    """Open the page at a width and in a color scheme; what it keeps is its own."""
    contexts = []

    def opened(width: int = 742, scheme: Any = "light") -> Annotated:
        context = browser.new_context(
            viewport={"width": width, "height": 1000}, color_scheme=scheme, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        annotated = Annotated(page)
        page.on("pageerror", lambda error: annotated.errors.append(str(error)))
        page.goto(path.as_uri())
        annotated.annotate.wait_for()
        shown.append(annotated)
        return annotated

    shown: list[Annotated] = []
    yield opened
    assert [each.errors for each in shown] == [[] for _ in shown]
    for context in contexts:
        context.close()


def a_record(k: int = 0, **more: Any) -> dict[str, Any]:
    """A finding of this image, as a file has it."""
    at = (2 + 3 * k) % 24
    created = f"2026-01-01T00:{k // 60:02}:{k % 60:02}Z"
    values = {
        "region": Box(at, at, 4, 3),
        "frame": FRAME,
        "created": created,
        "changed": created,
        "seen": Seen(**SEEN),
        **more,
    }
    return Finding(**values, id=str(uuid.UUID(int=k + 1, version=4))).describe()


def test_at_rest_the_tools_are_quiet_and_any_of_them_turns_annotating_on(open_page: Any) -> None:
    annotated = open_page()
    names = ["Region", "Box", "Polygon", "Lasso", "Brush", "Point"]
    buttons = annotated.tools.get_by_role("button")
    for name, button in zip(names, buttons.all(), strict=True):
        expect(button).to_have_accessible_name(name)
        expect(button).to_have_attribute("aria-pressed", "false")
    expect(annotated.annotate).to_have_attribute("aria-pressed", "false")
    expect(annotated.list).to_have_count(0)
    for name in names:
        annotated.tools.get_by_role("button", name=name).click()
        expect(annotated.tools.get_by_role("button", name=name)).to_have_attribute(
            "aria-pressed", "true"
        )
        expect(annotated.annotate).to_have_attribute("aria-pressed", "true")
    assert annotated.tools.locator('[aria-pressed="true"]').count() == 1
    annotated.annotate.click()
    expect(annotated.tools.locator('[aria-pressed="true"]')).to_have_count(0)


def test_one_drag_and_one_key_make_a_finding_and_nothing_moves(open_page: Any) -> None:
    annotated = open_page()
    annotated.annotate.click()
    canvas, bar = annotated.inspector.canvas, annotated.root.locator(".xw-judge")
    places = (canvas.bounding_box(), bar.bounding_box())
    annotated.draw(4, 5, 12, 14)
    expect(annotated.options).to_have_count(1)
    annotated.page.keyboard.press("c")
    expect(annotated.options).to_have_accessible_name(
        "box, upper left, core, not tested, 7% of the image"
    )
    assert (canvas.bounding_box(), bar.bounding_box()) == places
    expect(annotated.verdicts.get_by_role("button", name="Core")).to_have_attribute(
        "aria-pressed", "true"
    )
    annotated.page.keyboard.press("t")
    expect(annotated.label).to_be_focused()
    annotated.page.keyboard.type("cup rim")  # c and u are letters here
    annotated.page.keyboard.press("Enter")
    expect(annotated.options).to_have_accessible_name("cup rim, core, not tested")
    expect(annotated.picture).to_be_focused()
    annotated.draw(16, 16, 25, 27)
    annotated.page.keyboard.press("s")
    expect(annotated.options.first).to_have_accessible_name("cup rim, spurious, not tested")
    expect(annotated.saved).to_contain_text("Kept only in this page")
    assert (canvas.bounding_box(), bar.bounding_box()) == places


def test_with_annotating_off_a_row_shows_its_finding_and_can_be_deleted(open_page: Any) -> None:
    annotated = open_page()
    annotated.annotate.click()
    annotated.take(a_record(0, label="cup"), a_record(1, label="rim"))
    annotated.annotate.click()
    sheets = annotated.root.locator(".xw-findings")
    expect(sheets).to_have_count(0)
    places = annotated.list.bounding_box()
    annotated.options.filter(has_text="rim").click()
    expect(sheets).to_have_count(1)
    assert annotated.list.bounding_box() == places
    expect(annotated.root.get_by_text("rim is shown on the picture.")).to_be_visible()
    annotated.page.keyboard.press("Delete")
    annotated.page.keyboard.press("Delete")
    expect(annotated.options).to_have_count(0)
    expect(annotated.root.get_by_text("Deleted cup. Ctrl+Z brings it back.")).to_be_visible()
    expect(annotated.picture).to_be_focused()
    annotated.page.keyboard.press("Control+z")
    expect(annotated.options).to_have_count(1)


def test_keys_keep_their_meaning_outside_of_annotating(open_page: Any) -> None:
    annotated = open_page()
    red = annotated.root.get_by_role("radio", name="Red alone")
    annotated.picture.focus()
    annotated.page.keyboard.press("a")
    annotated.page.keyboard.press("c")
    expect(red).not_to_be_checked()
    annotated.page.keyboard.press("Escape")
    expect(annotated.annotate).to_have_attribute("aria-pressed", "false")
    annotated.page.keyboard.press("c")
    expect(red).to_be_checked()


def test_a_long_list_is_gone_through_by_keys_and_stays_smooth(open_page: Any) -> None:
    annotated = open_page()
    annotated.annotate.click()
    triangles = [
        Polygon((tuple((8 + k % 9 + 5 * (i % 2), 4 + i) for i in range(20)),)) for k in range(9)
    ]
    annotated.take(*(a_record(k, label=f"label {k}", region=triangles[k % 9]) for k in range(1000)))
    first = annotated.options.first
    expect(first).to_have_attribute("aria-setsize", "1000")
    annotated.inspector.button("Hide all on the picture").click()  # the list alone
    assert annotated.options.count() < 60
    annotated.list.focus()
    annotated.page.keyboard.press("End")
    chosen = annotated.list.locator('[aria-selected="true"]')
    expect(chosen).to_have_attribute("aria-posinset", "1000")
    expect(chosen).to_be_in_viewport()
    annotated.page.keyboard.press("Home")
    expect(chosen).to_have_attribute("aria-posinset", "1")
    active = annotated.list.get_attribute("aria-activedescendant")
    assert active == chosen.get_attribute("id")
    annotated.page.keyboard.type("label 500")
    expect(chosen).to_have_accessible_name("label 500, no verdict, not tested, hidden")
    # A frame takes 17 ms, and longer on a machine that is busy with more.
    assert annotated.list.evaluate(FRAMES) < 150


def test_a_file_is_looked_into_first_and_taken_as_one_step(open_page: Any) -> None:
    annotated = open_page()
    annotated.annotate.click()
    dialog = annotated.load(
        a_record(0, label="cup"), a_record(1, label="rim"), {"region": {"type": "star"}}
    )
    expect(dialog.get_by_role("checkbox")).to_have_count(3)
    expect(dialog.get_by_role("checkbox").last).to_be_disabled()
    expect(dialog).to_contain_text("2 findings for this image, 1 refused")
    dialog.get_by_role("checkbox", name="Add rim").uncheck()
    dialog.get_by_role("button", name="Cancel").click()
    expect(annotated.options).to_have_count(0)
    annotated.take(a_record(0, label="cup"), a_record(1, label="rim"))
    expect(annotated.options).to_have_count(2)
    annotated.list.focus()
    annotated.page.keyboard.press("Control+z")
    expect(annotated.options).to_have_count(0)
    annotated.page.keyboard.press("Control+Shift+z")
    expect(annotated.options).to_have_count(2)
    again = annotated.load(a_record(0, label="cup"))
    expect(again.get_by_role("checkbox")).not_to_be_checked()
    expect(again.get_by_role("checkbox")).to_be_disabled()
    expect(again).to_contain_text("here already, changed later: stays as it is")


def test_a_file_that_is_none_says_why_and_leaves_all_as_it_is(open_page: Any) -> None:
    annotated = open_page()
    annotated.annotate.click()
    annotated.root.locator("input[type=file]").set_input_files(
        {"name": "a <b>.json", "mimeType": "application/json", "buffer": b"{"}
    )
    dialog = annotated.page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_be_visible()
    annotated.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(annotated.options).to_have_count(0)


def test_what_is_filtered_sorted_and_hidden(open_page: Any) -> None:
    annotated = open_page()
    annotated.annotate.click()
    annotated.take(
        a_record(0, label="rim", verdict="core"),
        a_record(1, label="cup", verdict="spurious"),
        a_record(2, label="sky", verdict="spurious", reason="a blue background"),
    )
    root = annotated.root
    annotated.inspector.button("Filter and sort").click()
    root.get_by_label("Filter by verdict").select_option("spurious")
    expect(annotated.options).to_have_count(2)
    root.get_by_label("Filter findings").fill("BLUE")
    expect(annotated.options).to_have_accessible_name("sky, spurious, not tested")
    annotated.inspector.button("List all").click()
    root.get_by_label("Order").select_option("label")
    assert annotated.names() == ["cup", "rim", "sky"]
    root.get_by_label("Colors mean").select_option("label")
    marks = annotated.list.locator(".xw-mark").all()
    colors = {mark.evaluate("(mark) => getComputedStyle(mark).backgroundColor") for mark in marks}
    assert len(colors) > 1
    annotated.inspector.button("Hide all on the picture").click()
    expect(annotated.options.first).to_have_accessible_name("cup, spurious, not tested, hidden")
    annotated.inspector.button("Show all on the picture").click()
    expect(annotated.options.first).to_have_accessible_name("cup, spurious, not tested")


def test_proposed_regions_are_accepted_and_dismissed_with_a_key_each(open_page: Any) -> None:
    annotated = open_page()
    annotated.annotate.click()
    annotated.inspector.button("Propose regions").click()
    parts = annotated.root.get_by_role("listbox", name="Proposals")
    expect(parts).to_be_focused()
    annotated.root.get_by_label("Least share, %").fill("0")
    annotated.root.get_by_role("spinbutton", name="Threshold").fill("0.5")
    annotated.root.get_by_label("Gaps to merge, pixels").fill("0")
    parts.focus()
    count = parts.get_by_role("option").count()
    assert count >= 3
    annotated.page.keyboard.press("Enter")
    expect(annotated.options).to_have_count(1)
    annotated.page.keyboard.press("Delete")
    expect(parts.get_by_role("option")).to_have_count(count - 2)
    expect(annotated.options).to_have_count(1)
    annotated.page.keyboard.press("e")
    expect(parts).to_have_count(0)
    expect(annotated.options).to_have_count(2)
    expect(annotated.list.locator('[aria-selected="true"]')).to_have_count(1)


def test_after_deleting_the_focus_and_the_selection_go_on(open_page: Any) -> None:
    annotated = open_page()
    annotated.annotate.click()
    annotated.take(*(a_record(k, label=f"label {k}") for k in range(3)))
    annotated.list.focus()
    annotated.page.keyboard.press("Home")
    delete = annotated.inspector.button("Delete")
    for left in (2, 1):
        delete.click()
        expect(annotated.options).to_have_count(left)
        expect(delete).to_be_focused()
        expect(annotated.list.locator('[aria-selected="true"]')).to_have_count(1)
    delete.click()
    expect(annotated.options).to_have_count(0)
    expect(annotated.picture).to_be_focused()
    annotated.page.keyboard.press("Control+z")
    expect(annotated.options).to_have_accessible_name("label 0, no verdict, not tested")


def test_hostile_words_are_shown_as_they_are(open_page: Any) -> None:
    annotated = open_page()
    annotated.annotate.click()
    words = {"label": HOSTILE, "kind": HOSTILE, "reason": HOSTILE, "author": HOSTILE}
    dialog = annotated.load(a_record(0, **words), name=f"{HOSTILE}.json")
    expect(dialog).to_contain_text("<img src=x")
    dialog.get_by_role("button", name="Add ").click()
    expect(annotated.options).to_contain_text("<script>")
    annotated.options.click()
    expect(annotated.label).to_have_value(HOSTILE)
    annotated.label.click()
    annotated.page.keyboard.press("u")
    annotated.page.wait_for_timeout(200)
    assert annotated.page.evaluate("window.broken") is None
    assert annotated.root.locator("img, script").count() == 0


def test_the_findings_are_downloaded_as_a_file(open_page: Any) -> None:
    annotated = open_page()
    annotated.annotate.click()
    annotated.draw(4, 5, 12, 14)
    annotated.page.keyboard.press("s")
    annotated.inspector.button("Files").click()
    with annotated.page.expect_download() as downloading:
        annotated.root.get_by_role("menuitem", name="findings").last.click()
    saved = json.loads(Path(downloading.value.path()).read_text("utf-8"))
    assert [each["verdict"] for each in saved["findings"]] == ["spurious"]


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm --prefix js ci")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [742, 356])
def test_axe_finds_nothing_serious_and_no_target_is_small(
    open_page: Any, scheme: str, width: int
) -> None:
    annotated = open_page(width, scheme)
    annotated.page.evaluate(AXE.read_text("utf-8"))

    def check() -> None:
        assert annotated.page.evaluate(RUN_AXE)["told"] == []
        assert annotated.root.evaluate(SMALL_TARGETS) == []
        beyond = annotated.root.evaluate("(root) => root.scrollWidth - root.clientWidth")
        assert beyond <= 0

    check()
    annotated.annotate.click()
    check()
    dialog = annotated.load(a_record(0, label="cup"), a_record(1, label="rim", verdict="core"), {})
    check()
    dialog.get_by_role("button", name="Add ").click()
    annotated.list.focus()
    annotated.page.keyboard.press("Home")
    annotated.inspector.button("Filter and sort").click()
    annotated.label.click()
    check()
    annotated.page.keyboard.press("Escape")
    annotated.page.keyboard.press("Escape")
    for _ in range(2):
        annotated.page.keyboard.press("Escape")
    annotated.inspector.button("Propose regions").click()
    check()
