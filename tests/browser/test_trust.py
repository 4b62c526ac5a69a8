"""How far to trust what is shown: to be read at a glance, to be opened, and never silent."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import SMALL_NET, Inspector
from tests.browser.jupyter import Server, write_notebook
from tests.test_explanation import DOUBTFUL, HOLDS, parts
from xwidget.checks import Check, Checks
from xwidget.explanation import Explanation

# A net this small has nothing to check: the last step says what the test needs.
CHECKED = f"""
from dataclasses import replace
from xwidget.checks import Check, Checks
from xwidget.engine.optimize import optimize

def checked(clf, x, targets, settings, **options):
    for step in optimize(clf, x, targets, replace(settings, early_stop=False), **options):
        checks = ({DOUBTFUL!r}, *[{HOLDS!r}] * (len(step.targets) - 1))
        yield replace(step, checks=checks if step.stopped else None)

class Checked(xw.Inspector):
    _engine = staticmethod(checked)
"""


SAYS = "Without this, the network still scores espresso 0.81 (photo 0.95)."
NOTHING = "Nothing in the photo makes the network say cup on its own: all of it scores 0.02."
PLACE = "(box) => [box.offsetTop, box.offsetHeight]"


def line(root: Locator) -> Locator:
    """What opens the checks."""
    return root.locator(".xw-trust summary")


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """An exported page of a class that is doubtful and one that holds."""
    explanation = Explanation(**parts(checks=(DOUBTFUL, HOLDS)))
    context = browser.new_context(viewport={"width": 700, "height": 900}, offline=True)
    page = context.new_page()
    page.goto(explanation.export_html(tmp_path / "page.html").as_uri())
    page.locator(".xwidget-inspector[data-status]").wait_for()
    yield page
    context.close()


def test_an_exported_page_says_what_is_doubtful(page: Page) -> None:
    root = page.locator(".xwidget-inspector")
    assert line(root).inner_text().split("\n")[0] == SAYS
    assert root.get_by_text(DOUBTFUL.summary).is_visible()
    # Not by color alone: the sign's shape differs, and a screen reader is told.
    shape = "(svg) => svg.querySelector('path').getAttribute('d')"
    signs = [line(root).locator("svg").evaluate(shape)]
    assert root.get_by_role("button", name=re.compile("espresso.*doubtful")).count() == 1
    Inspector(root).classes.nth(1).click()
    root.get_by_text(HOLDS.summary).wait_for()
    signs.append(line(root).locator("svg").evaluate(shape))
    assert signs[0] != signs[1]


def test_every_class_and_iteration_is_said_in_one_sentence(
    browser: Browser, tmp_path: Path
) -> None:
    checks = DOUBTFUL, Checks(HOLDS.items, "no evidence", "No evidence: in words.", NOTHING)
    names = "espresso, caffè latte", "cup"
    explanation = Explanation(**parts(checks=checks, names=names))
    page = browser.new_page(viewport={"width": 500, "height": 900})
    page.goto(explanation.export_html(tmp_path / "page.html").as_uri())
    root = page.locator(".xwidget-inspector")
    says = root.locator(".xw-says")
    says.get_by_text(SAYS, exact=True).wait_for()
    # Nothing of it is cut, whatever the width: it opens to be read in full.
    assert (line(root).get_attribute("title") or "").split("\n")[0] == SAYS
    line(root).click()
    assert says.evaluate("(box) => box.scrollHeight <= box.clientHeight + 1")
    # An earlier iteration has another score, here 0.10.
    Inspector(root).slider.press("Home")
    says.get_by_text(
        "Taken away: without this, the network scores espresso 0.10 (photo 0.95)."
    ).wait_for()
    Inspector(root).slider.press("End")
    Inspector(root).classes.nth(1).click()
    says.get_by_text(NOTHING, exact=True).wait_for()
    # What informs is no answer that is still to come.
    root.locator(".xw-trust [open] li").first.wait_for()
    page.close()


def test_a_name_of_one_long_word_stays_in_the_panel(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 500, "height": 900})
    explanation = Explanation(**parts(names=("x" * 180, "cup"), checks=(DOUBTFUL, HOLDS)))
    page.goto(explanation.export_html(tmp_path / "page.html").as_uri())
    root = page.locator(".xwidget-inspector")
    fits = "(box) => box.scrollWidth <= box.clientWidth"
    assert root.locator(".xw-says").evaluate(fits)
    line(root).click()
    assert root.locator(".xw-says").evaluate(fits)
    page.close()


def test_pictures_side_by_side_are_each_said_in_a_sentence(
    browser: Browser, tmp_path: Path
) -> None:
    explanation = Explanation(**parts(names=("cat, black", "cat, white"), checks=(DOUBTFUL, HOLDS)))
    page = browser.new_page(viewport={"width": 700, "height": 900})
    page.goto(explanation.export_html(tmp_path / "page.html").as_uri())
    root = page.locator(".xwidget-inspector")
    Inspector(root).side_by_side("classes")
    sentence = "Without this, the network still scores cat, white"
    other = root.locator("canvas").nth(1).get_attribute("aria-label") or ""
    assert sentence in other
    assert not root.locator(".xw-trust").get_by_text(sentence).is_visible()
    line(root).click()
    assert root.locator(".xw-trust").get_by_text(sentence).is_visible()
    titles = root.locator(".xw-pane-title")
    assert (titles.nth(0).text_content() or "").startswith("cat, black, doubtful:")
    assert sentence in (titles.nth(1).get_attribute("title") or "")
    page.close()


def test_what_only_informs_reads_as_not_judged(browser: Browser, tmp_path: Path) -> None:
    shown = Check("share shown", 0.1, None, "10.0% of the image is shown.")
    checks = Checks((*HOLDS.items, shown), "holds", "Holds: it keeps all.")
    page = browser.new_page()
    explanation = Explanation(**parts(checks=(checks, checks)))
    page.goto(explanation.export_html(tmp_path / "page.html").as_uri())
    line(page.locator(".xwidget-inspector")).click()
    items = page.locator(".xw-trust li")
    texts = [" ".join(text.split()) for text in items.all_inner_texts()]
    assert texts == [
        "Small moves (passed): Moved, it keeps all.",
        f"Share shown not judged : {shown.words}",
    ]
    assert items.nth(1).locator("svg").get_attribute("data-sign") == "unjudged"
    page.close()


def test_the_checks_open_and_close_from_the_keyboard(page: Page) -> None:
    root = page.locator(".xwidget-inspector")
    words = root.get_by_text("Moved, it keeps 12%.")
    figure = root.get_by_text("shift 1 0.12")
    assert not words.is_visible()
    line(root).focus()
    page.keyboard.press("Enter")
    assert words.is_visible()
    assert figure.is_visible()
    assert root.locator(".xw-trust li").nth(1).inner_text().lower().startswith("small moves")
    page.keyboard.press("Space")
    assert not words.is_visible()


def test_an_earlier_iteration_is_not_what_was_checked(page: Page) -> None:
    root = page.locator(".xwidget-inspector")
    Inspector(root).slider.press("Home")
    root.get_by_text("The result, iteration 4: doubtful.").wait_for()
    assert root.locator(".xw-trust").get_attribute("data-sign") == "unjudged"


def test_image_and_rest_are_not_given_the_score_of_the_evidence(page: Page) -> None:
    root = page.locator(".xwidget-inspector")
    caption = root.locator(".xw-figures")
    for view, words in (
        ("Evidence", r"iteration 4\s+score without it 0.81\d\s+[\d.]+% taken away"),
        ("Image", r"iteration 4\s+score 0.95\d"),
        ("Taken", r"iteration 4"),
    ):
        root.get_by_role("radio", name=view, exact=True).check(force=True)
        assert re.fullmatch(words, caption.inner_text().strip()), caption.inner_text()
    label = root.locator("canvas").first.get_attribute("aria-label") or ""
    assert label.startswith("What is taken away for espresso at iteration 4")
    assert "score 0" not in label


def test_without_scripts_the_still_picture_says_it(browser: Browser, tmp_path: Path) -> None:
    explanation = Explanation(**parts(checks=(DOUBTFUL, HOLDS)))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(explanation.export_html(tmp_path / "page.html").as_uri())
    assert page.get_by_text(DOUBTFUL.summary).is_visible()
    context.close()


def test_in_a_notebook_the_line_keeps_its_height_and_says_what_came_out(
    server: Server, open_notebook: OpenNotebook
) -> None:
    cells = [SMALL_NET + CHECKED, "w = Checked(clf, photo, iterations=100_000); w"]
    notebook = open_notebook(write_notebook(server.root / "trust.ipynb", cells))
    notebook.run_all()
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="running")
    trust = inspector.root.locator(".xw-trust")
    inspector.root.get_by_text("Checks follow when the run ends.").wait_for()
    before = trust.evaluate(PLACE)
    inspector.wait_for_more_than(iteration=5)
    inspector.button("Stop").click()
    inspector.wait_for(status="stopped")
    stopped = inspector.root.get_by_text("Stopped at iteration")
    stopped.wait_for()
    assert "not checked" in stopped.inner_text()
    inspector.root.get_by_role("spinbutton", name="Iterations").fill("12")
    inspector.root.get_by_role("spinbutton", name="Iterations").press("Tab")
    inspector.button("Run").click()
    inspector.wait_for(status="done", iteration=12)
    inspector.root.get_by_text(DOUBTFUL.summary).wait_for()
    assert trust.evaluate(PLACE) == before
    line(inspector.root).focus()
    notebook.page.keyboard.press("Enter")  # which is not the notebook's
    assert inspector.root.get_by_text("Moved, it keeps 12%.").is_visible()
    assert line(inspector.root).evaluate("(element) => element === document.activeElement")
