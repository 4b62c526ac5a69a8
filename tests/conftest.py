"""What all tests share."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# Figures are drawn into memory: a test opens no window.
os.environ.setdefault("MPLBACKEND", "agg")
# Two test files run side by side: with more threads than cores, each waits for the others.
os.environ.setdefault("OMP_NUM_THREADS", "1")

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
def forked_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], None]]:
    """Lend a function that describes the kernel of most tests in a folder of Jupyter's data."""
    if FORKED == "python3":
        yield lambda data: None
        return
    from tests.kernels import forked

    with forked.kernels(tmp_path_factory.mktemp("kernels") / "forker") as command:
        yield lambda data: describe_kernel(data / "kernels" / FORKED, command, {})


@pytest.fixture(scope="session")
def execute(
    forked_kernel: Callable[[Path], None], tmp_path_factory: pytest.TempPathFactory
) -> Execute:
    """Lend a function that runs a notebook in a folder, as Jupyter runs it without a page."""
    data = tmp_path_factory.mktemp("data")
    forked_kernel(data)
    return Execute(data)
