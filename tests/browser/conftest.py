"""Fixtures: one server for all modules, a browser for each, a page for each notebook."""

import contextlib
import functools
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import chromium
from tests.browser.inspector import SMALL_NET, Inspector
from tests.browser.jupyter import FRONTENDS, Notebook, Server, serve, write_notebook
from tests.kernels.described import add_kernel

OpenNotebook = Callable[..., Notebook]

# The first answer of a kernel may have to wait for what it imports: on a slow machine, seconds.
expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Photograph every open notebook when a test fails."""
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        opened: list[Notebook] = item.funcargs.get("opened", [])  # type: ignore[assignment]
        for number, notebook in enumerate(opened):
            path = notebook.path.parent / f"{item.name}-{report.when}-{number}.png"
            notebook.page.screenshot(path=path)
            report.sections.append(("Screenshot", str(path)))
    return report


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Not longer than a module: while Playwright runs, its event loop is this thread's.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.executable(playwright), args=chromium.arguments()
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def ipykernel_6(request: pytest.FixtureRequest) -> Path:
    """Make a folder that, first on the path, gives a kernel ipykernel 6; kept between runs."""
    assert request.config.cache is not None
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")  # two must not install into one folder
    folder = request.config.cache.mkdir(f"ipykernel-6{worker}")
    if not (folder / "ipykernel").exists():
        # Its other needs are those of the ipykernel that is installed.
        needs = ["ipykernel>=6.29,<7", "nest-asyncio", "psutil"]
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
        subprocess.run([*pip, "--target", str(folder), *needs], check=True)
    return folder


@pytest.fixture(scope="session")
def serving(
    tmp_path_factory: pytest.TempPathFactory,
    forked_kernel: Callable[[Path], None],
    ipykernel_6: Path,
) -> Iterator[Callable[[str], Server]]:
    """Lend a function that returns the server of a frontend: each is started once."""
    home = tmp_path_factory.mktemp("home")
    add_kernel(home / "data" / "kernels" / "ipykernel-6", ipykernel_6)
    forked_kernel(home / "data")
    with contextlib.ExitStack() as stack:

        @functools.cache
        def serving(frontend: str) -> Server:
            root = tmp_path_factory.mktemp("notebooks")
            return stack.enter_context(serve(FRONTENDS[frontend], root, home))

        yield serving


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, serving: Callable[[str], Server]) -> Server:
    """JupyterLab, or what indirect parametrization names: "lab" or "notebook".

    The module has a folder of its own there.
    """
    server = serving(getattr(request, "param", "lab"))
    root = server.served / request.module.__name__.rpartition(".")[2]
    root.mkdir(exist_ok=True)
    return replace(server, root=root)


@pytest.fixture(scope="module")
def opened() -> list[Notebook]:
    """The notebooks that are open now."""
    return []


@contextmanager
def opener(browser: Browser, server: Server, opened: list[Notebook]) -> Iterator[OpenNotebook]:
    """Lend a function that opens notebooks, and close those when done."""
    mine: list[Notebook] = []

    def open_notebook(path: Path, **options: object) -> Notebook:
        notebook = Notebook.open(browser, server, path, **options)
        for notebooks in (mine, opened):
            notebooks.append(notebook)
        return notebook

    try:
        yield open_notebook
    finally:
        for notebook in mine:
            opened.remove(notebook)
            notebook.close()


@pytest.fixture(scope="module")
def open_shared(browser: Browser, server: Server, opened: list[Notebook]) -> Iterator[OpenNotebook]:
    """Open a notebook that the tests of a module share."""
    with opener(browser, server, opened) as open_notebook:
        yield open_notebook


@pytest.fixture(scope="module")
def notebook(request: pytest.FixtureRequest, server: Server, open_shared: OpenNotebook) -> Notebook:
    """A notebook with an Inspector ``w`` of the small net, whose 20 iterations are done.

    The module's tests share it; the module's ``INSPECTOR`` are the arguments after the photo.
    """
    cell = f"w = xw.Inspector(clf, photo, {request.module.INSPECTOR}, iterations=20); w"
    name = f"{request.module.__name__.rpartition('.')[2]}.ipynb"
    notebook = open_shared(write_notebook(server.root / name, [SMALL_NET, cell]))
    notebook.run_all()
    Inspector.on(notebook).wait_for(status="done", iteration=20)
    return notebook


@pytest.fixture
def open_notebook(
    browser: Browser, server: Server, opened: list[Notebook]
) -> Iterator[OpenNotebook]:
    """Open a notebook for one test."""
    with opener(browser, server, opened) as open_notebook:
        yield open_notebook


@pytest.fixture(autouse=True)
def quiet(opened: list[Notebook]) -> Iterator[None]:
    """Fail a test during which a page's console showed an error or a cell raised one."""
    yield
    for notebook in opened:
        errors, notebook.errors[:] = list(notebook.errors), []
        assert errors == []
        assert notebook.cell_errors() == []
