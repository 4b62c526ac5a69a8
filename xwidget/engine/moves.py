"""Small moves: changes of a picture that a person hardly sees, and real evidence outlives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import Tensor

#: A batch (N, 3, H, W) to one of the same shape.
Move = Callable[[Tensor], Tensor]


def shifted(batch: Tensor, pixels: int) -> Tensor:
    """Return pictures moved down and to the right.

    Their first row and column are repeated where they leave a gap: a black frame would be a second
    change, and on some nets the larger one.

    Parameters
    ----------
    batch
        (N, 3, H, W).
    pixels
        How far, at least 0, in both directions.
    """
    height, width = batch.shape[-2:]
    return F.pad(batch, (pixels, 0, pixels, 0), mode="replicate")[..., :height, :width]


def zoomed(batch: Tensor, factor: float) -> Tensor:
    """Return the middle of pictures (N, 3, H, W), enlarged by a factor >= 1, bilinearly."""
    scale = torch.tensor([[1 / factor, 0, 0], [0, 1 / factor, 0]]).to(batch)
    grid = F.affine_grid(scale.expand(len(batch), -1, -1), list(batch.shape), align_corners=False)
    return F.grid_sample(batch, grid, mode="bilinear", padding_mode="border", align_corners=False)


def softened(batch: Tensor, deviation: float) -> Tensor:
    """Return pictures (N, 3, H, W) blurred by a Gaussian, with their edge pixels repeated.

    Parameters
    ----------
    batch
        (N, 3, H, W).
    deviation
        Of the Gaussian, in pixels, above 0; it is cut off after four of them.
    """
    reach = max(1, round(4 * deviation))
    offsets = torch.arange(-reach, reach + 1).to(batch)
    weights = torch.exp(-0.5 * (offsets / deviation) ** 2)
    weights = weights / weights.sum()
    planes = batch.flatten(0, 1)[:, None]
    planes = F.pad(planes, (reach,) * 4, mode="replicate")
    planes = F.conv2d(F.conv2d(planes, weights.view(1, 1, 1, -1)), weights.view(1, 1, -1, 1))
    return planes.view_as(batch)


def flipped(batch: Tensor) -> Tensor:
    """Return pictures (N, 3, H, W) mirrored, left to right."""
    return batch.flip(-1)


#: The moves by name, in the order in which they are told.
MOVES: Mapping[str, Move] = MappingProxyType(
    {
        "shift 1 px": lambda batch: shifted(batch, 1),
        "shift 3 px": lambda batch: shifted(batch, 3),
        "zoom 1.1": lambda batch: zoomed(batch, 1.1),
        "blur 0.8": lambda batch: softened(batch, 0.8),
        "flip": flipped,
    }
)
