"""Masks and clusters as labels of FiftyOne, on the images as they are in their files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from xwidget.batch.clusters.file import ClusterFile
from xwidget.batch.clusters.vectors import Reals
from xwidget.batch.store.restoring import mask_of
from xwidget.batch.store.store import ExplanationStore
from xwidget.origin import Origin
from xwidget.preprocessing.geometry import Geometry
from xwidget.support import texts

Fields: TypeAlias = dict[str, Any]

_LONGEST = 512  # pixels of a heatmap's longer side: an evidence has no more detail
_COLUMNS = ("id", "image", "path", "target", "height", "width", "origin", "mask")
_FEW = 256  # rows in memory at once


def add(dataset: Any, store: ExplanationStore, clusters: ClusterFile, field: str) -> dict[str, str]:
    """Add masks and clusters to the samples of a dataset; return what was left out, with reasons.

    Parameters
    ----------
    dataset
        A ``fiftyone.Dataset``.
    store
        The store.
    clusters
        Its clusters.
    field
        Name of the field of the masks.

    Raises
    ------
    ValueError
        If the name is none of a field, or the store has no longer the rows.
    ModuleNotFoundError
        If FiftyOne is not installed.
    """
    if not isinstance(field, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", field):
        raise ValueError(
            f"field is {texts.shown(repr(field), texts.NAME)}; expected a letter, then letters, "
            "digits and underscores"
        )
    fiftyone = _fiftyone()
    left: dict[str, str] = {}
    seen: set[str] = set()
    known = set(dataset.values("filepath"))
    for rows in _parts(store, clusters):
        found: dict[str, Fields] = {}
        for row, cluster in rows:
            reason = _reason(row)
            if reason:
                left[row["image"]] = reason
                continue
            name = f"{field}_{row['target']}" if row["path"] in seen else field
            seen.add(row["path"])
            fields = found.setdefault(row["path"], {})
            fields[name] = fiftyone.Heatmap(map=_on_original(row), range=[0, 1])
            fields[f"{name}_cluster"] = fiftyone.Classification(label=str(cluster))
        _put(dataset, fiftyone, known, found)
    return left


def _fiftyone() -> Any:
    try:
        import fiftyone
    except ModuleNotFoundError as error:
        if error.name != "fiftyone":
            raise
        raise ModuleNotFoundError(
            "to_fiftyone() needs FiftyOne, which is optional: pip install fiftyone", name=error.name
        ) from error
    return fiftyone


def _parts(
    store: ExplanationStore, clusters: ClusterFile
) -> Iterator[Sequence[tuple[Mapping[str, Any], int]]]:
    for first in range(0, len(clusters.ids), _FEW):
        ids = clusters.ids[first : first + _FEW]
        columns = [store.values(ids, name) for name in _COLUMNS]
        rows = [dict(zip(_COLUMNS, values, strict=True)) for values in zip(*columns, strict=True)]
        yield list(zip(rows, clusters.labels[first : first + _FEW].tolist(), strict=True))


def _reason(row: Mapping[str, Any]) -> str:
    """Return why a row has no place on a file; "" if it has one."""
    if not row["path"]:
        return "it was not given by its path, and FiftyOne shows files"
    if row["origin"] is None:
        return "it is not known which part of it the network saw"
    return _geometry(row).reason


def _geometry(row: Mapping[str, Any]) -> Geometry:
    return Origin.read(json.loads(row["origin"])).geometry


def _on_original(row: Mapping[str, Any]) -> Reals:
    """Return the mask, its mean over the colors, on the whole original: 0 where the net saw
    nothing. float32 in [0,1], of the original's shape, the longer side at most 512.
    """
    mask = mask_of({**row, "error": ""}).mean(0)
    geometry = _geometry(row)
    height, width = geometry.original_size
    scale = max(1.0, max(height, width) / _LONGEST)
    size = max(1, round(width / scale)), max(1, round(height / scale))
    return _mapped(mask, geometry, size)


def _mapped(mask: Reals, geometry: Geometry, size: tuple[int, int]) -> Reals:
    height, width = geometry.original_size
    # Three corners of the new map, as continuous pixels: of the original, then of the input.
    corners = np.array([(0, 0), (size[0], 0), (0, size[1])], np.float64)
    on_original = corners * (width / size[0], height / size[1]) - 0.5
    on_input = geometry.to_input(on_original)
    assert on_input is not None
    zero, right, down = on_input + 0.5
    x, y = (right - zero) / size[0], (down - zero) / size[1]
    affine = (x[0], y[0], zero[0], x[1], y[1], zero[1])
    picture = Image.fromarray(np.ascontiguousarray(mask))
    found: npt.NDArray[np.float32] = np.array(
        picture.transform(size, Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR)
    )
    return found


def _put(dataset: Any, fiftyone: Any, known: set[str], found: dict[str, Fields]) -> None:
    """Set fields of samples by their paths; add those that are missing."""
    for path in known & found.keys():
        sample = dataset[path]
        for name, label in found[path].items():
            sample[name] = label
        sample.save()
    missing = {path: fields for path, fields in found.items() if path not in known}
    dataset.add_samples(
        [fiftyone.Sample(filepath=path, **fields) for path, fields in missing.items()]
    )
    known.update(missing)
