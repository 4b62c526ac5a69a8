"""The pages under docs: what a reader would stumble over."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_table_is_a_table(page: Path) -> None:
    lines = page.read_text("utf-8").splitlines()
    for is_row, block in groupby(lines, lambda line: line.startswith("|")):
        rows = list(block)
        if is_row:
            assert len(rows) > 2, rows[0]
            assert re.fullmatch(r"[|:\- ]+", rows[1]), f"no table, but plain text: {rows[0]}"
            assert len({row.replace("\\|", "").count("|") for row in rows}) == 1, rows[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_numbers_and_words_are_written_in_one_way(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    assert re.findall(r"(?<![\w.)\]])\.\d+", text) == []
    assert re.findall(r"(?i)\w*(?:grey|colour)\w*|\d %", text) == []
