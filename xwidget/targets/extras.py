"""The outputs of a classifier beyond its classes: contrasts of two classes, and scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor

from xwidget.support.arguments import is_whole
from xwidget.targets.asked import alone
from xwidget.targets.score import Score

_TINY = 1e-30
_EPS = 1e-6  # of scores that are made into log odds


@dataclass(frozen=True)
class Contrast:
    """A contrast: one class and not another.

    Parameters
    ----------
    of
        The indices of both classes, the one that speaks first.
    names
        Their short names.
    """

    of: tuple[int, int]
    names: tuple[str, str]

    @property
    def name(self) -> str:
        """Its name."""
        return " rather than ".join(self.names)

    log_odds = True
    neutral = 0.5
    """Score that speaks for neither: a draw."""

    def best(self, own: Tensor | float) -> float:
        """Return the highest score that an image could have had."""
        return 1.0

    def describe(self, scores: Sequence[float]) -> dict[str, Any]:
        """Return the facts of it for files and pages, given the image's scores."""
        own = [float(scores[index]) for index in self.of]
        return {"contrast": list(self.of), "names": list(self.names), "image_scores": own}

    def log_odds_of(self, logits: Tensor, activation: str) -> Tensor:
        """Return the log odds (N,) between the two classes, of logits (N, C).

        They are the difference of the logits; of scores in [0,1], that of their logarithms.
        """
        one, other = (logits[:, index] for index in self.of)
        if activation == "none":
            one, other = (each.clamp_min(_EPS).log() for each in (one, other))
        return one - other


Extra: TypeAlias = "Contrast | Score"


class _Classes(Protocol):
    """Classes with indices and names."""

    @property
    def short_names(self) -> tuple[str, ...]: ...
    def index(self, target: Any) -> int: ...


def extra_of(target: Any, classes: _Classes) -> Extra | None:
    """Return the contrast or score that a target in a list is; None where it is anything else.

    Raises
    ------
    ValueError, TypeError
        If it is a tuple, but not of two different classes.
    """
    if isinstance(target, list):
        raise TypeError(
            f"a target is a list, {target!r}; a contrast of two classes is a tuple of them in a "
            "list, targets=[(a, b)]"
        )
    if isinstance(target, tuple):
        if len(target) != 2 or not all(isinstance(t, str) or is_whole(t) for t in target):
            raise ValueError(
                f"the target {target!r} has {len(target)} parts; a contrast is a tuple of two "
                "classes, the first rather than the second: targets=[(a, b)]"
            )
        one, other = map(classes.index, target)
        if one == other:
            raise ValueError(f"the contrast {target!r} is of one class with itself; give two")
        names = classes.short_names
        return Contrast((one, other), (names[one], names[other]))
    return Score.of(target) if alone(target) and callable(target) else None


@dataclass(frozen=True)
class _Entry:
    asked: Extra
    made: Extra


class Extras:
    """Outputs beyond the classes, in order: contrasts and scores.

    Their columns follow those of the classes: log odds, whose score is their logistic function, or
    scores themselves.
    """

    def __init__(self, entries: tuple[_Entry, ...] = ()) -> None:
        self._entries = entries

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Extra]:
        return (entry.made for entry in self._entries)

    def __getitem__(self, place: int) -> Extra:
        return self._entries[place].made

    def plus(self, extra: Extra, index: Callable[[int | str], int]) -> Extras:
        """Return these and one more, which may ask for the index of a class of the net."""
        made = extra.bound(index) if isinstance(extra, Score) else extra
        return Extras((*self._entries, _Entry(extra, made)))

    def place(self, asked: Extra) -> int | None:
        """Return where one is, None where it is not among them."""
        for place, entry in enumerate(self._entries):
            if asked in (entry.asked, entry.made):
                return place
        return None

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(extra.name for extra in self)

    def columns(
        self, outputs: Any, logits: Tensor | None, batch: Tensor, activation: str, net: str
    ) -> Tensor:
        """Return their columns (N, E), float32 or the type of the logits.

        Parameters
        ----------
        outputs
            What the net returned.
        logits
            (N, C) of its classes; None where it has none.
        batch
            What it was given.
        activation
            How scores are made of the logits.
        net
            What to call it.
        """
        found = []
        for extra in self:
            if isinstance(extra, Contrast):
                assert logits is not None  # a contrast is one of classes
                column = extra.log_odds_of(logits, activation)
            else:
                gradient = torch.is_grad_enabled() and batch.requires_grad
                column = extra(outputs, len(batch), net, gradient=gradient)
            exact = column.dtype == torch.float64
            found.append(column if exact else column.float())
        return torch.stack([column.to(found[0]) for column in found], 1)

    def scores(self, columns: Tensor) -> Tensor:
        """Return the scores (N, E) in [0,1] of columns (N, E)."""
        return torch.where(self._odds(columns), columns.sigmoid(), columns.clamp(0, 1))

    def check(self, columns: Tensor, net: str, what: str) -> None:
        """Raise ValueError where columns (N, E) make no scores in [0,1]."""
        for extra, column in zip(self, columns.unbind(1), strict=True):
            if isinstance(extra, Score):
                extra.check(column, what)
            elif bool(column.isnan().any()):
                raise ValueError(
                    f"{net} rules both {' and '.join(map(repr, extra.names))} out for {what} "
                    "(logits of minus infinity, or NaN), so that neither is rated over the other"
                )

    def similarity(self, name: str, columns: Tensor, places: Tensor) -> Tensor:
        """Return phi (K,) of columns (K, E): low where a target is reached.

        Parameters
        ----------
        name
            "cross_entropy" (-log of the score), "score" (-score) or "logit" (-log odds).
        columns
            Of each picture.
        places
            Which of them is meant for each (K,).
        """
        rows = torch.arange(len(places), device=columns.device)
        chosen, odds = columns[rows, places], self._odds(columns)[places]
        # Each is computed for all: the other's rows get a value of which the gradient is finite.
        z = torch.where(odds, chosen, 0.0)
        s = torch.where(odds, 0.5, chosen)
        if name == "cross_entropy":
            return -torch.where(odds, F.logsigmoid(z), s.clamp_min(_TINY).log())
        if name == "score":
            return -torch.where(odds, z.sigmoid(), s)
        return -torch.where(odds, z, s.logit(eps=_EPS))

    def _odds(self, columns: Tensor) -> Tensor:
        odds = [extra.log_odds for extra in self]
        return torch.tensor(odds, dtype=torch.bool, device=columns.device)
