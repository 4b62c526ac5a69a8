"""Targets that each image of a batch has of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xwidget.subject import Subject
from xwidget.targets import Targets


@dataclass(frozen=True)
class Chosen:
    """Targets that each image has of its own, such as its least likely class.

    Parameters
    ----------
    count
        Number of targets, the same for every image.
    of
        Function from an image before the net to the indices of its targets.
    """

    count: int
    of: Callable[[Subject], Sequence[int]]


def select(subject: Subject, targets: Targets | Chosen | None) -> tuple[int, ...]:
    """Return the indices of an image's targets.

    Raises
    ------
    ValueError, TypeError
        As ``Subject.select``; or if there are more or fewer than every image is to have.
    """
    if not isinstance(targets, Chosen):
        return subject.select(targets)
    found = subject.select(list(targets.of(subject)))
    if len(found) != targets.count:
        raise ValueError(f"{len(found)} targets came; expected {targets.count} for every image")
    return found
