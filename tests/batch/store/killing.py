"""A run that is killed at any moment, again and again, and gone on with.

``python -m tests.batch.store.killing 200 60`` kills 200 runs of 60 images and prints what it found,
as JSON. The processes are forked, from one that has no threads.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

import xwidget as xw
from xwidget.batch.store import merging, upkeep, writer

_RESULTS, _WAIT = 13, 0.05
_FLUSHED = "all of these are on the disk"


@dataclass
class Found:
    """What came of it."""

    kills: int = 0
    explained: int = 0
    on_disk: int = 0
    """Rows that were there after some kill though a flush had not asked for them."""
    lost: int = 0
    """Rows that a flush had promised, and that were not there after a kill."""
    twice: int = 0
    """Rows that were in two files that count."""
    merges: int = 0


def classifier() -> xw.Classifier:
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)
    )
    return xw.Classifier(net, size=8)


def kill_and_go_on(folder: Path, kills: int, images: int, seed: int = 0) -> Found:
    """Explain images in processes that are killed, until all are done; tell what was there.

    Parameters
    ----------
    folder
        It gets the store, "store", and a log of what was promised, "log".
    kills
        How often. Where all images are done before, the store is begun anew.
    images
        Number of images.
    seed
        Of the moments: after 0 to 12 more results, and up to 50 ms.
    """
    found, drawn = Found(), random.Random(seed)
    rounds = 0
    while found.kills < kills or rounds == 0:
        store, log = folder / f"store {rounds}", folder / f"log {rounds}"
        rounds += 1
        while True:
            more, wait = drawn.randrange(_RESULTS), drawn.uniform(0, _WAIT)
            ended = _run(store, log, images, None if found.kills >= kills else (more, wait))
            found.kills += not ended
            _look(store, log, found, whole=images if ended else 0)
            if ended:
                break
    return found


def _run(store: Path, log: Path, images: int, kill: tuple[int, float] | None) -> bool:
    """Explain in a process of its own, killed after some more results and seconds; return False if
    it was.
    """
    lines = _lines(log)
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            _explain(store, log, images)
            status = 0
        finally:
            os._exit(status)
    ends = float("inf")
    while time.monotonic() < ends:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            assert status == 0, "the process failed"
            return True
        if kill is not None and ends == float("inf") and len(_lines(log)) - len(lines) >= kill[0]:
            ends = time.monotonic() + kill[1]
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return False


def _explain(store: Path, log: Path, images: int) -> None:
    # So that all of it happens often.
    writer.PACE, upkeep.PACE, merging._MANY, merging.FULL = 0.02, 0.02, 3, 32
    photos = {
        f"{n:03}": np.random.default_rng(n).integers(0, 256, (9, 9, 3), dtype=np.uint8)
        for n in range(images)
    }
    photos["bad"] = "/no/such.png"
    clf = classifier()
    told = os.open(log, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    with xw.explain_many(
        clf, photos, [0, 1], out=store, iterations=1, ranking="path", progress=False
    ) as rows:
        for n, row in enumerate(rows):
            os.write(told, f"{row.name}\n".encode())
            if n % 3 == 2:
                rows.flush()
                os.write(told, f"{_FLUSHED}\n".encode())
    os.write(told, f"{_FLUSHED}\n".encode())


def _lines(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


def _look(store: Path, log: Path, found: Found, whole: int) -> None:
    lines = _lines(log)
    promised: set[str] = set()
    waiting: set[str] = set()
    for line in lines:
        if line == _FLUSHED:
            promised |= waiting
            waiting = set()
        else:
            waiting.add(line)
    found.explained = max(found.explained, len([line for line in lines if line != _FLUSHED]))
    try:
        kept = xw.ExplanationStore(store)
    except (FileNotFoundError, ValueError) as error:
        if "no folder" not in str(error) and "no explanation store" not in str(error):
            raise
        found.lost += len(promised)
        return
    rows = Counter(kept.images)
    counted = Counter(kept._rows.images)
    found.lost += len(promised - rows.keys())
    found.on_disk += len(rows.keys() - promised)
    found.twice += sum(len(part.ids) for part in kept._rows.parts) - len(kept)
    found.merges += sum(bool(part.file.replaces) for part in kept._rows.parts)
    for name, count in counted.items():
        expected = 1 if name == "bad" else 2
        assert count == expected, f"{name} has {count} rows: {kept.errors}"
    if whole:
        assert len(rows) == whole + 1, f"{len(rows)} of {whole + 1} images"
        # And so do others read it who know nothing of us.
        import pandas as pd

        assert sorted(pd.read_parquet(store)["id"]) == sorted(kept.ids)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        found = kill_and_go_on(Path(folder), int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(json.dumps(asdict(found)))
