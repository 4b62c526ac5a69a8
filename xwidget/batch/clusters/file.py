"""The file of a store's clusters: one row for each explanation, as Parquet."""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from xwidget.batch.store.schema import arrow, parquet
from xwidget.support import files
from xwidget.support.texts import in_words

Reals: TypeAlias = npt.NDArray[np.float32]
Labels: TypeAlias = npt.NDArray[np.int32]

#: Name of the file in the store's folder. It does not end in .parquet: readers of the store would
#: take it for a part of it.
NAME = "_clusters.pq"
#: Number of this layout of the file.
LAYOUT = 1

_TOLD = b"xwidget.clusters"
#: Types of what is told of all clusters.
_TYPES: Mapping[str, Any] = MappingProxyType(
    {"by": str, "method": str, "layout": str, "k": int, "score": (float, type(None)),
     "target": (int, type(None))}
)  # fmt: skip


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

    @property
    def digest(self) -> str:
        """A text that other clusters do not have."""
        told = json.dumps([self.told, self.ids], sort_keys=True).encode("utf-8")
        return hashlib.sha256(told + self.labels.tobytes()).hexdigest()


def _columns() -> dict[str, Any]:
    """Return the types of the columns by their names."""
    pa = arrow()
    real = pa.float32()
    return {"id": pa.string(), "cluster": pa.int32(), "x": real, "y": real, "distance": real}


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
    values = clusters.ids, clusters.labels, *clusters.xy.T, clusters.distance
    columns = {
        name: pa.array(each, kind)
        for (name, kind), each in zip(_columns().items(), values, strict=True)
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
    except (pa.ArrowException, OSError) as error:
        raise ValueError(
            f"{str(path)!r} is no Parquet file that can be read ({error}); remove it, and cluster "
            "the store anew"
        ) from error
    told = (table.schema.metadata or {}).get(_TOLD)
    if told is None:
        raise ValueError(f"{str(path)!r} holds no clusters; cluster the store anew")
    try:
        described = json.loads(told)
        layout = described.pop("file")
        if layout == LAYOUT:
            return _read(table, described)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(
            f"{str(path)!r} is damaged ({in_words(error)}); cluster the store anew"
        ) from error
    raise ValueError(
        f"{str(path)!r} was written by another xwidget, as {layout!r}; update this one"
    )


def found_in(folder: str | os.PathLike[str]) -> ClusterFile | None:
    """Return the same for something that goes on without: None, and a warning, if it raises."""
    try:
        return read_file(folder)
    except ValueError as error:
        warnings.warn(f"there is no map of clusters: {error}", stacklevel=3)
        return None


def _read(table: Any, told: dict[str, Any]) -> ClusterFile:
    for name, kinds in _TYPES.items():
        if not isinstance(told[name], kinds):
            raise TypeError(f"{name} is {told[name]!r}")
    columns = {name: table.column(name).cast(kind) for name, kind in _columns().items()}
    if any(column.null_count for column in columns.values()):
        raise ValueError("values are missing")
    ids = columns.pop("id").to_pylist()
    labels, x, y, distance = (column.to_numpy() for column in columns.values())
    if not ids or labels.min() < 0 or labels.max() >= told["k"]:
        raise ValueError(f"its clusters are not those from 0 to {told['k'] - 1}")
    return ClusterFile(ids, labels, np.stack([x, y], 1), distance, told)
