"""Docstrings: a noun phrase or a verb says what a thing is or does; a question does not."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.docs.wording import slips

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path
    for folder in ("xwidget", "benchmarks", "scripts")
    for path in ROOT.glob(f"{folder}/**/*.py")
)
OPENINGS = ("Return what ", "Tell whether ", "Have ")
QUESTIONS = {"What", "Whether", "How", "Why", "Which", "Where", "Who", "When"}


def docstrings(path: Path) -> list[tuple[int, str]]:
    """Return the docstrings of a module with their lines, those of attributes among them."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    texts = [node.value for node in nodes if isinstance(node, ast.Expr)]
    found = [node for node in texts if isinstance(node, ast.Constant)]
    return [(node.lineno, node.value) for node in found if isinstance(node.value, str)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_docstrings_are_worded_in_one_way(path: Path) -> None:
    texts = docstrings(path)
    assert [line for line, text in texts if text.split(maxsplit=1)[0] in QUESTIONS] == []
    assert [line for line, text in texts if text.startswith(OPENINGS)] == []
    assert [(line, slips(text)) for line, text in texts if slips(text)] == []
