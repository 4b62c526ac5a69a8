"""A real marimo server that shows one notebook file, in `marimo edit` or in `marimo run`."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.browser.jupyter import end, free_port, wait_until_up

# A notebook that is opened for editing runs its cells only where it is told so.
CONFIG = "[runtime]\nauto_instantiate = true\n"

FOLDERS = {
    "HOME": ".",
    "XDG_CACHE_HOME": "cache",
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_STATE_HOME": "state",
}


def write_notebook(path: Path, cells: Sequence[str]) -> Path:
    """Write a marimo notebook of these cells; what one defines, the later ones may use."""
    source = "import marimo\n\napp = marimo.App()\n"
    for cell in ("import marimo as mo", *cells):
        source += f"\n\n@app.cell\ndef _():\n{textwrap.indent(cell.strip(), '    ')}\n    return\n"
    path.write_text(source + '\n\nif __name__ == "__main__":\n    app.run()\n')
    return path


@contextmanager
def serve(mode: str, notebook: Path, home: Path) -> Iterator[str]:
    """Lend the address of a served notebook; marimo's own folders are private to ``home``."""
    config = home / "config" / "marimo" / "marimo.toml"
    config.parent.mkdir(parents=True)
    config.write_text(CONFIG)
    port = free_port()
    options = ["--headless", "--no-token", "--host=127.0.0.1", f"--port={port}"]
    if mode == "edit":
        options.append("--skip-update-check")
    log = home / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "marimo", "--yes", mode, str(notebook), *options],
            env=os.environ | {name: str(home / folder) for name, folder in FOLDERS.items()},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            base = f"http://127.0.0.1:{port}"
            wait_until_up(f"{base}/health", process, log)
            yield base
        finally:
            end(process)
