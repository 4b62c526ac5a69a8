"""The speed of the Browser: python -m benchmarks.browsing [--rows N | --store FOLDER] [--quick]
[--write FILE].

A store with masks that were made up is browsed in JupyterLab in a headless Chromium, with a kernel
behind it and a map of all rows beside it. The list is scrolled by a step a frame, and a lasso is
drawn on the map.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.screen import FRAME, laboratory
from tests.batch.store.made import make_store
from tests.browser import chromium
from tests.browser.inspector import from_kernel
from tests.browser.jupyter import Notebook, Server, write_notebook
from xwidget.batch.clusters.file import ClusterFile, write_file
from xwidget.batch.store.store import ExplanationStore
from xwidget.studies.tables import machine, table, versions

SCRIPT = Path(__file__).with_suffix(".js")
SIDE = 96  # of the masks; thumbnails are as large as those of larger ones
WHEEL = 120  # px: one notch

CELL = """
import resource, time
import xwidget as xw
began = time.perf_counter()
b = xw.Browser({folder!r}, findings=False)
opened = time.perf_counter() - began
b
"""
MEMORY = "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3"

NOTES = """\
- `processor`: what a step takes of the processor on the page's main thread, where scripts, layout
  and painting run. `frame`: time from the start of the frame in which the list has another place
  until the main thread has painted it. The budget is one frame of a 60 Hz screen; both have to keep
  it. Without a GPU, as here, the browser's other threads draw in software on the same cores, and so
  does the kernel, which reads the rows that come into view: `frame` includes waiting for them.
- The last column says whether both keep the budget, or `processor` alone.
- `notch`: 120 px, most of a line of thumbnails, in every frame: 7,200 px a second. `fling`: eight
  lines in every frame, each of which shows other rows; the page asks for them once the list rests.
- A lasso is drawn on the map beside the thumbnails, which has a point for each row that was
  explained.
- A jump, as by dragging the scroll bar, is timed until names and pictures of all rows in sight are
  there: the kernel reads them from the store's files, and the browser decodes them."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.browsing", description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000, help="of the store (50000)")
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="one that is there already")
    parser.add_argument("--quick", action="store_true", help="fewer repeats")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write a page with the tables")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        laboratory() as server,
    ):
        store = arguments.store or make_store(Path(folder) / "store", arguments.rows, side=SIDE)
        if not arguments.store:
            add_clusters(store)
        browser = playwright.chromium.launch(
            executable_path=chromium.executable(playwright, chromium.WHOLE),
            args=chromium.arguments(),
        )
        about = f"Chromium {browser.version}, JupyterLab {version('jupyterlab')}, headless"
        repeats = 60 if arguments.quick else 300
        rows = len(ExplanationStore(store))
        scrolled, rest = measure(browser, server, store, repeats)
        browser.close()
    figures = [f"{name}, {f}" for name in ("processor", "frame") for f in ("median", "95th")]
    head = ["scrolled", "n", *figures, "≤ 16.7 ms"]
    command = "python -m benchmarks.browsing" + (" --quick" if arguments.quick else "")
    page = "\n\n".join(
        (
            "# Browsing",
            f"A store of {rows:,} rows. Measured {date.today()} by `{command}` on "
            f"{machine()}, drawn in software, with a load of {load:.1f} before.\n"
            f"{about}; {versions()}.",
            table(head, scrolled),
            table(["measurement", "value"], rest),
            NOTES,
        )
    )
    sys.stdout.write(page + "\n")
    if arguments.write:
        arguments.write.write_text(page + "\n", encoding="utf-8")


def add_clusters(store: Path) -> None:
    """Give a store a map of all its rows: a cluster for each class."""
    opened = ExplanationStore(store)
    ids = opened.select("error = ''")
    labels = np.array(opened.values(ids, "target"), np.int32)
    angle = 2 * np.pi * labels / (labels.max() + 1)
    middles = 0.5 + 0.35 * np.stack([np.cos(angle), np.sin(angle)], 1)
    xy = np.clip(middles + np.random.default_rng(0).normal(0, 0.05, middles.shape), 0, 1)
    distance = np.ones(len(ids), np.float32)
    told = {"by": "mask", "method": "spectral", "layout": "tsne", "k": int(labels.max()) + 1}
    told |= {"score": None, "target": None}
    write_file(store, ClusterFile(ids, labels, xy.astype(np.float32), distance, told))


def measure(
    browser: Browser, server: Server, store: Path, repeats: int
) -> tuple[list[list[object]], list[list[object]]]:
    """Scroll, jump, sort and filter; return the rows of both tables."""
    path = write_notebook(
        server.root / "browsing.ipynb", [CELL.format(folder=str(store))], "python3"
    )
    notebook = Notebook.open(browser, server, path, viewport={"width": 1100, "height": 1000})
    try:
        page = notebook.page
        page.evaluate(SCRIPT.read_text("utf-8"))
        began = time.monotonic()
        notebook.run_all()
        notebook.wait_for(".xb-cell")
        page.evaluate("() => xwWall.jump([0])")
        shown = time.monotonic() - began
        notebook.wait_until_idle()
        first = float(from_kernel(notebook, MEMORY))
        scrolled = [
            timed("notch, rows that the page has", scroll(page, [WHEEL, -WHEEL] * (repeats // 2))),
            timed("notch, on and on", scroll(page, [WHEEL] * repeats)),
            timed("fling, eight lines a frame", scroll(page, [8 * 146] * repeats)),
            timed("jumps anywhere", scroll(page, jumps(page, repeats))),
        ]
        if page.locator(".xb-map canvas").count():
            scrolled.append(timed("a lasso's move", lasso(page, repeats)))
        drawn = random.Random(1)
        places = [drawn.random() for _ in range(max(10, repeats // 10))]
        waits = page.evaluate("(shares) => xwWall.jump(shares)", places)
        notebook.execute("b.order = 'green DESC'")
        page.wait_for_timeout(1000)
        sorted_waits = page.evaluate("(shares) => xwWall.jump(shares)", places)
        rest: list[list[object]] = [
            ["from running the cell to the first thumbnails", f"{shown:.1f} s"],
            ["of that, xw.Browser(store)", f"{from_kernel(notebook, 'opened'):.2f} s"],
            ["from a jump to all rows in sight, pictures too", spread(waits)],
            ["the same in another order", spread(sorted_waits)],
            ["from a click on a preset to its rows", spread(list(presets(page)))],
            ["elements for thumbnails on the page", page.evaluate("() => xwWall.elements()")],
            [
                "memory of the kernel, at first → at the end",
                f"{first:.0f} MB → {float(from_kernel(notebook, MEMORY)):.0f} MB",
            ],
        ]
    finally:
        notebook.close()
    return scrolled, rest


@dataclass(frozen=True)
class Scrolled:
    """Times of the steps of a scroll, in ms.

    Parameters
    ----------
    processor
        Of the page's main thread.
    frames
        From the start of its frame until that was painted.
    """

    processor: Sequence[float]
    frames: Sequence[float]


def scroll(page: Page, steps: Sequence[float]) -> Scrolled:
    """Scroll by steps, one a frame; then again, and look at the processor after each."""
    scroll_by = "(steps) => xwWall.scroll(steps)"
    page.evaluate("() => xwWall.jump([0.3])")
    page.evaluate(scroll_by, list(steps)[:10])
    frames: Any = page.evaluate(scroll_by, list(steps))
    page.evaluate("() => xwWall.jump([0.3])")
    return Scrolled(processor(page, scroll_by, steps), frames)


def lasso(page: Page, count: int) -> Scrolled:
    """Draw a lasso, a move a frame; then again, and look at the processor after each."""
    canvas = page.locator(".xb-map canvas")
    canvas.scroll_into_view_if_needed()
    turns = (2 * math.pi * k / count for k in range(count))
    places = [[0.5 + 0.3 * math.cos(turn), 0.5 + 0.3 * math.sin(turn)] for turn in turns]
    move_to = "(places) => xwWall.lasso(places)"

    def draw(act: Callable[[], Any]) -> Any:
        canvas.hover()
        page.mouse.down()
        found = act()
        page.evaluate(
            "() => document.querySelector('.xb-map canvas')"
            ".dispatchEvent(new PointerEvent('pointercancel'))"
        )
        page.mouse.up()
        return found

    frames = draw(lambda: page.evaluate(move_to, places))
    return Scrolled(draw(lambda: processor(page, move_to, places)), frames)


def processor(page: Page, script: str, steps: Sequence[object]) -> list[float]:
    """Return the ms that each step takes of the main thread's processor."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> float:
        found = session.send("Performance.getMetrics")["metrics"]
        return 1000 * next(each["value"] for each in found if each["name"] == "TaskDuration")

    found = []
    for step in steps:
        before = spent()
        page.evaluate(script, [step])
        found.append(spent() - before)
    session.detach()
    return found


def jumps(page: Page, count: int) -> list[float]:
    """Return steps that lead anywhere in the list."""
    height = float(page.evaluate("() => document.querySelector('.xb-list').scrollHeight"))
    drawn = random.Random(0)
    places = [0.3 * height, *(drawn.random() * height for _ in range(count))]
    return [b - a for a, b in pairwise(places)]


def presets(page: Page) -> list[float]:
    """Return the times in ms of choosing and leaving each preset."""
    click = "(k) => xwWall.change(() => document.querySelectorAll('.xb-preset')[k].click())"
    count = page.evaluate("() => document.querySelectorAll('.xb-preset').length")
    return [page.evaluate(click, k) for k in range(count) for _ in range(2)]


def timed(what: str, found: Scrolled) -> list[object]:
    """Return a line of the table."""
    both = (found.processor, found.frames)
    worst = max(map(percentile, both))
    kept = "yes" if worst <= FRAME else "no"
    if kept == "no" and percentile(found.processor) <= FRAME:
        kept = "processor"
    figures = [f"{f(values):.1f} ms" for values in both for f in (median, percentile)]
    return [what, len(found.frames), *figures, kept]


def percentile(values: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


def spread(times: Sequence[float]) -> str:
    """Return median and 95th percentile in words."""
    return f"{median(times):.0f} ms, 95th percentile {percentile(times):.0f} ms (n = {len(times)})"


if __name__ == "__main__":
    main()
