"""RISE: random masks, weighed by the scores that they keep.

Written here as the one library that has it, xaitk-saliency, brings a framework of its own along.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from xwidget.methods.gradients import share
from xwidget.methods.method import Answer
from xwidget.methods.task import Task
from xwidget.support import arguments

# Masks that are drawn at once: with another number, a seed would draw others.
_DRAWN = 10


def rise(task: Task, *, masks: int = 1000, cells: int = 7, kept: float = 0.5) -> Answer:
    """RISE (Petsiuk et al., BMVC 2018): the mean of random masks, weighted by the scores they keep.

    Each mask is a coarse grid of ``cells`` x ``cells`` that keeps a share of it, enlarged smoothly
    and shifted by less than a cell (the paper's section 3.2, and its 7 cells and share of 0.5; it
    uses 4000 to 8000 masks). What is hidden has the data mean. The mean score of all masked
    pictures is subtracted, which changes no order: what remains is signed.

    Parameters
    ----------
    task
        What to compute.
    masks
        Number of masks, at least 1.
    cells
        Cells of a mask's grid along each side, at least 1.
    kept
        Share of the cells that are kept, in (0,1].
    """
    masks = arguments.whole("masks", masks, 1, 1_000_000)
    cells = arguments.whole("cells", cells, 1, min(task.size))
    kept = share("kept", kept)
    generator = task.generator()
    total = torch.zeros(len(task.targets), *task.size, device=task.device)
    mean = torch.zeros(len(task.targets), 1, 1, device=task.device)
    batch = task.batch
    most = _DRAWN * max(1, batch // _DRAWN)
    task.expect(masks)
    with torch.no_grad():
        for start in range(0, masks, most):
            drawn = [
                _masks(min(_DRAWN, masks - first), cells, kept, task.size, generator)
                for first in range(start, min(start + most, masks), _DRAWN)
            ]
            for part in torch.cat(drawn).to(task.device).split(batch):
                scores = task.scores(part * task.x).float()
                total += torch.einsum("nk,nhw->khw", scores, part[:, 0])
                mean += scores.sum(0).view(-1, 1, 1) / masks
    scale = "in units of the score; about what it gains where the pixel is kept"
    return Answer(total / (masks * kept) - mean, True, scale)


def _masks(
    count: int, cells: int, kept: float, size: tuple[int, int], generator: torch.Generator
) -> Tensor:
    """Draw masks (count,1,H,W) in [0,1], on the CPU."""
    height, width = size
    step = -(-height // cells), -(-width // cells)
    drawn = torch.rand(count, 1, cells, cells, generator=generator, dtype=torch.float32)
    grid = (drawn < kept).float()
    larger = [(cells + 1) * side for side in step]
    smooth = F.interpolate(grid, larger, mode="bilinear", align_corners=False)
    down, right = (torch.randint(side, (count,), generator=generator).tolist() for side in step)
    return torch.stack(
        [
            smooth[i, :, down[i] : down[i] + height, right[i] : right[i] + width]
            for i in range(count)
        ]
    )
