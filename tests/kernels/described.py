"""Descriptions of kernels, from which Jupyter starts them."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import nbformat

# The kernel of most tests, see tests/kernels/forked.py. A Mac's frameworks bear no fork there, and
# Windows has none.
FORKED = "forked" if sys.platform == "linux" else "python3"

# Runs a notebook in a folder: the fixture "execute".
Execute: TypeAlias = Callable[[nbformat.NotebookNode, Path], None]


def add_kernel(folder: Path, path: Path) -> None:
    """Describe a kernel that looks for modules in ``path`` first."""
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    paths = os.pathsep.join(filter(None, [str(path), os.getenv("PYTHONPATH")]))
    describe_kernel(folder, command, {"PYTHONPATH": paths})


def describe_kernel(folder: Path, command: Sequence[str], environment: dict[str, str]) -> None:
    folder.mkdir(parents=True)
    spec = {
        "argv": [*command],
        "display_name": folder.name,
        "language": "python",
        "env": environment,
    }
    (folder / "kernel.json").write_text(json.dumps(spec))
