"""What a screen reader is given: each part's role, name and state, in the order of reading."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.inspector import SMALL_NET, Inspector
from tests.browser.test_marking import Marking
from xwidget.explanation import Explanation

#: The beginning of a line of an aria snapshot, of a part that needs a name and has none.
NAMELESS = re.compile(
    r"^ *- '?(?:application|button|checkbox|combobox|dialog|img|listbox|menu|menuitem|option|radio"
    r"|radiogroup|region|slider|spinbutton|textbox|toolbar)\b(?! [\"/])",
    re.MULTILINE,
)

PICTURE = r"""
- radiogroup "View":
  - radio "Paper" [checked]
  - radio "Evidence"
  - radio "Mask"
  - radio "Heat"
  - radio "Overlay"
  - radio "Image"
  - radio "Rest"
- application /^Picture. arrow keys move a pixel cursor/:
  - img /^The evidence for apple at iteration 40. score 0\.\d+ with \d+\.\d% shown; where it lies.*/
"""

CLASSES = r"""
- group "Classes":
  - button /^apple , no evidence image 0\.\d+ , evidence 0\.\d+$/ [pressed]
  - button /^elderberry/
  - button /^cherry/
"""

BELOW = r"""
- status "Pixel"
- button "Play"
- button "Latest" [disabled]
- slider "Iteration": "40"
- toolbar "Picture tools":
  - combobox "Side by side":
    - option "One picture" [selected]
  - button "Zoom in"
  - button "Annotate"
  - group "Tools":
    - button "Region"
    - button "Box"
    - button "Polygon"
    - button "Lasso"
    - button "Brush"
    - button "Point"
  - button "Save"
  - button /^Help/
"""

FINDING = r"""
- application /^Picture/:
  - img /^The evidence for apple/
  - application /^Handle. upper left corner, at \d+, \d+/
- region "Selected finding":
  - group "Verdict":
    - button "Core"
    - button "Spurious"
    - button "Unsure"
  - button "Previous finding"
  - button "Next finding"
  - button "Duplicate"
  - button "Delete"
  - combobox "What it is"
  - combobox "Label"
  - textbox "Reason"
  - combobox "Confidence"
- status: Added box, upper left. C, S or U judges it.
"""

LISTED = r"""
- region "Findings of this image":
  - button "Filter and sort"
  - button "Files"
  - listbox "Findings":
    - option /^box, upper left, no verdict, not tested, \d+% of the image$/ [selected]
"""


def nameless(part: Locator) -> list[str]:
    """What a screen reader is given without a name."""
    return NAMELESS.findall(part.aria_snapshot())


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    known: dict[str, object] = {}
    exec(
        SMALL_NET
        + "ex = xw.explain(clf, photo, targets=[2, 0, 4], game='preservation',\n"
        + "                iterations=40, progress=False, early_stop=False)",
        known,
    )
    explanation = known["ex"]
    assert isinstance(explanation, Explanation)
    return explanation.export_html(tmp_path_factory.mktemp("page") / "page.html", 6)


@pytest.fixture
def inspector(browser: Browser, path: Path) -> Iterator[Inspector]:
    context = browser.new_context(viewport={"width": 900, "height": 900})
    page = context.new_page()
    page.goto(path.as_uri())
    inspector = Inspector(page.locator(".xwidget-inspector"))
    inspector.wait_for(status="done", iteration=40)
    inspector.root.get_by_role("group", name="Tools").wait_for()
    yield inspector
    context.close()


def test_a_page_says_what_it_shows_and_names_what_can_be_done(inspector: Inspector) -> None:
    for part in (PICTURE, CLASSES, BELOW):
        expect(inspector.root).to_match_aria_snapshot(part)
    assert nameless(inspector.root) == []
    inspector.classes.nth(1).click()
    expect(inspector.root).to_match_aria_snapshot(
        r"""
        - application /^Picture/:
          - img /^The evidence for elderberry/
        - group "Classes":
          - button /^apple/ [pressed=false]
          - button /^elderberry/ [pressed]
        """
    )
    # It looks: a name that is taken away is missed.
    inspector.slider.evaluate("(slider) => slider.removeAttribute('aria-label')")
    assert len(nameless(inspector.root)) == 1


def test_a_finding_is_announced_and_listed_with_its_verdict(inspector: Inspector) -> None:
    on = Marking(inspector.root.page, inspector)
    on.use("Box")
    on.drag((4, 4), (12, 12))
    for part in (FINDING, LISTED):
        expect(inspector.root).to_match_aria_snapshot(part)
    assert nameless(inspector.root) == []
    on.press("C")
    expect(inspector.root).to_match_aria_snapshot(
        r"""
        - region "Selected finding":
          - group "Verdict":
            - button "Core" [pressed]
        - region "Findings of this image":
          - listbox "Findings":
            - option /^box, upper left, core, not tested/ [selected]
        """
    )


def test_menus_and_help_are_named_and_hand_the_focus_back(inspector: Inspector) -> None:
    page = inspector.root.page
    inspector.button("Save").click()
    expect(
        inspector.root.get_by_role("menu", name="Save").get_by_role("menuitem").first
    ).to_be_focused()
    assert nameless(inspector.root) == []
    page.keyboard.press("Escape")
    expect(inspector.button("Save")).to_be_focused()
    helping = inspector.root.get_by_role("button", name="Help: what is shown, keys and gestures")
    helping.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_have_accessible_name(re.compile("^Help"))
    assert nameless(dialog) == []
    page.keyboard.press("Escape")
    expect(helping).to_be_focused()
