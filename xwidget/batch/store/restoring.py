"""Explanations made of the rows of a store."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from xwidget.checks import Checks
from xwidget.classifier import Classifier, check_classifier
from xwidget.engine.references import make_reference
from xwidget.explanation import Explanation
from xwidget.net.fingerprint import fingerprint
from xwidget.origin import Origin
from xwidget.preprocessing.preprocess import Preprocess
from xwidget.subject import Subject
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
    _expect(row)
    places = np.frombuffer(row["relevance"], np.uint8).reshape(row["height"], row["width"])
    return (_PLACES - 1 - places.astype(np.float32)) / np.float32(_PLACES - 1)


def restored(
    rows: Sequence[Row],
    picture: bytes | None,
    about: Mapping[str, Any],
    clf: Classifier | None = None,
) -> Explanation:
    """Return the explanation of which these are the rows.

    Parameters
    ----------
    rows
        Of one image, with all columns.
    picture
        PNG of what the net saw; None where it is read from the image's file.
    about
        What the store was made with.
    clf
        The classifier; see ``ExplanationStore.explanation``.

    Raises
    ------
    ValueError, TypeError
        As there.
    """
    for row in rows:
        _expect(row)
    if clf is not None:
        expect_same_net(clf, about)
    first = rows[0]
    masks = np.stack([_bytes_of(row) for row in rows])
    image = _picture(rows[0], picture, about, clf)
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
        origin=None if first["origin"] is None else Origin.read(json.loads(first["origin"])),
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


def _expect(row: Row) -> None:
    if row["error"]:
        raise ValueError(f"{row['id']!r} could not be explained: {row['error']}")


def _bytes_of(row: Row) -> Bytes:
    _expect(row)
    return np.frombuffer(row["mask"], np.uint8).reshape(3, row["height"], row["width"])


def _picture(
    row: Row, kept: bytes | None, about: Mapping[str, Any], clf: Classifier | None
) -> Bytes:
    """Return the picture that the net saw, (H,W,3) uint8."""
    if kept is not None:
        return np.asarray(Image.open(io.BytesIO(kept)).convert("RGB"))
    path = row["path"]
    if clf is None:
        raise ValueError(
            f"of images that have a path the store keeps no picture, and {path!r} has to be read "
            f"anew; give the classifier, {about['net']}, too: store.explanation(id, clf)"
        )
    subject = Subject(clf, path)
    if row["digest"] not in (None, subject.digest):
        raise ValueError(
            f"the file {path!r} has other pixels than when it was explained; explain it anew"
        )
    return subject.picture


def _reference(image: Bytes, about: Mapping[str, Any]) -> Bytes:
    if (kept := about.get("reference_picture")) is not None:
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(kept))).convert("RGB"))
    settings = about["settings"]
    colors = Preprocess(tuple(about["size"]), tuple(about["mean"]), tuple(about["std"]))
    mean, std = (np.array(values, np.float32) for values in (colors.mean, colors.std))
    x = torch.from_numpy(((image / np.float32(255) - mean) / std).transpose(2, 0, 1).copy())
    made = make_reference(settings["reference"], x, colors.mean, colors.std, settings["seed"])
    return colors.colors(made)


def _trace(curves: Sequence[bytes]) -> Trace:
    columns = [np.frombuffer(each, "<f4").reshape(-1, 3).astype(np.float64) for each in curves]
    longest = max(map(len, columns))
    filled = [np.pad(each, ((0, longest - len(each)), (0, 0)), constant_values=np.nan)
              for each in columns]  # fmt: skip
    score, mean, sparsity = np.stack(filled, -1).transpose(1, 0, 2)
    return Trace(np.clip(score, 0, 1), np.clip(mean, 0, 1), sparsity)
