"""Choosing the weight of sparsity while a run goes on.

The paper tunes lambda until "the explanation's score is comparable to the image's". Here that is
one run in two phases: first *grow*, without sparsity, until the mask does its work; then *shrink*:
lambda rises while the mask still does it. Where it fails, lambda is lowered once and left out for a
few iterations; if the work is not back by then, the best mask is taken up again.

Growing may stall before that: the defense leaves no way on. Unless nearly all the work is
done, a *push* follows, with a lambda below zero that rewards what is shown: where everything is
shown, the work is done. So what a pushed run shows is true, but may be most of the image.

What steers is the *expected* score: the mean over the views of a step, and over the last few steps
where their backgrounds are drawn. One draw says little.

"Does its work", or "comparable", has one meaning: the mask makes ``KEPT`` of the change of the
expected score between the image and the reference, from where nothing is shown to where everything
is; and shrinking may lose as much again of what growing reached. The plain view alone must show as
much. So preservation and generation end at no less than 0.9 of the image's own score, deletion and
repression at no more than 0.1 of it (for a reference that scores 0, and but for ``NOTHING``). Where
image and reference differ by no more than ``NOTHING``, nothing in the image speaks for the class:
nobody pushes, and what growing reached takes the place of the image's change. So it does where it
was nearly all, and where pushing is in vain.
What a run shows is the smallest mask so far that does its work.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import torch
from torch import Tensor

from xwidget.catalog.games import Game

Tensors = dict[str, Tensor]

#: Share of the change of the score that a mask must make; squared, after shrinking.
KEPT = 0.95
#: A change of the score up to this counts as none: the smallest mask for it is empty.
NOTHING = 0.005
_PATIENCE = 20  # iterations without progress that end growing, or a push
_ENOUGH = 0.9  # share of the change that is not worth a push
_PROGRESS = 0.02  # smallest progress that counts, in nats of log odds
_REACHED = (
    5.0  # log odds beyond which progress no longer counts: a score of 0.993, or 0.007 to lose
)
_FIRST, _UP, _DOWN = 0.05, 1.15, 0.6
_RETRIES = 4  # iterations in which a mask that fails may get its work back


class Sparsity(Protocol):
    """A rule that chooses lambda and the mask that is shown."""

    def begin(
        self, shown: Tensor, expected: tuple[Tensor, Tensor], plain: tuple[Tensor, Tensor]
    ) -> Tensors:
        """Return the memory before the first step: shown masks (K, 3, H, W); scores (K,) where
        nothing is shown, and where everything is, as expected and in the plain view.
        """

    def observe(
        self, shown: Tensor, expected: Tensor, score: Tensor, memory: Mapping[str, Tensor]
    ) -> Tensors:
        """Take note of the masks of this iteration, their expected scores (K,), which steer, and
        those in the plain view (K,), which are shown; return the new memory.
        """

    def weight(self, largest: Tensor, memory: Mapping[str, Tensor]) -> Tensor:
        """Return lambda (K,), given the largest absolute gradient of phi (K,)."""

    def incumbent(
        self, shown: Tensor, score: Tensor, memory: Mapping[str, Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Return the masks to show and their scores."""

    def lost(self, memory: Mapping[str, Tensor]) -> Tensor | None:
        """Return which targets (K,), bool, shall go back to the mask shown; None for none."""


class Fixed:
    """One lambda, given by the user; what is shown is the mask of this iteration."""

    def __init__(self, weight: float) -> None:
        self._weight = weight

    def begin(
        self, shown: Tensor, expected: tuple[Tensor, Tensor], plain: tuple[Tensor, Tensor]
    ) -> Tensors:
        """Return nothing: there is nothing to remember."""
        return {}

    def observe(
        self, shown: Tensor, expected: Tensor, score: Tensor, memory: Mapping[str, Tensor]
    ) -> Tensors:
        """Return nothing."""
        return {}

    def weight(self, largest: Tensor, memory: Mapping[str, Tensor]) -> Tensor:
        """Return the weight given."""
        return torch.full_like(largest, self._weight)

    def incumbent(
        self, shown: Tensor, score: Tensor, memory: Mapping[str, Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Return the masks of this iteration."""
        return shown, score

    def lost(self, memory: Mapping[str, Tensor]) -> None:
        """Never go back."""


class Auto:
    """Grow, push where that is not enough, then shrink: the smallest mask that does its work.

    Its memory, one row per target: ``best`` mask, its ``best_expected`` score, and its
    ``best_score`` in the plain view; ``nothing``, the expected score where nothing is shown,
    ``unshown``, the plain one, and ``wanted``, the change of the expected one that a mask is to
    make; ``mark``, the progress that the next must beat; ``waited``, iterations since; ``pushing``
    and ``shrinking``, the phase, growing where neither; ``bar``, the expected score to hold, and
    ``floor``, the plain one; ``failing``, iterations since they were held; ``relative``, lambda's
    size as a share of the largest gradient.
    """

    def __init__(self, game: Game) -> None:
        self._game = game

    def begin(
        self, shown: Tensor, expected: tuple[Tensor, Tensor], plain: tuple[Tensor, Tensor]
    ) -> Tensors:
        """Begin to grow from the masks given."""
        nothing, everything = expected
        blank, whole = plain
        zero = torch.zeros_like(nothing)
        sign = self._game.sign
        change = sign * (everything - nothing)
        floor = blank + KEPT**2 * (whole - blank) - sign * NOTHING
        return {
            "best": shown,
            "best_expected": torch.full_like(nothing, -1.0 if self._game.keeps else 2.0),
            "best_score": nothing,
            "nothing": nothing,
            "wanted": torch.where(change > NOTHING, change, torch.inf),
            "mark": torch.full_like(nothing, -torch.inf),
            "waited": zero,
            "pushing": torch.zeros_like(nothing, dtype=torch.bool),
            "shrinking": torch.zeros_like(nothing, dtype=torch.bool),
            "bar": zero,
            "floor": torch.where(change > NOTHING, floor, -sign * torch.inf),
            "unshown": blank,
            "failing": zero,
            "relative": torch.full_like(nothing, _FIRST),
        }

    def observe(
        self, shown: Tensor, expected: Tensor, score: Tensor, memory: Mapping[str, Tensor]
    ) -> Tensors:
        """Keep the best mask, end growing where it is done, and set lambda."""
        was, pushed = memory["shrinking"], memory["pushing"]
        sign, wanted = self._game.sign, memory["wanted"]
        # Growing: is the work done, or has it stalled?
        progress = (sign * expected.logit(eps=1e-12)).clamp_max(_REACHED)
        moved = progress > memory["mark"] + _PROGRESS
        waited = torch.where(moved, 0.0, memory["waited"] + 1)
        done = sign * (expected - memory["nothing"]) >= KEPT * wanted
        stands = waited >= _PATIENCE
        reached = (sign * (expected - memory["nothing"])).maximum(
            sign * (memory["best_expected"] - memory["nothing"])
        )
        push = (reached < _ENOUGH * wanted) & wanted.isfinite() & ~pushed
        shrinking = was | done | (stands & ~push)
        pushing = (pushed | stands) & ~shrinking
        waited = torch.where(stands, 0.0, waited)
        # Shrinking: does this mask, smaller than the best one, still do its work?
        works = (sign * expected >= sign * memory["bar"]) & (sign * score >= sign * memory["floor"])
        smaller = shown.flatten(1).mean(1) < memory["best"].flatten(1).mean(1)
        better = torch.where(was, works & smaller, sign * expected > sign * memory["best_expected"])
        best_expected = torch.where(better, expected, memory["best_expected"])
        change = (sign * (best_expected - memory["nothing"])).minimum(wanted)
        bar = memory["nothing"] + sign * (KEPT * change - NOTHING)
        best_score = torch.where(better, score, memory["best_score"])
        reached = KEPT * sign * (best_score - memory["unshown"]) - NOTHING
        floor = memory["unshown"] + sign * reached.minimum(
            sign * (memory["floor"] - memory["unshown"])
        )
        # A mask that fails tries to get its work back, without sparsity; then a smaller lambda
        # tries again.
        failing = torch.where(works | ~was | self.lost(memory), 0.0, memory["failing"] + 1)
        same = torch.ones_like(memory["relative"])  # of two numbers, where() makes its own type
        factor = torch.where(works, _UP, torch.where(failing == 1, _DOWN, same))
        relative = memory["relative"] * torch.where(was, factor, torch.where(pushed, _UP, same))
        return {
            "best": torch.where(better.view(-1, 1, 1, 1), shown, memory["best"]),
            "best_expected": best_expected,
            "best_score": best_score,
            "nothing": memory["nothing"],
            "wanted": wanted,
            "mark": torch.where(moved, progress, memory["mark"]),
            "waited": waited,
            "pushing": pushing,
            "shrinking": shrinking,
            "bar": torch.where(was, memory["bar"], bar),
            # Where growing fell short, so may the plain view.
            "floor": torch.where(shrinking & ~was & ~done, floor, memory["floor"]),
            "unshown": memory["unshown"],
            "failing": failing,
            "relative": torch.where(shrinking & ~was, _FIRST, relative.clamp(1e-6, 1e3)),
        }

    def weight(self, largest: Tensor, memory: Mapping[str, Tensor]) -> Tensor:
        """Return lambda: zero while growing, and while a mask gets its work back; < 0 in a push."""
        active = memory["shrinking"] & (memory["failing"] == 0)
        weight = memory["relative"] * largest
        return torch.where(active, weight, torch.where(memory["pushing"], -weight, 0.0))

    def incumbent(
        self, shown: Tensor, score: Tensor, memory: Mapping[str, Tensor]
    ) -> tuple[Tensor, Tensor]:
        """Return the best masks so far."""
        return memory["best"], memory["best_score"]

    def lost(self, memory: Mapping[str, Tensor]) -> Tensor:
        """Go back where a mask does not get its work back: the defense may leave no other way."""
        return memory["failing"] >= _RETRIES
