"""Early stop: a run ends when nothing that is shown changes any more."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor

#: A change of a score up to this counts as none.
SCORE = 0.001
#: A change of a mask up to this counts as none: the mean over its entries of the absolute change.
MASK = 0.001
#: For how many iterations nothing must have changed.
PATIENCE = 40
_EVERY = 10  # iterations from one look to the next: each waits for the device


class EarlyStop:
    """Watch the images of a run for the end of change.

    Nothing changes where for ``PATIENCE`` iterations no score of an image moved by more than
    ``SCORE`` and no mask of it, as shown, by more than ``MASK`` from where they were: slow drift
    adds up.

    Parameters
    ----------
    images
        How many there are, B.
    """

    def __init__(self, images: int = 1) -> None:
        self._since = [0] * images
        self._known: tuple[Tensor, Tensor] | None = None

    def part(self, images: Sequence[int], rows: Tensor) -> EarlyStop:
        """Return the same of some images, whose rows are these."""
        found, known = copy.copy(self), self._known
        vars(found).update(
            _since=[self._since[image] for image in images],
            _known=None if known is None else (known[0][rows], known[1][rows]),
        )
        return found

    def reached(self, iteration: int, masks: Tensor, scores: Tensor) -> list[bool]:
        """Take in an iteration's masks (R, 3, H, W) and scores (R,), the rows of one image beside
        each other; return for which images it is over.
        """
        images = len(self._since)
        if self._known is None:
            self._since, self._known = [iteration] * images, (masks, scores)
        elif iteration % _EVERY == 0:
            moved = (masks - self._known[0]).abs().flatten(1).mean(1) > MASK
            moved |= (scores - self._known[1]).abs() > SCORE
            changed = moved.view(images, -1).any(1)
            rows = changed.repeat_interleave(len(moved) // images)
            self._known = (
                torch.where(rows.view(-1, 1, 1, 1), masks, self._known[0]),
                torch.where(rows, scores, self._known[1]),
            )
            self._since = [
                iteration if new else since
                for since, new in zip(self._since, changed.tolist(), strict=True)
            ]
            return [iteration - since >= PATIENCE for since in self._since]
        return [False] * images
