"""The most relevant pixels of a picture as text that a row can hold."""

from __future__ import annotations

import base64
import zlib

import numpy as np
import numpy.typing as npt

from xwidget.metrics import ranks
from xwidget.support.packed import packed as as_text

Mask = npt.NDArray[np.bool_]


def first(relevance: npt.NDArray[np.floating], share: float) -> Mask:
    """Return the most relevant pixels (H,W), a share of all.

    Parameters
    ----------
    relevance
        (H,W).
    share
        In (0,1].
    """
    found: Mask = ranks(np.asarray(relevance, np.float64)).numpy() < round(share * relevance.size)
    return found


def packed(mask: Mask) -> str:
    """Return a mask (H,W) as text."""
    return as_text(np.packbits(mask).tobytes())


def overlap(one: str, other: str) -> float:
    """Return the intersection of two packed masks of one size over their union."""
    a, b = (np.unpackbits(np.frombuffer(_bytes(text), np.uint8)) for text in (one, other))
    union = int((a | b).sum())
    return float((a & b).sum() / union) if union else float("nan")


def _bytes(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))
