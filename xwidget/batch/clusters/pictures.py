"""The picture that a net saw when a row of a store was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from xwidget.batch.store.store import ExplanationStore
from xwidget.classifier import Classifier
from xwidget.subject import Subject


def subject_of(store: ExplanationStore, row: Mapping[str, Any], clf: Classifier) -> Subject:
    """Return the subject of a row: from its file, or from the picture that the store keeps.

    Parameters
    ----------
    store
        The store.
    row
        Its row.
    clf
        The classifier that it was made with.

    Raises
    ------
    ValueError
        If the file has changed, or the classifier is another one.
    """
    if row["path"]:
        subject = Subject(clf, row["path"], name=row["image"])
        if row["digest"] not in (None, subject.digest):
            raise ValueError(
                f"the file {row['path']!r} has other pixels than when it was explained; explain it "
                "anew"
            )
        return subject
    picture = store.explanation(row["id"], clf).image
    subject = Subject(clf, picture, name=row["image"])
    subject.x = _prepared(picture, clf)  # it is prepared already, and would be cropped once more
    return subject


def _prepared(picture: npt.NDArray[np.uint8], clf: Classifier) -> torch.Tensor:
    mean, std = np.array(clf.mean, np.float32), np.array(clf.std, np.float32)
    normalized = (picture / np.float32(255) - mean) / std
    return torch.from_numpy(normalized.transpose(2, 0, 1).copy())
