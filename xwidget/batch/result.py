"""One row of a batch: an image's explanation, or what is wrong with it in words."""

from __future__ import annotations

from dataclasses import dataclass

from xwidget.explanation import Explanation
from xwidget.support.texts import in_words


@dataclass(frozen=True)
class Result:
    """One image's row in ``explain_many``.

    Parameters
    ----------
    index
        Place of the image, from 0.
    name
        Its name, which no other image of the batch has.
    explanation
        None where it could not be made.
    error
        Why not, in words; empty where there is an explanation.
    seconds
        Time spent on the image, reading it included.
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
