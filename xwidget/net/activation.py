"""Activations: how logits become scores, and whether they can."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from torch import Tensor

Activation: TypeAlias = Literal["softmax", "sigmoid", "none"]

# Rounding takes scores that a net computes itself past 0 and 1: in half precision, this far.
_OVERSHOOT = 4e-3


def check(activation: object) -> None:
    """Raise ValueError for anything but an activation."""
    if activation not in get_args(Activation):
        known = ", ".join(repr(a) for a in get_args(Activation))
        raise ValueError(f"activation={activation!r} is unknown; expected one of {known}")


def scores(logits: Tensor, activation: Activation) -> Tensor:
    """Return the scores (N, classes) in [0, 1] that an activation makes of logits."""
    if activation == "softmax":
        return logits.softmax(1)
    return logits.sigmoid() if activation == "sigmoid" else logits.clamp(0, 1)


def check_range(name: str, logits: Tensor, activation: Activation, what: str) -> None:
    """Raise ValueError where logits (N, classes) make no scores in [0, 1].

    Parameters
    ----------
    name
        What to call the net.
    logits
        What it gave.
    activation
        How scores are made of it.
    what
        What was shown to the net, in words.
    """
    if not bool(scores(logits, activation).isfinite().all()):
        raise ValueError(
            f"the scores of {name} for {what} are NaN or infinite; check its weights and how the "
            "image is normalized, and use it in float32 (net.float()) where it is in half precision"
        )
    least, most = (float(end) for end in logits.detach().aminmax())
    if activation == "none" and not -_OVERSHOOT <= least <= most <= 1 + _OVERSHOOT:
        raise ValueError(
            f"the scores of {name} for {what} span {least:.3g} to {most:.3g}, but "
            "activation='none' promises [0,1]: use activation='softmax' or 'sigmoid' where they "
            "are logits. A net that predicts a quantity (regression) has no classes to explain"
        )
