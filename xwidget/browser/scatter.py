"""The map of a store's clusters: a point for each explanation, and which of them are chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from xwidget.browser.choices import Filter
from xwidget.browser.known import Known, Marks, Numbers
from xwidget.names import shortened

POINT = np.dtype([("row", "<u4"), ("x", "<u2"), ("y", "<u2"), ("cluster", "<u2"), ("", "<u2")])
"""A point as the page reads it, see js/src/browser/points.ts: places in 1/65535 of the map."""

_PLACES = 65535
_MOST = 65535  # clusters


class Placed(Protocol):
    """Clusters, as far as they are drawn: ``Clusters``, or what their file has."""

    @property
    def ids(self) -> Sequence[str]:
        """Ids of N rows."""

    @property
    def labels(self) -> npt.NDArray[np.int32]:
        """(N,) number of the cluster of each, from 0."""

    @property
    def xy(self) -> npt.NDArray[np.float32]:
        """(N, 2) in [0,1]: x to the right and y down."""


@dataclass(frozen=True)
class Map:
    """Points by the number of their row.

    Parameters
    ----------
    rows
        (N,) numbers of the rows.
    labels
        (N,) the cluster of each.
    xy
        (N, 2) in [0,1].
    clusters
        Number and size of each cluster, and the name of its most frequent target.
    """

    rows: Numbers
    labels: npt.NDArray[np.int64]
    xy: npt.NDArray[np.float32]
    clusters: tuple[tuple[int, int, str], ...]

    @classmethod
    def of(cls, clusters: Placed, known: Known) -> Map:
        """Return the map of those rows that a store has."""
        there = np.array([id in known.number for id in clusters.ids], bool)
        labels = np.asarray(clusters.labels, np.int64)[there]
        xy = np.clip(np.asarray(clusters.xy, np.float32)[there], 0, 1)
        rows, labels = known.numbers(clusters.ids), np.clip(labels, 0, _MOST)
        sizes = sorted(Counter(labels.tolist()).items())
        told = ((k, size, _short(known.most(rows[labels == k]))) for k, size in sizes)
        return cls(rows, labels, xy, tuple(told))

    def chosen(self, choice: Filter, known: Known) -> Marks | None:
        """Return which rows are chosen on the map, by number; None where nothing is."""
        points = np.ones(len(self.rows), bool)
        if choice.cluster < 0 and not choice.lasso:
            return None
        if choice.cluster >= 0:
            points &= self.labels == choice.cluster
        if choice.lasso:
            points &= inside(self.xy, np.array(choice.lasso, np.float32))
        return known.marks(self.rows[points])

    def packed(self) -> bytes:
        """Return all points for the page, ``POINT`` each."""
        made = np.zeros(len(self.rows), POINT)
        made["row"], made["cluster"] = self.rows, self.labels
        made["x"], made["y"] = np.rint(self.xy * _PLACES).T
        return made.tobytes()

    def listed(self, rows: Numbers, known: Known) -> bytes:
        """Return which points are of rows that are listed, a bit each, the lowest first."""
        return np.packbits(known.marks(rows)[self.rows], bitorder="little").tobytes()


def _short(name: str) -> str:
    return shortened([name])[0] if name else ""


def inside(xy: npt.NDArray[np.float32], polygon: npt.NDArray[np.float32]) -> Marks:
    """Return which points lie inside a polygon: a ray from there crosses its edge an odd number of
    times.

    Parameters
    ----------
    xy
        (N, 2) points.
    polygon
        (M, 2) corners; the last is joined to the first.
    """
    found = np.zeros(len(xy), bool)
    x, y = xy.T
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if ay == by:
            continue
        spans = (y >= ay) != (y >= by)
        found ^= spans & (x < ax + (y - ay) * ((bx - ax) / (by - ay)))
    return found
