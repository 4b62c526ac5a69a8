"""Whether a net can be explained and defended: whatever would go wrong unnoticed is told instead,
with the way out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from xwidget.engine.nonlinearities import Kernels


class DefenseError(ValueError):
    """The net cannot be defended; the message says why and what to do."""


def check_reach(met: int, unmet: Mapping[str, int], unseen: int) -> None:
    """Raise unless every nonlinearity of a forward pass can be defended.

    Parameters
    ----------
    met
        How many calls were met.
    unmet
        How many activations were computed elsewhere, by the kernel's name.
    unseen
        How many calls were met where autograd does not look.
    """
    if unmet:
        names = ", ".join(f"{name} ×{count}" for name, count in sorted(unmet.items()))
        count = sum(unmet.values())
        raise DefenseError(
            f"{count} of the net's {met + count} nonlinearities are out of reach ({names}): they "
            "are computed inside a ScriptModule, a scripted function or a recurrent layer (LSTM, "
            "GRU). Pass the plain nn.Module that it was made of, write the layer out in torch "
            'functions, or use defense="none"'
        )
    if unseen:
        raise DefenseError(
            f"{unseen} of the net's {met} nonlinearities run where autograd does not look: in "
            "torch.utils.checkpoint(..., use_reentrant=True), in an autograd.Function of its own "
            "(a memory-efficient Swish, say) or under no_grad. Use use_reentrant=False, the plain "
            'activation (nn.SiLU), or defense="none"'
        )
    if not met:
        raise DefenseError(
            "no nonlinearity was met in the net, so there is nothing to defend: it is linear, "
            "writes its activations out by hand or runs them in other threads. Use those of torch "
            '(nn.ReLU, F.gelu, ...) in the plain nn.Module, or defense="none"'
        )


def check_gradient(forward: Callable[[Tensor], Tensor], image: Tensor) -> bool:
    """Raise unless a finite gradient reaches an image (N, C, H, W); return whether the backward
    pass calls nonlinearities again, as checkpointing does.
    """
    again = Kernels()
    with torch.enable_grad():
        x = image.detach().clone().requires_grad_()
        logits = forward(x)
        gradient = None
        reason = "nothing that autograd follows leads from the scores back to it"
        if logits.requires_grad:
            try:
                with again:
                    (gradient,) = torch.autograd.grad(logits.sum(), x, allow_unused=True)
            except torch.cuda.OutOfMemoryError:
                raise
            except RuntimeError as error:
                reason = str(error).split(". ")[0]
    if gradient is None:
        raise ValueError(
            f"no gradient of the net's scores reaches the image ({reason}), so there is nothing to "
            "optimize. The net may be quantized, run under torch.no_grad, return class indices, or "
            "checkpoint with use_reentrant=True; pass the float net, take off no_grad, return "
            "logits, checkpoint with use_reentrant=False"
        )
    if not bool(gradient.isfinite().all()):
        raise ValueError(
            "the gradient of the net's scores at the image is NaN or infinite; check its weights, "
            "and use the net in float32 (net.float()) where it is in half precision"
        )
    return bool(again.counts)
