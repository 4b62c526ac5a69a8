"""What all tests share."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import nbclient
import nbformat
import pytest

# Figures are drawn into memory: a test opens no window.
os.environ.setdefault("MPLBACKEND", "agg")
# Two test files run side by side: with more threads than cores, each waits for the others.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from tests.kernels import forked
from tests.kernels.described import FORKED, Execute, describe_kernel
from xwidget.engine import interrupts

# Minutes each, in one process: begun last, one of them would keep a single process at work.
LONGEST = (
    "tests/browser/test_six_lessons.py",
    "tests/test_examples.py",
    "tests/browser/test_quickstart.py",
    "tests/extending/test_extending.py",
    "tests/browser/test_inspector.py",
    "tests/browser/test_marimo.py",
    "tests/inspector/test_real_engine.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    root = Path(__file__).parents[1]
    places = {root / file: place for place, file in enumerate(LONGEST)}
    assert all(path.is_file() for path in places), "a file of LONGEST was moved"
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(autouse=True)
def no_interrupt_came_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test's interrupt is the first one: a second one soon after would end the test run."""
    monkeypatch.setattr(interrupts, "_last", -float("inf"))


@pytest.fixture(scope="session")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of descriptions of kernels, where Jupyter finds the one of most tests."""
    home = tmp_path_factory.mktemp("kernels")
    folder = home / "kernels"
    folder.mkdir()
    with contextlib.ExitStack() as stack:
        if FORKED != "python3":
            command = stack.enter_context(forked.kernels(home / "forker"))
            describe_kernel(folder / FORKED, command, {})
        yield folder


@pytest.fixture(scope="session")
def execute(kernels: Path) -> Execute:
    """Lend a function that runs a notebook in a folder, as Jupyter runs it without a page."""

    def execute(notebook: nbformat.NotebookNode, folder: Path) -> None:
        client = nbclient.NotebookClient(notebook, timeout=900)
        client.resources = {"metadata": {"path": str(folder)}}
        client.kernel_name, client.startup_timeout = FORKED, 180
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("JUPYTER_PATH", str(kernels.parent))
            patch.delenv("MPLBACKEND", raising=False)  # as notebooks start
            client.execute()

    return execute
