"""The costs of running a cell again and again: python -m benchmarks.reruns [--quick] [--write
docs/reports/reruns.md].

The cell makes an Inspector and shows it, in a real kernel. A page is played: it says hello, and
that its output was replaced when the cell is run again, as JupyterLab does. Ten times in a row,
before any run is through; then all of them end, and all are closed.
"""

from __future__ import annotations

import argparse
import ast
import os
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jupyter_client.manager import start_new_kernel

from xwidget.studies.tables import machine, number, table, versions

TIMES = 10
TIMEOUT = 600.0
REST = 8.0  # seconds after which threads with nothing to do have ended
SETUP = """
import gc, os, threading, time
import xwidget as xw
clf, photo = xw.load({net!r}), xw.sample("coffee")
made = []

def explained(iterations):
    # Iterations a second of explain in a cell, from the first on.
    times = []
    def note(step):
        times.append(time.monotonic())
    xw.explain(
        clf, photo, iterations=iterations, early_stop=False, progress=False, on_step=note
    )
    return (len(times) - 2) / (times[-2] - times[0])

def state():
    # Its own memory; threads, those of torch too; iterations of the newest; runs that go on.
    with open("/proc/self/status") as file:
        lines = dict(line.split(":", 1) for line in file)
    newest = made[-1]._session.runs.nearest(made[-1].target) or 0 if made else 0
    going = [w for w in made if w.status == "running" and not w._progress.get("waits")]
    return {{
        "memory": int(lines["VmRSS"].split()[0]) / 1024,
        "threads": int(lines["Threads"]),
        "newest": newest,
        "going": len(going),
        "when": time.monotonic(),
    }}
"""
CELL = "w = xw.Inspector(clf, photo, iterations={iterations})\nmade.append(w)\nw"
CLOSE = "for w in made: w.close()\nw = None\nmade.clear()\ngc.collect()"

LEGEND = f"""\
`runs`: number of runs in progress. `it/s`: iterations per second of the newest run. `memory`:
resident memory of the kernel's process. *loaded* is before the first run, with torch, the network
and a photo; *stopped* and *closed* are {REST:.0f} s after all runs were stopped and all Inspectors
closed."""
BESIDE = """\
`xw.explain` of one class in a cell, beside background runs of three classes:"""
BEFORE = """\
## Before runs took turns

An earlier version, in which runs did not take turns, on the same machine (15 s a row; the last rows
1 s after everything was closed):

| the cell was run | runs |   memory | threads |
| ---------------- | ---: | -------: | ------: |
| loaded           |    0 | 0.71 GiB |      15 |
| 1                |    1 | 1.77 GiB |      20 |
| 2                |    2 | 2.75 GiB |      22 |
| 5                |    4 | 4.73 GiB |      28 |
| 10               |    8 | 9.16 GiB |      38 |
| stopped          |    0 | 9.04 GiB |      38 |
| closed           |    0 | 8.00 GiB |      18 |
| once more        |    1 | 8.04 GiB |      20 |"""
WHY = """\
## Where the memory goes

- An iteration needs about 1 GiB at its peak, for activations. glibc's allocator keeps as much for
  each thread that ran iterations: ten runs on ten threads kept ten times as much, even after they
  had ended. All runs therefore share two threads. These end after 5 s without work, and free memory
  is returned to the system.
- An Inspector keeps its image, masks and curves, about 27 MB at 224², three classes and 70
  iterations, until `close()` is called, as ipywidgets keeps every widget.
- The thread of an ended run ends after 10 s; a new one is started when there is work."""


@dataclass
class Kernel:
    """A kernel, and what a page would say to it."""

    client: Any

    def execute(self, code: str, cell: str | None = None) -> None:
        """Run a cell, and wait until it is through; raise what it raised."""
        session, channel = self.client.session, self.client.shell_channel
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        }
        metadata = {} if cell is None else {"cellId": cell}
        message = session.msg("execute_request", content, metadata=metadata)
        channel.send(message)
        self.reply(message["header"]["msg_id"])

    def reply(self, asked: str) -> dict[str, Any]:
        """Return the answer to a message."""
        while True:
            answer = self.client.get_shell_msg(timeout=TIMEOUT)
            if answer["parent_header"].get("msg_id") == asked:
                break
        content: dict[str, Any] = answer["content"]
        if content["status"] != "ok":
            raise RuntimeError("\n".join(content.get("traceback", [str(content)])))
        return content

    def read(self, expression: str) -> Any:
        """Return the value of an expression."""
        asked = self.client.execute("", silent=True, user_expressions={"value": expression})
        value = self.reply(asked)["user_expressions"]["value"]
        if value["status"] != "ok":
            raise RuntimeError(str(value))
        return ast.literal_eval(value["data"]["text/plain"])

    def say(self, comm: str, **content: Any) -> None:
        """Send what a page sends."""
        session = self.client.session
        data = {"method": "custom", "content": content}
        session.send(self.client.shell_channel.socket, "comm_msg", {"comm_id": comm, "data": data})


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reruns", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smaller net, three times")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write a page with the table")
    arguments = parser.parse_args()
    net = "squeezenet" if arguments.quick else "efficientnet_lite0"
    began = time.monotonic()
    measured = measure(net, 3 if arguments.quick else TIMES, 4 if arguments.quick else 10)
    parts = [
        "# Re-running a cell",
        f"Measured {date.today()} by `python -m benchmarks.reruns"
        f"{' --quick' if arguments.quick else ''}` on {machine()}.\n{versions()}.",
        f"`w = xw.Inspector(clf, photo); w`, {net}, three classes. The cell is run again before "
        "its run has ended.",
        measured,
        LEGEND,
        WHY,
        BEFORE,
        f"The benchmark took {time.monotonic() - began:.0f} s.",
    ]
    page = "\n\n".join(parts) + "\n"
    sys.stdout.write(page)
    if arguments.write:
        arguments.write.write_text(page, encoding="utf-8")


def measure(net: str, times: int, seconds: float) -> str:
    """Run the cell so many times, watching each for some seconds; return the table."""
    manager, client = start_new_kernel(env={**os.environ, "MPLBACKEND": "agg"})
    try:
        kernel = Kernel(client)
        kernel.execute(SETUP.format(net=net))
        rows = [_row("loaded", kernel.read("state()"))]
        shown: str | None = None
        for n in range(1, times + 1):
            if shown is not None:
                kernel.say(shown, type="views", page=1, count=0, seen=0)
            kernel.execute(CELL.format(iterations=10_000), cell="the-cell")
            shown = kernel.read("w.comm.comm_id")
            kernel.say(shown, type="hello", protocol=2)
            kernel.say(shown, type="views", page=1, count=1, seen=1)
            rows.append(_watched(str(n), kernel, seconds))
        kernel.execute("for w in made: w.stop()\nfor w in made: w.wait()")
        time.sleep(REST)
        rows.append(_row("stopped", kernel.read("state()")))
        kernel.execute(CLOSE)
        time.sleep(REST)
        rows.append(_row("closed", kernel.read("state()")))
        kernel.execute(CELL.format(iterations=10_000), cell="the-cell")
        shown = kernel.read("w.comm.comm_id")
        kernel.say(shown, type="hello", protocol=2)
        kernel.say(shown, type="views", page=1, count=1, seen=1)
        rows.append(_watched("once more", kernel, seconds))
        beside = _beside(kernel)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return "\n\n".join(
        [
            table(["the cell was run", "runs", "it/s", "memory", "threads"], rows),
            BESIDE,
            table(["runs beside explain", "it/s of explain", "it/s of them"], beside),
        ]
    )


def _beside(kernel: Kernel) -> list[list[object]]:
    """Time explain in a cell, alone and beside runs that go on."""
    rows: list[list[object]] = []
    for count in (0, 1, 3):
        kernel.execute("for w in made: w.close()\nmade.clear()")
        kernel.execute(
            f"for _ in range({count}):\n"
            "    made.append(xw.Inspector(clf, photo, iterations=10_000))\n"
            "    made[-1].run()\n"
            "while not all(w._session.runs.nearest(w.target) for w in made): time.sleep(.1)\n"
            "reached = sum(w._session.runs.nearest(w.target) for w in made)\n"
            "began, alone = time.monotonic(), explained(20)\n"
            "others = sum(w._session.runs.nearest(w.target) for w in made) - reached\n"
            "others /= time.monotonic() - began"
        )
        rows.append([count, *(number(kernel.read(name), 2) for name in ("alone", "others"))])
    return rows


def _watched(what: str, kernel: Kernel, seconds: float) -> list[object]:
    """Watch the newest run for some seconds from its first iteration on."""
    end = time.monotonic() + TIMEOUT
    while kernel.read("state()")["newest"] < 1 and time.monotonic() < end:
        time.sleep(0.1)
    before = kernel.read("state()")
    time.sleep(seconds)
    after = kernel.read("state()")
    rate = (after["newest"] - before["newest"]) / (after["when"] - before["when"])
    return _row(what, after, rate)


def _row(what: str, state: dict[str, Any], rate: float | None = None) -> list[object]:
    memory = f"{state['memory'] / 1024:.2f} GiB"
    return [what, state["going"], number(rate, 2), memory, state["threads"]]


if __name__ == "__main__":
    main()
