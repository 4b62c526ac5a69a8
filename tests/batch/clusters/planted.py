"""Stores whose clusters are known: masks that lie in one of a few places, and features alike."""

from __future__ import annotations

import io
import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from tests.batch.store.made import about
from xwidget.batch.store.about import written
from xwidget.batch.store.folder import PART, Folder
from xwidget.batch.store.pieces import new_file
from xwidget.batch.store.rows import measures, small
from xwidget.batch.store.schema import NAMES, schema

SIDE = 32
#: Places (x, y) in [0,1] of the evidence of each cluster.
PLACES = ((0.5, 0.5), (0.15, 0.8), (0.85, 0.15))


def plant(
    folder: Path,
    sizes: tuple[int, ...] = (40, 24, 16),
    *,
    targets: tuple[int, ...] = (0, 0, 0),
    told: dict[str, Any] | None = None,
    paths: dict[int, Path] | None = None,
    origins: dict[int, Any] | None = None,
    features: bool = True,
    everywhere: bool = False,
    same: bool = False,
    spread: float = 0.015,
    seed: int = 3,
) -> list[int]:
    """Write a store of clusters of these sizes and targets, in drawn order, and one image that
    failed; return the cluster of each row.

    Features tell the clusters apart, too. With ``everywhere``, each has evidence in the first place
    beside its own; it is off its place by a deviation of ``spread``. With ``same``, all have one
    mask. Rows have pictures, unless ``paths`` has a file for them.
    """
    drawn = np.random.default_rng(seed)
    clusters = drawn.permutation(np.repeat(np.arange(len(sizes)), sizes)).tolist()
    rows = []
    for n, cluster in enumerate(clusters):
        mask = _mask(PLACES[cluster], np.random.default_rng(seed) if same else drawn, spread)
        if everywhere:
            mask = np.maximum(mask, mask.max() * _mask(PLACES[0], drawn, spread))
        feature = np.zeros(12) if features else np.zeros(0)
        if features:
            feature += drawn.normal(0, 0.2, 12)
            feature[cluster] += 3
        path = (paths or {}).get(n)
        rows.append(
            dict.fromkeys(NAMES)
            | dict(measures(mask))
            | {
                "id": f"image {n}/{targets[cluster]}",
                "image": f"image {n}",
                "index": n,
                "path": "" if path is None else str(path),
                "digest": f"{n:064x}",
                "label": "beach" if n % 2 else None,
                "label_index": 1 if n % 2 else None,
                "target": targets[cluster],
                "target_name": ("forest, wood", "beach")[targets[cluster]],
                "prediction": 0,
                "prediction_name": "forest, wood",
                "prediction_score": 0.75,
                "image_score": 0.75,
                "score": 0.5,
                "verdict": "holds",
                "summary": "Holds.",
                "failed": [],
                "checks": json.dumps({"verdict": "holds", "sign": "holds", "summary": "Holds.",
                                      "says": "", "items": []}),
                "iterations": 9,
                "stopped": "iterations",
                "seconds": 1.0,
                "error": "",
                "height": SIDE,
                "width": SIDE,
                "mask": np.uint8(mask * 255 + 0.5).tobytes(),
                "relevance": bytes(SIDE * SIDE),
                "thumbnail": _png(cluster),
                "photo": _png(cluster),
                "picture": None if path is not None else _png(n),
                "mask_small": small(mask).astype("<f2").tobytes(),
                "features": feature.astype("<f2").tobytes(),
                "trace": np.zeros((10, 3), "<f4").tobytes(),
                "origin": json.dumps(origins[n]) if origins and n in origins else None,
                "diagnostics": "{}",
                "done": datetime(2026, 1, 1, tzinfo=timezone.utc),
            }
        )  # fmt: skip
    failed = {"id": "image x/-", "image": "image x", "index": len(rows), "path": "",
              "error": "no image", "done": datetime(2026, 1, 1, tzinfo=timezone.utc)}  # fmt: skip
    rows.append(dict.fromkeys(NAMES) | failed)
    made = schema(written(told or {**about(SIDE), "size": [SIDE, SIDE]}))
    folder.mkdir(parents=True, exist_ok=True)
    with new_file(Folder(folder).free(PART), made) as write:
        write(pa.Table.from_pylist(rows, made))
    return clusters


def _mask(place: tuple[float, float], drawn: np.random.Generator, spread: float) -> Any:
    y, x = (np.indices((SIDE, SIDE)) + 0.5) / SIDE
    cx, cy = np.array(place) + drawn.normal(0, spread, 2)
    blob = np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * 0.08**2))
    speckle = drawn.uniform(0.7, 1, (3, SIDE, SIDE))
    return (blob * speckle * drawn.uniform(0.3, 1)).astype(np.float32)


def _png(shade: int) -> bytes:
    picture = np.full((SIDE, SIDE, 3), (shade * 7) % 256, np.uint8)
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "PNG")
    return data.getvalue()
