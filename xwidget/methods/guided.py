"""Guided backpropagation, for whatever calls a rectifier.

captum's takes ``nn.ReLU`` modules alone: of a net with ReLU6, or ``F.relu``, it returns the plain
gradient. The rectifiers are met here as the defense meets them.
"""

from __future__ import annotations

import torch
from torch import Tensor

from xwidget.engine.nonlinearities import Intercept
from xwidget.methods.gradients import signed_or_size
from xwidget.methods.method import Answer
from xwidget.methods.task import Task

# Backward functions of ReLU and its kin, as torch names them.
_KIN = ("Relu", "Hardtanh", "LeakyRelu", "Elu", "Softplus", "Silu", "Gelu", "Hardswish", "Mish")
_RECTIFIERS = frozenset(f"{name}Backward{number}" for name in _KIN for number in (0, 1))


def guided_backprop(task: Task, *, signed: bool = False) -> Answer:
    """Guided backpropagation (Springenberg et al., ICLR 2015 workshop): the gradient of the logit,
    of which no negative part passes a rectifier.

    It shows edges of whatever the net sees more than what it relies on: with random weights it
    looks much the same (Adebayo et al., NeurIPS 2018).

    Parameters
    ----------
    task
        What to compute.
    signed
        Whether to keep the signs; otherwise magnitudes, where the 1% that are largest are
        1.
    """
    met = 0

    def visit(output: Tensor, given: Tensor, non_negative: bool) -> None:
        nonlocal met
        function = output.grad_fn
        if function is not None and function.name() in _RECTIFIERS:
            met += 1
            output.register_hook(lambda gradient: gradient.clamp_min(0))

    task.look_inside()
    task.expect(1 + len(task.targets))
    x = task.x.requires_grad_()
    with Intercept(visit):
        logits = task.chosen(x)[0]
    if not met:
        raise ValueError(
            f"{task.clf.name} has no rectifier (ReLU and its kin), which guided backpropagation "
            "needs; choose another method"
        )
    found = []
    for logit in logits:
        task.ask()
        found.append(torch.autograd.grad(logit, x, retain_graph=True)[0])
        task.did()
    return signed_or_size(task, torch.cat(found), signed)
