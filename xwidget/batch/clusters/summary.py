"""Clusters in figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from xwidget.batch.clusters.file import Labels
from xwidget.batch.store.store import ExplanationStore
from xwidget.support import texts
from xwidget.support.figures import figure, percent

_NAME = texts.Room(24)
_COLUMNS = ("target_name", "x", "y", "border", "shown", "image_score")


@dataclass(frozen=True)
class Cluster:
    """One cluster in figures.

    Attributes
    ----------
    number
        Its number; 0 is the largest cluster.
    size
        Number of its explanations.
    share
        The same as a share of all that were clustered, in (0,1].
    classes
        Names of the targets and their shares of the cluster, the most frequent first.
    x, y
        Where its evidence lies in the mean: centroid of the masks, from the upper left, in [0,1].
    border
        Share of its evidence in the outer eighth on each side, in the mean, in [0,1].
    shown
        Mean of its masks, in [0,1].
    score
        Score of the image, in the mean, in [0,1].
    """

    number: int
    size: int
    share: float
    classes: tuple[tuple[str, float], ...]
    x: float
    y: float
    border: float
    shown: float
    score: float

    def __str__(self) -> str:
        named = ", ".join(f"{short(name)} {share:.0%}" for name, share in self.classes[:3])
        place = f"x {figure(self.x)}, y {figure(self.y)}, {percent(self.border)} at the border"
        return f"{self.number}: {self.size:,} ({percent(self.share)}); {place}; {named}"


def summed(store: ExplanationStore, ids: Sequence[str], labels: Labels, k: int) -> list[Cluster]:
    """Return each of k clusters in figures, by number.

    Parameters
    ----------
    store
        The store.
    ids, labels
        Rows, and the cluster of each.
    k
        Number of clusters.
    """
    table = store.table(["id", *_COLUMNS])
    at = {id: place for place, id in enumerate(table.column("id").to_pylist())}
    rows = table.take([at[id] for id in ids])
    columns = {name: np.array(rows.column(name).to_pylist()) for name in _COLUMNS}
    return [
        _summed(
            number, {name: column[labels == number] for name, column in columns.items()}, len(ids)
        )
        for number in range(k)
    ]


def _summed(number: int, inside: Mapping[str, npt.NDArray[Any]], of: int) -> Cluster:
    size = len(inside["target_name"])
    counts = Counter(inside["target_name"].tolist())
    named = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    classes = tuple((name, count / size) for name, count in named)
    means = (_mean(inside[name].astype(np.float64)) for name in _COLUMNS[1:])
    return Cluster(number, size, size / of, classes, *means)


def _mean(values: npt.NDArray[np.float64]) -> float:
    """Return the mean of those that there are; an empty mask has no place."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def short(name: str) -> str:
    """Return a class's name without synonyms, in one line that fits a heading."""
    return texts.shown(name.split(",")[0], _NAME)
