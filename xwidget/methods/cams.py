"""Class activation maps: feature maps added up with weights from the gradient, by torchcam."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from xwidget.methods.maps import maps_of
from xwidget.methods.method import Answer
from xwidget.methods.scales import LARGEST, by_largest, enlarged
from xwidget.methods.task import Task

Layer = str | nn.Module | None


def gradcam(task: Task, *, layer: Layer = None) -> Answer:
    """Grad-CAM (Selvaraju et al., ICCV 2017): each map weighs as much as its mean gradient.

    Parameters
    ----------
    task
        What to compute.
    layer
        Name of a module whose output is the maps, or the module; None for the last maps before the
        logits.
    """
    from torchcam.methods import GradCAM

    return _cam(task, layer, GradCAM)


def gradcam_plus_plus(task: Task, *, layer: Layer = None) -> Answer:
    """Grad-CAM++ (Chattopadhyay et al., WACV 2018): positive gradients, weighed by their powers.

    Parameters
    ----------
    task, layer
        As of :func:`gradcam`.
    """
    from torchcam.methods import GradCAMpp

    return _cam(task, layer, GradCAMpp)


def layercam(task: Task, *, layer: Layer = None) -> Answer:
    """LayerCAM (Jiang et al., IEEE TIP 2021): each position of a map has a weight of its own, its
    positive gradient, so that earlier layers, with finer maps, can be used too.

    Parameters
    ----------
    task, layer
        As of :func:`gradcam`.
    """
    from torchcam.methods import LayerCAM

    return _cam(task, layer, LayerCAM)


def _cam(task: Task, layer: Layer, kind: Any) -> Answer:
    task.expect(2)  # one pass to find the maps, one to weigh them
    maps = maps_of(task, layer)
    probe = nn.Identity()
    with kind(nn.Sequential(probe), "0") as weigh, maps.through(probe):
        logits = task.chosen(task.x.detach().requires_grad_())
        coarse = torch.cat(
            [
                weigh(place, logits, normalized=False, retain_graph=True)[0]
                for place in range(len(task.targets))
            ]
        )
    coarse = coarse.detach().float().clamp_min(0)
    none = tuple("" if one.any() else "no feature map speaks for the class" for one in coarse)
    return Answer(by_largest(enlarged(coarse, task.size)), False, LARGEST, none)
