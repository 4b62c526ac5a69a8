"""Takes the walks of docs/extending.md in a copy of the project, and uses what they add."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

import xwidget as xw
from tests.browser import chromium
from tests.browser.inspector import SMALL_NET, Inspector, from_kernel, wait_in_kernel
from tests.browser.jupyter import FRONTENDS, Notebook, serve, write_notebook
from tests.extending import tree
from tests.extending.walks import walks
from tests.kernels.described import add_kernel

WALKS = walks()
#: Files that a person touches to add one; generated files are not counted.
TOUCHED = {
    "A setting": 2,
    "A trait": 4,
    "A command": 4,
    "An attribution method": 2,
    "A study": 2,
    "A picture tool": 2,
    "A file format": 2,
}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project in which every walk was taken."""
    root = tmp_path_factory.mktemp("extended")
    tree.copy(root)
    for walk in WALKS.values():
        for block in walk.blocks:
            if block.file is not None:
                block.write(root)
    for commands in WALKS[""].code("bash"):
        tree.run(root, commands)
    return root


@pytest.fixture(scope="module")
def notebook(extended: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    """A notebook of the extended package, with an Inspector ``w`` of the small net that is done."""
    home, root = (tmp_path_factory.mktemp(name) for name in ("home", "notebooks"))
    add_kernel(home / "data" / "kernels" / "extended", extended)
    cells = [SMALL_NET, "w = xw.Inspector(clf, photo, [3], iterations=10, early_stop=False); w"]
    with serve(FRONTENDS["lab"], root, home) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.executable(playwright), args=chromium.arguments()
        )
        path = write_notebook(root / "extended.ipynb", cells, "extended")
        notebook = Notebook.open(browser, server, path)
        notebook.page.set_default_timeout(60_000)
        notebook.run_all()
        Inspector.on(notebook).wait_for(status="done", iteration=10, seconds=90)
        yield notebook
        notebook.close()
        browser.close()


@pytest.fixture
def inspector(notebook: Notebook) -> Iterator[Inspector]:
    """The panel; the page must not have complained by the end of the test."""
    yield Inspector.on(notebook)
    assert notebook.errors == []
    assert notebook.cell_errors() == []


#: Tests that go by the tables: what is added is in them without a change. The panel's budget is
#: left out: it has no room for six capabilities at once.
TESTS = (
    "tests/inspector/test_contract.py",
    "tests/inspector/test_open_traits.py",
    "tests/engine/test_settings.py",
    "tests/test_bundle.py --deselect"
    " tests/test_bundle.py::test_a_file_of_the_page_stays_within_its_budget[widget.js]",
)


@pytest.mark.parametrize("title", TOUCHED)
def test_a_walk_touches_few_files(title: str) -> None:
    assert len(WALKS[title].files) == TOUCHED[title]


def test_every_walk_is_counted() -> None:
    assert WALKS.keys() - {""} == TOUCHED.keys()


@pytest.mark.parametrize(
    "check",
    [
        "lint-imports --no-cache",
        "ruff check xwidget && ruff format --check xwidget",
        "mypy",
        "npm --prefix js run --silent check",
        "python -m scripts.contract --check",
        f"pytest -q -p no:cacheprovider {' '.join(TESTS)}",
    ],
    ids=lambda check: check.split()[0],
)
def test_the_extended_project_passes_its_own_checks(extended: Path, check: str) -> None:
    tree.run(extended, check)


def test_a_setting_is_set_in_the_panel_and_changes_the_run(
    notebook: Notebook, inspector: Inspector
) -> None:
    (code,) = WALKS["A setting"].code("python")
    notebook.execute(code)
    assert from_kernel(notebook, "ex.settings['smoothing']") == 2.0
    notebook.execute("before = w.explanation")
    settings = inspector.root.locator(".xw-settings")
    if settings.get_attribute("open") is None:  # they begin unfolded where there is room
        settings.locator("summary").click()
    field = settings.get_by_role("spinbutton", name="Smoothing")
    field.fill("2")
    field.press("Enter")
    wait_in_kernel(notebook, "w.status == 'done' and w.explanation.settings['smoothing'] == 2")
    assert from_kernel(notebook, "float(abs(w.explanation.masks - before.masks).max())") > 0.01
    expect(settings.locator("summary")).to_contain_text("smoothing 2")


def test_a_trait_is_shown(notebook: Notebook, inspector: Inspector) -> None:
    count = from_kernel(notebook, "sum(p.numel() for p in net.parameters())")
    expect(inspector.root).to_contain_text(f"{count} weights")


def test_a_command_is_answered(notebook: Notebook, inspector: Inspector) -> None:
    inspector.button("Most likely").click()
    best = from_kernel(notebook, "[name for _, name, _ in clf.predict(photo, k=3)]")
    expect(inspector.root).to_contain_text(", ".join(best))


def test_a_method_is_tested_in_the_panel(notebook: Notebook, inspector: Inspector) -> None:
    (code,) = WALKS["An attribution method"].code("python")
    notebook.execute(code)
    assert from_kernel(notebook, "found.method") == "Input times gradient"
    menu = "[entry['label'] for entry in w._methods]"
    assert "Input times gradient" in from_kernel(notebook, menu)
    assert from_kernel(notebook, "[*found.values.shape, float(found.values.max())]") == [
        1,
        3,
        32,
        32,
        1,
    ]
    expect(inspector.root.get_by_text("edited").first).to_be_visible()
    notebook.execute("w.test(None)")


def test_a_study_is_measured_and_written(extended: Path) -> None:
    (extended / "photos").mkdir()
    xw.sample("coffee").save(extended / "photos" / "coffee.png")
    (commands,) = WALKS["A study"].code("bash")
    tree.run(extended, commands)
    lines = (extended / "area" / "area.md").read_text("utf-8").splitlines()
    assert sum(line.startswith("| efficientnet_lite0 ") for line in lines) == 1
    assert "<td" in (extended / "area.html").read_text("utf-8")


def test_a_tool_is_chosen_and_used(inspector: Inspector) -> None:
    inspector.root.get_by_role("group", name="Tools").get_by_role("button", name="Corners").click()
    inspector.point_at(4, 6)
    inspector.root.page.mouse.down()
    inspector.point_at(20, 25)
    inspector.root.page.mouse.up()
    pinned = inspector.root.get_by_role("table").get_by_role("row")
    for corner in ("4, 6", "4, 25", "20, 6", "20, 25"):
        expect(pinned.filter(has_text=corner)).to_have_count(1)


def test_a_file_is_saved_from_the_menu(notebook: Notebook, inspector: Inspector) -> None:
    inspector.button("Save").click()
    with inspector.root.page.expect_download() as download:
        inspector.root.get_by_role("menuitem", name="Save curves (CSV)").click()
    assert download.value.suggested_filename.endswith(".csv")
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0].startswith("iteration,")
    assert len(lines) == from_kernel(notebook, "len(w.explanation.trace)") + 1
