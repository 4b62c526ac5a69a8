"""Choosing lambda: grow, push, shrink, followed score by score."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from xwidget.catalog.games import GAMES
from xwidget.engine.sparsity import KEPT, Auto

LARGEST = torch.tensor([2.0])


class Follow:
    """A policy, its memory, and one mask of one pixel."""

    def __init__(self, game: str, nothing: float, everything: float) -> None:
        self.policy = Auto(GAMES[game])
        ends = torch.tensor([nothing]), torch.tensor([everything])
        self.memory = self.policy.begin(self.mask(0.02), ends, ends)

    @staticmethod
    def mask(value: float) -> Tensor:
        return torch.full((1, 3, 1, 1), value)

    def see(self, score: float, shown: float = 0.5, plain: float | None = None) -> float:
        """Return lambda after a mask of this expected score, and of this one in the plain view."""
        scores = torch.tensor([score]), torch.tensor([score if plain is None else plain])
        self.memory = self.policy.observe(self.mask(shown), *scores, self.memory)
        return float(self.policy.weight(LARGEST, self.memory))

    @property
    def best(self) -> tuple[float, float]:
        mask, score = self.policy.incumbent(torch.empty(0), torch.empty(0), self.memory)
        return float(mask.mean()), float(score)


@pytest.mark.parametrize(
    ("game", "nothing", "everything", "stuck", "done"),
    [("generation", 0.0, 0.8, 0.5, 0.78), ("deletion", 0.8, 0.0, 0.5, 0.03)],
)
def test_growing_that_stands_is_pushed_until_the_work_is_done(
    game: str, nothing: float, everything: float, stuck: float, done: float
) -> None:
    run = Follow(game, nothing, everything)
    weights = [run.see(stuck) for _ in range(21)]
    assert weights[:20] == [0.0] * 20
    assert weights[20] < 0, "more is to be shown"
    assert run.see(stuck) < weights[20], "harder each time"
    weight = run.see(done, shown=0.9)
    assert weight > 0, "and then less"
    assert run.best == pytest.approx((0.9, done))
    fresh = Follow(game, nothing, everything)
    assert weight == fresh.see(done, shown=0.9), "no harder than without a push"


def test_a_push_in_vain_ends_and_what_was_reached_is_held() -> None:
    run = Follow("generation", 0.0, 0.8)
    weights = [run.see(0.4, shown=0.6) for _ in range(42)]
    assert min(weights) < 0
    assert weights[-1] > 0
    run.see(0.39, shown=0.3)
    assert run.best == pytest.approx((0.3, 0.39))
    run.see(0.3, shown=0.2)
    assert run.best == pytest.approx((0.3, 0.39)), "too much was lost"


def test_nobody_pushes_where_nothing_in_the_image_speaks_for_the_class() -> None:
    run = Follow("generation", 0.001, 0.0)
    assert min(run.see(0.001) for _ in range(60)) == 0
    assert run.memory["shrinking"].all()


def test_growing_that_does_its_work_is_not_pushed() -> None:
    run = Follow("generation", 0.0, 0.8)
    weights = [run.see(score) for score in (0.1, 0.3, 0.6, 0.8 * KEPT + 1e-6)]
    assert weights[:3] == [0.0] * 3
    assert weights[3] > 0
    assert not run.memory["pushing"].any()


@pytest.mark.parametrize(("score", "pushes"), [(0.71, True), (0.73, False)])
def test_nine_tenths_of_the_change_are_not_worth_a_push(score: float, pushes: bool) -> None:
    run = Follow("generation", 0.0, 0.8)
    weights = [run.see(score) for _ in range(21)]
    assert (weights[-1] < 0) == pushes
    assert (weights[-1] > 0) == (not pushes)


def test_the_plain_view_has_a_floor_of_its_own() -> None:
    run = Follow("generation", 0.0, 0.8)
    run.see(0.79, shown=0.6)
    assert run.see(0.78, shown=0.5) > 0
    assert run.best == pytest.approx((0.5, 0.78))
    assert run.see(0.78, shown=0.4, plain=0.7) == 0, "the plain view lost the class"
    assert run.best == pytest.approx((0.5, 0.78))
