"""Seconds until a finding is kept and measured: python -m benchmarks.finding_times [--quick].

A photo and the demo's net stand in an Inspector in JupyterLab, in a headless Chromium; its run has
ended. Again and again a click marks a region of the evidence and a key judges it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TypeAlias

from playwright.sync_api import Browser, expect, sync_playwright

from benchmarks.screen import laboratory, shown
from tests.browser import chromium
from tests.browser.inspector import Inspector, from_kernel, wait_in_kernel
from tests.browser.jupyter import Notebook, Server
from xwidget.studies.tables import machine, table, versions

#: When a finding was clicked ("click"), judged ("key"), and painted as saved with its verdict
#: ("judged") and as measured ("measured"), in ms.
Moments: TypeAlias = dict[str, float]

ITERATIONS = 6
WARM_UP = 3
#: Until the key follows the click, in ms: at once, and in the midst of measuring the effect.
PAUSES = (0, 400)
SAVED, MEASURED = 150.0, 1000.0  # ms, at the 95th percentile
SCRIPT = Path(__file__).with_suffix(".js")

# Column and row of the pixel with the most evidence.
MOST = """[int(k) for k in divmod(
  int(w.explanation.masks[0].mean(0).argmax()), w.explanation.masks[0].shape[-1])][::-1]"""

NOTES = """\
- One finding: a click with the tool Region on the evidence, and the key "C" as soon as the browser
  has taken the click, or 0.4 s later, where the effect is being measured. It is deleted before the
  next.
- Times run from the event's time stamp until the main thread has painted the frame that shows what
  it did: "Saved in" and the store's name once the kernel has the finding with its verdict in an
  SQLite file, and the finding's effect ("without it 0.95 → 0.41": 17 passes of the net).
- Kernel, browser and server share the cores."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.finding_times", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repeats")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write a page with the table")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.executable(playwright, chromium.WHOLE),
            args=chromium.arguments(),
        )
        about = f"Chromium {browser.version}, JupyterLab {version('jupyterlab')}, headless"
        with laboratory() as server:
            times = measure(browser, server, 5 if arguments.quick else 40)
        browser.close()
    command = "python -m benchmarks.finding_times" + (" --quick" if arguments.quick else "")
    head = ["from → to", "repeats", "median", "95th percentile", "budget", "within it"]
    page = "\n\n".join(
        (
            "# From a click to a saved finding",
            f"Measured {date.today()} by `{command}` on {machine()}, with a load of {load:.1f} "
            f"before.\n{about}; {versions()}.",
            table(head, rows(times)),
            NOTES,
        )
    )
    sys.stdout.write(page + "\n")
    if arguments.write:
        arguments.write.write_text(page + "\n", encoding="utf-8")


def measure(browser: Browser, server: Server, repeats: int) -> dict[int, list[Moments]]:
    """Mark and judge, delete, and again, by pauses."""
    with shown(browser, server, 0, ITERATIONS) as (notebook, inspector):
        notebook.page.evaluate(SCRIPT.read_text("utf-8"))
        notebook.wait_until_idle()
        wait_in_kernel(notebook, "w._findings.get('ready')")
        tools = inspector.root.get_by_role("group", name="Tools")
        tools.get_by_role("button", name="Region", exact=True).click()
        listed = inspector.root.get_by_role("listbox", name="Findings").get_by_role("option")
        inspector.point_at(*from_kernel(notebook, MOST))
        found: dict[int, list[Moments]] = {pause: [] for pause in PAUSES}
        for count in range(len(PAUSES) * (WARM_UP + repeats)):
            pause = PAUSES[count % len(PAUSES)]
            found[pause].append(mark(notebook, inspector, pause))
            notebook.page.keyboard.press("Delete")
            expect(listed).to_have_count(0)
            wait_in_kernel(notebook, "not w.findings.list()")
            notebook.page.wait_for_timeout(100)
    return {pause: times[WARM_UP:] for pause, times in found.items()}


def mark(notebook: Notebook, inspector: Inspector, pause: int) -> Moments:
    """Click where the mouse is, and judge after a pause in ms."""
    page = notebook.page
    page.evaluate("(root) => xwBench.finding(root)", inspector.root.element_handle())
    page.mouse.down()
    page.mouse.up()
    page.wait_for_timeout(pause)
    page.keyboard.press("c")
    found: Moments | None = page.evaluate("() => xwBench.found")
    if found is None:
        says = inspector.root.locator(".xw-judge").inner_text()
        raise RuntimeError(f"No finding was saved and measured within a minute. It says: {says}")
    return found


def rows(found: Mapping[int, Sequence[Moments]]) -> list[list[object]]:
    """Return the lines of the table."""

    def row(
        times: Sequence[Moments], start: str, end: str, words: str, budget: float
    ) -> list[object]:
        took = sorted(each[end] - each[start] for each in times)
        worst = took[min(len(took) - 1, int(0.95 * len(took)))]
        kept = "yes" if worst <= budget else "no"
        figures = [f"{median(took):.0f} ms", f"{worst:.0f} ms", f"{budget:.0f} ms"]
        return [words, len(took), *figures, kept]

    at_once, later = (found[pause] for pause in PAUSES)
    return [
        row(at_once, "click", "judged", "click, key at once → finding and verdict saved", SAVED),
        row(at_once, "key", "judged", "key at once → verdict saved", SAVED),
        row(later, "key", "judged", "key while the effect is measured → verdict saved", SAVED),
        row(at_once, "click", "measured", "click, key at once → effect shown", MEASURED),
        row(later, "click", "measured", "click, key 0.4 s later → effect shown", MEASURED),
    ]


if __name__ == "__main__":
    main()
