"""An image that a batch is done with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from xwidget.explanation import Explanation

Key = TypeVar("Key")


@dataclass(frozen=True, eq=False)
class Done(Generic[Key]):
    """An image that is done with.

    Attributes
    ----------
    key
        What the image came with.
    found
        Its explanation, or the reason why there is none.
    seconds
        Spent on it, reading included; of a batch, its share.
    """

    key: Key
    found: Explanation | Exception
    seconds: float
