"""Small moves: changes of a picture that a person hardly sees, and real evidence outlives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch.nn.functional as F
from torch import Tensor

from xwidget.engine.smoothing import low_pass

#: A batch (N, 3, H, W) to one of the same shape.
Move = Callable[[Tensor], Tensor]


def shifted(batch: Tensor, down: int, right: int) -> Tensor:
    """Return pictures (N, 3, H, W) moved by some pixels, negative ones up and to the left.

    Their border rows and columns are repeated where they leave a gap: a black frame would be a
    second change, and on some nets the larger one.
    """
    height, width = batch.shape[-2:]
    gaps = max(right, 0), max(-right, 0), max(down, 0), max(-down, 0)
    top, left = max(-down, 0), max(-right, 0)
    return F.pad(batch, gaps, mode="replicate")[..., top : top + height, left : left + width]


def zoomed(batch: Tensor, factor: float) -> Tensor:
    """Return the middle of pictures (N, 3, H, W), enlarged by a factor >= 1, bilinearly."""
    scale = batch.new_tensor([[1 / factor, 0, 0], [0, 1 / factor, 0]])
    grid = F.affine_grid(scale.expand(len(batch), -1, -1), list(batch.shape), align_corners=False)
    return F.grid_sample(batch, grid, mode="bilinear", padding_mode="border", align_corners=False)


def flipped(batch: Tensor) -> Tensor:
    """Return pictures (N, 3, H, W) mirrored, left to right."""
    return batch.flip(-1)


#: The moves by name, in the order in which they are told.
MOVES: Mapping[str, Move] = MappingProxyType(
    {
        "shift 1 px": lambda batch: shifted(batch, 1, 1),
        "shift 3 px": lambda batch: shifted(batch, 3, 3),
        "zoom 1.1": lambda batch: zoomed(batch, 1.1),
        "blur 0.8": lambda batch: low_pass(batch, 0.8),
        "flip": flipped,
    }
)
