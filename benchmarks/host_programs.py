"""The hosts that benchmarks.hosts drives: how each is started, and what a person does in it."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.browser import marimo_server
from tests.browser.inspector import ENDLESS, SMALL_NET, Inspector
from tests.browser.jupyter import (
    FRONTENDS,
    READY,
    RUN_ALL,
    end,
    free_port,
    private_folders,
    serve,
    wait_until_up,
    write_notebook,
)

PATIENCE = 60  # seconds for the panel to come


@dataclass
class App:
    """A notebook or app that is shown."""

    page: Page
    folder: Path
    errors: list[str] = field(default_factory=list)

    @property
    def root(self) -> Locator:
        """The panel's."""
        return self.page.locator(".xwidget-inspector")

    @property
    def inspector(self) -> Inspector:
        """The only panel, once it is there."""
        self.root.first.wait_for(timeout=PATIENCE * 1000)
        return Inspector(self.root.first)


@dataclass(frozen=True)
class Host:
    """A host: the way it is started, and the acts of a person in it."""

    name: str
    package: str
    show: Callable[[Path, str], object]
    """Given a folder and the code that makes ``w``, a context with the address to open."""
    run: Callable[[Page], None] = lambda page: None
    """Run the code, once the page is open."""
    rerun: Callable[[Page], None] | None = None
    """Run the cell again."""
    save: str = ""
    """A script that saves the notebook."""
    lives: bool = True
    """True where a panel outlives its page."""
    dark: Callable[[Page], None] | None = None
    """Change to the host's dark theme, where a page can."""


def notebook(folder: Path, code: str) -> Path:
    """Write a notebook that shows ``w``, for a kernel that every host finds."""
    cells = [SMALL_NET + ENDLESS, f"{code}\nw"]
    return write_notebook(folder / "demo.ipynb", cells, "python3")


@contextmanager
def jupyter(command: str, folder: Path, code: str) -> Iterator[str]:
    """JupyterLab or Notebook 7."""
    path = notebook(folder, code)
    frontend = FRONTENDS[command]
    with serve(frontend, folder, folder / "home") as server:
        yield f"{server.base}/{frontend.address.format(path.name)}"


@contextmanager
def program(arguments: Sequence[str], folder: Path, up: str = "") -> Iterator[str]:
    """A server started by a command, in which {port} is filled in."""
    port = free_port()
    home = folder / "home"
    home.mkdir(exist_ok=True)
    log = home / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *(each.format(port=port) for each in arguments)],
            cwd=folder,
            env=os.environ | private_folders(home) | {"SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            base = f"http://127.0.0.1:{port}"
            wait_until_up(base + up, process, log)
            yield base
        finally:
            end(process)


@contextmanager
def nbclassic(folder: Path, code: str) -> Iterator[str]:
    """The notebook as it was before Notebook 7."""
    path = notebook(folder, code)
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", "--port={port}"]
    options += ["--ServerApp.password=", "--IdentityProvider.token="]
    with program(["jupyter", "nbclassic", *options], folder, "/api/status") as base:
        yield f"{base}/nbclassic/notebooks/{path.name}"


@contextmanager
def voila(folder: Path, code: str) -> Iterator[str]:
    """A notebook as an app."""
    path = notebook(folder, code)
    options = ["--no-browser", "--Voila.ip=127.0.0.1", "--port={port}"]
    with program(["voila", path.name, *options], folder, "/voila/static/voila.js") as base:
        yield base


@contextmanager
def panel(folder: Path, code: str) -> Iterator[str]:
    """An app of Panel's, on a Bokeh server."""
    show = 'import panel as pn\npn.extension("ipywidgets")\npn.pane.IPyWidget(w).servable()'
    (folder / "demo.py").write_text("\n".join([SMALL_NET, ENDLESS, code, show]))
    with program(["panel", "serve", "demo.py", "--port={port}"], folder, "/demo") as base:
        yield f"{base}/demo"


@contextmanager
def solara(folder: Path, code: str) -> Iterator[str]:
    """An app of Solara's."""
    (folder / "demo.py").write_text(
        "import solara\n"
        + SMALL_NET
        + ENDLESS
        + f"\ndef make():\n{textwrap.indent(code.strip(), '    ')}\n    return w\n"
        + "\n@solara.component\ndef Page():\n    solara.display(solara.use_memo(make, []))\n"
    )
    options = ["run", "demo.py", "--host=127.0.0.1", "--port={port}", "--no-open", "--production"]
    with program(["solara", *options], folder) as base:
        yield base


@contextmanager
def marimo(mode: str, folder: Path, code: str) -> Iterator[str]:
    """A marimo notebook that is edited, or run as an app."""
    show = f"{code}\nmo.ui.anywidget(w)" if "Gallery" not in code else f"{code}\nw"
    path = marimo_server.write_notebook(folder / "demo.py", [SMALL_NET + ENDLESS, show])
    with marimo_server.serve(mode, path, folder / "home") as base:
        yield base


def run_jupyter(page: Page) -> None:
    """Run all cells of JupyterLab or Notebook 7."""
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=PATIENCE * 1000)
    page.wait_for_function("() => !!window.jupyterapp")
    page.evaluate("async () => { await jupyterapp.started; await jupyterapp.restored; }")
    page.wait_for_function(READY, timeout=PATIENCE * 1000)
    if not page.locator(".xwidget-inspector").count():
        page.evaluate(RUN_ALL)


def rerun_jupyter(page: Page) -> None:
    """Run the last cell again."""
    page.evaluate("""async () => {
      jupyterapp.shell.currentWidget.content.activeCellIndex = 1;
      await jupyterapp.commands.execute("notebook:run-cell");
    }""")


def dark_jupyter(page: Page) -> None:
    """Change to JupyterLab's dark theme."""
    page.evaluate(
        "jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })"
    )
    page.wait_for_selector('body[data-jp-theme-light="false"]', state="attached")


def run_classic(page: Page) -> None:
    """Run all cells of the classic notebook."""
    ready = "() => window.Jupyter?.notebook?.kernel?.is_connected()"
    page.wait_for_function(ready, timeout=PATIENCE * 1000)
    page.wait_for_timeout(2000)
    if not page.locator(".xwidget-inspector").count():
        page.evaluate("() => { Jupyter.notebook.execute_all_cells(); }")


def at_dark(address: str) -> Callable[[Page], None]:
    """Open the page anew with another query."""

    def change(page: Page) -> None:
        page.goto(page.url.split("?")[0] + address, timeout=PATIENCE * 1000)

    return change


def of_jupyter(name: str, package: str, command: str) -> Host:
    """Return JupyterLab or Notebook 7."""
    return Host(
        name,
        package,
        lambda *given: jupyter(command, *given),
        run_jupyter,
        rerun_jupyter,
        save='async () => { await jupyterapp.commands.execute("docmanager:save"); }',
        dark=dark_jupyter,
    )


HOSTS = {
    "lab": of_jupyter("JupyterLab", "jupyterlab", "lab"),
    "notebook": of_jupyter("Notebook 7", "notebook", "notebook"),
    "nbclassic": Host(
        "nbclassic",
        "nbclassic",
        nbclassic,
        run_classic,
        lambda page: page.evaluate("() => { Jupyter.notebook.execute_cells([1]); }"),
        save="() => Jupyter.notebook.save_notebook()",
    ),
    "voila": Host("Voilà", "voila", voila, lives=False, dark=at_dark("?theme=dark")),
    "panel": Host("Panel", "panel", panel, lives=False, dark=at_dark("?theme=dark")),
    "solara": Host("Solara", "solara", solara, lives=False),
    "marimo": Host("marimo edit", "marimo", lambda *a: marimo("edit", *a)),
    "marimo-run": Host("marimo run", "marimo", lambda *a: marimo("run", *a), lives=False),
}
