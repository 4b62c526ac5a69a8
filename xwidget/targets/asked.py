"""Targets that a person asks for: classes by index or name, contrasts, scores; one or several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from torch import Tensor

from xwidget.names import find

Target: TypeAlias = int | str | tuple[int | str, int | str] | Callable[[Any], Tensor]
Targets: TypeAlias = Target | Sequence[Target] | Tensor | npt.NDArray[np.integer]


def index_of(target: object, categories: Sequence[str], net: str) -> int:
    """Return a class's index.

    Parameters
    ----------
    target
        The index itself, or a name; see ``Classifier.index``.
    categories
        The names of all classes.
    net
        What to call the net in errors.
    """
    if isinstance(target, str):
        return find(target, categories)
    if isinstance(target, bool) or not isinstance(target, (int, np.integer)):
        raise TypeError(
            f"a target is a class index or a class name, not {target!r} ({type(target).__name__})"
            ". Beyond classes: a contrast, a tuple of two of them in a list, targets=[(a, b)]; or "
            "a score, a function of what the net returns"
        )
    if not 0 <= target < len(categories):
        raise ValueError(
            f"target {target} is not a class of {net}: its {len(categories)} "
            f"classes are 0 to {len(categories) - 1}"
            + (
                f". Index {target} may be that of a contrast or a score: those are outputs of "
                "clf.extended([...]), which is to be given in place of clf"
                if target >= len(categories)
                else ""
            )
        )
    return int(target)


def alone(target: object) -> bool:
    """Return True for what is one target by itself, and no list: an index, a name, a function."""
    return isinstance(target, (int, str, np.integer)) or _is_function(target)


def _is_function(target: object) -> bool:
    return callable(target) and not isinstance(target, (type, Tensor, np.ndarray))


def listed(targets: Any) -> Sequence[Any]:
    """Return classes asked for as a list, of one where it is one.

    Raises
    ------
    ValueError, TypeError
        For an empty list, and what is none.
    """
    if alone(targets):
        return [targets]
    if isinstance(targets, (Tensor, np.ndarray)):
        targets = targets.reshape(-1).tolist()
    if not isinstance(targets, (list, tuple, range)):
        raise TypeError(
            f"targets is a {type(targets).__name__}; expected a list of class indices or "
            "names, or None for the most likely class. A list may have contrasts, too, tuples "
            "of two classes, and scores, functions of what the net returns"
        )
    if not targets:
        raise ValueError("targets is empty; give at least one class, or None")
    return targets
