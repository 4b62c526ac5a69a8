"""The number of images explained a second: python -m benchmarks.throughput [--images 1000] [--nets
NAME ...] [--iterations 70] [--executor ray] [--write docs/reports/throughput.md].

It is shown beside what bare passes of the net allow: as many rows forward and backward, and
forward alone, as an explanation takes, in the fastest way that was found to run them.
"""

from __future__ import annotations

import argparse
import contextlib
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import Tensor

import xwidget as xw
from benchmarks.cluster import page as on_a_cluster
from xwidget.batch.choice import MOST, pinned
from xwidget.batch.explain_batch import explain_batch
from xwidget.engine.defense import Guard
from xwidget.engine.passes import Passes
from xwidget.engine.plan import Forward, Plan
from xwidget.engine.settings import Settings
from xwidget.explanation import Explanation
from xwidget.studies.tables import machine, number, table, versions

NETS = ("squeezenet", "efficientnet_lite0")
SAMPLES = ("coffee", "chelsea", "rocket")
#: The share of what bare passes allow that is the goal.
GOAL = 0.8
PLANS = (Plan(fold=True), Plan("channels_last", fold=True))
#: Pixels of a side of the many images: what is to be seen does not depend on it.
SMALL = 96
_SIZES = {"cpu": (3, 6, 16), "cuda": (24, 96, 192)}  # rows at once
_SECONDS = 1.0  # for which each way is timed
_COUNTED = 2  # images of which rows are counted
_TURNS = 3  # full batches that are timed at least, the first of which is not counted

LEGEND = f"""\
- `rows`: rows of the net that an explanation takes, forward and backward, and forward alone: its
  steps, the trials and the checks at its end, the control class.
- `bare`: images a second if nothing else were done than these passes, in the fastest way of those
  tried: batches of several sizes, plans, and threads.
- `explained`: images a second of `explain_batch`, reading and preparing them included; *in a
  store*, of `explain_many` with its own choices, which looks at each image once more, makes its
  thumbnail and writes all that to files.
- `share`: `explained` divided by `bare`. The goal is {GOAL}."""


@dataclass(frozen=True)
class Rows:
    """Rows of the net that an image takes.

    Attributes
    ----------
    both
        Forward and backward.
    forward
        Forward alone.
    """

    both: float
    forward: float


@dataclass(frozen=True)
class Way:
    """A way to run bare passes.

    Attributes
    ----------
    plan
        Of the net.
    size
        Rows at once.
    lanes
        Threads that each run passes of their own, on their share of the cores.
    seconds
        For a row, the lanes taken together.
    """

    plan: Plan
    size: int
    lanes: int
    seconds: float

    def __str__(self) -> str:
        folded = ", folded" if self.plan.fold else ""
        return f"{self.lanes} × {self.size} rows, {self.plan.memory_format}{folded}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput", description=__doc__)
    parser.add_argument("--images", type=int, default=1000, help="of the first net")
    parser.add_argument("--share", type=int, default=16, help="images of each net, for the share")
    parser.add_argument("--nets", nargs="+", default=NETS, metavar="NAME")
    parser.add_argument("--iterations", type=int, default=Settings.iterations)
    parser.add_argument("--short", type=int, default=7, help="iterations of the many images")
    parser.add_argument(
        "--executor", choices=("local", "ray"), default="local", help="ray: workers of a cluster"
    )
    parser.add_argument(
        "--busy", action="store_true", help="CPU seconds of one core, on a machine with other work"
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="write a page with the tables")
    options = parser.parse_args()
    if options.executor == "ray":
        counts = options.share, options.images, options.iterations, options.short
        page = on_a_cluster(options.nets[0], *counts)
    else:
        page = here(options)
    sys.stdout.write(page + "\n")
    if options.write:
        options.write.write_text(page + "\n", encoding="utf-8")


def here(options: argparse.Namespace) -> str:
    """Return the page of figures of this process alone."""
    if options.busy:
        return on_one_core(options.nets, options.share, Settings(iterations=options.iterations))
    settings = Settings(iterations=options.iterations)
    parts = [
        "# Throughput",
        f"Measured {date.today()} by `python -m benchmarks.throughput` on {machine()}.\n"
        f"{versions()}.",
        "## Beside bare passes",
        shares(options.nets, options.share, settings),
        LEGEND,
        "## Many images",
        many(xw.load(options.nets[0]), options.images, options.short),
    ]
    return "\n\n".join(parts)


def shares(names: Sequence[str], count: int, settings: Settings) -> str:
    """Return the table of images a second beside those that bare passes allow."""
    rows = []
    for name in names:
        clf = xw.load(name)
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        taken = counted(clf, settings)
        both, forward = (fastest(clf, device, backward) for backward in (True, False))
        bare = 1 / (taken.both * both.seconds + taken.forward * forward.seconds)
        made = {
            f"{workers} × {slots}": explained(
                clf, max(count, _TURNS * slots * workers), settings, slots, workers
            )[0]
            for slots, workers in tried(device)
        }
        made["in a store"] = stored(clf, count, settings)
        rows += [
            [
                name,
                way,
                f"{taken.both:.0f} + {taken.forward:.0f}",
                number(bare, 3),
                number(rate, 3),
                number(rate / bare, 2),
                f"{both}; {forward}",
            ]
            for way, rate in made.items()
        ]
    head = ["net", "batches × images", "rows", "bare", "explained", "share", "bare, fastest"]
    return table(head, rows)


def on_one_core(names: Sequence[str], count: int, settings: Settings) -> str:
    """Return the table of CPU seconds an image, beside those of bare passes, on one core."""
    torch.set_num_threads(1)
    rows = []
    for name in names:
        clf = xw.load(name)
        taken = counted(clf, settings)
        both, forward = (fastest(clf, torch.device("cpu"), backward) for backward in (True, False))
        bare = taken.both * both.seconds + taken.forward * forward.seconds
        asked = pinned(clf, None, settings, clf.prepare(xw.sample(SAMPLES[0])), 1, 1).settings
        times = []
        for _ in explain_batch(clf, pictures(clf, 1 + count), None, asked, slots=1, workers=1):
            times.append(time.thread_time())
        each = (times[-1] - times[0]) / count
        figures = [number(value, 2) for value in (bare, each, bare / each)]
        rows.append([name, f"{taken.both:.0f} + {taken.forward:.0f}", *figures])
    return table(["net", "rows", "bare", "explained", "share"], rows)


def tried(device: torch.device) -> list[tuple[int, int]]:
    """Return the images in a batch, and the batches at once, that are measured."""
    cores = torch.get_num_threads()
    if device.type == "cpu":
        return [(1, 1), *([(1, cores), (2, cores)] if cores > 1 else [(2, 1)])]
    return [(1, 1), (8, 1), (MOST, 1)]


def many(clf: xw.Classifier, count: int, iterations: int) -> str:
    """Return the course of time and memory over many images."""
    small = xw.Classifier(
        clf.net, size=SMALL, mean=clf.mean, std=clf.std, categories=clf.categories, name=clf.name
    )
    settings = Settings(iterations=iterations)
    rate, course = explained(small, count, settings, None, None)
    tenth = max(1, len(course) // 10)
    parts = [course[n : n + tenth] for n in range(0, tenth * 10, tenth)]
    rows = [
        [
            f"{n * tenth + 1} to {n * tenth + len(part)}",
            number((part[-1][0] - before) / len(part), 3),
            f"{max(memory for _, memory in part) / 2**20:.0f} MiB",
        ]
        for n, (part, before) in enumerate(
            zip(parts, [0.0, *(part[-1][0] for part in parts)], strict=False)
        )
    ]
    return "\n\n".join(
        [
            f"{count} images of {SMALL} × {SMALL} pixels before {clf.name}, with {iterations} "
            f"iterations each, as chosen by default: {number(rate, 3)} images a second.",
            table(["images", "seconds an image", "memory"], rows),
            "`memory`: the most that the process held (resident set) when an image was done.",
        ]
    )


def explained(
    clf: xw.Classifier, count: int, settings: Settings, slots: int | None, workers: int | None
) -> tuple[float, list[tuple[float, float]]]:
    """Explain images; return how many a second, and for each the time by then and memory held.

    The first ones, for which everything is prepared, are left out of the first figure.
    """
    settings, most, lanes = pinned(
        clf, None, settings, clf.prepare(xw.sample(SAMPLES[0])), slots or "auto", workers
    )
    course: list[tuple[float, float]] = []
    began = time.perf_counter()
    for done in explain_batch(clf, pictures(clf, count), None, settings, slots=most, workers=lanes):
        if not isinstance(done.found, Explanation):
            raise done.found
        course.append((time.perf_counter() - began, resident()))
    return _rate([at for at, _ in course], most * lanes), course


def stored(clf: xw.Classifier, count: int, settings: Settings) -> float:
    """Return how many images a second are explained and kept in a store."""
    settings, most, lanes = pinned(clf, None, settings, clf.prepare(xw.sample(SAMPLES[0])))
    times, began = [], time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        images = (subject for _, subject in pictures(clf, max(count, _TURNS * most * lanes)))
        options: Any = {"plan": settings.plan, "iterations": settings.iterations}
        options |= {"batch": most, "workers": lanes, "progress": False}
        for _ in xw.explain_many(clf, images, out=folder, **options):
            times.append(time.perf_counter() - began)
    return _rate(times, most * lanes)


def _rate(times: Sequence[float], first: int) -> float:
    """Return how many a second were done with by these times, but for the first ones."""
    first = min(len(times) - 1, first)
    return (len(times) - first) / (times[-1] - (times[first - 1] if first else 0.0))


def pictures(clf: xw.Classifier, count: int) -> Iterator[tuple[int, xw.Subject]]:
    """Yield images: crops of photos, each another one."""
    random = np.random.default_rng(0)
    photos = [np.asarray(xw.Subject(clf, xw.sample(name)).original) for name in SAMPLES]
    for n in range(count):
        photo = photos[n % len(photos)]
        side = int(min(photo.shape[:2]) * random.uniform(0.6, 1))
        top, left = (int(random.integers(0, size - side + 1)) for size in photo.shape[:2])
        yield n, xw.Subject(clf, photo[top : top + side, left : left + side].copy(), name=f"{n}")


def counted(clf: xw.Classifier, settings: Settings) -> Rows:
    """Return the rows that an image takes, but for those by which bounds are recorded."""
    rows = {"all": 0, "both": 0, "recorded": 0}
    run, record, descend = Forward.__call__, Guard.__init__, Passes.descend

    def running(self: Forward, batch: Tensor) -> Tensor:
        rows["all"] += len(batch)
        return run(self, batch)

    def recording(self: Guard, *args: Any, **options: Any) -> None:
        before = rows["all"]
        record(self, *args, **options)
        rows["recorded"] += rows["all"] - before

    def descending(self: Passes, guard: Guard, seen: Sequence[int], *args: Tensor) -> Any:
        rows["both"] += len(seen) * len(args[0])
        return descend(self, guard, seen, *args)

    with contextlib.ExitStack() as stack:
        for owner, name, function in (
            (Forward, "__call__", running),
            (Guard, "__init__", recording),
            (Passes, "descend", descending),
        ):
            stack.enter_context(_replaced(owner, name, function))
        asked = replace(settings, plan="folded", early_stop=False)
        for _ in explain_batch(clf, pictures(clf, _COUNTED), None, asked, slots=1, workers=1):
            pass
    forward = rows["all"] - rows["both"] - rows["recorded"]
    return Rows(rows["both"] / _COUNTED, forward / _COUNTED)


@contextlib.contextmanager
def _replaced(owner: type, name: str, function: Callable[..., Any]) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, function)
    try:
        yield
    finally:
        setattr(owner, name, before)


def fastest(clf: xw.Classifier, device: torch.device, backward: bool) -> Way:
    """Return the fastest way to run passes."""
    x = clf.prepare(xw.sample(SAMPLES[0])).to(device)
    cores = torch.get_num_threads()
    lanes = (1, cores) if device.type == "cpu" and cores > 1 else (1,)
    ways = []
    for plan, size, count in product(PLANS, _SIZES.get(device.type, (8, 32)), lanes):
        batch = x.expand(size, -1, -1, -1).contiguous()
        passes = [plan.prepare(clf, device, batch) for _ in range(count)]
        ways.append(Way(plan, size, count, _timed(passes, batch, cores, backward)))
    return min(ways, key=lambda way: way.seconds)


def _timed(passes: Sequence[Forward], batch: Tensor, cores: int, backward: bool) -> float:
    """Return the seconds for a row, of several passes at once that share the cores."""
    times: list[list[float]] = [[] for _ in passes]
    begin = threading.Barrier(len(passes))

    def work(forward: Forward, found: list[float]) -> None:
        torch.set_num_threads(cores // len(passes))
        begin.wait()
        until = time.perf_counter() + _SECONDS
        clock = time.thread_time if cores == 1 else time.perf_counter  # others do not count
        while time.perf_counter() < until or len(found) < 3:
            began = clock()
            e = batch.clone().requires_grad_(backward)
            with torch.set_grad_enabled(backward):
                logits = forward(e)
                if backward:
                    torch.autograd.grad(logits.sum(), e)
            if batch.device.type == "cuda":
                torch.cuda.synchronize()
            found.append(clock() - began)

    threads = [threading.Thread(target=work, args=each) for each in zip(passes, times, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    torch.set_num_threads(cores)
    return median(median(each[1:]) for each in times) / len(batch) / len(passes)


def resident() -> float:
    """Return the memory that the process holds now, in bytes."""
    with contextlib.suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        return pages * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


if __name__ == "__main__":
    main()
