"""Detection: the box that best overlaps one that is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from xwidget.scores.outputs import numbered
from xwidget.support import arguments
from xwidget.targets import Score

_NEEDED = ("boxes", "scores", "labels")


def best_box(
    box: Sequence[float], label: int | str | None = None, *, name: str | None = None
) -> Score:
    """Return the score of a detection net: score times overlap of the box that fits one best.

    Of each box that the net finds, its score is multiplied by its overlap with the given box, the
    intersection over union; the largest product counts. It is 0 where nothing overlaps.

    Parameters
    ----------
    box
        (left, upper, right, lower) in pixels of the net's input.
    label
        Label of the boxes that count, an index or, where the classifier has ``categories``, a name;
        None for all.
    name
        By default "<label> in the box".

    Returns
    -------
    Score
        In [0,1], of nets that return a list of dicts with "boxes" (M,4), "scores" (M,) and "labels"
        (M,), one per picture, as torchvision's do. Such a net leaves out boxes of low scores
        (``box_score_thresh``): lower that limit where the evidence starts from nothing, or there is
        no gradient to begin with.

    Raises
    ------
    ValueError
        If the box is empty, or not four numbers.

    Examples
    --------
    >>> score = best_box((10, 10, 60, 40), label=1)
    >>> found = {"boxes": torch.tensor([[10.0, 10, 60, 40], [0, 0, 9, 9]]),
    ...          "scores": torch.tensor([0.5, 0.9]), "labels": torch.tensor([1, 1])}
    >>> score.fn([found])
    tensor([0.5000])
    """
    listed = box.tolist() if hasattr(box, "tolist") else box
    given = [arguments.real(each) for each in listed] if isinstance(listed, (list, tuple)) else []
    corners = [each for each in given if each is not None]
    if len(corners) != 4 or not (corners[0] < corners[2] and corners[1] < corners[3]):
        raise ValueError(f"the box is {box!r}; expected (left, upper, right, lower) in pixels")
    if label is not None and not isinstance(label, str):
        label = numbered(label)
    what = "object" if label is None else label if isinstance(label, str) else f"class {label}"
    return Score(_BestBox(tuple(corners), label), name=name or f"{what} in the box")


@dataclass(frozen=True)
class _BestBox:
    box: tuple[float, ...]
    label: int | str | None

    def bound(self, index: Callable[[int | str], int]) -> _BestBox:
        return self if self.label is None else replace(self, label=numbered(self.label, index))

    def __call__(self, outputs: Any) -> Tensor:
        if not isinstance(outputs, (list, tuple)):
            raise TypeError("a list was expected, with a dict of boxes for each picture")
        return torch.stack([self._best(found) for found in outputs])

    def _best(self, found: Any) -> Tensor:
        missing = [key for key in _NEEDED if key not in found]
        if missing:
            raise TypeError(f"{', '.join(missing)} are missing in the dict of a picture")
        boxes, scores = found["boxes"].float(), found["scores"].float()
        nothing: Tensor = (boxes.sum() + scores.sum()) * 0  # with a way back, where no box is found
        if self.label is not None:
            here = found["labels"] == numbered(self.label)
            boxes, scores = boxes[here], scores[here]
        if not len(boxes):
            return nothing
        best: Tensor = (scores * _overlap(boxes, boxes.new_tensor(self.box))).max()
        return best + nothing


def _overlap(boxes: Tensor, box: Tensor) -> Tensor:
    """Return the intersection over union (M,) of boxes (M,4) with one (4,)."""
    least, most = torch.maximum(boxes[:, :2], box[:2]), torch.minimum(boxes[:, 2:], box[2:])
    both = (most - least).clamp_min(0).prod(1)
    areas = (boxes[:, 2:] - boxes[:, :2]).clamp_min(0).prod(1)
    return both / (areas + (box[2:] - box[:2]).prod() - both).clamp_min(1e-9)
