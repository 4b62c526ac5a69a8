"""Other methods to compare with: each ranks the pixels of an image for a class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
import torch.nn.functional as F
from torch import Tensor, nn

import xwidget as xw
from xwidget.engine.smoothing import low_pass
from xwidget.metrics import Judge

#: (judge, normalized image (3, H, W), class index) to the relevance of each pixel (H, W).
Method = Callable[[Judge, Tensor, int], Tensor]

#: Names that others refer to.
INTEGRATED = "Integrated Gradients, 50"
SMOOTHED = "Integrated Gradients, 50, σ 3"
RISE = "RISE, 1000"

# As many pictures at once as fit the cache of a small machine.
_BATCH = 10


def random(judge: Judge, x: Tensor, target: int) -> Tensor:
    """No method at all: what any other has to beat."""
    return torch.rand(x.shape[1:], generator=torch.Generator().manual_seed(0))


def grad_cam(judge: Judge, x: Tensor, target: int) -> Tensor:
    """Grad-CAM (Selvaraju et al., ICCV 2017) at the last feature maps, enlarged smoothly."""
    from captum.attr import LayerGradCam

    clf = judge.clf
    net = clf.twin()
    method = LayerGradCam(lambda batch: clf.logits(net, batch), _last_maps(clf, net, x))
    coarse = method.attribute(x[None], target, relu_attributions=True)
    return F.interpolate(coarse, x.shape[1:], mode="bilinear", align_corners=False)[0, 0].detach()


def integrated_gradients(judge: Judge, x: Tensor, target: int, steps: int = 50) -> Tensor:
    """Integrated Gradients (Sundararajan et al., ICML 2017) of the logit, from the data mean.

    The channels' values are added up with their signs: a pixel that speaks against the class comes
    last. With absolute values its deletion area is three times as large.
    """
    from captum.attr import IntegratedGradients

    clf = judge.clf
    net = clf.twin()
    method = IntegratedGradients(lambda batch: clf.logits(net, batch))
    found: Tensor = method.attribute(
        x[None], target=target, n_steps=steps, internal_batch_size=_BATCH
    )
    return found[0].sum(0).float().detach()


def smoothed_gradients(judge: Judge, x: Tensor, target: int) -> Tensor:
    """Integrated Gradients, smoothed by a Gaussian of 3 pixels: what of it other nets see, too."""
    return low_pass(integrated_gradients(judge, x, target)[None, None], 3)[0, 0]


def rise(
    judge: Judge, x: Tensor, target: int, masks: int = 1000, cells: int = 7, kept: float = 0.5
) -> Tensor:
    """RISE (Petsiuk et al., BMVC 2018): the mean of random masks, weighted by the scores they keep.

    Each mask is a coarse grid of ``cells`` x ``cells`` that keeps a share of it, enlarged smoothly
    and shifted by less than a cell (the paper's section 3.2, and its 7 cells and share of 0.5; it
    uses 4000 to 8000 masks).
    """
    generator = torch.Generator().manual_seed(0)
    height, width = x.shape[1:]
    step = -(-height // cells), -(-width // cells)
    total = torch.zeros(height, width)
    for start in range(0, masks, _BATCH):
        count = min(_BATCH, masks - start)
        grid = (torch.rand(count, 1, cells, cells, generator=generator) < kept).float()
        size = [(cells + 1) * side for side in step]
        smooth = F.interpolate(grid, size, mode="bilinear", align_corners=False)
        down, right = (torch.randint(side, (count,), generator=generator).tolist() for side in step)
        cut = torch.stack(
            [
                smooth[i, :, down[i] : down[i] + height, right[i] : right[i] + width]
                for i in range(count)
            ]
        )
        scores = judge.scores(cut * x, target)
        total += (scores.float().view(-1, 1, 1) * cut[:, 0]).sum(0)
    return total / (masks * kept)


#: The methods by the name that tables give them.
METHODS: Mapping[str, Method] = MappingProxyType(
    {
        INTEGRATED: integrated_gradients,
        SMOOTHED: smoothed_gradients,
        RISE: rise,
        "Grad-CAM": grad_cam,
        "random": random,
    }
)


def _last_maps(clf: xw.Classifier, net: nn.Module, x: Tensor) -> nn.Module:
    """Return the last of the net's parts that puts out maps with more than one position."""
    found: list[nn.Module] = []

    def note(module: nn.Module, _: object, output: object) -> None:
        if isinstance(output, Tensor) and output.dim() == 4 and output[0, 0].numel() > 1:
            found.append(module)

    handles = [child.register_forward_hook(note) for child in net.children()]
    try:
        with torch.no_grad():
            clf.logits(net, x[None])
    finally:
        for handle in handles:
            handle.remove()
    if not found:
        raise ValueError(f"{clf.name} has no feature maps that Grad-CAM could weigh")
    return found[-1]
