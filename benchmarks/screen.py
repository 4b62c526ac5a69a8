"""The speed of the panel: python -m benchmarks.screen [--quick] [--write docs/reports/screen.md].

The panel stands in JupyterLab in a headless Chromium, with a kernel behind it; keys and mouse are
the browser's own. Times run from the event's time stamp until the main thread has painted the frame
that shows its effect.
"""

from __future__ import annotations

import argparse
import gzip
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

from playwright.sync_api import Browser, sync_playwright

from benchmarks.crowd import crowded
from tests.browser import chromium
from tests.browser.inspector import Inspector, from_kernel, wait_in_kernel
from tests.browser.jupyter import FRONTENDS, Notebook, Server, serve, write_notebook
from xwidget.studies.tables import machine, number, table, versions

FRAME = 1000 / 60  # ms
BUDGETS = {224: 1, 1024: 2}  # side of the picture: frames that an act may take
Times: TypeAlias = Callable[[str, str, Callable[[int], None]], list[float]]
STATIC = Path(__file__).parent.parent / "xwidget" / "inspector" / "static"
SCRIPT = Path(__file__).with_suffix(".js")

NET = """
import numpy as np, torch
import xwidget as xw
torch.manual_seed(0)
torch.set_num_threads(1)
net = torch.nn.Sequential(
    torch.nn.Conv2d(3, 4, 3, padding=1, stride={stride}), torch.nn.ReLU(),
    torch.nn.AdaptiveAvgPool2d(4), torch.nn.Flatten(), torch.nn.Linear(64, 5))
names = ["apple", "banana", "cherry", "date", "elderberry"]
clf = xw.Classifier(net, size={side}, mean=(.5,) * 3, std=(.25,) * 3, categories=names)
photo = np.random.default_rng(0).integers(0, 256, ({side}, {side}, 3), dtype=np.uint8)
w = xw.Inspector(clf, photo, iterations={iterations})
"""

DEMO = """
import torch
import xwidget as xw
torch.set_num_threads(2)
clf = xw.load("efficientnet_lite0")
w = xw.Inspector(clf, xw.sample("coffee"), iterations={iterations})
"""
PROBE_BUDGET = 200.0  # ms from the end of a stroke

SHOW_AGAIN = """async () => {
  jupyterapp.shell.currentWidget.content.activeCellIndex = 1;
  await jupyterapp.commands.execute("notebook:run-cell");
}"""

NOTES = """\
- `input to paint`: time from the event's time stamp until the main thread has painted a frame with
  the effect: another iteration or class on the canvas, another pixel in the readout. It includes
  the wait for the next frame, on average half a frame (8.3 ms). It does not include the work of the
  browser's other threads between that and the screen; without a GPU, as here, they draw in software
  on the same cores.
- `scrub`: an arrow key on the slider; `class`: a click on another class, both to masks that the
  page has; `hover`: a mouse move to another pixel; `zoom`: the key "+" on the picture.
- `1,001 findings`: 1,000 polygons of 20 points and one of 6,000 over the picture; `pan`: a move of
  the mouse that drags the enlarged picture. An exported page, without a kernel.
- The budget is one frame of a 60 Hz screen at 224×224, and two at 1024×1024.
- Long tasks block the page for more than 50 ms. They are counted during a run of a network so small
  that masks arrive as fast as the page takes them, and include JupyterLab's own.
- Kernel, browser and server share the cores."""


@dataclass(frozen=True)
class Timed:
    """One act, many times over."""

    act: str
    side: int
    times: Sequence[float]

    @property
    def row(self) -> list[object]:
        """A line of the table."""
        ordered = sorted(self.times)
        if not ordered:
            return [self.act, f"{self.side}²", 0, None, None, None, "nothing changed"]
        worst = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
        budget = BUDGETS[self.side] * FRAME
        kept = "yes" if worst <= budget else "median only" if median(ordered) <= budget else "no"
        return [
            self.act,
            f"{self.side}²",
            len(ordered),
            f"{median(ordered):.1f} ms",
            f"{worst:.1f} ms",
            f"{budget:.1f} ms",
            kept,
        ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screen", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repeats")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write a page with the tables")
    arguments = parser.parse_args()
    quick = arguments.quick
    load = os.getloadavg()[0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.executable(playwright, chromium.WHOLE),
            args=[*chromium.arguments(), "--enable-precise-memory-info"],
        )
        about = f"Chromium {browser.version}, JupyterLab {version('jupyterlab')}, headless"
        with laboratory() as server:
            acts = [
                timed
                for side, repeats in ((224, 25 if quick else 100), (1024, 12 if quick else 40))
                for timed in measure_acts(browser, server, side, repeats)
            ]
            acts += measure_findings(browser, 25 if quick else 100)
            rest = measure_rest(browser, server, 300 if quick else 1000, 15 if quick else 50)
            brush = measure_test(browser, server, 10 if quick else 30)
        browser.close()
    figures = ["input to paint, median", "95th percentile"]
    head = ["act", "picture", "n", *figures, "budget", "within it"]
    command = "python -m benchmarks.screen" + (" --quick" if quick else "")
    page = "\n\n".join(
        (
            "# Screen",
            f"Measured {date.today()} by `{command}` on {machine()}, drawn in software, with a "
            f"load of {load:.1f} before.\n"
            f"{about}; {versions()}.",
            table(head, [timed.row for timed in acts]),
            table(["measurement", "value"], [brush, *rest, *bundle()]),
            NOTES,
        )
    )
    sys.stdout.write(page + "\n")
    if arguments.write:
        arguments.write.write_text(page + "\n", encoding="utf-8")


@contextmanager
def laboratory() -> Iterator[Server]:
    """Run a JupyterLab of its own."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "notebooks").mkdir()
        (Path(folder) / "home").mkdir()
        with serve(FRONTENDS["lab"], Path(folder) / "notebooks", Path(folder) / "home") as server:
            yield server


@contextmanager
def shown(
    browser: Browser, server: Server, side: int, iterations: int
) -> Iterator[tuple[Notebook, Inspector]]:
    """Show an Inspector whose run has ended: of a random net, or for side 0 of the demo's."""
    net = DEMO if side == 0 else NET
    stride = side // 56
    cells = [net.format(side=side, stride=stride, iterations=iterations), "w"]
    path = write_notebook(server.root / f"screen{side}-{iterations}.ipynb", cells, "python3")
    notebook = Notebook.open(browser, server, path, viewport={"width": 1400, "height": 1100})
    try:
        notebook.page.evaluate(SCRIPT.read_text("utf-8"))
        notebook.run_all()
        inspector = Inspector.on(notebook)
        inspector.wait_for(status="done", iteration=iterations)
        yield notebook, inspector
    finally:
        notebook.close()


def measure_acts(browser: Browser, server: Server, side: int, repeats: int) -> Iterator[Timed]:
    """Scrub, change the class, hover and zoom, on masks that the page has."""
    with shown(browser, server, side, 12 if side == 224 else 4) as (notebook, inspector):
        page, mouse, keys = notebook.page, notebook.page.mouse, notebook.page.keyboard
        times = timer(inspector, repeats)
        inspector.slider.focus()
        for key in ("Home", *["ArrowRight"] * 15, "Home"):
            keys.press(key)  # fetches what was not yet
            page.wait_for_timeout(150)
        scrubs = ("ArrowRight", "ArrowLeft")
        yield Timed(
            "scrub", side, times("keydown", "iteration", lambda i: keys.press(scrubs[i % 2]))
        )

        keys.press("End")
        places = []
        for number_ in (1, 0):
            box = inspector.classes.nth(number_).bounding_box()
            assert box is not None
            places.append((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
            inspector.classes.nth(number_).click()
            page.wait_for_timeout(700)
        yield Timed("class", side, times("click", "target", lambda i: mouse.click(*places[i % 2])))

        inspector.canvas.scroll_into_view_if_needed()
        box = inspector.canvas.bounding_box()
        assert box is not None
        left, top, step = box["x"] + 20, box["y"] + 20, min(box["width"], box["height"]) / 150
        yield Timed(
            "hover",
            side,
            times(
                "pointermove", "pixel", lambda i: mouse.move(left + step * i, top + step * (i % 9))
            ),
        )
        yield Timed("zoom", side, zoom(inspector, times, keys.press))


def timer(inspector: Inspector, repeats: int) -> Times:
    """Return a function that does an act many times over, and returns the times."""
    page, root = inspector.root.page, inspector.root.element_handle()

    def times(event: str, what: str, act: Callable[[int], None]) -> list[float]:
        found = []
        for i in range(-3, repeats):  # the first ones warm up
            page.evaluate("([...all]) => xwBench.next(...all)", [root, event, what])
            act(i)
            took = page.evaluate("() => xwBench.took")
            page.wait_for_timeout(30)
            if i >= 0 and took is not None:
                found.append(took)
        return found

    return times


def measure_findings(browser: Browser, repeats: int) -> Iterator[Timed]:
    """Hover, move and zoom a picture with 1,000 findings of 20 points, and one of 6,000."""
    scope: dict[str, Any] = {}
    exec(NET.format(side=224, stride=4, iterations=4), scope)
    with tempfile.TemporaryDirectory() as folder:
        page = browser.new_page(viewport={"width": 1400, "height": 1100})
        page.goto(crowded(scope["clf"], scope["photo"], Path(folder)).as_uri())
        page.evaluate(SCRIPT.read_text("utf-8"))
        inspector = Inspector(page.locator(".xwidget-inspector"))
        inspector.root.get_by_role("group", name="Tools").get_by_role("button").first.click()
        page.keyboard.press("Escape")
        times = timer(inspector, repeats)
        x, y = inspector.place_of(40, 40)
        step = inspector.place_of(41, 40)[0] - x
        mouse = page.mouse
        name = "1,001 findings"
        yield Timed(
            f"hover, {name}",
            224,
            times("pointermove", "pixel", lambda i: mouse.move(x + step * i, y + step * (i % 9))),
        )
        yield Timed(f"zoom, {name}", 224, zoom(inspector, times, page.keyboard.press))
        for _ in range(4):
            page.keyboard.press("+")
        mouse.move(x, y)
        mouse.down()
        yield Timed(
            f"pan, {name}",
            224,
            times("pointermove", "", lambda i: mouse.move(x + 9 * (i % 7), y + 5 * (i % 5))),
        )
        page.close()


def zoom(
    inspector: Inspector,
    times: Times,
    press: Callable[[str], None],
) -> list[float]:
    """Press "+" and "-" on the picture; nothing is returned where that changes nothing."""
    picture = inspector.root.get_by_role("application").first
    look = (
        "(picture) => picture.outerHTML.replaceAll(' data-lm-suppress-shortcuts=\"\"', '')"
        " + picture.querySelector('canvas').toDataURL()"
    )
    picture.focus()
    press("ArrowRight")
    inspector.root.page.wait_for_timeout(200)
    before = picture.evaluate(look)
    press("+")
    inspector.root.page.wait_for_timeout(500)
    if picture.evaluate(look) == before:
        return []
    return times("keydown", "", lambda i: press("+-"[i % 2]))


def measure_test(browser: Browser, server: Server, repeats: int) -> list[object]:
    """Erase with the brush, and wait for the scores of the network."""
    with shown(browser, server, 0, 20) as (notebook, inspector):
        page, mouse = notebook.page, notebook.page.mouse
        root = inspector.root.element_handle()
        inspector.button("Edit mask").click()
        found = []
        for i in range(-2, repeats):  # the first ones warm up
            inspector.point_at(30 + 4 * i, 60)
            mouse.down()
            mouse.move(*inspector.place_of(40 + 4 * i, 160), steps=3)
            page.evaluate("([...all]) => xwBench.next(...all)", [root, "pointerup", "tested"])
            mouse.up()
            took = page.evaluate("() => xwBench.took")
            page.wait_for_timeout(100)
            if i >= 0 and took is not None:
                found.append(took)
    worst = sorted(found)[int(0.95 * len(found))]
    return [
        f"from the end of a brush stroke to the painted answer (budget {PROBE_BUDGET:.0f} ms)",
        f"{median(found):.0f} ms, 95th percentile {worst:.0f} ms (n = {len(found)})",
    ]


def measure_rest(browser: Browser, server: Server, long: int, runs: int) -> list[list[object]]:
    """Long tasks of a streaming run, the heap after many runs, and the first paint."""
    with shown(browser, server, 224, 20) as (notebook, inspector):
        page = notebook.page
        notebook.execute(f"w.iterations = {long}")
        page.evaluate("() => { xwBench.long.length = 0; xwBench.begun = performance.now(); }")
        taken = run(notebook, inspector)
        tasks = page.evaluate("() => xwBench.long.map(([, duration]) => duration)")
        lasted = page.evaluate("() => performance.now() - xwBench.begun") / 1000

        notebook.execute("w.iterations = 20")
        session = page.context.new_cdp_session(page)

        def heap() -> float:
            session.send("HeapProfiler.collectGarbage")
            return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 1e6

        heaps = {}
        for count in range(1, runs + 1):
            run(notebook, inspector)
            if count in (5, runs):
                page.wait_for_timeout(1500)  # masks are still fetched ahead
                heaps[count] = heap()

        page.evaluate("() => { xwBench.firsts.length = 0; }")
        for _ in range(5):
            page.evaluate(SHOW_AGAIN)
            page.wait_for_timeout(700)
        firsts = page.evaluate("() => xwBench.firsts")
    longest = max(tasks, default=0)
    return [
        [
            f"long tasks (> 50 ms) in a run of {taken} iterations, {lasted:.0f} s",
            f"{len(tasks)} (total {sum(tasks):.0f} ms, longest {longest:.0f} ms)",
        ],
        [
            f"heap of the page after 5 runs → after {runs}",
            f"{heaps[5]:.1f} MB → {heaps[runs]:.1f} MB",
        ],
        [
            "from the panel's root element to its first painted picture",
            f"{number(median(firsts) if firsts else None, 1)} ms (median of {len(firsts)})",
        ],
    ]


def run(notebook: Notebook, inspector: Inspector) -> int:
    """Press "Run", wait for the run's end, and return its iterations: it may end early.

    A quick one may never be seen running.
    """
    before = from_kernel(notebook, "w._progress['run']")
    inspector.button("Run").click()
    wait_in_kernel(notebook, f"w._progress['run'] > {before} and w.status == 'done'")
    iterations = int(from_kernel(notebook, "w.iteration"))
    inspector.wait_for(status="done", iteration=iterations)
    return iterations


def bundle() -> list[list[object]]:
    """Return the size of what a page loads."""
    rows: list[list[object]] = []
    for name in ("widget.js", "widget.css"):
        data = (STATIC / name).read_bytes()
        small = len(gzip.compress(data, 9, mtime=0))
        rows.append([name, f"{len(data) / 1e3:.1f} kB, {small / 1e3:.1f} kB with gzip"])
    return rows


if __name__ == "__main__":
    main()
