"""Import times, with all names at once and with each when it is asked for:
python -m benchmarks.imports [--rounds 9] [--quick] [--write docs/reports/imports.md].

Each statement runs in a process of its own, in turn with all the others, so that what else the
machine does meets them alike. ``from xwidget import *`` asks for every name, and so imports what
``import xwidget`` imported before.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import median

from xwidget.studies.tables import machine, table, versions

BEFORE = "from xwidget import *"
STATEMENTS = (
    "import torch",
    BEFORE,
    "import xwidget",
    "from xwidget import FindingStore",
    "from xwidget import Explanation",
    "from xwidget import ExplanationStore",
    "from xwidget import sample",
    "from xwidget import load",
    "from xwidget import explain",
    "from xwidget import Inspector",
)
#: Libraries whose import takes longest.
HEAVY = ("torch", "torchvision", "ipywidgets", "anywidget", "IPython", "numpy", "pandas")
ROUNDS = 9
#: Of work, and by the clock.
Seconds = tuple[float, float]
Measured = dict[str, tuple[list[Seconds], list[str]]]
_TIMED = """\
import json, sys, time
began, worked = time.perf_counter(), time.process_time()
{statement}
seconds = [time.process_time() - worked, time.perf_counter() - began]
print(json.dumps([seconds, [name for name in {heavy!r} if name in sys.modules]]))
"""
LEGEND = """\
- *work*: the processor's time for the statement alone, without the start of Python: the median of
  {rounds} processes and, in brackets, the least and the most. What else the machine does hardly
  changes it. *at best*: the quickest of them, by the clock. Files are in the system's cache.
- *ratio*: of the medians of work, to `{before}`, which imports what `import xwidget` did before.
- *libraries*: those of {heavy} that are loaded afterwards."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print or write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--quick", action="store_true", help="two rounds; no page")
    parser.add_argument("--write", type=Path, help="page to write")
    given = parser.parse_args(arguments)
    if given.write and (given.quick or given.rounds < ROUNDS):
        parser.error(f"a page is written from {ROUNDS} rounds or more")
    load = os.getloadavg()[0]
    text = page(measured(2 if given.quick else given.rounds), load)
    if given.write:
        given.write.write_text(text, "utf-8")
    else:
        sys.stdout.write(text)


def measured(rounds: int) -> Measured:
    """Return the seconds of work and of waiting of each statement, and the libraries it loads."""
    for statement in STATEMENTS:
        once(statement)  # brings the files into the system's cache
    found: Measured = {}
    for _ in range(rounds):
        for statement in STATEMENTS:
            seconds, libraries = once(statement)
            found.setdefault(statement, ([], libraries))[0].append(seconds)
    return found


def once(statement: str) -> tuple[Seconds, list[str]]:
    """Return the seconds of a statement in a new process, and the libraries loaded then."""
    code = _TIMED.format(statement=statement, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, libraries = json.loads(done.stdout.splitlines()[-1])
    return (seconds[0], seconds[1]), libraries


def page(found: Measured, load: float) -> str:
    """Return the report as markdown."""
    works = {statement: [work for work, _ in times] for statement, (times, _) in found.items()}
    before, after = median(works[BEFORE]), median(works["import xwidget"])
    rows = [
        [
            f"`{statement}`",
            f"{1000 * median(work):.0f} ms ({1000 * min(work):.0f} to {1000 * max(work):.0f})",
            f"{median(work) / before:.3f}",
            f"{1000 * min(clock for _, clock in times):.0f} ms",
            ", ".join(libraries) or None,
        ]
        for statement, (times, libraries) in found.items()
        if (work := works[statement])
    ]
    rounds = len(found[BEFORE][0])
    lines = [
        "# Import time",
        "",
        f"Measured {date.today().isoformat()} by `python -m benchmarks.imports` on {machine()}, "
        f"with a load of {load:.1f} before.",
        f"{versions()}.",
        "",
        f"`import xwidget` takes {after / before:.3f} of the work that it took when it imported "
        "all that it offers. Names are imported when they are first asked for.",
        "",
        table(["statement", "work", "ratio", "at best", "libraries"], rows),
        "",
        LEGEND.format(rounds=rounds, before=BEFORE, heavy=", ".join(HEAVY)),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
