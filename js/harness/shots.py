"""Look at the panel without a kernel: make a scene, serve the page, take screenshots.

Run `npm run harness` first, then `python harness/shots.py OUT [width-theme-scenario-view-dpr ...]`.
Needs scikit-image for the photo, playwright, and on the path a Chromium or its headless shell.
"""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import sys
import threading
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, sync_playwright
from skimage import data, filters, transform

CHROMIUM = ("chromium", "chromium-headless-shell")
HERE = Path(__file__).parent
STATIC = HERE.parent.parent / "xwidget" / "inspector" / "static"
SIDE = 224
SHOTS = [
    f"{width}-{theme}-{scenario}-{view}-{dpr}"
    for width in (272, 300, 500, 650, 700, 850, 1000, 1150, 1200)
    for theme in ("light", "dark")
    for scenario, view in (("running", "evidence"), ("done", "heat"), ("error", "overlay"))
    for dpr in (1, 2)
]


def write_scene(build: Path) -> None:
    """The photo and three plausible final masks, as uint8 planes one after another."""
    photo = transform.resize(data.coffee()[:, 80:480], (SIDE, SIDE), anti_aliasing=True)
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    planes = [photo]
    for cx, cy, radius in ((0.52, 0.45, 0.3), (0.45, 0.6, 0.22), (0.6, 0.5, 0.42)):
        near = np.exp(-((((x - cx) ** 2 + (y - cy) ** 2) / radius**2) ** 2))[..., None]
        detail = np.abs(photo - filters.gaussian(photo, 6, channel_axis=-1))
        planes.append(np.clip(near * (detail * 7 + 0.25 * photo), 0, 1) ** 1.3)
    build.mkdir(exist_ok=True)
    stacked = np.stack([plane.transpose(2, 0, 1) for plane in planes])
    (build / "scene.bin").write_bytes(np.floor(255 * stacked + 0.5).astype(np.uint8).tobytes())
    (build / "names.json").write_text(json.dumps([f"class {i}" for i in range(1000)]))


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve the harness, and the built bundle under /static/."""

    def translate_path(self, path: str) -> str:
        """Return the file for a request's path."""
        if path.startswith("/static/"):
            return str(STATIC / path.removeprefix("/static/").split("?")[0])
        return super().translate_path(path)

    def log_message(self, format: str, *args: object) -> None:
        """Be quiet."""


def shoot(browser: Browser, base: str, shot: str, out: Path) -> None:
    """Open the page as a shot's name says, point at a pixel and take the picture."""
    width, theme, scenario, view, dpr = shot.split("-")
    page = browser.new_page(
        viewport={"width": int(width) + 24, "height": 700}, device_scale_factor=float(dpr)
    )
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{base}/index.html?width={width}&theme={theme}&scenario={scenario}")
    page.wait_for_selector(".xwidget-inspector[data-status]")
    page.wait_for_timeout(600)
    if view == "help":
        page.get_by_role("button", name="Help").click()
    elif view in ("classes", "views"):
        page.get_by_label("Side by side").select_option(view)
    else:
        page.locator(f"input[value={view}]").locator("..").click()
        if view == "heat":
            page.locator("canvas").hover(position={"x": 150, "y": 160})
    page.wait_for_timeout(100)
    page.screenshot(path=out / f"{shot}.png", full_page=True)
    page.close()
    if errors:
        raise RuntimeError(f"{shot}: {errors[0]}")


def main(out: Path, shots: list[str]) -> None:
    """Serve, shoot and stop."""
    out.mkdir(parents=True, exist_ok=True)
    write_scene(HERE / "build")
    handler = functools.partial(Handler, directory=str(HERE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=next(filter(None, map(shutil.which, CHROMIUM)), None),
                args=["--no-sandbox", "--disable-gpu"],
            )
            for shot in shots:
                shoot(browser, f"http://127.0.0.1:{server.server_port}", shot, out)
            browser.close()
        server.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:] or SHOTS)
