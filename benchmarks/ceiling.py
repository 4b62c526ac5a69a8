"""The best order of the pixels that can be found: searched for with the metric in view.

No method: it looks at deletion and insertion themselves, cell by cell, as TRACE does for deletion
(ICML 2024). What it reaches tells how much of the scale is left above the methods.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from xwidget.metrics import Judge, blurred


def searched(judge: Judge, x: Tensor, target: int, cells: int = 14, together: int = 7) -> Tensor:
    """Return an order of cells (H, W), found greedily.

    In each round every cell that is left is tried as the next one: the rise of insertion and the
    fall of deletion that it brings are added up, and the best few are taken at once.

    Parameters
    ----------
    judge, x, target
        The net, its normalized image (3, H, W), and the class.
    cells
        Cells along a side.
    together
        Cells that are taken in a round; one is the purest and costs as many times more.
    """
    size = (x.shape[-2], x.shape[-1])
    grid = torch.arange(cells * cells).view(1, 1, cells, cells).float()
    cell = F.interpolate(grid, size, mode="nearest")[0, 0].long()
    taken = torch.zeros(cells * cells, dtype=torch.bool)
    place = torch.zeros(cells * cells)
    soft, gray = blurred(x), torch.zeros_like(x)
    while not bool(taken.all()):
        left = (~taken).nonzero()[:, 0]
        gains = []
        for some in left.split(judge.batch):
            tried = taken.expand(len(some), -1).clone()
            tried[torch.arange(len(some)), some] = True
            changed = tried[:, cell][:, None]
            into = judge.scores(torch.where(changed, x, soft), target)
            out = judge.scores(torch.where(changed, gray, x), target)
            gains.append(into - out)
        order = left[torch.cat(gains).argsort(descending=True)[:together]]
        place[order] = int(taken.sum()) + torch.arange(len(order)).float()
        taken[order] = True
    return -place[cell]
