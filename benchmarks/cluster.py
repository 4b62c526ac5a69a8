"""Images a second by the workers of a cluster, and what a killed one costs.

python -m benchmarks.throughput --executor ray [--write docs/reports/ray.md]

Ray runs on this machine alone, each worker on one core.
"""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

import xwidget as xw
from benchmarks.photos import read_photos
from xwidget.batch.executors.session import session
from xwidget.studies.tables import machine, number, table, versions

_MIB = 2**20


WORKERS = (1, 2)
#: How many times as fast two workers are to be.
GOAL = 1.8
_ROUNDS = 2  # of each number of workers, which take turns
_PART = 100  # results after which memory is looked at

LEGEND = f"""\
- `images/s`: once each worker has its first result, reading and writing included; the best of
  {_ROUNDS} rounds. What comes once, until the first result, took {{start:.0f}} s, beside the start
  of Ray.
- `× one`: the same as a multiple of one worker's. The goal for two is {GOAL}.
- `driver`: time of the driver's processor for each image.
- `a worker`: the largest resident memory of a worker."""


@dataclass(frozen=True)
class Job:
    """The outcome of a run over many images.

    Parameters
    ----------
    workers
        How many there were.
    images, rows
        Number of images given, and of rows in the store.
    lost, twice
        Images without a row, and rows of an id that is there already.
    start
        Seconds until the first result.
    rate
        Images/s, from when as many results are there as workers to the last.
    driver
        Seconds of the driver's processor an image.
    memory
        Resident memory of the driver in MiB, after each ``_PART`` results.
    worker
        The largest of a worker.
    size
        Bytes of the store on the disk.
    """

    workers: int
    images: int
    rows: int
    lost: int
    twice: int
    start: float
    rate: float
    driver: float
    memory: tuple[float, ...]
    worker: float
    size: int


def page(net: str, count: int, many: int, iterations: int, short: int) -> str:
    """Return the page of figures.

    Parameters
    ----------
    net
        Name of the net.
    count, iterations
        Images of each round, and iterations of each.
    many, short
        Images of the run in which a worker is killed, and iterations of each.
    """
    import ray  # not needed by the other figures

    clf = xw.load(net)
    with crops(max(count, many)) as images, session(ray, WORKERS[-1]):
        rounds = [
            run(clf, images[:count], workers, iterations)
            for _ in range(_ROUNDS)
            for workers in WORKERS
        ]
        killed = run(clf, images[:many], WORKERS[-1], short, kill_after=many // 2)
    best = [
        max((job for job in rounds if job.workers == workers), key=lambda job: job.rate)
        for workers in WORKERS
    ]
    start = min(job.start for job in rounds)
    return "\n\n".join(
        [
            "# On a Ray cluster",
            f"Measured {date.today()} by `python -m benchmarks.throughput --executor ray` on "
            f"{machine()}.\n{versions()}, ray {version('ray')}.",
            f"{net}, one target, {iterations} iterations, 320² JPEG files; each worker on one core "
            "of this machine.",
            rates(best),
            LEGEND.format(start=start),
            f"The store takes {best[0].size / best[0].rows / 1024:.0f} KiB a row.",
            "## A killed worker",
            loss(killed, short),
        ]
    )


def rates(jobs: Sequence[Job]) -> str:
    """Return the table of rates; the first job is what the others are compared with."""
    head = ["workers", "images", "images/s", "× one", "driver", "a worker"]
    rows = [
        [
            job.workers,
            job.images,
            number(job.rate),
            number(job.rate / jobs[0].rate, 2),
            f"{1e3 * job.driver:.0f} ms",
            f"{job.worker:.0f} MiB",
        ]
        for job in jobs
    ]
    return table(head, rows)


def loss(job: Job, iterations: int) -> str:
    """Return the cost of a killed worker, in words."""
    first, last = job.memory[0], job.memory[-1]
    return (
        f"{job.images} images, {iterations} iterations, {job.workers} workers, one of them killed "
        f"(`kill -9`) midway: {job.rows} rows in the store, {job.lost} images lost, {job.twice} "
        f"rows twice. The driver's memory was {first:.0f} MiB after "
        f"{_PART} images and {last:.0f} MiB at the end."
    )


def run(
    clf: xw.Classifier,
    images: Sequence[Path],
    workers: int,
    iterations: int,
    kill_after: int | None = None,
) -> Job:
    """Explain images by some workers, and keep the explanations.

    Parameters
    ----------
    clf
        The classifier.
    images
        Files.
    workers
        How many.
    iterations
        Of every image.
    kill_after
        Number of results after which a worker is killed; None kills none.
    """
    me = psutil.Process()
    times = [time.perf_counter()]
    memory: list[float] = []
    spent = worker = 0.0
    with tempfile.TemporaryDirectory() as out:
        for result in xw.explain_many(
            clf,
            images,
            out=out,
            executor="ray",
            workers=workers,
            iterations=iterations,
            progress=False,
        ):
            del result
            times.append(time.perf_counter())
            done = len(times) - 1
            if done == 1:
                spent = _processor(me)
            if done % _PART == 0 or done == len(images):
                memory.append(_resident(me))
                worker = max([worker, *map(_resident, _workers(me))])
            if done == kill_after:
                os.kill(_workers(me)[0].pid, signal.SIGKILL)
        spent = _processor(me) - spent
        ids = xw.ExplanationStore(out).to_pandas()[["image", "id"]]
        return Job(
            workers,
            len(images),
            len(ids),
            len({image.name for image in images} - {Path(name).name for name in ids["image"]}),
            int(ids["id"].duplicated().sum()),
            times[1] - times[0],
            (len(images) - workers) / (times[-1] - times[workers]),
            spent / (len(times) - 2),
            tuple(memory),
            worker,
            sum(file.stat().st_size for file in Path(out).glob("*.parquet")),
        )


@contextmanager
def crops(count: int, side: int = 320) -> Iterator[list[Path]]:
    """Give so many different crops of the installed photos, as JPEG files."""
    draw = np.random.default_rng(0)
    photos = [Image.open(photo.path).convert("RGB") for photo in read_photos()]
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"crop {k:04}.jpg") for k in range(count)]
        for k, file in enumerate(files):
            photo = photos[k % len(photos)]
            size = int(min(photo.size) * draw.uniform(0.6, 1))
            left, top = (int(draw.integers(0, each - size + 1)) for each in photo.size)
            crop = photo.crop((left, top, left + size, top + size)).resize((side, side))
            crop.save(file, quality=92)
        yield files


def _workers(me: psutil.Process) -> list[psutil.Process]:
    found = []
    for child in me.children(recursive=True):
        with suppress(psutil.Error):  # it ended meanwhile
            if "".join(child.cmdline()[:1]).startswith("ray::Worker"):
                found.append(child)
    return found


def _resident(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        return float(process.memory_info().rss / _MIB)
    return 0.0


def _processor(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
