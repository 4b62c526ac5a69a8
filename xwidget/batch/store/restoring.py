"""Explanations made of the rows of a store."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from xwidget.checks import Checks
from xwidget.classifier import Classifier, check_classifier
from xwidget.engine.references import make_reference
from xwidget.explanation import Explanation
from xwidget.net.fingerprint import fingerprint
from xwidget.origin import Origin
from xwidget.preprocessing.preprocess import Preprocess
from xwidget.support.png import from_png
from xwidget.trace import Frames, Trace

Bytes = npt.NDArray[np.uint8]
Reals = npt.NDArray[np.float32]
Row = Mapping[str, Any]

_PLACES = 256


def mask_of(row: Row) -> Reals:
    """Return the mask (3,H,W) float32 in [0,1]; ValueError if the image failed."""
    return _bytes_of(row).astype(np.float32) / np.float32(255)


def relevance_of(row: Row) -> Reals:
    """Return the order of the pixels, (H,W) float32 in [0,1]; ValueError if the image failed."""
    expect_explained(row)
    places = np.frombuffer(row["relevance"], np.uint8).reshape(row["height"], row["width"])
    return (_PLACES - 1 - places.astype(np.float32)) / np.float32(_PLACES - 1)


def restored(rows: Sequence[Row], image: Bytes, about: Mapping[str, Any]) -> Explanation:
    """Return the explanation of which these are the rows.

    Parameters
    ----------
    rows
        Of one image, with all columns.
    image
        (H,W,3): what the net saw.
    about
        What the store was made with.
    """
    first = rows[0]
    masks = np.stack([_bytes_of(row) for row in rows])
    shown = masks.astype(np.float32) / np.float32(255)
    iterations = max(row["iterations"] for row in rows)
    return Explanation(
        image=image,
        reference=_reference(image, about),
        targets=tuple(row["target"] for row in rows),
        names=tuple(row["target_name"] for row in rows),
        masks=shown,
        image_scores=np.array([row["image_score"] for row in rows]),
        scores=np.array([row["score"] for row in rows]),
        trace=_trace([row["trace"] for row in rows]),
        frames=Frames(np.array([iterations]), masks[None]),
        # Within one of the 256 places, by the mask.
        relevance=np.stack(
            [
                relevance_of(row) + mask.mean(0) / np.float32(_PLACES)
                for row, mask in zip(rows, shown, strict=True)
            ]
        ),
        checks=tuple(Checks.read(json.loads(row["checks"])) for row in rows),
        settings=about["settings"],
        diagnostics=json.loads(first["diagnostics"]),
        origin=origin_of(first),
    )


def expect_same_net(clf: Classifier, about: Mapping[str, Any]) -> None:
    """Raise ValueError unless this is the classifier that a store was made with."""
    check_classifier(clf)
    for what, now in (
        ("weights", fingerprint(clf.net)),
        ("preprocessing", clf.preprocess.description),
    ):
        if about[what] != now:
            raise ValueError(
                f"the store was made with {about['net']}, and this classifier, {clf.name}, has "
                f"other {what}; give the one that it was made with"
            )


def expect_explained(row: Row) -> None:
    """Raise ValueError if the image failed."""
    if row["error"]:
        raise ValueError(f"{row['id']!r} could not be explained: {row['error']}")


def _bytes_of(row: Row) -> Bytes:
    expect_explained(row)
    return np.frombuffer(row["mask"], np.uint8).reshape(3, row["height"], row["width"])


def preprocess_of(about: Mapping[str, Any]) -> Preprocess:
    """Return the normalization of the net that a store was made with."""
    return Preprocess(tuple(about["size"]), tuple(about["mean"]), tuple(about["std"]))


def origin_of(row: Row) -> Origin | None:
    """Return the origin that stands in a row; None where it is not known."""
    return None if row["origin"] is None else Origin.read(json.loads(row["origin"]))


def _reference(image: Bytes, about: Mapping[str, Any]) -> Bytes:
    if (kept := about.get("reference_picture")) is not None:
        return from_png(base64.b64decode(kept))
    settings = about["settings"]
    colors = preprocess_of(about)
    x = colors.normalized(image)
    made = make_reference(settings["reference"], x, colors.mean, colors.std, settings["seed"])
    return colors.colors(made)


def _trace(curves: Sequence[bytes]) -> Trace:
    columns = [np.frombuffer(each, "<f4").reshape(-1, 3).astype(np.float64) for each in curves]
    longest = max(map(len, columns))
    filled = [np.pad(each, ((0, longest - len(each)), (0, 0)), constant_values=np.nan)
              for each in columns]  # fmt: skip
    score, mean, sparsity = np.stack(filled, -1).transpose(1, 0, 2)
    return Trace(np.clip(score, 0, 1), np.clip(mean, 0, 1), sparsity)
