"""Sets of labels: all of some, or any of them, where a net says yes or no to each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import torch.nn.functional as F
from torch import Tensor

from xwidget.scores.outputs import chosen, column, numbered, tensor
from xwidget.targets import Score

Activation = Literal["sigmoid", "none"]


def all_of(
    labels: Sequence[int | str], *, activation: Activation = "sigmoid", name: str | None = None
) -> Score:
    """Return the score of a set of labels: all of them at once.

    Parameters
    ----------
    labels
        Indices, or names where the classifier has ``categories``; at least one.
    activation
        "sigmoid" where the net returns logits, "none" where it returns probabilities.
    name
        By default the labels, joined by "and".

    Returns
    -------
    Score
        The product of their probabilities, in [0,1]: labels are taken as independent, as the net
        takes them. Of nets that return (N,C) as a tensor, the first of several, ``["logits"]``,
        ``["out"]`` or ``.logits``.

    Raises
    ------
    ValueError, TypeError
        If there are no labels, one is neither an index nor a name, or there is no such activation.

    Examples
    --------
    >>> import torch
    >>> all_of([0, 1], activation="none").fn(torch.tensor([[0.5, 0.8, 0.1]]))
    tensor([0.4000])
    """
    return _score(labels, " and ", activation, any_one=False, name=name)


def any_of(
    labels: Sequence[int | str], *, activation: Activation = "sigmoid", name: str | None = None
) -> Score:
    """Return the score of a set of labels: any one of them, or more.

    Parameters
    ----------
    labels, activation, name
        As in :func:`all_of`; the name joins the labels by "or".

    Returns
    -------
    Score
        1 minus the product of the probabilities that each is not there, in [0,1].

    Raises
    ------
    ValueError, TypeError
        If there are no labels, one is neither an index nor a name, or there is no such activation.

    Examples
    --------
    >>> import torch
    >>> any_of([0, 1], activation="none").fn(torch.tensor([[0.5, 0.8, 0.1]]))
    tensor([0.9000])
    """
    return _score(labels, " or ", activation, any_one=True, name=name)


def _score(
    labels: Sequence[int | str], word: str, activation: str, *, any_one: bool, name: str | None
) -> Score:
    if not isinstance(labels, (list, tuple)) or not labels:
        raise ValueError(f"labels are {labels!r}; expected a list of at least one index or name")
    chosen("activation", activation, get_args(Activation))
    for label in labels:
        _ = label if isinstance(label, str) else numbered(label)  # raises where it is none
    words = word.join(label if isinstance(label, str) else f"class {label}" for label in labels)
    return Score(_Labels(tuple(labels), activation, any_one), name=name or words)


@dataclass(frozen=True)
class _Labels:
    labels: tuple[int | str, ...]
    activation: str
    any_one: bool

    def bound(self, index: Callable[[int | str], int]) -> _Labels:
        return replace(self, labels=tuple(numbered(label, index) for label in self.labels))

    def __call__(self, outputs: Any) -> Tensor:
        found = tensor(outputs, "logits", "out").flatten(1)
        logs = found.new_zeros(len(found))
        for label in dict.fromkeys(map(numbered, self.labels)):
            z = column(found, label)
            if self.activation == "sigmoid":
                logs = logs + F.logsigmoid(-z if self.any_one else z)
            else:
                logs = logs + (1 - z if self.any_one else z).clamp_min(1e-12).log()
        return -logs.expm1() if self.any_one else logs.exp()
