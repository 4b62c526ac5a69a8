"""Clustering the explanations of a store."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from xwidget.batch.clusters import spectral
from xwidget.batch.clusters.clusters import Clusters
from xwidget.batch.clusters.file import ClusterFile
from xwidget.batch.clusters.landmarks import Landmarks, Placed
from xwidget.batch.clusters.layout import LAYOUTS, laid_out
from xwidget.batch.clusters.vectors import BY, Reduction, blocks, chunks
from xwidget.batch.store.queries import condition
from xwidget.batch.store.store import ExplanationStore
from xwidget.names import find, plain
from xwidget.support import arguments, texts

LEAST: Final = 8
"""Explanations that are clustered at least."""

_METHODS = ("spectral",)
_LISTED = 8  # classes in a message


def cluster(
    store: ExplanationStore | str | os.PathLike[str],
    by: str = "mask",
    method: str = "spectral",
    k: int | str = "auto",
    target: int | str | None = None,
    layout: str = "tsne",
    seed: int = 0,
    *,
    where: str = "",
    landmarks: int = 3000,
) -> Clusters:
    """Cluster the explanations of a store: images that the net decides in the same way.

    This is SpRAy (Lapuschkin et al. 2019, "Unmasking Clever Hans predictors and assessing what
    machines really learn"): a graph joins each explanation to those most like it, and spectral
    clustering parts the graph. A shortcut shows as a cluster of its own.

    Parameters
    ----------
    store
        The store, or its folder.
    by
        ``"mask"``: where the evidence lies, at 32×32. ``"features"``: what the net's last layer is
        given, the same for all targets of an image. ``"both"``, at equal weight.
    method
        ``"spectral"``.
    k
        Number of clusters, 1 or more; "auto" for that of the largest step between eigenvalues of
        the graph, 1 to 10.
    target
        Index or name of the class whose explanations are clustered; None for all.
    layout
        What places them on a map: ``"tsne"``, or ``"umap"``, which takes a quarter of a minute to
        get going.
    seed
        Of what is drawn: the same seed gives the same clusters and places on the same machine.
    where
        A condition in SQL on the rows, as in ``ExplanationStore.select``; empty for all.
    landmarks
        Most rows that are clustered and laid out themselves, 8 or more. Of more, as many are drawn,
        and each of the others gets the cluster of most of the five nearest to it, and their mean
        place.

    Returns
    -------
    Clusters
        Number 0 is the largest. Images that failed are left out.

    Raises
    ------
    ValueError, TypeError
        If an argument does not fit, there are fewer than 8 explanations, or the store has no
        features.
    ModuleNotFoundError
        If scikit-learn or umap-learn is not installed; the message names the extra that brings it.

    Notes
    -----
    Masks are compared by place, whatever they show in all: each is blurred by 1.5 pixels of 32, and
    two are as far apart as their Hellinger distance. What is compared is reduced to 20 principal
    components; each point is joined to its ten nearest, of less than 80 points to fewer.

    Examples
    --------
    >>> import xwidget as xw
    >>> found = xw.cluster("results", target="carton")  # doctest: +SKIP
    >>> found.plot()  # doctest: +SKIP
    >>> found.save()  # doctest: +SKIP
    """
    if not isinstance(store, ExplanationStore):
        store = ExplanationStore(store)
    for name, given, known in (("by", by, BY), ("method", method, _METHODS)):
        _expect(name, given, known)
    _expect("layout", layout, LAYOUTS)
    most = arguments.whole("landmarks", landmarks, LEAST)
    seed = arguments.whole("seed", seed, 0, 2**32 - 1)
    index = None if target is None else _index(store, target)
    ids = _chosen(store, index, where)
    drawn = _drawn(len(ids), most, seed)
    if k != "auto":
        k = arguments.whole("k", k, 1, len(drawn) // 2)

    parts = [blocks(store, part, by) for part in chunks([ids[n] for n in drawn])]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    reduction = Reduction.of(columns, seed)
    points = reduction(columns)
    most_clusters = spectral.MOST if isinstance(k, str) else max(k, spectral.MOST)
    spectrum = spectral.spectrum(points, min(most_clusters + 1, len(points) - 1), seed)
    values = spectrum.values[: spectral.MOST + 1]
    count = spectral.number(values) if isinstance(k, str) else k
    labels = spectral.labels(spectrum, count, seed)
    found = Landmarks(points, labels, laid_out(points, layout, seed))

    placed = _all(store, ids, drawn, by, reduction, found)
    told = {
        "by": by,
        "method": method,
        "k": count,
        "score": spectral.silhouette(points, labels),
        "eigenvalues": [round(float(value), 6) for value in values],
        "layout": layout,
        "seed": seed,
        "target": index,
        "where": where,
        "landmarks": len(drawn),
    }
    return Clusters(store, ClusterFile(ids, *_by_size(placed, count), told))


def _expect(name: str, given: Any, known: Collection[str]) -> None:
    if not isinstance(given, str) or given not in known:
        listed = " or ".join(map(repr, known))
        raise ValueError(f"{name} is {texts.shown(repr(given), texts.NAME)}; expected {listed}")


def _index(store: ExplanationStore, target: int | str) -> int:
    """Return the index of a class that the store has explanations of."""
    table = store.query(
        "SELECT target, any_value(target_name) AS name FROM rows WHERE target IS NOT NULL "
        "GROUP BY target ORDER BY target"
    )
    there = dict(zip(*(column.to_pylist() for column in table.columns), strict=True))
    if isinstance(target, str):
        part = plain(target)
        if part and any(part in plain(name) for name in there.values()):
            # Among as many names as there are classes: in the message, too, they have their index.
            return find(target, [there.get(index, "") for index in range(max(there) + 1)])
    else:
        index = arguments.whole("target", target, 0)
        if index in there:
            return index
    listed = [f"{texts.shown(name, texts.NAME)} ({index})" for index, name in there.items()]
    more = [f"{len(listed) - _LISTED} more"] if len(listed) > _LISTED else []
    raise ValueError(
        f"no row explains {texts.shown(repr(target), texts.NAME)}; the store has "
        f"{', '.join(listed[:_LISTED] + more) or 'none'}"
    )


def _chosen(store: ExplanationStore, target: int | None, where: str) -> list[str]:
    conditions = ["error = ''"]
    if target is not None:
        conditions.append(f"target = {target}")
    if where.strip():
        conditions.append(condition(where))
    ids = store.select(" AND ".join(conditions))
    if len(ids) < LEAST:
        raise ValueError(f"there are {len(ids)} such explanations; {LEAST} or more are clustered")
    return ids


def _drawn(count: int, most: int, seed: int) -> npt.NDArray[np.int64]:
    """Return the places of the landmarks among all rows."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).permutation(count)[:most])


def _all(
    store: ExplanationStore,
    ids: Sequence[str],
    drawn: npt.NDArray[np.int64],
    by: str,
    reduction: Reduction,
    landmarks: Landmarks,
) -> Placed:
    """Return all rows in their clusters, read a chunk at a time."""
    others = np.setdiff1d(np.arange(len(ids)), drawn)
    parts = [
        landmarks.place(reduction(blocks(store, part, by)))
        for part in chunks([ids[n] for n in others])
    ]
    order = np.argsort(np.concatenate([drawn, others]))
    joined = [np.concatenate(each)[order] for each in zip(landmarks.placed, *parts, strict=True)]
    return Placed(*joined)


def _by_size(placed: Placed, count: int) -> Placed:
    """Return the same with the clusters numbered by their size, the largest first."""
    sizes = np.bincount(placed.labels, minlength=count)
    place = np.empty(count, np.int32)
    place[np.argsort(-sizes, kind="stable")] = np.arange(count)
    return placed._replace(labels=place[placed.labels])
