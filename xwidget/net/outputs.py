"""Tests of a net's outputs: repeatable, and logits or probabilities as its activation expects."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import torch
from torch import Tensor

from xwidget.errors import NOT_REPEATED, NotRepeatedError
from xwidget.net.logits import SUM

# Logits that differ by up to this share of their spread differ by rounding, in any number type.
_ROUNDING = 0.01
_NOTHING = 1e-5
# Pictures that drive logits far from [0, 1]: (mean, deviation) of noise.
_LOUD = ((0.0, 3.0), (1e3, 1e2), (-1e3, 1e2))


def agree(one: Tensor, other: Tensor) -> bool:
    """Return True if two sets of logits (..., C) of the same pictures differ by rounding only."""
    one, other = one.detach().double(), other.detach().double()
    # Classes that a net rules out are at minus infinity in both.
    ruled_out, top = (one == other) & one.isinf(), one.amax(-1, keepdim=True)
    one, other = (torch.where(ruled_out, top, logits) for logits in (one, other))
    spread = (one.amax(-1) - one.amin(-1)).max()
    # A single output has no spread; this much of a logit changes no score that is shown.
    allowed = _ROUNDING * spread + 1e-2 * _ROUNDING * one.abs().max() + _NOTHING
    return bool((one - other).abs().max() <= allowed)


def look(
    name: str,
    activation: str,
    run: Callable[[Tensor], Tensor],
    picture: Tensor,
    logits: Tensor,
    classes: int | None = None,
) -> None:
    """Look at what a net made of its first picture.

    Parameters
    ----------
    name
        What to call the net.
    activation
        What is said of it.
    run
        The net: (1, 3, H, W) to (1, C).
    picture, logits
        The picture (1, 3, H, W), and what the net returned for it (1, C).
    classes
        How many of these, the first ones, are logits of classes; None for all.

    Raises
    ------
    NotRepeatedError
        If it gives the picture other logits when asked again.

    Warns
    -----
    UserWarning
        If what it returns is not what the activation takes.
    """
    if not agree(logits, run(picture.clone())):
        raise NotRepeatedError(f"{name}: {NOT_REPEATED}")
    if classes == 0:
        return
    of_classes = logits[:, :classes]
    wrong = mistaken(of_classes, activation, lambda x: run(x)[:, :classes], picture)
    if wrong is not None:
        returned, right = wrong
        warnings.warn(
            f"{name} returns {returned} but activation={activation!r} was given, so that scores "
            f"and explanations will be wrong; use xw.Classifier(..., activation={right!r})",
            stacklevel=4,
        )


def mistaken(
    logits: Tensor, activation: str, run: Callable[[Tensor], Tensor], picture: Tensor
) -> tuple[str, str] | None:
    """Tell what a net returns where its activation is another one than it is said to be.

    Where the image's logits are none by the look of them, other pictures are looked at, so that
    logits which happen to lie between 0 and 1 are not taken for probabilities.

    Parameters
    ----------
    logits
        Of an image (1, C).
    activation
        What is said.
    run
        The net: (1, 3, H, W) to (1, C).
    picture
        The image.

    Returns
    -------
    tuple
        What it returns, in words, and the activation that is right; None where all is well.
    """
    suspects = [kind for kind in _KINDS if kind[0](logits) and activation in kind[1]]
    if not suspects:
        return None
    random = torch.Generator("cpu").manual_seed(0)
    seen = [logits]
    for mean, deviation in _LOUD:
        noise = torch.randn(picture.shape, generator=random, dtype=torch.float32, device="cpu")
        seen.append(run((mean + deviation * noise).to(picture)))
    if all(torch.equal(other, logits) for other in seen):  # the same whatever it is shown
        return None
    for looks, _, words, right in suspects:
        if all(looks(other) for other in seen):
            return words, right
    return None


def _in_unit_range(logits: Tensor) -> bool:
    return bool(((logits >= -1e-6) & (logits <= 1 + 1e-6)).all())


def _adds_up(logits: Tensor) -> bool:
    return _in_unit_range(logits) and bool(((logits.sum(-1) - 1).abs() < SUM).all())


def _adds_up_as_logs(logits: Tensor) -> bool:
    return logits.shape[-1] > 1 and bool((logits.logsumexp(-1).abs() < SUM).all())


# How it looks, with which activations it is a mistake, what it is, and which one is right.
_KINDS: tuple[tuple[Callable[[Tensor], bool], tuple[str, ...], str, str], ...] = (
    (_adds_up, ("softmax", "sigmoid"), "probabilities, which add up to 1,", "none"),
    (_in_unit_range, ("softmax", "sigmoid"), "scores between 0 and 1", "none"),
    (_adds_up_as_logs, ("sigmoid",), "logarithms of probabilities", "softmax"),
)
