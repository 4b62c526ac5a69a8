"""The second script: loaded after the first paint, once an Inspector, and missed by no other."""

from playwright.sync_api import expect

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import SMALL_NET, Inspector
from tests.browser.jupyter import Server, write_notebook

# What a page imports, and when the first picture was painted; blob addresses that are still there.
WATCH = """() => {
  const { createObjectURL, revokeObjectURL } = URL;
  window.seen = { made: [], gone: [] };
  URL.createObjectURL = (blob) => {
    const url = createObjectURL.call(URL, blob);
    if (blob.type === "text/javascript") {
      const painted = document.querySelector(".xwidget-inspector canvas") !== null;
      window.seen.made.push([url, painted]);
    }
    return url;
  };
  URL.revokeObjectURL = (url) => {
    window.seen.gone.push(url);
    revokeObjectURL.call(URL, url);
  };
}"""


def test_it_comes_after_the_picture_once_for_all_views_and_leaves_no_address(
    server: Server, open_notebook: OpenNotebook
) -> None:
    cells = [SMALL_NET, "w = xw.Inspector(clf, photo, iterations=15); w", "w", "w"]
    notebook = open_notebook(write_notebook(server.root / "second.ipynb", cells))
    notebook.page.evaluate(WATCH)
    notebook.run_all()
    for number in range(3):
        inspector = Inspector.on(notebook, number)
        inspector.wait_for(status="done", iteration=15)
        inspector.button("Help: what is shown, keys and gestures").click()
        dialog = inspector.root.get_by_role("dialog", name="Help")
        expect(dialog).to_be_visible()
        dialog.get_by_role("button", name="Close help").click()
    seen = notebook.page.evaluate("window.seen")
    after_picture = [url for url, painted in seen["made"] if painted]
    assert len(after_picture) == 1
    assert set(after_picture) <= set(seen["gone"])


def test_where_it_cannot_be_loaded_the_panel_says_so_and_works(
    server: Server, open_notebook: OpenNotebook
) -> None:
    cell = "w = xw.Inspector(clf, photo, iterations=15)\nw._annotate = 'throw Error(`broken`)'\nw"
    notebook = open_notebook(write_notebook(server.root / "broken.ipynb", [SMALL_NET, cell]))
    notebook.run_all()
    inspector = Inspector.on(notebook)
    inspector.wait_for(status="done", iteration=15)
    notice = inspector.root.get_by_role("alert")
    expect(notice).to_contain_text("Findings and help could not be loaded: broken")
    inspector.root.get_by_role("application").press("?")
    inspector.root.get_by_role("application").press("4")
    expect(
        inspector.root.locator('input[type="radio"][name^="xw-"]:checked').first
    ).to_be_attached()
    inspector.slider.press("Home")
    inspector.wait_for(iteration=0)
