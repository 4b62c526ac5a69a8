"""Findings that are marked on an exported page, which has no kernel: the browser keeps them."""

import uuid
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

import xwidget as xw
from tests.browser.inspector import SMALL_NET, Inspector
from tests.browser.test_findings_kept import draw_box
from tests.browser.test_marking import Marking
from xwidget.explanation import Explanation
from xwidget.findings.finding import read

HOSTILE = "<img src=x onerror=alert(1)>"
ACTS = """() => Object.entries(localStorage)
  .filter(([key]) => key.startsWith("xwidget finding ")).map(([, text]) => JSON.parse(text))"""


def explained() -> Explanation:
    known: dict[str, Any] = {}
    exec(
        SMALL_NET + "ex = xw.explain(clf, photo, targets=[2], iterations=5, progress=False)", known
    )
    found = known["ex"]
    assert isinstance(found, Explanation)
    return found


def opened(page: Page, path: Path) -> Inspector:
    page.goto(path.as_uri())
    inspector = Inspector(page.locator(".xwidget-inspector"))
    inspector.wait_for(status="done")
    inspector.root.get_by_role("group", name="Tools").wait_for()
    return inspector


def findings(inspector: Inspector) -> Locator:
    return inspector.root.get_by_role("listbox", name="Findings").get_by_role("option")


def test_a_box_stays_through_a_reload_and_is_what_python_reads(
    browser: Browser, tmp_path: Path
) -> None:
    explanation = explained()
    path = explanation.export_html(tmp_path / "page.html")
    context = browser.new_context(viewport={"width": 900, "height": 900})
    context.set_offline(True)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    draw_box(opened(page, path), 4, 6, 20, 16)
    (made,) = page.evaluate(ACTS)
    finding = read(made["finding"])
    assert finding.frame == (32, 32)
    assert explanation.origin is not None
    assert finding.seen.digest == explanation.origin.digest
    assert (finding.seen.target, finding.seen.class_name) == (2, "cherry")
    page.reload()
    expect(findings(opened(page, path))).to_have_count(1)
    assert page.evaluate(ACTS) == [made]
    assert errors == []

    # Another page of the same image holds one more, of which nothing is run.
    more = {**made["finding"], "id": str(uuid.uuid4()), "label": HOSTILE}
    other = explanation.export_html(tmp_path / "other.html", findings=[read(more)])
    listed = findings(opened(page, other))
    expect(listed).to_have_count(2)
    expect(listed.filter(has_text=HOSTILE)).to_have_count(1)
    assert page.locator("img[src=x]").count() == 0
    assert errors == []
    context.close()


def test_what_keys_alone_mark_and_judge_is_downloaded_and_loaded_into_python(
    browser: Browser, tmp_path: Path
) -> None:
    known: dict[str, Any] = {}
    exec(SMALL_NET, known)
    subject = known["clf"], known["photo"]
    path = xw.explain(*subject, targets=[2], iterations=5, progress=False).export_html(
        tmp_path / "page.html"
    )
    context = browser.new_context(viewport={"width": 900, "height": 900}, accept_downloads=True)
    page = context.new_page()
    on = Marking(page, opened(page, path))
    on.frame.focus()
    on.press("a b Home Enter ArrowRight ArrowRight ArrowDown Enter c t")
    page.keyboard.type("cup rim")
    on.press("Enter")
    expect(findings(on.inspector)).to_have_accessible_name("cup rim, core, not tested")
    on.press("Control+d s n Delete Control+z")
    expect(findings(on.inspector)).to_have_count(2)
    page.reload()
    inspector = opened(page, path)
    expect(findings(inspector)).to_have_count(2)
    inspector.button("Files").press("Enter")
    with page.expect_download() as downloading:
        inspector.root.get_by_role("menuitem", name="findings").last.press("Enter")
    file = tmp_path / "findings.json"
    downloading.value.save_as(file)
    context.close()

    with xw.FindingStore(tmp_path / "kept.sqlite") as store:
        store.load(file)
        stored = {(each.label, each.verdict): each for each in store.list()}
    assert set(stored) == {("cup rim", "core"), ("cup rim", "spurious")}
    assert stored["cup rim", "core"].region.describe()["width"] == 3
    widget = xw.Inspector(*subject, iterations=5, findings=False)
    widget.wait()
    widget.findings.load(file)
    assert {each.id: each.region for each in widget.findings.list()} == {
        each.id: each.region for each in stored.values()
    }
    widget.close()
