"""Find a Chromium to drive: the system's, or the one that Playwright installed.

Run as a module it prints the path, so that a script can ask whether there is one.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

# Without windows of its own, which are half of the processor time: 6.2 s rather than 12.2 s for a
# notebook of JupyterLab with a panel.
SHELL = "chromium-headless-shell"
# As a person has it: benchmarks ask for these.
WHOLE = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# No update checks or other traffic of the browser's own while a test runs.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


def arguments() -> list[str]:
    """The command line; Chromium refuses its sandbox to root."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*QUIET, *(["--no-sandbox"] if root else [])]


def executable(playwright: Playwright, names: Sequence[str] = (SHELL, *WHOLE)) -> str:
    """Path of the browser; FileNotFoundError with what to do when there is none."""
    for name in names:
        if path := shutil.which(name):
            return path
    own = playwright.chromium.executable_path
    if Path(own).exists():
        return own
    raise FileNotFoundError(
        f"No Chromium: looked for {', '.join(names)} on the PATH and for {own}. "
        "./scripts/test installs one, or run: python -m playwright install chromium"
    )


if __name__ == "__main__":
    with sync_playwright() as playwright:
        sys.stdout.write(executable(playwright) + "\n")
