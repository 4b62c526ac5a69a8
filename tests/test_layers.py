"""What may import what: the engine works without a notebook."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "xwidget"
NOTEBOOK = {"ipywidgets", "anywidget", "traitlets", "IPython", "ipykernel", "comm"}


def modules(layer):
    """Return the source files of a layer: a package's, or the one module."""
    folder = PACKAGE / layer
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{layer}.py"]


def imports(path):
    """Return the absolute names that a file imports anywhere, functions included."""
    package = path.relative_to(PACKAGE.parent).with_suffix("").parts[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            name = ".".join(part for part in (base, node.module) if part)
            found |= {name} | {f"{name}.{alias.name}" for alias in node.names}
    return found


BELOW = [
    path
    for layer in ("engine", "metrics", "zoo", "classifier", "loading", "images", "explanation")
    for path in modules(layer)
    if path.exists()
]


@pytest.mark.parametrize("path", BELOW, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_computes_knows_nothing_of_notebooks(path):
    names = imports(path)
    assert not {name for name in names if name.split(".")[0] in NOTEBOOK}
    assert not {name for name in names if name.startswith("xwidget.inspector")}


def test_the_engine_loads_without_the_widget_libraries():
    code = f"""
import sys, types
package = types.ModuleType("xwidget")  # its __init__ would bring the Inspector along
package.__path__ = [{str(PACKAGE)!r}]
sys.modules["xwidget"] = package
for library in {sorted(NOTEBOOK)!r}:
    sys.modules[library] = None  # importing it now fails
import xwidget.engine.explain
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
