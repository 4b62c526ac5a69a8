"""A copy of the project in which a walk can be taken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PARTS = ("docs/protocol.md", "js", "pyproject.toml", "scripts", "tests", "xwidget")
_LEFT = shutil.ignore_patterns("__pycache__", "node_modules", "build")


def copy(root: Path) -> None:
    """Copy what the package is made of and made with."""
    for part in _PARTS:
        source, goal = ROOT / part, root / part
        goal.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, goal, ignore=_LEFT)
        else:
            shutil.copy(source, goal)
    cache = ROOT / ".mypy_cache"
    if cache.is_dir():  # with it, mypy reads what a walk changes
        shutil.copytree(cache, root / cache.name)
    (root / "js" / "node_modules").symlink_to((ROOT / "js" / "node_modules").resolve())


def run(root: Path, commands: str) -> None:
    """Run lines of shell in the tree, with this Python first on the path."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-euc", commands],
        cwd=root,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
