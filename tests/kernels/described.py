"""Descriptions of kernels, from which Jupyter starts them, and notebooks run in one of them."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbclient
import nbformat
import pytest

# The kernel of most tests, see tests/kernels/forked.py. A Mac's frameworks bear no fork there, and
# Windows has none.
FORKED = "forked" if sys.platform == "linux" else "python3"


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


@dataclass(frozen=True)
class Execute:
    """Runs a notebook in a folder, as Jupyter runs it without a page."""

    data: Path  # where Jupyter finds kernels

    def __call__(self, notebook: nbformat.NotebookNode, folder: Path) -> None:
        client = nbclient.NotebookClient(
            notebook,
            timeout=900,
            startup_timeout=180,  # the process that is forked may be importing
            kernel_name=FORKED,
            resources={"metadata": {"path": str(folder)}},
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("JUPYTER_PATH", str(self.data))
            patch.delenv("MPLBACKEND", raising=False)  # as notebooks start
            client.execute()
