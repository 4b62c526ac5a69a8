"""A real JupyterLab or Notebook 7 server, and a notebook open in a real browser."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.kernels.described import FORKED

TIMEOUT = 180  # seconds; generous, as nothing here measures time
POLL = 100  # ms between looks at a page: at every frame, as is the default, the looks are the load

SETTINGS_FOLDER = "settings"
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}

# Else each page has the server ask whether the application must be built anew, for a second or two.
NO_BUILD = {"page_config_data": {"buildAvailable": False, "buildCheck": False}}

# The kernel is ready once it is connected *and* idle: cells run before that are lost.
READY = """() => {
  const panel = window.jupyterapp?.shell.currentWidget;
  const kernel = panel?.sessionContext?.session?.kernel;
  return !!kernel && panel.sessionContext.isReady
    && kernel.connectionStatus === "connected" && kernel.status === "idle";
}"""

RUN_ALL = '() => { window.jupyterapp.commands.execute("notebook:run-all-cells"); }'

EXECUTE = """async (code) => {
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  const future = kernel.requestExecute({ code, store_history: false });
  const result = { text: "", error: "" };
  future.onIOPub = ({ header, content }) => {
    if (header.msg_type === "stream") result.text += content.text;
    if (header.msg_type === "error") result.error = content.traceback.join("\\n");
  };
  await future.done;
  return result;
}"""

# ipywidgets looks for a model for two seconds, and not once more after its last wait: one that
# comes just then is given up, https://github.com/jupyter-widgets/ipywidgets/issues/4026.
LOST = "Error displaying widget: model not found"

# Of this notebook alone: a page that is loaded again opens others of its server, too.
OUTPUTS = '[...jupyterapp.shell.currentWidget.node.querySelectorAll(".jp-OutputArea-output")]'
WIDGETS_SETTLED = f"""() => !{OUTPUTS}
  .some((output) => output.textContent === "Loading widget...")"""
ANY_LOST = f'() => {OUTPUTS}.some((output) => output.textContent === "{LOST}")'

CELL_ERRORS = """() => window.jupyterapp.shell.currentWidget.content.model.toJSON().cells
  .flatMap((cell) => cell.outputs ?? [])
  .filter((output) => output.output_type === "error")
  .map((output) => output.traceback.join("\\n"))"""


@dataclass(frozen=True)
class Frontend:
    """How one of Jupyter's two applications is started and addressed."""

    command: str
    application: str
    address: str


FRONTENDS = {
    "lab": Frontend("lab", "LabApp", "lab/tree/{}?reset"),
    "notebook": Frontend("notebook", "JupyterNotebookApp", "notebooks/{}"),
}


@dataclass(frozen=True)
class Server:
    """A running server: its address, the folder that it serves, one in it for notebooks, and where
    it keeps settings, such as the theme.
    """

    frontend: Frontend
    base: str
    served: Path
    root: Path
    settings: Path


@contextmanager
def serve(frontend: Frontend, root: Path, home: Path) -> Iterator[Server]:
    """Run a server on a free port, with every Jupyter folder private to ``home``.

    Kernel specs may be put in ``home / "data" / "kernels"``.
    """
    labconfig = home / "config" / "labconfig"
    labconfig.mkdir(parents=True, exist_ok=True)
    (labconfig / "default_setting_overrides.json").write_text(json.dumps(SETTINGS))
    port = free_port()
    options = [
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.tornado_settings={NO_BUILD}",
        f"--ServerApp.root_dir={root}",
        "--ServerApp.password=",
        "--IdentityProvider.token=",
        f"--{frontend.application}.expose_app_in_browser=True",
    ]
    log = home / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyter", frontend.command, *options],
            env=environment(home),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            base = f"http://127.0.0.1:{port}"
            wait_until_up(f"{base}/api/status", process, log)
            yield Server(frontend, base, root, root, home / SETTINGS_FOLDER)
        finally:
            end(process)


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a server, and of its kernels, as a person's is."""
    kept = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    return kept | private_folders(home)


def private_folders(home: Path) -> dict[str, str]:
    """Keep the settings, kernels and caches of the person who runs the tests out of the way."""
    folders = {
        "HOME": ".",
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": SETTINGS_FOLDER,
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    }
    return {name: str(home / folder) for name, folder in folders.items()}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_until_up(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The server did not come up:\n{log.read_text()[-3000:]}")


def end(process: subprocess.Popen[bytes]) -> None:
    """End our own child; its kernels end with it."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def write_notebook(path: Path, cells: Sequence[str], kernel: str = FORKED) -> Path:
    """Write a notebook with one code cell for each source."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells],
        metadata={"kernelspec": {"name": kernel, "display_name": kernel, "language": "python"}},
    )
    nbformat.write(notebook, path)
    return path


def plain(text: str) -> str:
    """Take the colors out of a traceback."""
    return re.sub(r"\x1b\[[\d;]*m", "", text)


@dataclass
class Notebook:
    """A notebook open in a page of the browser."""

    page: Page
    path: Path
    errors: list[str] = field(default_factory=list)  # what the page's console complained of

    @classmethod
    def open(
        cls,
        browser: Browser,
        server: Server,
        path: Path,
        *,
        beside: "Notebook | None" = None,
        **options: Any,
    ) -> "Notebook":
        """Open a notebook of the server's in a new browser profile; options are Playwright's.

        Settings are those of a new server. Beside another it is a tab of the same profile.
        """
        if not beside:
            shutil.rmtree(server.settings, ignore_errors=True)
        options = {"viewport": {"width": 1280, "height": 1000}} | options
        context = beside.page.context if beside else browser.new_context(**options)
        notebook = cls(context.new_page(), path)
        notebook.page.set_default_timeout(TIMEOUT * 1000)
        notebook.page.on(
            "pageerror", lambda error: notebook.errors.append(error.stack or str(error))
        )
        notebook.page.on("console", notebook._hear)
        address = server.frontend.address.format(path.relative_to(server.served).as_posix())
        notebook.page.goto(f"{server.base}/{address}")
        notebook.wait_until_ready()
        if beside:  # its kernel may be running, and its widgets come back
            notebook.reload_if_lost()
        notebook.errors.clear()  # the application's own, from before any cell ran
        return notebook

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location['url']})")

    def wait_until_ready(self) -> None:
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        self.page.wait_for_function("() => !!window.jupyterapp", polling=POLL)
        self.page.evaluate("async () => { await jupyterapp.started; await jupyterapp.restored; }")
        self.page.wait_for_function(READY, polling=POLL)

    def run_all(self) -> None:
        """Start running all cells, as the menu does; does not wait for them."""
        self.page.evaluate(RUN_ALL)

    def wait_until_idle(self) -> None:
        """Wait until all cells that were started have run."""
        self.page.wait_for_function(READY, polling=POLL)
        self.execute("pass")  # comes after them: the kernel keeps the order

    def execute(self, code: str) -> str:
        """Run code in the notebook's kernel, through the page, and return what it printed."""
        result = self.page.evaluate(EXECUTE, code)
        if result["error"]:
            raise AssertionError(plain(result["error"]))
        return str(result["text"])

    def cell_errors(self) -> list[str]:
        """Tracebacks that stand in the notebook's outputs."""
        return [plain(text) for text in self.page.evaluate(CELL_ERRORS)]

    def wait_for(self, selector: str, count: int = 1) -> None:
        """Wait until so many elements are there; an error in a cell ends the wait."""
        there = "([selector, count]) => document.querySelectorAll(selector).length >= count"
        self.page.wait_for_function(
            f"(arg) => ({there})(arg) || ({CELL_ERRORS})().length > 0",
            arg=[selector, count],
            polling=POLL,
        )
        if errors := self.cell_errors():
            raise AssertionError("\n\n".join(errors))

    def set_theme(self, theme: str) -> None:
        """Change to the light or the dark theme."""
        self.page.evaluate(
            "(theme) => jupyterapp.commands.execute('apputils:change-theme', { theme })",
            f"JupyterLab {theme.capitalize()}",
        )
        light = str(theme == "light").lower()
        self.page.wait_for_selector(f'body[data-jp-theme-light="{light}"]', state="attached")

    def save(self) -> None:
        self.page.evaluate('async () => { await jupyterapp.commands.execute("docmanager:save"); }')

    def reload(self) -> None:
        """Reload the page; the kernel lives on."""
        self.page.reload()
        self.wait_until_ready()
        self.reload_if_lost()

    def reload_if_lost(self) -> None:
        """Reload once more where JupyterLab gave up a widget that came late, as a person would."""
        self.page.wait_for_function(WIDGETS_SETTLED, polling=POLL)
        if self.page.evaluate(ANY_LOST):
            warnings.warn(f"{self.path.name}: a widget was lost, reloaded again", stacklevel=2)
            self.errors[:] = [each for each in self.errors if "widget model not found" not in each]
            self.page.reload()
            self.wait_until_ready()
            self.page.wait_for_function(WIDGETS_SETTLED, polling=POLL)

    def close(self) -> None:
        """End the kernel and close the page; with it, the tabs beside it."""
        if self.page.is_closed():
            return
        self.page.evaluate(
            "async () => { await jupyterapp.serviceManager.sessions.shutdownAll(); }"
        )
        self.page.context.close()
