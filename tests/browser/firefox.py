"""Find a Firefox to drive, and drive it by WebDriver BiDi, which every Firefox speaks.

Run as a module with arguments it is a Firefox that Playwright can start: a relay that passes all
messages on, and itself answers those that a Firefox with long-term support does not know yet.
Without arguments it prints the path, so that a script can ask whether there is one.
"""

import asyncio
import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve

NAMES = ("firefox-esr", "firefox")

#: Playwright sends it for every context.
UNKNOWN = "emulation.setMediaFeaturesOverride"
#: What has Firefox tell its pages instead whether the reader prefers dark ones (0) or light (1).
LIGHT = "layout.css.prefers-color-scheme.content-override"
# No update checks or other traffic of the browser's own while a test runs.
QUIET = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
}
LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


def executable() -> str:
    """Path of the browser; FileNotFoundError with what to do when there is none."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    raise FileNotFoundError(
        f"No Firefox: looked for {' and '.join(NAMES)} on the PATH. "
        "./scripts/test installs one (Debian: apt-get install firefox-esr)"
    )


@contextmanager
def launched(folder: Path) -> Iterator[Browser]:
    """Lend a Firefox whose reader prefers dark pages; ``folder`` is its own."""
    executable()
    relay = folder / "firefox"
    # Run by its path, so that nothing of the tests is imported.
    command = f"exec {shlex.join([sys.executable, str(Path(__file__).resolve())])}"
    relay.write_text(f'#!/bin/sh\n{command} "$@"\n')
    relay.chmod(0o755)
    with sync_playwright() as playwright:
        browser = playwright.firefox.launch(
            channel="moz-firefox",
            executable_path=relay,
            firefox_user_prefs=QUIET | {LIGHT: 0},
            # As root it does not start in another's home.
            env={**os.environ, "HOME": str(folder)},
        )
        yield browser
        browser.close()


async def relay(arguments: list[str]) -> None:
    """Run a Firefox, and pass on what is said to it and what it says."""
    firefox = await asyncio.create_subprocess_exec(
        executable(), *arguments, stderr=asyncio.subprocess.PIPE
    )
    assert firefox.stderr
    async for line in firefox.stderr:
        text = line.decode(errors="replace")
        if found := LISTENS.match(text):
            server = await serve(passing(found[1]), "127.0.0.1", 0, max_size=None)
            port = server.sockets[0].getsockname()[1]
            text = f"WebDriver BiDi listening on ws://127.0.0.1:{port}\n"
        sys.stderr.write(text)
        sys.stderr.flush()
    await firefox.wait()


def passing(address: str) -> Callable[[ServerConnection], Awaitable[None]]:
    """Return what passes on what is said on a connection."""

    async def handle(page: ServerConnection) -> None:
        assert page.request
        async with connect(address + page.request.path, max_size=None) as firefox:

            async def answers() -> None:
                async for message in firefox:
                    await page.send(message)
                await page.close()

            answering = asyncio.create_task(answers())
            async for message in page:
                said = json.loads(message)
                if said["method"] == UNKNOWN:
                    answer = {"type": "success", "id": said["id"], "result": {}}
                    await page.send(json.dumps(answer))
                else:
                    await firefox.send(message)
            answering.cancel()

    return handle


if __name__ == "__main__":
    if sys.argv[1:]:
        asyncio.run(relay(sys.argv[1:]))
    else:
        sys.stdout.write(executable() + "\n")
