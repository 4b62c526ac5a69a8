"""Seconds that the effect of a finding and a proposal take, and the effect of a region's edge.

    python -m benchmarks.findings --quick
    python -m benchmarks.findings --write docs/reports/effects.md

Each photo is explained for its class by a short run. Its first proposal, a box where the most
evidence is, and one where the least is are replaced, with a hard edge as ``metrics.effect`` does,
and with blurred ones. A hard edge is something new in the picture: what it does shows where nothing
else was taken away.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torchvision.transforms.functional import gaussian_blur

import xwidget as xw
from benchmarks.photos import Photo, read_photos
from benchmarks.records import Row
from xwidget.findings.proposals import propose
from xwidget.findings.region import Box, Region
from xwidget.metrics import Effects
from xwidget.studies import intervals
from xwidget.studies.tables import machine, number, table, versions

NET = "efficientnet_lite0"
ITERATIONS = 40
EDGES = (0.0, 1.0, 2.0)  # deviations of the blur, in pixels
_BOX = 50  # pixels of 224
_SEEN = 0.3  # score from which an effect can be told


def measured(clf: xw.Classifier, photo: Photo) -> Iterator[Row]:
    """Yield the times and the effects of a photo, a row each."""
    subject = xw.Subject(clf, photo.path)
    target = clf.index(photo.label)
    ex = xw.explain(subject, targets=target, iterations=ITERATIONS, progress=False)
    mask, attribution = ex.masks[0], ex.mask_attribution
    with _timed("propose") as timed:
        proposals = propose(mask)
    yield timed
    with _timed("prepare a subject") as timed:
        measure = Effects(subject)
    yield timed
    regions = dict(_boxes(mask))
    if proposals:
        regions["first proposal"] = proposals[0].region
    for name, region in regions.items():
        with _timed("effect") as timed:
            found = measure(region, target, attribution)
        yield timed
        if found.image < _SEEN:
            continue
        for edge in EDGES:
            scores = found.without, found.only
            without, only = _scores(measure, region, target, edge) if edge else scores
            yield {
                "region": name,
                "edge": edge,
                "drop": (found.image - without) / found.image,
                "only": only / found.image,
                "share": found.share,
                "area": found.area,
            }


@contextmanager
def _timed(name: str) -> Iterator[Row]:
    """Take the seconds that pass, and those that this program computes, into a row."""
    row: Row = {"timed": name}
    began, busy = time.perf_counter(), time.process_time()
    yield row
    row |= {"seconds": time.perf_counter() - began, "busy": time.process_time() - busy}


def _boxes(mask: np.ndarray) -> Iterator[tuple[str, Region]]:
    """Yield the boxes with the most and the least evidence of those on a grid."""
    values = mask.mean(0)
    height, width = values.shape
    places = [
        (float(values[y : y + _BOX, x : x + _BOX].sum()), x, y)
        for y in range(0, height - _BOX + 1, _BOX // 4)
        for x in range(0, width - _BOX + 1, _BOX // 4)
    ]
    for name, (_, x, y) in (("most evidence", max(places)), ("least evidence", min(places))):
        yield name, Box(x, y, _BOX, _BOX)


def _scores(measure: Effects, region: Region, target: int, edge: float) -> tuple[float, float]:
    """Return the mean scores without and with only a region whose edge is blurred."""
    x, backgrounds = measure.subject.x, measure._backgrounds
    inside: Tensor = torch.from_numpy(region.mask((x.shape[-2], x.shape[-1]))).to(x)[None]
    inside = gaussian_blur(inside, [2 * round(3 * edge) + 1] * 2, [edge, edge])
    images = x.expand_as(backgrounds)
    pairs = (backgrounds, images), (images, backgrounds)
    without, only = (
        float(measure._judge.scores(torch.lerp(rest, shown, inside), target).mean())
        for shown, rest in pairs
    )
    return without, only


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    options = _options(arguments)
    photos = read_photos(options.photos)[: 3 if options.quick else options.count]
    clf = xw.load(NET)
    load = os.getloadavg()[0]
    rows: list[Row] = []
    for photo in photos:
        rows += measured(clf, photo)
        sys.stderr.write(f"{photo.name}\n")
    page = _PAGE.format(
        date=date.today(),
        command=" ".join(["python -m benchmarks.findings", *_told(options)]),
        machine=machine(),
        load=load,
        versions=versions(),
        net=NET,
        photos=len(photos),
        iterations=ITERATIONS,
        times=_times(rows),
        seen=_SEEN,
        edges=_edges(rows),
    )
    sys.stdout.write(page)
    if options.write:
        options.write.write_text(page, encoding="utf-8")
    return 0


def _times(rows: Sequence[Row]) -> str:
    lines: list[list[object]] = []
    for name in ("prepare a subject", "effect", "propose"):
        of = [row for row in rows if row.get("timed") == name]
        cells = [
            number(seconds)
            for key in ("busy", "seconds")
            for seconds in np.percentile([row[key] for row in of], [50, 95])
        ]
        lines.append([name, len(of), *cells])
    head = ["CPU, median", "CPU, 95th percentile", "passed, median", "passed, 95th percentile"]
    return table(["what", "times", *head], lines)


def _edges(rows: Sequence[Row]) -> str:
    head = ["region", "edge px", "lost without it", "kept by only it", "its share", "area"]
    lines: list[list[object]] = []
    for name in ("first proposal", "most evidence", "least evidence"):
        for edge in EDGES:
            of = [row for row in rows if (row.get("region"), row.get("edge")) == (name, edge)]
            drop, only = (intervals.mean(row[key] for row in of) for key in ("drop", "only"))
            share, area = (
                number(intervals.mean(row[key] for row in of).value, 2) for key in ("share", "area")
            )
            lines.append([name, f"{edge:g}", drop.text(), only.text(), share, area])
    return table(head, lines)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.findings", description=(__doc__ or "").splitlines()[0]
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="three photos")
    add("--photos", type=Path, metavar="FOLDER", help="labelled photos; default: packaged ones")
    add("--count", type=int, metavar="N", help="the first N photos only")
    add("--write", type=Path, metavar="FILE", help="write a page with the tables")
    return parser.parse_args(arguments)


def _told(options: argparse.Namespace) -> list[str]:
    """Return the options that change figures, as they are given."""
    count, photos = [f"--count {options.count}"], ["--photos FOLDER"]
    return ["--quick"] * options.quick + count * bool(options.count) + photos * bool(options.photos)


_PAGE = """\
# Effects of regions

Each finding is measured: the score of its class with the region replaced by drawn backgrounds, and
with only the region. This report says how long that takes, and how much of an effect is the work of
the region's edge alone.

Measured {date} by `{command}` on {machine}, with a load of {load:.1f} before.
{versions}.

{photos} labeled photos before {net}, each explained for its class in {iterations} iterations.

## Seconds

{times}

*Prepare a subject* is done once an image: a twin of the network, and the backgrounds. An effect is
17 passes of the network.

## The edge of a region

Where a region is replaced, its edge is new in the picture. Here the edge is hard, as in a finding's
effect (0 px), or blurred by a Gaussian. `lost`: share of the score that is lost without the region;
`kept`: share that only the region keeps. Boxes have 50×50 pixels: with the most evidence, and with
the least, where nothing but the edge should have an effect. Photos that score {seen} or more.

{edges}

What is lost without the box with the least evidence is what an edge alone may do. A blurred edge
also gives back some of the evidence at the rim of a region, so that the other rows fall, too.
"""


if __name__ == "__main__":
    sys.exit(main())
