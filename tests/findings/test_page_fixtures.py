"""The page's tests are about what the kernel's own code gives."""

from pathlib import Path

import pytest

from tests.findings import page_fixtures


@pytest.mark.parametrize("path", page_fixtures.files(), ids=lambda path: path.name)
def test_the_fixtures_of_the_page_are_what_python_makes_of_them(path: Path) -> None:
    made = page_fixtures.files()
    assert path.read_text("utf-8") == made[path], "run python -m tests.findings.page_fixtures"
