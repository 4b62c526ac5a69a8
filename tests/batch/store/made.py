"""Stores of any size, with masks and pictures that look real enough, made in no time."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image

from xwidget.batch.store.about import written
from xwidget.batch.store.folder import PART, Folder
from xwidget.batch.store.pieces import new_file
from xwidget.batch.store.rows import measures, places, small
from xwidget.batch.store.schema import LAYOUT, schema
from xwidget.pixels import blend, quantize

CLASSES = ("tench", "goldfish", "tabby cat", "espresso", "carton", "banjo", "castle", "daisy")
CHECKS = ("score", "small moves", "unseen backgrounds", "control", "share shown", "witness")
_PATTERNS = 96  # different masks
_PART = 1024
_DONE = datetime(2026, 1, 1, tzinfo=timezone.utc)
_HEAVY = ("mask", "relevance", "mask_small", "thumbnail", "photo", "picture", "trace")
_MEASURED = ("shown", "red", "green", "blue", "x", "y", "border")


def make_store(
    folder: Path | str, rows: int, side: int = 224, seed: int = 0, grain: float = 0.0
) -> Path:
    """Write a store of images with one target each: a row in 40 is of an image that failed.

    Every image has a label, and each of the verdicts, presets' conditions and clusters occurs: the
    masks of "carton" lie in the upper left corner, those of others anywhere.

    Parameters
    ----------
    folder
        Where to; it must not be there, or be empty.
    rows
        Number of rows.
    side
        Height and width of the masks.
    seed
        Of all that is drawn.
    grain
        How much each mask value is off; 0.05 makes masks that take as much space as real ones.
    """
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    drawn = np.random.default_rng(seed)
    patterns = _patterns(side, drawn, grain)
    told = written(about(side))
    made = schema(told)
    for first in range(0, max(rows, 1), _PART):
        part = _part(range(first, min(rows, first + _PART)), patterns, side, drawn, made)
        with new_file(Folder(path).free(PART), made) as write:
            write(part)
    return path


def about(side: int = 224) -> dict[str, Any]:
    """Return what these stores say that they were made with."""
    return {
        "layout": LAYOUT,
        "net": "made up",
        "weights": "0" * 64,
        "preprocessing": f"resized to cover {side}×{side}, cropped; mean 0.5, std 0.25",
        "size": [side, side],
        "mean": [0.5] * 3,
        "std": [0.25] * 3,
        "activation": "softmax",
        "targets": None,
        "settings": {"game": "generation", "defense": "auto", "iterations": 70,
                     "reference": "drawn", "seed": 0},
        "witness": ["another", "1" * 64],
        "repeat": False,
        "versions": {"xwidget": "0.1.0", "torch": "2.4.0", "python": "3.10.0"},
    }  # fmt: skip


def _patterns(side: int, drawn: np.random.Generator, grain: float) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {name: [] for name in (*_HEAVY, *_MEASURED)}
    y, x = (np.indices((side, side)) + 0.5) / side
    for k in range(_PATTERNS):
        # The first eighth lies in the upper left corner.
        corner = k < _PATTERNS // len(CLASSES)
        at = drawn.uniform(0.02, 0.14, (3, 2)) if corner else drawn.uniform(0.1, 0.9, (3, 2))
        blobs = [
            np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * drawn.uniform(0.04, 0.12) ** 2))
            for cx, cy in at
        ]
        ground = np.clip(sum(blobs), 0, 1)
        mask = np.stack([ground * drawn.uniform(0.6, 1) for _ in range(3)]).astype(np.float32)
        mask[mask < 0.05] = 0
        if grain:
            mask = np.clip(mask + drawn.normal(0, grain, mask.shape), 0, 1).astype(np.float32)
        photo = np.stack([np.sin(8 * x * drawn.uniform()), y, x * y], -1)
        photo = np.uint8(np.clip(photo * 127 + 100, 0, 255))
        levels = quantize(mask)
        evidence = blend(photo, np.full_like(photo, 235), levels)
        curve = np.stack([np.linspace(0.1, 0.9, 71), np.linspace(1, 0.2, 71), np.zeros(71)], 1)
        found["mask"].append(levels.tobytes())
        found["relevance"].append(places(mask.mean(0)).tobytes())
        found["mask_small"].append(small(mask).astype("<f2").tobytes())
        found["thumbnail"].append(_webp(evidence))
        found["photo"].append(_webp(photo))
        found["picture"].append(_png(photo) if k < 8 else None)
        found["trace"].append(curve.astype("<f4").tobytes())
        for name, value in measures(mask):
            found[name].append(value)
    found["picture"] = [found["picture"][k % 8] for k in range(_PATTERNS)]
    kinds = {field.name: field.type for field in schema()}
    return {name: pa.array(values, kinds[name]) for name, values in found.items()}


def _part(
    numbers: range, patterns: dict[str, Any], side: int, drawn: np.random.Generator, made: pa.Schema
) -> pa.Table:
    count, n = len(numbers), np.array(numbers, np.int64)
    target = drawn.integers(0, len(CLASSES), count)
    each = _PATTERNS // len(CLASSES)
    pattern = drawn.integers(each, _PATTERNS, count)
    pattern = np.where(target == CLASSES.index("carton"), drawn.integers(0, each, count), pattern)
    failed = n % 40 == 39
    right = drawn.random(count) < 0.7
    label = np.where(right, target, (target + 1) % len(CLASSES))
    sure = drawn.uniform(0.3, 1, count).round(4)
    verdicts = drawn.choice(["holds", "doubtful", "no evidence"], count, p=[0.7, 0.25, 0.05])
    names = [f"{CLASSES[label[k]].replace(' ', '_')}/{n[k]:08d}.jpg" for k in range(count)]
    centers = np.random.default_rng(7).normal(0, 1, (len(CLASSES), 64))
    features = (centers[target] + drawn.normal(0, 0.4, (count, 64))).astype("<f2")

    def unless_failed(values: Any, kind: pa.DataType) -> pa.Array:
        return pa.array(values, kind, mask=failed) if isinstance(values, np.ndarray) else pa.array(
            [None if bad else value for bad, value in zip(failed, values, strict=True)], kind
        )  # fmt: skip

    small_checks = [
        [] if verdict == "holds" else [CHECKS[k % len(CHECKS)]]
        for k, verdict in zip(n.tolist(), verdicts, strict=True)
    ]
    columns: dict[str, Any] = {
        "id": [
            f"{name}/{'-' if bad else t}"
            for name, bad, t in zip(names, failed, target, strict=True)
        ],
        "image": names,
        "index": n,
        "path": [""] * count,
        "label": [CLASSES[k] for k in label],
        "label_index": label,
        "error": np.where(failed, "the image could not be read: truncated", "").tolist(),
        "seconds": drawn.uniform(0.5, 2, count),
        "done": [_DONE + timedelta(seconds=int(k)) for k in n],
    }
    explained: dict[str, Any] = {
        "digest": [f"{k:064x}" for k in n.tolist()],
        "target": target,
        "target_name": [CLASSES[k] for k in target],
        "prediction": target,
        "prediction_name": [CLASSES[k] for k in target],
        "prediction_score": sure,
        "image_score": sure,
        "score": (sure * drawn.uniform(0.5, 1.1, count)).clip(0, 1),
        "verdict": verdicts.tolist(),
        "summary": [f"{verdict.capitalize()}." for verdict in verdicts],
        "failed": small_checks,
        "witness_score": drawn.uniform(0, 1, count),
        "witness_image_score": drawn.uniform(0.2, 1, count),
        "iterations": np.full(count, 70),
        "stopped": ["iterations"] * count,
        "height": np.full(count, side),
        "width": np.full(count, side),
        "features": [row.tobytes() for row in features],
        "checks": [
            json.dumps(
                {
                    "verdict": verdict,
                    "sign": {"holds": "holds", "no evidence": "none"}.get(verdict, "doubtful"),
                    "summary": f"{verdict.capitalize()}.",
                    "says": "",
                    "items": [
                        {"name": c, "value": 0.1, "passed": False, "words": "No.", "details": {}}
                        for c in bad
                    ],
                }
            )
            for verdict, bad in zip(verdicts.tolist(), small_checks, strict=True)
        ],
        "diagnostics": [json.dumps({"net": "made up", "stopped": "iterations", "seconds": 1.0})]
        * count,
        "origin": [None] * count,
    }
    kinds = {field.name: field.type for field in made}
    arrays = {name: pa.array(values, kinds[name]) for name, values in columns.items()}
    for name, values in explained.items():
        arrays[name] = unless_failed(values, kinds[name])
    at = pa.array(pattern, mask=failed)
    for name, values in patterns.items():
        arrays[name] = values.take(at)
    return pa.table([arrays[name] for name in made.names], schema=made)


def _webp(picture: Any) -> bytes:
    data = io.BytesIO()
    image = Image.fromarray(picture)
    image.thumbnail((96, 96))
    image.save(data, "WEBP", quality=80)
    return data.getvalue()


def _png(picture: Any) -> bytes:
    data = io.BytesIO()
    Image.fromarray(picture).save(data, "PNG")
    return data.getvalue()
