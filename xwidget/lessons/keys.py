"""Keys: right answers, packed so that nobody reads them by accident."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xwidget.lessons.kinds import KINDS, Asked
from xwidget.support import arguments

LONGEST = 100_000
"""Characters of a key that is read."""


@dataclass(frozen=True)
class Key:
    """The right answer to a question.

    Attributes
    ----------
    answer
        A list of options, or a number.
    tolerance
        How far a number may be off.
    """

    answer: Any
    tolerance: float


def packed(judging: Mapping[str, Any]) -> str:
    """Return how a question is judged as JSON in base64; js/src/lessons/key.ts reads it, too."""
    return base64.b64encode(json.dumps(judging).encode()).decode()


def opened(key: str, kind: str) -> Key | None:
    """Return the key of a question; None where it cannot be read, as anyone may write a file.

    Parameters
    ----------
    key
        As ``packed`` made it, or "".
    kind
        The question's kind.
    """
    try:
        judging = json.loads(base64.b64decode(key, validate=True))
        answer = KINDS[kind].check(Asked(several=True), judging["answer"])
        tolerance = arguments.real(judging["tolerance"])
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error):
        return None
    if KINDS[kind].right is None or tolerance is None or not 0 <= tolerance <= 1:
        return None
    return Key(answer, tolerance)
