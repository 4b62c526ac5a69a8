"""Early stop: a run ends when nothing that is shown changes any more."""

from __future__ import annotations

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
    """Watch a run for the end of change.

    Nothing changes where for ``PATIENCE`` iterations no target's score moved by more than ``SCORE``
    and no target's mask, as shown, by more than ``MASK`` from where they were: slow drift adds up.
    """

    def __init__(self) -> None:
        self._since: tuple[int, Tensor, Tensor] | None = None

    def reached(self, iteration: int, masks: Tensor, scores: Tensor) -> bool:
        """Take in an iteration's masks (K, 3, H, W) and scores (K,); return whether it is over."""
        if self._since is not None and iteration % _EVERY:
            return False
        if self._since is None or _changed(self._since[1], masks, self._since[2], scores):
            self._since = iteration, masks, scores
            return False
        return iteration - self._since[0] >= PATIENCE


def _changed(masks: Tensor, new_masks: Tensor, scores: Tensor, new_scores: Tensor) -> bool:
    moved = (new_masks - masks).abs().flatten(1).mean(1) > MASK
    return bool(torch.any(moved | ((new_scores - scores).abs() > SCORE)))
