"""The test that a net can be explained and defended: problems that would go unnoticed are raised,
with the way out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from xwidget.classifier import Classifier
from xwidget.engine.nonlinearities import Kernels
from xwidget.engine.plan import is_memory
from xwidget.errors import NOT_REPEATED, DefenseError, NotRepeatedError
from xwidget.net.outputs import agree


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


def independent(forward: Callable[[Tensor], Tensor], image: Tensor) -> bool:
    """Return True if a net gives a picture the same logits whatever else is in the batch.

    Parameters
    ----------
    forward
        The net: (N, C, H, W) to (N, classes).
    image
        The picture (1, C, H, W); it is put behind, and before, one of loud noise.

    Returns
    -------
    bool
        False, too, where it takes one picture at a time only, or memory is short.

    Raises
    ------
    ValueError
        If it does not take the picture alone.
    """
    generator = torch.Generator("cpu").manual_seed(0)
    noise = torch.randn(image.shape, generator=generator, dtype=torch.float32, device="cpu")
    noise = 3 * noise.to(image)
    with torch.no_grad():
        alone = forward(image.clone())
        try:
            second = forward(torch.cat([noise, image]))[1:]
            first = forward(torch.cat([image, noise]))[:1]
        except (ValueError, MemoryError, RuntimeError) as error:
            if isinstance(error, ValueError) or is_memory(error):
                return False
            raise
    return agree(alone, first) and agree(alone, second)


def check_gradient(
    forward: Callable[[Tensor], Tensor], image: Tensor, before: Tensor | None = None
) -> bool:
    """Raise unless a finite gradient reaches an image (N, C, H, W); return whether the backward
    pass calls nonlinearities again, as checkpointing does.

    Parameters
    ----------
    forward, image
        The net, and what it is given.
    before
        The logits (N, classes) of an earlier pass: raise where they are other ones now, too.
    """
    again = Kernels()
    with torch.enable_grad():
        x = image.detach().clone().requires_grad_()
        logits = forward(x)
        if before is not None and not agree(before, logits):
            raise NotRepeatedError(NOT_REPEATED)
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
            "optimize. No gradient passes a part that is quantized, runs under torch.no_grad or "
            "torch.inference_mode, goes through numpy or .detach(), returns class indices or "
            "checkpoints with use_reentrant=True: pass the float net, take off no_grad and "
            "inference_mode, keep to torch functions, return logits, use use_reentrant=False"
        )
    if not bool(gradient.isfinite().all()):
        raise ValueError(
            "the gradient of the net's scores at the image is NaN or infinite; check its weights, "
            "and use the net in float32 (net.float()) where it is in half precision"
        )
    return bool(again.counts)


def check_reference(clf: Classifier, logits: Tensor, reference: object) -> None:
    """Raise unless a net gives scores where nothing of the image is shown.

    Parameters
    ----------
    clf
        The classifier.
    logits
        What it gives them (N, classes).
    reference
        As in ``Settings``.
    """
    if not bool(clf.scores(logits).isfinite().all()):
        which = "a tensor" if isinstance(reference, Tensor) else repr(reference)
        raise ValueError(
            f"the scores of {clf.name} for the reference alone, {which}, are NaN or infinite. A "
            "net that divides by the spread of a picture gets 0/0 for one of a single color. Use "
            'reference="blur" or "noise", or add a small eps where the net divides'
        )
    clf.check_scores(logits, "the reference alone")
