"""Two tabs of one store: who changes the same sees it, and nothing is lost with a tab."""

from pathlib import Path

from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import Inspector, from_kernel, wait_in_kernel
from tests.browser.jupyter import Notebook, Server
from tests.browser.test_findings_kept import OLD, opened, waiting
from tests.browser.test_marking import Marking

# The kernel runs a cell until a file is there: what is done meanwhile waits in the page.
DEAF = """() => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  kernel.requestExecute({ code: `
import pathlib, time
while not pathlib.Path("heard").exists():
    time.sleep(.05)` });
}"""


def listed(panel: Inspector, verdict: str = "") -> Locator:
    """The lines of the list, or those that say a verdict."""
    findings = panel.root.get_by_role("listbox", name="Findings")
    return findings.get_by_role("option", name=verdict)


def test_two_tabs_that_change_the_same_keep_both(
    server: Server, open_notebook: OpenNotebook
) -> None:
    theirs, their_panel = opened(server, open_notebook, "theirs")

    def open_beside(path: Path) -> Notebook:
        return open_notebook(path, beside=theirs)

    mine, my_panel = opened(server, open_beside, "mine", kernel=OLD, store="theirs")
    them, me = Marking(theirs.page, their_panel), Marking(mine.page, my_panel)
    them.use("Box")
    them.drag((3, 3), (10, 9))
    them.drag((14, 14), (22, 21))
    expect(listed(my_panel)).to_have_count(2)  # without asking

    # My kernel hears nothing for a while: what I say is of what they had before.
    mine.page.evaluate(DEAF)
    me.use("Box")
    me.drag((24, 3), (30, 9))
    me.press("u n s n s")
    expect(listed(my_panel, "spurious")).to_have_count(2)
    expect(listed(my_panel, "unsure")).to_have_count(1)
    them.frame.focus()
    them.press("n c n c")
    wait_in_kernel(theirs, "[f.verdict for f in w.findings.list()] == ['core', 'core']")
    theirs.execute("open('heard', 'x').close()")

    clashes = my_panel.root.get_by_role("group", name="Changed meanwhile")
    expect(clashes).to_have_count(2)
    for clash in clashes.all():
        expect(clash).to_contain_text("core (yours spurious)")
    expect(listed(my_panel, "theirs, changed meanwhile")).to_have_count(2)
    expect(listed(my_panel, "yours, changed meanwhile")).to_have_count(2)
    clashes.first.get_by_role("button", name="theirs").click()
    expect(clashes).to_have_count(1)
    # The one is as they left it; of the other both sides are there still.
    expect(listed(my_panel, "core")).to_have_count(2)
    expect(listed(my_panel, "spurious")).to_have_count(1)
    clashes.first.get_by_role("button", name="mine as a new finding").click()
    expect(clashes).to_have_count(0)

    waiting(mine, 0)
    for notebook, panel in ((mine, my_panel), (theirs, their_panel)):
        expect(listed(panel)).to_have_count(4)
        for verdict, count in (("core", 2), ("spurious", 1), ("unsure", 1)):
            expect(listed(panel, verdict)).to_have_count(count)
        saved = panel.root.get_by_role("status", name="Findings")
        expect(saved).to_have_text("Saved in theirs.sqlite")
        kept = from_kernel(notebook, "sorted(f.verdict for f in w.findings.list())")
        assert kept == ["core", "core", "spurious", "unsure"]


def test_a_tab_that_is_closed_in_the_middle_of_an_act_leaves_it_to_the_other(
    browser: Browser, server: Server, open_notebook: OpenNotebook
) -> None:
    heard = server.root / "heard"
    heard.unlink(missing_ok=True)
    stays, panel = opened(server, open_notebook, "stays", kernel=OLD)
    stays.save()
    closed = Notebook.open(browser, server, stays.path, beside=stays)
    on = Marking(closed.page, Inspector.on(closed))
    on.use("Box")
    stays.page.evaluate(DEAF)
    on.drag((3, 3), (10, 9))
    waiting(closed, 1)
    expect(listed(panel)).to_have_count(0)
    closed.page.close()
    # The browser tells that it is gone; the kernel has not heard of it yet.
    expect(listed(panel)).to_have_count(1)
    waiting(stays, 1)
    heard.touch()
    waiting(stays, 0)
    assert from_kernel(stays, "[f.version for f in w.findings.list()]") == [1]
    expect(panel.root.get_by_role("status", name="Findings")).to_have_text("Saved in stays.sqlite")
