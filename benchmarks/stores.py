"""Explanation stores of many rows, and runs that are killed: python -m benchmarks.stores [--rows
50000] [--kills 200] [--write docs/reports/stores.md].

The rows are made up; their masks take as much space as those of a network, and the light columns
have values of all kinds. Files are read from where they were just written, so that most of them
are in the system's cache.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

import xwidget as xw
from tests.batch.store.killing import Found
from tests.batch.store.made import make_store
from xwidget.studies.tables import machine, table, versions

GRAIN = 0.06  # masks as large as real ones when they are compressed
REPEATS = 200
PAGE = 60  # thumbnails in view
MIB = 2**20
LEGEND = """\
- *random*: rows drawn from the whole store, each read alone; a page of thumbnails is 60 rows, one
  after another, or drawn from the whole store.
- Opening reads the ids and places of all rows. The first question in SQL reads all light columns
  into memory; later ones are answered from there.
- pandas, DuckDB and polars read the files themselves."""
KILLED = """\
## Killed

A run over {images} images of a small network, two targets each, in a process that is killed
(`SIGKILL`) after 0 to 12 more results and up to 50 ms, gone on with, killed again, and so on to its
end; then another run. Files are written after 20 ms and merged by threes, so that kills meet all of
it. After every third image, the process waits until all is on the disk, and notes that down.
"""
IMAGES = 60


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print or write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--made", type=Path, help="folder of a store that was made before")
    parser.add_argument("--quick", action="store_true", help="few rows and kills")
    parser.add_argument("--write", type=Path, help="page to write")
    given = parser.parse_args(arguments)
    rows, kills = (1500, 5) if given.quick else (given.rows, given.kills)
    with tempfile.TemporaryDirectory() as folder:
        made = given.made or make_store(Path(folder) / "store", rows, grain=GRAIN)
        load = os.getloadavg()[0]
        figures, size = measured(made)
        rows = len(xw.ExplanationStore(made))
    # In a process of its own: it forks.
    command = [
        sys.executable,
        "-m",
        "tests.batch.store.killing",
        str(kills),
        str(IMAGES),
    ]
    found = Found(**json.loads(subprocess.run(command, capture_output=True, check=True).stdout))
    text = page(rows, figures, size, found, load)
    if given.write:
        given.write.write_text(text, "utf-8")
    else:
        sys.stdout.write(text)


def measured(folder: Path) -> tuple[list[list[object]], int]:
    """Return the rows of the table of times, and the store's size in bytes."""
    store, opening = timed(lambda: xw.ExplanationStore(folder))
    explained = store.select("error = ''")
    drawn = np.random.default_rng(0)

    def some(count: int) -> list[str]:
        return [explained[k] for k in drawn.integers(0, len(explained), count)]

    def one() -> str:
        return some(1)[0]

    def together() -> list[str]:
        first = int(drawn.integers(0, len(explained) - PAGE))
        return explained[first : first + PAGE]

    light = ["id", "verdict", "score", "border"]
    where, order = "verdict = 'doubtful' AND border > 0.3", "prediction_score DESC"
    found: list[list[object]] = [
        ["open the store", *_said([opening])],
        ["first question in SQL", *_said([timed(lambda: _asked(folder))[1]])],
        ["a random mask", *_repeated(lambda: store.mask(one()))],
        ["a random row with all of its columns", *_repeated(lambda: store.row(one()))],
        [
            f"{PAGE} thumbnails, one after another",
            *_repeated(lambda: store.values(together(), "thumbnail")),
        ],
        [f"{PAGE} random thumbnails", *_repeated(lambda: store.values(some(PAGE), "thumbnail"))],
        ["filter and sort all rows", *_repeated(lambda: store.select(where, order))],
        [
            "four columns of all rows, by pandas",
            *_repeated(lambda: pd.read_parquet(folder, columns=light), 3),
        ],
        [
            "a count by class, by DuckDB",
            *_repeated(
                lambda: duckdb.sql(
                    f"SELECT target_name, count(*) FROM '{folder}/*.parquet' GROUP BY ALL"
                ).fetchall(),
                3,
            ),
        ],
        [
            "a filter, by polars",
            *_repeated(
                lambda: (
                    pl.scan_parquet(f"{folder}/*.parquet")
                    .filter(pl.col("border") > 0.3)
                    .select("id")
                    .collect()
                ),
                3,
            ),
        ],
    ]
    return found, sum(path.stat().st_size for path in folder.glob("*.parquet"))


def page(rows: int, figures: list[list[object]], size: int, found: Found, load: float) -> str:
    """Return the report as markdown."""
    killed = [
        ["kills", found.kills],
        ["results that a process had noted as on the disk, and that were not", found.lost],
        ["rows that were there twice", found.twice],
        ["merged files met after kills", found.merges],
    ]
    lines = [
        "# Stores of explanations",
        "",
        f"Measured {date.today().isoformat()} by `python -m benchmarks.stores` on {machine()}, "
        f"with a load of {load:.1f} before.",
        f"{versions()}, pyarrow {pa.__version__}, duckdb {duckdb.__version__}.",
        "",
        f"A store of {rows:,} rows at 224×224 pixels: {size / MIB / 1024:.1f} GiB, "
        f"{size / rows / 1024:.0f} KiB a row.",
        "",
        table(["", "repeats", "median", "95th percentile"], figures),
        "",
        LEGEND,
        "",
        KILLED.format(images=IMAGES),
        table(["", "count"], killed),
        "",
        "At the end of each run, every image was there with its two rows, once, also to pandas.",
        "",
    ]
    return "\n".join(lines)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return the result of a function, and its seconds."""
    began = time.perf_counter()
    made = work()
    return made, time.perf_counter() - began


def _asked(folder: Path) -> None:
    xw.ExplanationStore(folder).query("SELECT count(*) FROM rows")


def _repeated(work: Callable[[], Any], repeats: int = REPEATS) -> list[object]:
    return _said([timed(work)[1] for _ in range(repeats)])


def _said(seconds: list[float]) -> list[object]:
    if len(seconds) < 20:
        return [len(seconds), f"{1000 * median(seconds):.1f} ms", None]
    worst = quantiles(seconds, n=20)[-1]
    return [len(seconds), f"{1000 * median(seconds):.1f} ms", f"{1000 * worst:.1f} ms"]


if __name__ == "__main__":
    main()
