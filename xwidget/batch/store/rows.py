"""An explanation as rows of a store: one row a target, as plain values."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from xwidget.batch.item import Item
from xwidget.batch.store.schema import BORDER, FAILED, NAMES, SMALL, THUMBNAIL
from xwidget.checks import Checks
from xwidget.explanation import Explanation
from xwidget.pixels import quantize
from xwidget.support import texts
from xwidget.support.png import to_png

Row: TypeAlias = dict[str, Any]
Reals: TypeAlias = npt.NDArray[np.float32]

_PLACES = 256
_QUALITY = 85  # of WebP
_ERROR = texts.Room(2000, 40)


@dataclass(frozen=True)
class Seen:
    """The prediction and the features of the whole image.

    Parameters
    ----------
    prediction, name, score
        Index, name and score in [0,1] of its most likely class; None where the net has no classes.
    features
        (D,) float16: what its last layer is given; empty if that was not found.
    """

    prediction: int | None
    name: str | None
    score: float | None
    features: npt.NDArray[np.float16]


def rows(item: Item, explanation: Explanation, seen: Seen, seconds: float) -> list[Row]:
    """Return the rows of an image, one for each target.

    Parameters
    ----------
    item, explanation, seen
        The image, what was found, and what the net makes of the whole image.
    seconds
        Time spent on it.
    """
    origin = explanation.origin
    photo = _webp(Image.fromarray(explanation.image))
    common: Row = {
        **_of_item(item, seconds),
        "digest": None if origin is None else origin.digest,
        "prediction": seen.prediction,
        "prediction_name": None if seen.name is None else texts.valid(seen.name),
        "prediction_score": seen.score,
        "stopped": str(explanation.diagnostics.get("stopped") or ""),
        "error": "",
        "height": explanation.image.shape[0],
        "width": explanation.image.shape[1],
        "photo": photo,
        "features": seen.features.astype("<f2").tobytes(),
        "origin": None if origin is None else json.dumps(origin.describe()),
        "diagnostics": json.dumps(explanation.diagnostics),
    }
    made = [{**common, **_of_target(item, explanation, k)} for k in range(len(explanation.targets))]
    if not common["path"]:
        made[0]["picture"] = to_png(explanation.image)
    return [dict.fromkeys(NAMES) | row for row in made]


def failed(item: Item, error: str, seconds: float) -> Row:
    """Return the row of an image that could not be explained.

    Parameters
    ----------
    item
        The image.
    error
        Why, in words.
    seconds
        Time spent on it.
    """
    return dict.fromkeys(NAMES) | {
        **_of_item(item, seconds),
        "id": item.name + FAILED,
        "error": texts.shown(error, _ERROR) or "unknown",
    }


def _of_item(item: Item, seconds: float) -> Row:
    return {
        "image": item.name,
        "index": item.index,
        "path": "" if item.path is None else texts.valid(str(item.path)),
        "label": None if item.label is None else texts.valid(item.label),
        "label_index": item.label_index,
        "seconds": seconds,
        "done": datetime.now(timezone.utc),
    }


def _of_target(item: Item, explanation: Explanation, k: int) -> Row:
    mask = quantize(explanation.masks[k])
    checks = explanation.checks[k]
    trace = explanation.trace
    curves = np.stack([trace.score[:, k], trace.mask_mean[:, k], trace.sparsity[:, k]], 1)
    return {
        "id": f"{item.name}/{explanation.targets[k]}",
        "target": explanation.targets[k],
        "target_name": texts.valid(explanation.names[k]),
        "image_score": float(explanation.image_scores[k]),
        "score": float(explanation.scores[k]),
        "verdict": checks.verdict,
        "summary": texts.valid(checks.summary),
        "failed": [check.name for check in checks.failed],
        "checks": json.dumps(checks.describe()),
        "iterations": int(explanation.frames.iterations[-1]),
        "mask": mask.tobytes(),
        "relevance": places(explanation.relevance[k]).tobytes(),
        "thumbnail": _webp(Image.fromarray(explanation.on_paper(k))),
        "mask_small": small(explanation.masks[k]).astype("<f2").tobytes(),
        "trace": curves.astype("<f4").tobytes(),
        **dict(measures(explanation.masks[k])),
        **dict(_by_witness(checks)),
    }


def measures(mask: Reals) -> Iterator[tuple[str, float | None]]:
    """Yield what a mask (3,H,W) in [0,1] measures, by the name of its column: its mean, the share
    of each color, its centroid in [0,1] and the share in the border; None where it is empty.
    """
    total = float(mask.sum(dtype=np.float64))
    yield "shown", float(mask.mean(dtype=np.float64))
    by_color = mask.sum((1, 2), dtype=np.float64)
    for name, each in zip(("red", "green", "blue"), by_color, strict=True):
        yield name, float(each) / total if total else None
    by_pixel = mask.sum(0, dtype=np.float64)
    for name, sums in (("x", by_pixel.sum(0)), ("y", by_pixel.sum(1))):
        centers = (np.arange(len(sums)) + 0.5) / len(sums)
        yield name, float(sums @ centers) / total if total else None
    inside = by_pixel[_inner(len(by_pixel)), _inner(by_pixel.shape[1])].sum()
    yield "border", max(0.0, 1 - float(inside) / total) if total else None


def _inner(length: int) -> slice:
    edge = int(np.ceil(length * BORDER))
    return slice(edge, max(edge, length - edge))


def places(relevance: Reals) -> npt.NDArray[np.uint8]:
    """Return the places (H,W) uint8 of pixels by relevance: 0 for the first 256th of them."""
    flat = relevance.ravel()
    rank = np.empty(flat.size, np.int64)
    rank[np.argsort(-flat, kind="stable")] = np.arange(flat.size)
    return (rank * _PLACES // flat.size).astype(np.uint8).reshape(relevance.shape)


def small(mask: Reals) -> Reals:
    """Return a mask (3,H,W) as (32,32): its mean over the channels, resampled by area."""
    mean = Image.fromarray(np.ascontiguousarray(mask.mean(0), np.float32))
    return np.asarray(mean.resize((SMALL, SMALL), Image.Resampling.BOX), np.float32)


def _by_witness(checks: Checks) -> Iterator[tuple[str, float | None]]:
    if "witness" in checks:
        details = checks["witness"].details
        yield "witness_score", details.get("optimized")
        yield "witness_image_score", details.get("image")


def _webp(picture: Image.Image) -> bytes:
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    data = io.BytesIO()
    picture.save(data, "WEBP", quality=_QUALITY)
    return data.getvalue()
