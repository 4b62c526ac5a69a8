"""Guess first, in JupyterLab and on an exported page: hidden, brushed, committed, revealed."""

import json
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import SMALL_NET, Inspector
from tests.browser.jupyter import Server, write_notebook

CELL = (
    SMALL_NET
    + """
w = xw.Inspector(clf, photo, targets=[2, 0], iterations=12, guess=True, findings=False,
                 controls=["classes", "views", "iterations"])
w
"""
)


def is_hidden(root: Locator) -> None:
    """Expect a panel that shows the photo and the question, and nothing that tells the answer."""
    expect(root.locator(".xw-prompt")).to_contain_text("“cherry”")
    for place in (".xw-classes", ".xw-trust", ".xw-views", ".xw-time", ".xw-caption", ".xw-pixel"):
        expect(root.locator(place)).not_to_be_visible()
    assert root.locator("canvas").count() == 1
    described = root.locator("canvas").get_attribute("aria-label") or ""
    assert described.startswith("The photo.")


def brush(page: Page, root: Locator) -> None:
    """Drag over the picture."""
    frame = root.locator(".xw-frame").first
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box is not None
    left, top, side = box["x"], box["y"], box["width"]
    page.mouse.move(left + 0.3 * side, top + 0.4 * side)
    page.mouse.down()
    page.mouse.move(left + 0.6 * side, top + 0.45 * side, steps=6)
    page.mouse.up()


def area(root: Locator) -> float:
    """Return the share of the photo that is marked, in hundredths."""
    return float(root.locator(".xw-area b").inner_text().rstrip("%"))


def test_a_guess_in_a_notebook_and_on_its_page(
    open_notebook: OpenNotebook, browser: Browser, server: Server, tmp_path: Path
) -> None:
    notebook = open_notebook(write_notebook(server.root / "guess.ipynb", [CELL]))
    notebook.run_all()
    root, page = Inspector.on(notebook).root, notebook.page
    is_hidden(root)
    commit = root.get_by_role("button", name="Commit my guess")
    expect(commit).to_have_attribute("aria-disabled", "true")
    brush(page, root)
    marked = area(root)
    assert marked > 1
    # Keys brush too, are undone, and open nothing that is hidden.
    root.locator(".xw-frame").first.focus()
    for key in ("ArrowUp", "Shift+ArrowDown", "Enter", "Shift+ArrowLeft", "Enter", "4", "c", "?"):
        page.keyboard.press(key)
    assert area(root) > marked
    root.get_by_role("button", name="Undo").click()
    assert area(root) == marked
    is_hidden(root)
    commit.click()
    reveal = root.get_by_role("button", name="Reveal")
    expect(reveal).to_be_focused()
    expect(reveal).not_to_have_attribute("aria-disabled", "true")
    assert root.locator("canvas").count() == 1
    reveal.click()
    worth = root.locator(".xw-worth")
    expect(worth).to_be_focused()
    expect(worth).to_contain_text("Shown alone, your region scores")
    expect(root.locator(".xw-pane")).to_have_count(4)
    assert root.locator(".xw-says").text_content() != "Evidence for cherry"
    expect(root.locator(".xw-classes")).to_be_visible()
    for locked in (".xw-trust", ".xw-save", ".xw-zoom", '[title="Loupe"]', ".xw-settings"):
        expect(root.locator(locked).first).not_to_be_visible()
    said = notebook.execute("import json; print(json.dumps(w.answers))")
    (answer,) = json.loads(said)
    assert abs(100 * answer["result"]["area"] - marked) < 0.6
    root.get_by_role("button", name="Guess again").click()
    is_hidden(root)
    path = tmp_path / "guess.html"
    notebook.execute(f"w.export_html({str(path)!r})")
    on_a_page(browser, path)


def on_a_page(browser: Browser, path: Path) -> None:
    context = browser.new_context(viewport={"width": 900, "height": 900})
    context.set_offline(True)
    page, problems = context.new_page(), []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(path.as_uri())
    root = page.locator(".xwidget-inspector")
    is_hidden(root)
    brush(page, root)
    root.get_by_role("button", name="Commit my guess").click()
    root.get_by_role("button", name="Reveal").click()
    worth = root.locator(".xw-worth")
    expect(worth).to_contain_text("that the network ranks first score")
    expect(worth).to_contain_text("no network to score your region")
    expect(root.locator(".xw-trust")).not_to_be_visible()
    with page.expect_download() as download:
        root.get_by_role("button", name="Save my answer").click()
    saved = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert saved["format"] == "xwidget answers"
    assert saved["answers"][0]["kind"] == "region"
    assert problems == []
    context.close()
