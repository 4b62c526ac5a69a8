"""Places of pixels: their order by relevance, in as many steps as two bytes tell apart."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Places: TypeAlias = npt.NDArray[np.uint16]
"""(H, W) of each pixel, 0 for the most relevant: ``floor(65536 rank / n)``."""

PLACES = 65536
"""Places that are told apart."""

_SEED = 0


def places_of(relevance: npt.NDArray[Any]) -> Places:
    """Return each pixel's place by a relevance (H, W). Equal pixels come in a random order.

    Examples
    --------
    >>> places_of(np.array([[0.5, 1.0], [0.25, 0.0]])).tolist()
    [[16384, 0], [32768, 49152]]
    """
    flat = np.asarray(relevance, np.float64).ravel()
    order = np.random.default_rng(_SEED).permutation(flat.size)
    order = order[np.argsort(-flat[order], kind="stable")]
    ranks = np.empty(flat.size, np.int64)
    ranks[order] = np.arange(flat.size)
    return of_ranks(ranks.reshape(np.shape(relevance)))


def of_ranks(ranks: npt.NDArray[Any]) -> Places:
    """Return the places of pixels that are numbered in their order, (H, W)."""
    return (ranks * PLACES // ranks.size).astype(np.uint16)


def first(places: Places, count: int) -> npt.NDArray[np.bool_]:
    """Return where the first ``count`` pixels are, (H, W).

    Examples
    --------
    >>> first(places_of(np.array([[0.5, 1.0], [0.25, 0.0]])), 1).tolist()
    [[False, True], [False, False]]
    """
    return places < PLACES * count // places.size


def top(places: Places, share: float) -> npt.NDArray[np.bool_]:
    """Return where the top share of the pixels is, (H, W)."""
    return places < share * PLACES
