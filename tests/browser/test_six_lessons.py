"""The six lessons: each notebook runs, a student takes its page and hands the answers in."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.student import Student
from tests.kernels.described import Execute
from tests.shortening import shortened

LESSONS = sorted((Path(__file__).parents[2] / "examples" / "lessons").glob("*.ipynb"))


def test_there_are_six() -> None:
    assert [path.stem[0] for path in LESSONS] == list("123456")


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_is_taken_and_handed_in(
    path: Path,
    browser: Browser,
    tmp_path: Path,
    execute: Execute,
) -> None:
    notebook = shortened(path)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    execute(notebook, tmp_path)

    made = tmp_path / f"{path.stem}.html"
    assert made.stat().st_size < 4_000_000
    context = browser.new_context(viewport={"width": 700, "height": 900})
    context.set_offline(True)
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: said.type == "error" and errors.append(said.text))
    page.goto(made.as_uri())
    student = Student(page, "Ana María")
    assert student.take() >= 5
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    given = student.hand_in(tmp_path / "ana.json")
    assert given.student == "Ana María"
    assert set(given.last()) == set(given.questions)
    assert errors == []
    context.close()
