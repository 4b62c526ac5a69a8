"""Clusters of explanations: python -m benchmarks.clusters [--rows 50000] [--quick] [--write
docs/reports/clusters.md].

Whether the number of clusters is found is asked of made-up masks, whose number is known. Time and
memory are those of a store of many made-up rows.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import adjusted_rand_score

import xwidget as xw
from benchmarks.throughput import resident
from tests.batch.clusters.planted import plant
from tests.batch.store.made import make_store
from xwidget.batch.clusters import cluster as room
from xwidget.batch.clusters import spectral
from xwidget.studies.tables import machine, number, table, versions

#: Shares of the rows that each cluster has.
SHARES = ((1.0,), (0.65, 0.35), (0.5, 0.3, 0.2))
ROWS = (70, 200, 600, 1200)
#: How far the evidence of a cluster is from its place: deviation, as a share of the side.
SPREADS = (0.015, 0.05, 0.1)
MIB = 2**20

COUNTED = """\
{sets} sets of masks, each a blob (deviation 0.08 of the side) of a random strength at one of one to
three places, which are 0.46 of the side or more apart, with speckle; {rows} rows, and blobs that
are moved from their place by a deviation of {spreads} of the side.

- *ratio*: the number is where eigenvalues rise by the largest factor, as `k="auto"` takes it.
  *difference*: where they rise by the largest difference, as in the paper.
- *right rows*: adjusted Rand index of the clusters beside the true ones, the mean over sets in
  which the ratio found the number; 1 for no row in a wrong cluster. A single cluster has none."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print or write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.clusters", description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--made", type=Path, help="folder of a store that was made before")
    parser.add_argument("--quick", action="store_true", help="few sets and rows")
    parser.add_argument("--write", type=Path, help="page to write")
    given = parser.parse_args(arguments)
    rows, sizes, spreads = given.rows, ROWS, SPREADS
    if given.quick:
        rows, sizes, spreads = 4000, ROWS[:1], SPREADS[:1]
    with tempfile.TemporaryDirectory() as folder:
        found = counted(Path(folder), sizes, spreads)
        made = given.made or make_store(Path(folder, "many"), rows, grain=0.06)
        timed = times(made)
    page = "\n\n".join(
        [
            "# Clusters of explanations",
            f"Measured {date.today()} by `python -m benchmarks.clusters` on {machine()}.\n"
            f"{versions()}, scikit-learn {version('scikit-learn')}.",
            "## Is the number of clusters found?",
            found,
            COUNTED.format(
                sets=len(SHARES) * len(sizes) * len(spreads),
                rows=_listed(sizes),
                spreads=_listed(spreads),
            ),
            "## Time and memory",
            timed,
        ]
    )
    if given.write:
        given.write.write_text(page + "\n", "utf-8")
    else:
        sys.stdout.write(page + "\n")


def counted(folder: Path, sizes: Sequence[int], spreads: Sequence[float]) -> str:
    """Return the table of sets in which the number of clusters was found."""
    rows = []
    for shares in SHARES:
        ratio, difference, right = [], [], []
        for seed, (size, spread) in enumerate(product(sizes, spreads)):
            counts = tuple(round(share * size) for share in shares)
            store = folder / f"{len(shares)} {seed}"
            truth = plant(store, counts, spread=spread, seed=seed)
            found = xw.cluster(store)
            ratio.append(found.k == len(shares))
            values = np.array(found.told["eigenvalues"])
            difference.append(int(np.argmax(np.diff(values))) + 1 == len(shares))
            if ratio[-1] and found.k > 1:
                right.append(adjusted_rand_score(truth, found.labels))
        mean = float(np.mean(right)) if right else None
        each = [f"{sum(those)} of {len(those)}" for those in (ratio, difference)]
        rows.append([len(shares), *each, number(mean, 3)])
    return table(["clusters", "ratio", "difference", "right rows"], rows)


def times(folder: Path) -> str:
    """Return the table of times and memory for a store."""
    rows = []
    for by in ("mask", "features", "both"):
        store = xw.ExplanationStore(folder)
        store.select("error = ''")  # what a store reads once is no part of it
        with (
            _watched() as memory,
            _clocked(room, "laid_out") as layout,
            _clocked(spectral, "silhouette") as silhouette,
        ):
            began = time.perf_counter()
            found = xw.cluster(store, by=by)
            seconds = time.perf_counter() - began
        rows.append(
            [
                f"`{by}`",
                f"{len(found.ids):,}",
                f"{seconds:.0f} s",
                f"{layout[0]:.0f} s",
                f"{silhouette[0]:.1f} s",
                f"{(max(memory) - memory[0]) / MIB:.0f} MiB",
            ]
        )
    head = ["by", "rows", "seconds", "t-SNE", "silhouette", "more memory"]
    words = (
        "`t-SNE`, `silhouette`: of the seconds, those of the map, and of the score. Images that "
        "failed, one in forty, have no place in a cluster.\n\n"
        "`more memory`: by how much the process grew meanwhile at most (resident set), beside the "
        "opened store."
    )
    return f"{table(head, rows)}\n\n{words}"


@contextmanager
def _watched() -> Iterator[list[float]]:
    """Give a list with the memory that the process holds, now and every few milliseconds."""
    memory, over = [resident()], threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            memory.append(resident())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield memory
    finally:
        over.set()
        thread.join()


@contextmanager
def _clocked(owner: Any, name: str) -> Iterator[list[float]]:
    """Time the calls of a function; gives a list with the seconds."""
    before: Callable[..., Any] = getattr(owner, name)
    seconds = [0.0]

    def timed(*args: Any, **options: Any) -> Any:
        began = time.perf_counter()
        try:
            return before(*args, **options)
        finally:
            seconds[0] += time.perf_counter() - began

    setattr(owner, name, timed)
    try:
        yield seconds
    finally:
        setattr(owner, name, before)


def _listed(values: Sequence[object]) -> str:
    return f"{', '.join(map(str, values[:-1]))} or {values[-1]}" if values[1:] else str(values[0])


if __name__ == "__main__":
    main()
