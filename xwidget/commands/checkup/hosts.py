"""The hosts: which are there, and whether they have what shows a panel.

JupyterLab and Notebook draw widgets by extensions that anywidget and ipywidgets bring. They look
for them in the environment of the *server*, which need not be the kernel's.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

from xwidget.commands.checkup.line import Line, State

HOSTS = ("jupyterlab", "notebook", "nbclassic", "voila", "marimo", "panel", "solara")
_SECONDS = 4.0


class Extension(NamedTuple):
    """An extension of JupyterLab, and the package that brings it."""

    name: str
    package: str  # of the server
    library: str  # of the kernel

    def fits(self, version: str) -> bool:
        """Return whether this version of the extension serves the kernel's library."""
        kernel, server = metadata.version(self.library).split("."), version.split(".")
        if self.library == "anywidget":
            return kernel[:2] == server[:2]  # a panel asks for ~0.9.*, say
        return int(server[0]) == int(kernel[0]) - 3  # ipywidgets 8 has a manager 5


EXTENSIONS = (
    Extension("anywidget", "anywidget", "anywidget"),
    Extension("@jupyter-widgets/jupyterlab-manager", "jupyterlab_widgets", "ipywidgets"),
)


class Server(NamedTuple):
    """A Jupyter server that may be started: where it looks for extensions and for settings."""

    name: str
    pip: str
    own: bool  # of the kernel's environment
    data: tuple[Path, ...]
    config: tuple[Path, ...]


def programs() -> Iterator[Line]:
    """Say which hosts are in this environment, and whether it can be a kernel."""
    found = [(host, version) for host in HOSTS if (version := _version(host))]
    if found:
        yield Line("hosts", "ok", ", ".join(f"{host} {version}" for host, version in found))
    else:
        says = "none in this environment; the kernel may serve one of another"
        yield Line("hosts", "missing", says, "pip install jupyterlab")
    kernel = _version("ipykernel")
    if kernel == "7.0.0":
        says = "7.0.0, a release that the extras of xwidget leave out"
        yield Line("ipykernel", "note", says, 'pip install "ipykernel!=7.0.0"')
    elif kernel:
        yield Line("ipykernel", "ok", kernel)
    elif found and [host for host, _ in found] != ["marimo"]:
        yield Line("ipykernel", "note", "Jupyter has no kernel here", "pip install ipykernel")


def extensions() -> Iterator[Line]:
    """Look for the extensions where JupyterLab and Notebook look, and compare their versions."""
    for server in servers():
        for extension in EXTENSIONS:
            yield _looked_for(extension, server)


def servers() -> list[Server]:
    """Return the server of this environment, and the one on the path, if it is another."""
    found = []
    if _version("jupyterlab") or _version("notebook"):
        data, config = _paths([sys.executable, "-m", "jupyter"])
        data = data or (Path(sys.prefix) / "share" / "jupyter",)
        pip = f"{sys.executable} -m pip"
        found.append(Server("this environment", pip, True, data, config))
    command = shutil.which("jupyter-lab")
    if command and Path(command).parent != Path(sys.executable).parent:
        data, config = _paths([str(Path(command).with_stem("jupyter"))])
        if data and (not found or data[0] != found[0].data[0]):
            pip = f"{Path(command).with_name('python')} -m pip"
            found.append(Server(command, pip, False, data, config))
    return found


def _looked_for(extension: Extension, server: Server) -> Line:
    name = f"{extension.name}, for {server.name}"
    wrong: State = "broken" if server.own else "note"
    path = next(
        (
            path
            for folder in server.data
            if (path := folder / "labextensions" / extension.name / "package.json").is_file()
        ),
        None,
    )
    again = f"{server.pip} install --force-reinstall --no-deps {extension.package}"
    if path is None:
        return Line(name, wrong, "not found: its notebooks show no panel", again)
    version = str(_read(path).get("version", "0"))
    library = f"{extension.library} {metadata.version(extension.library)}"
    if any(_disabled(folder, extension.name) for folder in server.config):
        mend = f"jupyter labextension enable {extension.name}"
        return Line(name, wrong, f"{version} is disabled", mend)
    if not extension.fits(version):
        says = f"{version} does not serve the kernel's {library}"
        mend = f'{server.pip} install "{extension.library}=={metadata.version(extension.library)}"'
        return Line(name, wrong, says, mend)
    return Line(name, "ok", f"{version} at {path.parent}")


def _disabled(config: Path, name: str) -> bool:
    path = config / "labconfig" / "page_config.json"
    disabled = _read(path).get("disabledExtensions", {}) if path.is_file() else {}
    return bool(disabled.get(name) if isinstance(disabled, dict) else name in disabled)


def _paths(jupyter: list[str]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return the folders of data and of settings that a Jupyter uses, most important first."""
    try:
        done = subprocess.run(
            [*jupyter, "--paths", "--json"],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
        told = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return (), ()
    return tuple(map(Path, told["data"])), tuple(map(Path, told["config"]))


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
