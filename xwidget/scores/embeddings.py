"""Embeddings: likeness to a reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch.nn.functional as F
from torch import Tensor

from xwidget.scores.outputs import numbers, tensor
from xwidget.targets import Score


def cosine(reference: Any, *, name: str = "likeness to the reference") -> Score:
    """Return the score of an embedding net: the cosine to a reference, mapped to [0,1].

    Parameters
    ----------
    reference
        (D,) numbers, the embedding to compare with, such as that of another image; or what the net
        returned for one image, from ``clf.outputs(image)``.
    name
        What to call it.

    Returns
    -------
    Score
        (1 + cosine) / 2: 1 for the same direction, 0.5 for a right angle, 0 for the opposite. Of
        nets that return (N,D) as a tensor, the first of several, or in a dict or object as
        "embeddings", "image_embeds", "pooler_output", "logits" or "out".

    Raises
    ------
    ValueError
        If the reference is not (D,), not finite or 0.

    Examples
    --------
    >>> import torch
    >>> cosine([1.0, 0.0]).fn(torch.tensor([[2.0, 0.0], [0.0, 3.0]]))
    tensor([1.0000, 0.5000])
    """
    if not isinstance(reference, (Tensor, np.ndarray)) and not _numbers(reference):
        reference = tensor(reference, *_KEYS)
    found = numbers("the reference", reference)
    if found.ndim == 2 and len(found) == 1:
        found = found[0]
    if found.ndim != 1 or not bool(found.isfinite().all()) or not bool(found.any()):
        raise ValueError(
            f"the reference has shape {tuple(found.shape)}; expected (D,), finite and not all 0"
        )
    return Score(_Cosine(found), name=name)


_KEYS = ("embeddings", "image_embeds", "pooler_output", "logits", "out")


def _numbers(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(
        isinstance(each, (int, float)) for each in value
    )


@dataclass(frozen=True, eq=False)
class _Cosine:
    reference: Tensor

    def __call__(self, outputs: Any) -> Tensor:
        found = tensor(outputs, *_KEYS).flatten(1)
        if found.shape[1] != len(self.reference):
            raise ValueError(
                f"embeddings have {found.shape[1]} numbers, the reference {len(self.reference)}"
            )
        return (1 + F.cosine_similarity(found, self.reference.to(found)[None])) / 2
