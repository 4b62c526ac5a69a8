"""Going on from a stored mask: it stays until a better one is found."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xwidget as xw
from xwidget.catalog.games import GAMES
from xwidget.engine.optimize import optimize
from xwidget.engine.settings import Settings
from xwidget.engine.state import State
from xwidget.engine.warm_start import warm_start


@pytest.fixture
def clf() -> xw.Classifier:
    torch.manual_seed(0)
    last = nn.Linear(6 * 100, 4)
    with torch.no_grad():
        last.weight.mul_(20)
    net = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Flatten(), last)
    return xw.Classifier(net, size=12, mean=0.5, std=0.5)


@pytest.fixture
def x(clf: xw.Classifier) -> Tensor:
    return clf.prepare(np.random.default_rng(0).random((12, 12, 3)))


@pytest.mark.parametrize(
    ("game", "rule"), [*((game, "adam") for game in GAMES), ("generation", "momentum")]
)
def test_what_was_shown_is_shown_until_there_is_better(
    clf: xw.Classifier, x: Tensor, game: str, rule: str
) -> None:
    settings = Settings(game=game, iterations=25, rule=rule, plan="plain", early_stop=False)
    change = clf.classify(x) - clf.classify(torch.zeros_like(x))
    targets = change.topk(2).indices.tolist()
    *_, last = optimize(clf, x, targets, settings, checked=False, ranks=False)
    state = warm_start(clf, x, targets, settings, last.masks, 25)
    assert set(state.tensors) == set(last.state.tensors)
    more = list(
        optimize(clf, x, targets, Settings(**{**vars(settings), "iterations": 5}), start=state)
    )
    assert [step.iteration for step in more] == list(range(26, 31))
    sign = GAMES[game].sign
    for row in range(2):
        for step in more:
            smaller = float(step.masks[row].mean()) <= float(last.masks[row].mean()) + 1e-6
            better = float(sign * step.scores[row]) >= float(sign * last.scores[row]) - 0.1
            assert smaller or better
            assert better
    assert more[-1].checks is not None
    assert not any("never moved" in item.words for item in more[-1].checks[0].items)


def test_the_first_step_is_a_small_one(clf: xw.Classifier, x: Tensor) -> None:
    settings = Settings(iterations=30, plan="plain")
    *_, last = optimize(clf, x, [0], settings, checked=False)
    state = warm_start(clf, x, [0], settings, last.masks, 30)
    assert torch.equal(state.tensors["mask"], last.masks)
    step = next(optimize(clf, x, [0], settings, start=state))
    assert float((step.state.tensors["mask"] - last.masks).abs().max()) <= 0.02


def test_classes_of_one_state_go_on_apart(clf: xw.Classifier, x: Tensor) -> None:
    settings = Settings(iterations=4, plan="plain")
    masks = torch.rand(2, 3, 12, 12, generator=torch.Generator().manual_seed(0))
    state = warm_start(clf, x, [0, 2], settings, masks, 9)
    both = list(optimize(clf, x, [0, 2], settings, start=state))[-1]
    one = list(optimize(clf, x, [2], settings, start=State.join([state[1]])))[-1]
    torch.testing.assert_close(both.masks[1], one.masks[0], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("shape", "iteration"), [((1, 3, 12, 12), 5), ((2, 3, 12, 12), 0)])
def test_masks_that_do_not_fit_are_refused_in_words(
    clf: xw.Classifier, x: Tensor, shape: tuple[int, ...], iteration: int
) -> None:
    with pytest.raises(ValueError, match=r"expected \(2, 3, 12, 12\)"):
        warm_start(clf, x, [0, 1], Settings(), torch.zeros(shape), iteration)
