"""FGVis as one would write it down from the paper, to be compared with: no more than it takes."""

from __future__ import annotations

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def explain_plainly(
    net: nn.Module,
    x: Tensor,
    target: int,
    iterations: int,
    *,
    directional: bool = False,
    sparsity: float = 1e-5,
) -> Iterator[float]:
    """Yield the score of every iteration of a generation game.

    Parameters
    ----------
    net
        A net in eval mode whose rectifiers are modules.
    x
        A normalized image (3, H, W).
    target
        The class.
    iterations
        How many.
    directional
        Whether to stop only signals that push an activation further out of its bounds, as
        ``xwidget`` does by default, and not all of them, as the paper does.
    sparsity
        Weight of one mask entry.
    """
    bounds: dict[nn.Module, Tensor] = {}

    def record(module: nn.Module, inputs: object, output: Tensor) -> None:
        bounds[module] = output.clone()

    def defend(module: nn.Module, inputs: object, output: Tensor) -> Tensor:
        above, below = output > bounds[module].clamp(min=0), output < bounds[module].clamp(max=0)

        def block(gradient: Tensor) -> Tensor:
            if directional:
                return gradient * ~((above & (gradient < 0)) | (below & (gradient > 0)))
            return gradient * ~(above | below)

        output.register_hook(block)
        return output

    rectifiers = [module for module in net.modules() if isinstance(module, (nn.ReLU, nn.ReLU6))]
    hooks = [module.register_forward_hook(record) for module in rectifiers]
    with torch.no_grad():
        net(x[None])
    for hook in hooks:
        hook.remove()
    hooks = [module.register_forward_hook(defend) for module in rectifiers]
    mask = torch.full_like(x[None], 0.02).requires_grad_()
    optimizer = torch.optim.Adam([mask], lr=0.05)
    for _ in range(iterations + 1):
        logits = net(mask * x)
        yield logits.softmax(1)[0, target].item()
        loss = F.cross_entropy(logits, torch.tensor([target])) + sparsity * mask.sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            mask.clamp_(0, 1)
    for hook in hooks:
        hook.remove()
