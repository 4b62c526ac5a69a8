"""The images of a store before their net: from their files, or from the pictures that it keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from xwidget.batch.store.restoring import expect_explained, expect_same_net, origin_of
from xwidget.classifier import Classifier
from xwidget.origin import Origin
from xwidget.preprocessing.geometry import Geometry
from xwidget.subject import Subject
from xwidget.support.png import from_png

Row = Mapping[str, Any]
Bytes = npt.NDArray[np.uint8]


class StoredSubject(Subject):
    """The input of a net that was kept of an image which is not there any more.

    Parameters
    ----------
    clf
        The classifier.
    picture
        (H,W,3) uint8: what the net saw. It takes the place of the original, too.
    digest, name
        Of the original.
    origin
        Of the original; None where it is not known.
    """

    def __init__(
        self, clf: Classifier, picture: Bytes, digest: str, name: str, origin: Origin | None
    ) -> None:
        x = clf.preprocess.normalized(picture)  # prepared, it would be cropped once more
        self._begin(clf, picture, x, name if origin is None else origin.name)
        if origin is None:
            size = picture.shape[0], picture.shape[1]
            unknown = Geometry(size, size, None, reason="the original was not kept")
            origin = Origin(digest, size, unknown, self.name)
        self._known = origin

    @property
    def digest(self) -> str:
        """That of the original, not of what is left of it."""
        return self._known.digest

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the original in pixels."""
        return self._known.size

    @property
    def geometry(self) -> Geometry:
        """The map to the original's pixels, as it was found when that was there."""
        return self._known.geometry

    @property
    def known_geometry(self) -> Geometry | None:
        """The ``geometry``: nothing is left to measure it on."""
        return self.geometry

    @property
    def origin(self) -> Origin:
        """All that is known of the original."""
        return self._known


def picture_of(rows: Sequence[Row], clf: Classifier | None, about: Mapping[str, Any]) -> Bytes:
    """Return the picture of an image that the net saw, (H,W,3).

    Parameters
    ----------
    rows
        All rows of the image.
    clf
        The classifier, for images that are read from their files; None for none.
    about
        What the store was made with.

    Raises
    ------
    ValueError
        If it was not explained, its file has changed or is not there, or the classifier is another
        one, or missing.
    """
    if clf is not None:
        return subject_of(rows, clf, about).picture
    for row in rows:
        expect_explained(row)
    if (kept := _kept(rows)) is not None:
        return from_png(kept)
    raise ValueError(
        f"of images that have a path the store keeps no picture, and {rows[0]['path']!r} has to be "
        f"read anew; give the classifier, {about['net']}, too, as in store.explanation(id, clf)"
    )


def subject_of(rows: Sequence[Row], clf: Classifier, about: Mapping[str, Any]) -> Subject:
    """Return an image before its net; parameters and errors as of ``picture_of``."""
    for row in rows:
        expect_explained(row)
    expect_same_net(clf, about)
    row = rows[0]
    origin = origin_of(row)
    if (kept := _kept(rows)) is not None:
        return StoredSubject(clf, from_png(kept), row["digest"], row["image"], origin)
    subject = Subject(clf, row["path"], name=row["image"] if origin is None else origin.name)
    if row["digest"] not in (None, subject.digest):
        raise ValueError(
            f"the file {row['path']!r} has other pixels than when it was explained; explain it anew"
        )
    return subject


def _kept(rows: Sequence[Row]) -> bytes | None:
    """Return the PNG of what the net saw; None where the image is read from its file."""
    return next((row["picture"] for row in rows if row["picture"] is not None), None)
