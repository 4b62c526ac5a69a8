"""Landmarks: the rows that were clustered and laid out, by which all others are placed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from xwidget.batch.clusters.spectral import Labels
from xwidget.batch.clusters.vectors import Reals, sklearn

_VOTERS = 5


class Placed(NamedTuple):
    """Rows in clusters and on the map.

    Attributes
    ----------
    labels
        (N,) int32: the cluster of each.
    xy
        (N, 2) float32 in [0,1]: the place of each on the map.
    distance
        (N,) float32: the distance of each to the middle of its cluster, in units of what is usual
        there.
    """

    labels: Labels
    xy: Reals
    distance: Reals


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Rows with clusters and places.

    Parameters
    ----------
    points
        (N, D) float32.
    labels
        (N,) int32: the cluster of each.
    xy
        (N, 2) float32 in [0,1]: the place of each on the map.
    """

    points: Reals
    labels: Labels
    xy: Reals

    @property
    def placed(self) -> Placed:
        """The landmarks themselves."""
        return Placed(self.labels, self.xy, self._distance(self.points, self.labels))

    def place(self, points: Reals) -> Placed:
        """Return other rows by the five landmarks nearest to each: the cluster of most of them, and
        their mean place.
        """
        nearest = self._neighbors.kneighbors(points, return_distance=False)
        count = int(self.labels.max()) + 1
        votes = np.zeros((len(points), count), np.float32)
        # A tie goes to the nearest.
        weights = 1 + 0.1 / np.arange(1, nearest.shape[1] + 1)
        for place, weight in enumerate(weights):
            votes[np.arange(len(points)), self.labels[nearest[:, place]]] += weight
        labels = votes.argmax(1).astype(np.int32)
        return Placed(labels, self.xy[nearest].mean(1), self._distance(points, labels))

    @cached_property
    def _neighbors(self) -> Any:
        voters = min(_VOTERS, len(self.points))
        return sklearn("neighbors").NearestNeighbors(n_neighbors=voters).fit(self.points)

    @cached_property
    def _middles(self) -> tuple[Reals, Reals]:
        """The middle of each cluster, and the mean distance to it."""
        numbers = range(int(self.labels.max()) + 1)
        middles = np.stack([self.points[self.labels == n].mean(0) for n in numbers])
        away = np.linalg.norm(self.points - middles[self.labels], axis=1)
        usual = np.array([away[self.labels == n].mean() or 1 for n in numbers], np.float32)
        return middles, usual

    def _distance(self, points: Reals, labels: Labels) -> Reals:
        middles, usual = self._middles
        away: Reals = np.linalg.norm(points - middles[labels], axis=1) / usual[labels]
        return away
