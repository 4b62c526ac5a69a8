"""Who may import whom: the contracts of pyproject.toml hold, and a breach of each is found."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOK = ("anywidget", "comm", "ipykernel", "IPython", "ipywidgets", "traitlets")
FLOORS = "Each room stands on the floors below it"
ROOMS = "The inspector's rooms stand on each other"
CIRCLES = "No circle among rooms, nor among modules"
NOTEBOOKS = "Only the inspector, the gallery, the browser and lessons know of notebooks"
DATA = "What is plain data knows nothing of nets"
IN_A_FUNCTION = "\ndef later():\n    import {}\n"
FOR_TYPES = "\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import {}\n"


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Check the contracts of a tree."""
    command = "from importlinter.cli import lint_imports_command as lint; lint()"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the package and its contracts."""
    root = tmp_path_factory.mktemp("tree")
    shutil.copy(ROOT / "pyproject.toml", root)
    shutil.copytree(
        ROOT / "xwidget", root / "xwidget", ignore=shutil.ignore_patterns("static", "__pycache__")
    )
    return root


def test_every_contract_is_kept() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_import_is_excepted() -> None:
    assert "ignore_imports" not in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    ("contract", "file", "added"),
    [
        (FLOORS, "new_room.py", ""),
        (FLOORS, "support/texts.py", "\nimport xwidget.engine.plan\n"),
        (FLOORS, "engine/plan.py", IN_A_FUNCTION.format("xwidget.metrics")),
        (FLOORS, "metrics/road.py", FOR_TYPES.format("xwidget.inspector.widget")),
        (FLOORS, "names.py", "\nimport xwidget.pixels\n"),
        (ROOMS, "inspector/new_room.py", ""),
        (ROOMS, "inspector/work/session.py", FOR_TYPES.format("xwidget.inspector.widget")),
        (CIRCLES, "net/copying.py", FOR_TYPES.format("xwidget.net.twin")),
        (NOTEBOOKS, "engine/plan.py", IN_A_FUNCTION.format("traitlets")),
        (NOTEBOOKS, "export/page.py", IN_A_FUNCTION.format("IPython.display")),
        (DATA, "catalog/comparisons.py", IN_A_FUNCTION.format("torch")),
        (DATA, "names.py", "\nimport xwidget.net.twin\n"),
    ],
)
def test_a_breach_is_found(tree: Path, contract: str, file: str, added: str) -> None:
    path = tree / "xwidget" / file
    before = path.read_text() if path.exists() else None
    path.write_text((before or "") + added)
    try:
        done = lint(tree)
    finally:
        path.unlink() if before is None else path.write_text(before)
    assert done.returncode != 0
    assert f"{contract} BROKEN" in done.stdout, done.stdout + done.stderr


def test_no_module_imports_the_package_that_it_is_part_of() -> None:
    graph = grimp.build_graph("xwidget", cache_dir=None)
    faces = [module for module in graph.modules if graph.find_children(module)]
    assert len(faces) > 10
    found = {
        (importer, face)
        for face in faces
        for importer in graph.find_modules_that_directly_import(face)
        if importer.startswith(f"{face}.")
    }
    assert not found


def imported(tree: ast.AST) -> set[str]:
    kinds = (ast.Import, ast.ImportFrom)
    nodes = [node for node in ast.walk(tree) if isinstance(node, kinds)]
    return {name.asname or name.name for node in nodes for name in node.names}


def test_every_name_is_imported_from_the_module_that_makes_it() -> None:
    trees = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text())
        for path in (ROOT / "xwidget").rglob("*.py")
    }
    elsewhere = [
        (importer, node.module, name.name)
        for importer, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in trees
        for name in node.names
        if name.name in imported(trees[node.module])
    ]
    assert elsewhere == []


#: What takes seconds to import, and is needed only once a network is there.
SLOW = {"torchvision"}
#: Packages that come with an extra, or with a notebook.
OPTIONAL = {
    "IPython",
    "captum",
    "duckdb",
    "matplotlib",
    "pandas",
    "pyarrow",
    "skimage",
    "timm",
    "torchcam",
    "transformers",
    "zennit",
}


def test_only_what_may_be_missing_or_is_slow_is_imported_inside_a_function() -> None:
    late = {
        (path.relative_to(ROOT / "xwidget").as_posix(), node.module)
        for path in (ROOT / "xwidget").rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom) and node.module
        if node.module.split(".")[0] not in OPTIONAL | SLOW
    }
    assert late == {
        ("batch/clusters/plot.py", "xwidget.export.figure"),  # it needs matplotlib
        ("export/plot.py", "xwidget.export.figure"),
        ("findings/store/store.py", "xwidget.findings.store.sql.database"),  # SQLAlchemy
    }


def test_all_but_the_panel_loads_without_the_notebook_libraries() -> None:
    names = sorted(
        module
        for module in grimp.build_graph("xwidget", cache_dir=None).modules
        if "." in module
        and module.split(".")[1] not in ("inspector", "gallery", "browser", "teaching")
    )
    assert len(names) > 60
    code = f"""
import importlib, sys, types
package = types.ModuleType("xwidget")  # its __init__ would bring the Inspector along
package.__path__ = [{str(ROOT / "xwidget")!r}]
sys.modules["xwidget"] = package
for library in {NOTEBOOK!r}:
    sys.modules[library] = None  # importing it now fails
for name in {names!r}:
    importlib.import_module(name)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
