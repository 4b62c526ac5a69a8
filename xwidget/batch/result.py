"""One row of a batch: an explanation, or an error in words."""

from __future__ import annotations

from dataclasses import dataclass

from xwidget.explanation import Explanation
from xwidget.support.texts import in_words


@dataclass(frozen=True)
class Result:
    """The result of ``explain_many`` for one image.

    Parameters
    ----------
    index
        Index of the image, from 0.
    name
        Name of the image, unique in the batch.
    explanation
        The explanation; None if it could not be made, or stayed in the store, where the workers of
        a cluster have written it: ``store.explanation(name)``.
    error
        Error message; empty if there is an explanation.
    seconds
        Time spent on the image in seconds, reading included.
    """

    index: int
    name: str
    explanation: Explanation | None
    error: str
    seconds: float


def failure(error: BaseException) -> str:
    """Return why an image cannot be explained, in words; a message of ours needs no more."""
    ours = isinstance(error, (ValueError, TypeError)) and str(error)
    return ours or in_words(error)
