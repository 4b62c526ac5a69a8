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

_CELLS = 7
# Correlation of two maps of half the masks each, below which they are said to be noise.
_ALIKE = 0.3
# Masks that are drawn at once: with another number, a seed would draw others.
_DRAWN = 10


def rise(task: Task, *, masks: int = 1000, cells: int | None = None, kept: float = 0.5) -> Answer:
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
        Cells of a mask's grid along each side, at least 1; None for 7, or one for each pixel of a
        smaller picture.
    kept
        Share of the cells that are kept, in (0,1].
    """
    masks = arguments.whole("masks", masks, 1, 1_000_000)
    cells = min(_CELLS, *task.size) if cells is None else cells
    cells = arguments.whole("cells", cells, 1, min(task.size))
    kept = share("kept", kept)
    generator = task.generator()
    mean = torch.zeros(len(task.targets), 1, 1, dtype=torch.float32, device=task.device)
    halves = torch.zeros(2, len(task.targets), *task.size, dtype=torch.float32, device=task.device)
    count = 0
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
                for each in (0, 1):  # every other mask
                    first = (count + each) % 2
                    halves[each] += torch.einsum("nk,nhw->khw", scores[first::2], part[first::2, 0])
                count += len(part)
                mean += scores.sum(0).view(-1, 1, 1) / masks
    scale = "in units of the score; about what it gains where the pixel is kept"
    values = halves.sum(0) / (masks * kept) - mean
    checks = []
    for one, other in zip(*halves.flatten(2).cpu(), strict=True):
        alike = float(torch.corrcoef(torch.stack([one, other]))[0, 1])
        faint = (
            f"half of its masks say something else than the other half (correlation {alike:.2f})"
        )
        checks.append(f"{faint}; take more masks" if alike < _ALIKE else "")
    return Answer(values, True, scale, tuple(checks))


def _masks(
    count: int, cells: int, kept: float, size: tuple[int, int], generator: torch.Generator
) -> Tensor:
    """Draw masks (count,1,H,W) in [0,1], on the CPU."""
    height, width = size
    step = -(-height // cells), -(-width // cells)
    drawn = torch.rand(
        count, 1, cells, cells, generator=generator, dtype=torch.float32, device="cpu"
    )
    grid = (drawn < kept).float()
    larger = [(cells + 1) * side for side in step]
    smooth = F.interpolate(grid, larger, mode="bilinear", align_corners=False)
    down, right = (
        torch.randint(side, (count,), generator=generator, dtype=torch.int64, device="cpu").tolist()
        for side in step
    )
    return torch.stack(
        [
            smooth[i, :, down[i] : down[i] + height, right[i] : right[i] + width]
            for i in range(count)
        ]
    )
