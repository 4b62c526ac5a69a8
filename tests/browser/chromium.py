"""Find a Chromium to drive: the system's, or the one that Playwright installed.

Run as a module it prints the path, so that a script can ask whether there is one.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

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


def executable(playwright: Playwright) -> str:
    """Path of the browser; FileNotFoundError with what to do when there is none."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    own = playwright.chromium.executable_path
    if Path(own).exists():
        return own
    raise FileNotFoundError(
        f"No Chromium: looked for {', '.join(NAMES)} on the PATH and for {own}. "
        "./scripts/test installs one, or run: python -m playwright install chromium"
    )


if __name__ == "__main__":
    with sync_playwright() as playwright:
        sys.stdout.write(executable(playwright) + "\n")
