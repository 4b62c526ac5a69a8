"""Places of points on a map of two dimensions, alike ones side by side."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from xwidget.batch.clusters.vectors import EXTRA, Reals, sklearn
from xwidget.support.needed import needed

_PERPLEXITY = 30.0
_NEIGHBORS = 15
_ALIKE = 1e-6  # of points whose usual distance is 1: no more than what rounding leaves


def _umap(points: Reals, seed: int) -> Reals:
    umap = needed("umap", EXTRA, 'layout="umap"')
    count = min(_NEIGHBORS, len(points) - 1)
    with warnings.catch_warnings():  # a seed means one thread, which it says each time
        warnings.filterwarnings("ignore", message="n_jobs value", category=UserWarning)
        made = umap.UMAP(n_neighbors=count, random_state=seed, n_jobs=1)
        placed: Reals = made.fit_transform(points)
    return placed


def _tsne(points: Reals, seed: int) -> Reals:
    perplexity = min(_PERPLEXITY, (len(points) - 1) / 3)
    made = sklearn("manifold").TSNE(perplexity=perplexity, init="pca", random_state=seed)
    placed: Reals = made.fit_transform(points)
    return placed


#: Layouts by name.
LAYOUTS: Mapping[str, Callable[[Reals, int], Reals]] = MappingProxyType(
    {"umap": _umap, "tsne": _tsne}
)


def laid_out(points: Reals, layout: str, seed: int) -> Reals:
    """Return the places of points, (N, 2) float32 in [0,1]; the longer side of the map is 1, and
    points that are all alike are in its middle.

    Parameters
    ----------
    points
        (N, D).
    layout
        One of ``LAYOUTS``.
    seed
        Of what is drawn.
    """
    if np.ptp(points, 0).max() <= _ALIKE:  # t-SNE takes the process down with it
        return np.full((len(points), 2), 0.5, np.float32)
    places = LAYOUTS[layout](points, seed).astype(np.float32)
    low, high = places.min(0), places.max(0)
    longest = float((high - low).max()) or 1.0
    scaled: Reals = (places - (low + high) / 2) / np.float32(longest) + np.float32(0.5)
    return scaled.clip(0, 1)
