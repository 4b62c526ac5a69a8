"""The control: a class that is not in the image, which a sound method must not find there."""

from __future__ import annotations

import math
from dataclasses import dataclass

from xwidget.checks import Check
from xwidget.engine.sparsity import NOTHING

#: Multiple of the score of the reference alone that the control class may reach.
CONTROL = 2.0

# Where the reference alone scores more for a class, it proves nothing that the class stays out.
_TELLING = 0.1


@dataclass(frozen=True, slots=True)
class Control:
    """The result for a class that is not in the image, explained in the same way.

    Parameters
    ----------
    target
        Its index.
    reached
        The highest score of any step on the reference, in [0, 1]; NaN where it could not be tried.
    blank
        What the reference alone scores for it, in [0, 1].
    steps
        How many were taken.
    """

    target: int
    reached: float
    blank: float
    steps: int


def untried(where: str) -> Check:
    """Return the check of a control that could not be made, and where it failed."""
    words = f"The control could not be made: {where}, the network is NaN or infinite."
    return Check("control", None, None, words)


def controlled(control: Control, name: str) -> Check:
    """Return the check of a class that must stay out."""
    if not math.isfinite(control.reached):
        return untried(f"on the way to {name}, the least likely other class")
    details = {
        "reached": control.reached,
        "reference alone": control.blank,
        "class": float(control.target),
    }
    if control.blank > _TELLING:
        words = (
            f"The reference alone scores {control.blank:.2f} for {name}, the least likely other "
            "class; that it stays out would say nothing."
        )
        return Check("control", control.reached, None, words, details)
    stays = control.reached <= max(CONTROL * control.blank, NOTHING)
    words = (
        f"The least likely class, {name}, stays out: {control.reached:.4f} after {control.steps} "
        "steps."
        if stays
        else f"The least likely class, {name}, can be made to appear in the same way: "
        f"{control.reached:.2f}."
    )
    return Check("control", control.reached, stays, words, details)
