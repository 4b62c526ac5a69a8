"""Explanations as points: where a mask lies, what the net sees in the image, or both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from xwidget.batch.store.schema import SMALL
from xwidget.batch.store.store import ExplanationStore
from xwidget.support.needed import needed

Reals: TypeAlias = npt.NDArray[np.float32]

#: Extra of xwidget that brings what clusters need.
EXTRA = "clusters"
#: What explanations can be clustered by, and the columns of the store that it takes.
BY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"mask": ("mask_small",), "features": ("features",), "both": ("mask_small", "features")}
)
#: Rows read at once: of 2,048 features, 16 MB.
CHUNK = 2048

_BLUR = 1.5  # pixels of a small mask: evidence a little beside is still alike
_DIMENSIONS = 20


def sklearn(module: str) -> Any:
    """Return a module of scikit-learn; ModuleNotFoundError says how to install it."""
    return needed(f"sklearn.{module}", EXTRA, "Clustering explanations")


def blocks(store: ExplanationStore, ids: Sequence[str], by: str) -> list[Reals]:
    """Return the vectors that rows are compared by, each of length 1.

    Parameters
    ----------
    store
        The store.
    ids
        Of N rows that did not fail.
    by
        One of ``BY``.

    Returns
    -------
    list of ndarray
        One (N, D) float32 for each column: the roots of the mask at 32×32, blurred, so that rows
        are as far apart as the Hellinger distance of masks of sum 1; or the features. A row that
        shows nothing is 0.

    Raises
    ------
    ValueError
        If the store has no features of one of them.
    """
    return [_READ[column](store.values(ids, column), ids) for column in BY[by]]


def chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield ids in runs of at most ``CHUNK``."""
    for first in range(0, len(ids), CHUNK):
        yield ids[first : first + CHUNK]


def small_masks(values: Sequence[bytes]) -> Reals:
    """Return masks as a store keeps them small, (N, 32, 32) float32 in [0,1]."""
    flat = np.frombuffer(b"".join(values), "<f2").astype(np.float32)
    return flat.reshape(-1, SMALL, SMALL)


def _of_masks(values: Sequence[bytes], ids: Sequence[str]) -> Reals:
    blurred = needed("scipy.ndimage", EXTRA, "Clustering explanations").gaussian_filter(
        small_masks(values), _BLUR, mode="constant", axes=(1, 2)
    )
    return _of_length_1(np.sqrt(blurred.clip(min=0)).reshape(len(ids), -1))


def _of_features(values: Sequence[bytes], ids: Sequence[str]) -> Reals:
    for id, value in zip(ids, values, strict=True):
        if not value:
            raise ValueError(
                f"the store has no features of {id!r}: the network's last layer was not found; "
                "cluster by its mask instead, by='mask'"
            )
    flat = np.frombuffer(b"".join(values), "<f2").astype(np.float32)
    return _of_length_1(flat.reshape(len(ids), -1))


def _of_length_1(rows: Reals) -> Reals:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    found: Reals = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return found


_READ = {"mask_small": _of_masks, "features": _of_features}


@dataclass(frozen=True)
class Reduction:
    """A map from what rows are compared by to 20 numbers or fewer, by principal components.

    Each column has the same weight: its rows are centered and scaled to a total variance of 1.

    Parameters
    ----------
    means
        (D,) of each column.
    scales
        Factor of each column.
    components
        The fitted principal components.
    """

    means: tuple[Reals, ...]
    scales: tuple[float, ...]
    components: Any

    @classmethod
    def of(cls, columns: Sequence[Reals], seed: int) -> Reduction:
        """Return the map that keeps most of some rows, given as :func:`blocks` returns them."""
        means = tuple(column.mean(0) for column in columns)
        totals = [float(column.var(0).sum()) for column in columns]
        scales = tuple(1 / np.sqrt(total) if total > 0 else 0.0 for total in totals)
        joined = _joined(columns, means, scales)
        count = min(_DIMENSIONS, *joined.shape)
        pca = sklearn("decomposition").PCA(count, svd_solver="randomized", random_state=seed)
        return cls(means, scales, pca.fit(joined))

    def __call__(self, columns: Sequence[Reals]) -> Reals:
        """Return rows as points, (N, 20) float32 or fewer."""
        joined = _joined(columns, self.means, self.scales)
        points: Reals = self.components.transform(joined).astype(np.float32)
        return points


def _joined(columns: Sequence[Reals], means: Sequence[Reals], scales: Sequence[float]) -> Reals:
    scaled = [
        (column - mean) * np.float32(scale)
        for column, mean, scale in zip(columns, means, scales, strict=True)
    ]
    return np.concatenate(scaled, 1)
