"""Classes that a person asks for: by index or name, one or several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from torch import Tensor

from xwidget.names import find

Targets: TypeAlias = "int | str | Sequence[int | str] | Tensor | npt.NDArray[np.integer]"


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
        )
    if not 0 <= target < len(categories):
        raise ValueError(
            f"target {target} is not a class of {net}: its {len(categories)} "
            f"classes are 0 to {len(categories) - 1}"
        )
    return int(target)


def listed(targets: Any) -> Sequence[Any]:
    """Return classes asked for as a list, of one where it is one.

    Raises
    ------
    ValueError, TypeError
        For an empty list, and what is none.
    """
    if isinstance(targets, (int, str, np.integer)):
        return [targets]
    if isinstance(targets, (Tensor, np.ndarray)):
        targets = targets.reshape(-1).tolist()
    if not isinstance(targets, (list, tuple, range)):
        raise TypeError(
            f"targets is a {type(targets).__name__}; expected a list of class indices or "
            "names, or None for the most likely class"
        )
    if not targets:
        raise ValueError("targets is empty; give at least one class, or None")
    return targets
