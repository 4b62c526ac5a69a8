"""The file of a store's clusters: one row for each explanation, as Parquet."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from xwidget.batch.store.schema import arrow, parquet
from xwidget.support import files

Reals: TypeAlias = npt.NDArray[np.float32]
Labels: TypeAlias = npt.NDArray[np.int32]

#: Name of the file in the store's folder. It does not end in .parquet: readers of the store would
#: take it for a part of it.
NAME = "_clusters.pq"
#: Number of this layout of the file.
LAYOUT = 1

_TOLD = b"xwidget.clusters"


@dataclass(frozen=True, eq=False)
class ClusterFile:
    """The clusters of a store, as its file has them.

    Attributes
    ----------
    ids
        Ids of N rows of the store.
    labels
        (N,) int32: the cluster of each, from 0; 0 is the largest.
    xy
        (N, 2) float32 in [0,1]: the place of each on the map, x to the right and y down.
    distance
        (N,) float32: the distance of each to the middle of its cluster; 1 is usual there.
    told
        How they were made, JSON-able: ``"by"``, ``"k"``, ``"score"``, ``"layout"``, ``"seed"``, ...
    """

    ids: list[str]
    labels: Labels
    xy: Reals
    distance: Reals
    told: dict[str, Any]


def write_file(folder: Path, clusters: ClusterFile) -> Path:
    """Write the file whole, or leave the one that is there; return its path.

    Parameters
    ----------
    folder
        The store's.
    clusters
        What it shall hold.
    """
    pa = arrow()
    told = json.dumps({**clusters.told, "file": LAYOUT}).encode("utf-8")
    columns = {
        "id": pa.array(clusters.ids, pa.string()),
        "cluster": pa.array(clusters.labels, pa.int32()),
        "x": pa.array(clusters.xy[:, 0], pa.float32()),
        "y": pa.array(clusters.xy[:, 1], pa.float32()),
        "distance": pa.array(clusters.distance, pa.float32()),
    }
    table = pa.table(columns).replace_schema_metadata({_TOLD: told})
    held = pa.BufferOutputStream()
    parquet().write_table(table, held, compression="zstd")
    return files.replace(folder / NAME, held.getvalue().to_pybytes())


def read_file(folder: str | os.PathLike[str]) -> ClusterFile | None:
    """Return the clusters that a store's folder has; None if it has none.

    Raises
    ------
    ValueError
        If its file is damaged, none of clusters, or of a newer xwidget.
    """
    pa, path = arrow(), Path(folder) / NAME
    try:
        table = parquet().read_table(pa.BufferReader(path.read_bytes()))
    except FileNotFoundError:
        return None
    except pa.ArrowException as error:
        raise ValueError(f"{str(path)!r} is no Parquet file: {error}; make it anew") from error
    told = (table.schema.metadata or {}).get(_TOLD)
    if told is None:
        raise ValueError(f"{str(path)!r} holds no clusters; cluster the store anew")
    described = json.loads(told)
    if described.pop("file") > LAYOUT:
        raise ValueError(f"{str(path)!r} was written by a newer xwidget; update this one")
    labels, x, y, distance = (
        table.column(name).to_numpy() for name in ("cluster", "x", "y", "distance")
    )
    ids = table.column("id").to_pylist()
    return ClusterFile(ids, labels, np.stack([x, y], 1), distance, described)
