"""A look at what works in which host: python -m benchmarks.hosts [HOST ...] [--shots FOLDER].

Starts each host that is installed, with a notebook or app that shows an Inspector and another with
a Gallery, works on them in Chromium as a person would, and prints a table. The hosts are not needed
for anything else: pip install nbclassic voila panel ipywidgets_bokeh solara.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from playwright.sync_api import Browser, Route, sync_playwright

from benchmarks.host_programs import HOSTS, App, Host
from benchmarks.host_steps import ANSWER, CAPABILITIES, STEPS, cell_again, gallery, it_comes
from tests.browser import chromium
from xwidget.studies.tables import table

FOREVER = 100_000  # iterations

PANEL = f"w = Endless(clf, photo, iterations={FOREVER}, findings=%r)"
GALLERY = """
rng = np.random.default_rng(1)
photos = {f"photo {i}": rng.integers(0, 256, (32, 32, 3), dtype=np.uint8) for i in range(4)}
w = xw.Gallery(clf, photos, iterations=20)
"""


@dataclass(frozen=True)
class Outcome:
    """The outcome of each step: "" where it works, else the reason; None where there is none."""

    host: Host
    steps: dict[str, str | None]

    @property
    def row(self) -> list[object]:
        """A line of the table."""
        told = [f"{self.host.name} {version(self.host.package)}"]
        for name in CAPABILITIES:
            found = self.steps.get(name, "not tried")
            told.append("–" if found is None else "no" if found else "yes")
        return list(told)


def from_here(route: Route) -> None:
    """Answer for the content delivery network with what is installed."""
    import anywidget

    if "anywidget" not in route.request.url:
        route.abort()
        return
    script = Path(anywidget.__file__).parent / "nbextension" / "index.js"
    headers = {"access-control-allow-origin": "*", "content-type": "text/javascript"}
    route.fulfill(body=script.read_text("utf-8"), headers=headers)


@contextmanager
def opened(browser: Browser, host: Host, code: str) -> Iterator[App]:
    """Open a host's notebook or app, in a page of its own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        code = code % str(folder / "kept.sqlite") if "%r" in code else code
        with host.show(folder, code) as address:  # type: ignore[attr-defined]
            context = browser.new_context(viewport={"width": 1280, "height": 1000})
            app = App(context.new_page(), folder)
            app.page.on("pageerror", lambda error: app.errors.append(error.stack or str(error)))
            app.page.on(
                "console",
                lambda message: message.type == "error" and app.errors.append(message.text),
            )
            context.route("https://**/*", from_here)
            app.page.goto(address)
            host.run(app.page)
            try:
                yield app
            finally:
                context.close()


def attempt(step: Callable[[App, Host], None], app: App, host: Host, shot: Path | None) -> str:
    """Take a step; why it failed, or ""."""
    try:
        step(app, host)
        return ""
    except Exception as error:
        return str(error).strip().splitlines()[0][:200] or type(error).__name__
    finally:
        if shot:
            app.page.screenshot(path=shot)


def drive(browser: Browser, key: str, shots: Path | None) -> Outcome:
    """Take every step in one host."""
    host = HOSTS[key]
    steps: dict[str, str | None] = {}

    def shot(name: str) -> Path | None:
        return shots / f"{key}-{name.replace(' ', '-')}.png" if shots else None

    with opened(browser, host, PANEL) as app:
        app.page.set_default_timeout(ANSWER)
        for name, step in STEPS.items():
            if step is cell_again and host.rerun is None:
                steps[name] = None
                continue
            steps[name] = attempt(step, app, host, shot(name))
            tell(key, name, steps[name])
            if step is it_comes and steps[name]:
                break
        for error in app.errors:
            tell(key, "the page's console", error[:300])
    with opened(browser, host, GALLERY) as app:
        app.page.set_default_timeout(ANSWER)
        steps["Gallery"] = attempt(gallery, app, host, shot("gallery"))
        tell(key, "Gallery", steps["Gallery"])
    return Outcome(host, steps)


def tell(key: str, name: str, found: str | None) -> None:
    """Say on the error output what came of a step."""
    sys.stderr.write(f"{key}: {name}: {found or 'yes'}\n")
    sys.stderr.flush()


def installed(package: str) -> bool:
    """Return True for a package that is installed."""
    try:
        return bool(version(package))
    except PackageNotFoundError:
        return False


def main() -> None:
    """Drive the hosts and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hosts", description=__doc__)
    parser.add_argument("hosts", nargs="*", choices=[*HOSTS, []], help="default: all installed")
    parser.add_argument("--shots", type=Path, help="folder for a picture after each step")
    arguments = parser.parse_args()
    if arguments.shots:
        arguments.shots.mkdir(parents=True, exist_ok=True)
    keys = arguments.hosts or [key for key, host in HOSTS.items() if installed(host.package)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.executable(playwright, chromium.WHOLE),
            args=chromium.arguments(),
        )
        outcomes = [drive(browser, key, arguments.shots) for key in keys]
        browser.close()
    rows = [outcome.row for outcome in outcomes]
    sys.stdout.write(f"{date.today():%Y-%m-%d}\n\n{table(['host', *CAPABILITIES], rows)}\n")


if __name__ == "__main__":
    main()
