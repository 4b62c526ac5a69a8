"""A lesson in JupyterLab and as a page opened from disk: answered, kept, saved, begun again."""

import json
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import OpenNotebook
from tests.browser.inspector import SMALL_NET, Inspector
from tests.browser.jupyter import Server, write_notebook
from tests.browser.test_accessibility import AXE, RUN_AXE
from tests.browser.test_guess import brush
from xwidget.lessons import read_answers

LESSON = """
ex = xw.explain(clf, photo, targets=[2, 0], iterations=12, progress=False)
Q = xw.Question
lesson = xw.Lesson("Fruit", [
    xw.Step("# What is it?\\nLook at *this*.", picture={"A photo": photo}, question=[
        Q("choice", "What does the network see?", ["apple", "cherry"], "cherry", "It is **red**."),
        Q("number", "How sure is it?", required=False),
        Q("text", "Why?", required=False)]),
    xw.Step("# Where?", "ex", {"target": "cherry"}, ["views"], Q("region", "Where is it?")),
    xw.Step("# The mask", "ex", {"target": "apple", "view": "mask", "iteration": 4}),
], {"ex": ex}, clf=clf)
"""
AXE_HERE = RUN_AXE.replace('".xwidget-inspector"', '".xwidget-lesson"')


def heading(root: Locator) -> Locator:
    return root.get_by_role("heading", level=2)


def check_with_axe(page: Page) -> None:
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(AXE_HERE)
    assert found["told"] == []
    assert found["passes"] > 10


def go_through(page: Page) -> None:
    """Answer both questions with the keyboard and the mouse, and go to the last step."""
    root = page.locator(".xwidget-lesson")
    expect(heading(root)).to_have_text("What is it?")
    expect(root.get_by_role("img", name="A photo")).to_be_visible()
    following = root.get_by_role("button", name="Next")
    expect(following).to_be_disabled()
    box = root.get_by_role("group", name="What does the network see?")
    commit = root.get_by_role("button", name="Commit my answer").first
    expect(commit).to_be_disabled()
    box.get_by_role("radio", name="apple").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(root.locator(".xl-feedback").first).to_have_text("Not right.It is red.")
    expect(root.get_by_role("button", name="Answer again")).to_be_focused()
    page.keyboard.press("Enter")
    expect(box.get_by_role("radio", name="apple")).to_be_focused()
    box.get_by_role("radio", name="cherry").check()
    commit.click()
    expect(root.locator(".xl-feedback").first).to_contain_text("Right.")
    if AXE.exists():
        check_with_axe(page)
    root.get_by_label("Your answer", exact=True).fill("It shines.")
    root.locator(".xl-mine").evaluate("(details) => { details.open = true; }")
    with page.expect_download() as download:
        root.get_by_role("button", name="Save my answers").click()
    file = json.loads(download.value.path().read_text("utf-8"))
    assert [each["value"] for each in file["answers"]][2:] == ["It shines."]
    following.click()
    expect(heading(root)).to_have_text("Where?")
    expect(heading(root)).to_be_focused()
    expect(following).to_be_disabled()
    panel = page.locator(".xwidget-inspector")
    expect(panel.locator(".xw-prompt")).to_contain_text("Where is it?")
    brush(page, panel)
    panel.get_by_role("button", name="Commit my guess").click()
    expect(root.get_by_text("Your guess is kept")).to_be_visible()
    panel.get_by_role("button", name="Reveal").click()
    expect(panel.locator(".xw-worth")).to_be_visible()
    expect(following).to_be_enabled()
    following.click()
    expect(heading(root)).to_have_text("The mask")
    Inspector(panel).wait_for(status="done", target=0, iteration=4)
    expect(panel.get_by_role("radio", name="Mask")).to_be_checked()
    expect(panel.locator(".xw-time")).to_be_visible()
    root.get_by_label("Your name").fill("Ana María")
    root.get_by_label("Your name").blur()


def check_answers(answers: list[dict[str, object]]) -> None:
    told = [(each["kind"], each["step"], each["right"], each["tries"]) for each in answers]
    assert told == [
        ("choice", 0, False, 1),
        ("choice", 0, True, 2),
        ("text", 0, None, 1),
        ("region", 1, None, 1),
    ]


def test_a_lesson_in_a_notebook(open_notebook: OpenNotebook, server: Server) -> None:
    cells = [SMALL_NET + LESSON + "lesson"]
    notebook = open_notebook(write_notebook(server.root / "lesson.ipynb", cells))
    notebook.run_all()
    go_through(notebook.page)
    check_answers(json.loads(notebook.execute("import json; print(json.dumps(lesson.answers))")))
    assert notebook.execute("print(lesson.student, lesson.step)").strip() == "Ana María 2"
    notebook.execute("lesson._sheet.refuse({'question': 'a'}, 'It is too late.')")
    problem = notebook.page.locator(".xl-way .xl-problem")
    expect(problem).to_have_text("This could not be taken: It is too late.")
    text, panel, way = (
        notebook.page.locator(each).bounding_box()
        for each in (".xl-text", ".xwidget-inspector", ".xl-way")
    )
    assert text is not None
    assert panel is not None
    assert way is not None
    beside = text["x"] + text["width"] <= panel["x"]
    assert (
        beside
        or text["y"] + text["height"] <= panel["y"] < panel["y"] + panel["height"] <= way["y"]
    )
    notebook.save()
    (cell,) = nbformat.read(notebook.path, as_version=4).cells[:1]
    kept = json.dumps([dict(output.get("data", {})) for output in cell.outputs])
    assert "step 3 of 3, The mask" in kept
    assert "not right" not in kept.rsplit("step 3 of 3", 1)[1]  # the last answer was


@pytest.mark.parametrize("storage", [True, False])
def test_a_lesson_as_a_page(browser: Browser, tmp_path: Path, storage: bool) -> None:
    known: dict[str, object] = {}
    exec(SMALL_NET + LESSON, known)
    lesson = known["lesson"]
    path = lesson.export_html(tmp_path / "a lesson & 頁.html")  # type: ignore[attr-defined]
    lesson.close()  # type: ignore[attr-defined]
    context = browser.new_context(viewport={"width": 700, "height": 900})
    context.set_offline(True)
    if not storage:
        context.add_init_script("Object.defineProperty(window, 'localStorage', { get() {"
                                " throw new Error('SecurityError'); } })")  # fmt: skip
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: said.type == "error" and errors.append(said.text))
    page.goto(path.as_uri())
    root = page.locator(".xwidget-lesson")
    go_through(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(root.get_by_text("The end. Save your answers to hand them in.")).to_be_visible()
    keeps = "until you start again" if storage else "keeps nothing"
    expect(root.locator(".xl-kept")).to_contain_text(keeps)
    with page.expect_download() as download:
        root.get_by_role("button", name="Save my answers").click()
    assert download.value.suggested_filename == "answers-fruit-ana-maria.json"
    download.value.save_as(tmp_path / "ana.json")
    told = root.get_by_role("status").filter(has_text="The end.")
    expect(told).to_have_text("The end.")
    expect(root.get_by_text("Saved answers-fruit-ana-maria.json")).to_be_visible()
    given = read_answers(tmp_path / "ana.json")
    assert given.student == "Ana María"
    check_answers([each.record() for each in given.answers])
    assert given.answers[3].result["why_no_score"]
    if storage:
        page.reload()
        expect(heading(root)).to_have_text("The mask")
        root.get_by_role("button", name="Back").click()
        expect(root.get_by_text("You marked")).to_be_visible()
        expect(page.locator(".xw-worth")).to_contain_text("You marked")  # as it was left
        expect(page.get_by_role("img", name="Your guess")).to_be_visible()
        expect(page.locator(".xw-prompt")).to_contain_text("Where is it?")
    summary = root.locator(".xl-mine summary")
    expect(summary).to_have_text("Your answers: 3 of 4")
    root.locator(".xl-mine").evaluate("(details) => { details.open = true; }")
    root.get_by_role("button", name="Start again").click()
    expect(root.get_by_role("button", name="Keep them")).to_be_focused()
    root.get_by_role("button", name="Delete and start again").click()
    expect(heading(root)).to_have_text("What is it?")
    expect(root.get_by_role("button", name="Next")).to_be_disabled()
    root.get_by_role("radio", name="apple").check()
    root.get_by_role("button", name="Commit my answer").first.click()
    expect(summary).to_have_text("Your answers: 1 of 4, to be saved")
    if storage:  # another tab of the same lesson has the same answers, and this one those of that
        other = context.new_page()
        other.goto(path.as_uri())
        there = other.locator(".xwidget-lesson")
        expect(there.locator(".xl-mine summary")).to_have_text("Your answers: 1 of 4, to be saved")
        there.get_by_role("textbox", name="Your number").fill("0,5")
        there.get_by_role("button", name="Commit my answer").first.click()
        expect(summary).to_have_text("Your answers: 2 of 4, to be saved")
        there.locator(".xl-mine").evaluate("(details) => { details.open = true; }")
        with other.expect_download():
            there.get_by_role("button", name="Save my answers").click()
        expect(summary).to_have_text("Your answers: 2 of 4")
        there.get_by_role("button", name="Start again").click()
        there.get_by_role("button", name="Delete and start again").click()
        expect(summary).to_have_text("Your answers: 0 of 4")
    assert errors == []
    context.close()
