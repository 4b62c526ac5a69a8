"""The four games on a small net, and what a run promises whatever it is asked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xwidget as xw
from xwidget.catalog.games import GAMES
from xwidget.engine.defense import Guard
from xwidget.engine.history import History, is_keyframe
from xwidget.engine.optimize import optimize
from xwidget.engine.settings import Settings
from xwidget.engine.sparsity import KEPT, NOTHING
from xwidget.engine.state import State
from xwidget.engine.step import Step


@pytest.fixture
def clf() -> xw.Classifier:
    torch.manual_seed(1)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.ReLU(inplace=True),
        nn.BatchNorm2d(8),
        nn.Conv2d(8, 8, 3, padding=1, stride=2),
        nn.SiLU(),
        nn.Dropout(0.5),
        nn.Flatten(),
        nn.Linear(8 * 36, 4),
    )
    return xw.Classifier(net.train(), size=12, mean=0.5, std=0.5, categories=list("abcd"))


@pytest.fixture
def x(clf: xw.Classifier) -> Tensor:
    return clf.prepare(np.random.default_rng(0).random((12, 12, 3)))


def last(steps: Iterator[Step]) -> Step:
    *_, step = steps
    return step


@pytest.mark.parametrize("game", GAMES)
def test_a_game_moves_the_score_its_way(clf: xw.Classifier, x: Tensor, game: str) -> None:
    settings = Settings(game=game, defense="none", sparsity=0.0)
    steps = list(optimize(clf, x, [0, 1], replace(settings, iterations=20)))
    assert [step.iteration for step in steps] == list(range(21))
    sign = GAMES[game].sign
    assert (sign * steps[-1].scores > sign * steps[0].scores).all()
    for step in steps:
        assert step.masks.shape == (2, 3, 12, 12)
        assert 0 <= float(step.masks.min()) <= float(step.masks.max()) <= 1


@pytest.mark.parametrize(("game", "shown"), [*zip(GAMES, (1, 0, 0, 1), strict=True)])
def test_a_game_starts_where_the_paper_says(
    clf: xw.Classifier, x: Tensor, game: str, shown: int
) -> None:
    step = next(iter(optimize(clf, x, [2], Settings(game=game, iterations=1))))
    assert torch.equal(step.masks, torch.full((1, 3, 12, 12), float(shown)))


@pytest.mark.parametrize("sparsity", ["auto", 1e-3])
@pytest.mark.parametrize("game", GAMES)
def test_the_score_is_that_of_the_mask_shown(
    clf: xw.Classifier, x: Tensor, game: str, sparsity: float
) -> None:
    settings = Settings(game=game, sparsity=sparsity)
    net = clf.twin("cpu")
    for step in optimize(clf, x, [0, 3], replace(settings, iterations=12)):
        mask = 1 - step.masks if GAMES[game].shows_complement else step.masks
        scores = clf.scores(clf.logits(net, mask * x))[[0, 1], [0, 3]]
        torch.testing.assert_close(step.scores, scores, rtol=1e-4, atol=1e-6)


def test_classes_in_one_batch_do_not_disturb_each_other(clf: xw.Classifier, x: Tensor) -> None:
    together = last(optimize(clf, x, [0, 2], Settings(iterations=15)))
    for row, target in enumerate([0, 2]):
        alone = last(optimize(clf, x, [target], Settings(iterations=15)))
        torch.testing.assert_close(together.masks[row], alone.masks[0], rtol=1e-3, atol=1e-4)


def test_the_same_seed_gives_the_same_result(clf: xw.Classifier, x: Tensor) -> None:
    settings = Settings(reference="noise", seed=3)
    runs = [last(optimize(clf, x, [1], replace(settings, iterations=8))) for _ in range(2)]
    other = last(optimize(clf, x, [1], Settings(reference="noise", seed=4, iterations=8)))
    assert torch.equal(runs[0].masks, runs[1].masks)
    assert not torch.equal(runs[0].masks, other.masks)


@pytest.mark.parametrize("rule", ["adam", "momentum"])
@pytest.mark.parametrize("game", ["generation", "deletion"])
def test_a_run_goes_on_from_its_state_as_if_never_stopped(
    clf: xw.Classifier, x: Tensor, game: str, rule: str
) -> None:
    settings = Settings(game=game, rule=rule)
    whole = list(optimize(clf, x, [0, 1], replace(settings, iterations=16)))
    half = list(optimize(clf, x, [0, 1], replace(settings, iterations=9)))
    state = State.join([half[-1].state[0], half[-1].state[1]])
    rest = list(optimize(clf, x, [0, 1], replace(settings, iterations=7), start=state))
    assert [step.iteration for step in rest] == list(range(10, 17))
    assert torch.equal(rest[-1].masks, whole[-1].masks)
    assert torch.equal(rest[-1].scores, whole[-1].scores)


def test_a_run_goes_on_from_iteration_0(clf: xw.Classifier, x: Tensor) -> None:
    settings = Settings(game="deletion")
    whole = list(optimize(clf, x, [0, 1], replace(settings, iterations=5)))
    rest = list(optimize(clf, x, [0, 1], replace(settings, iterations=5), start=whole[0].state))
    assert [step.iteration for step in rest] == [1, 2, 3, 4, 5]
    assert torch.equal(rest[-1].masks, whole[-1].masks)


def test_a_run_that_goes_on_does_not_look_at_the_reference_again(
    clf: xw.Classifier, x: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    passes: list[Tensor] = []
    call = Guard.__call__
    monkeypatch.setattr(Guard, "__call__", lambda self, e: passes.append(e) or call(self, e))
    state = last(optimize(clf, x, [0], Settings(iterations=3), checked=False)).state
    assert len(passes) == 5, "the reference, the first step, iterations 1 to 3"
    passes.clear()
    list(optimize(clf, x, [0], Settings(iterations=2), start=state, checked=False))
    # One more than asked for: the step from where the first half ended.
    assert len(passes) == 3
    assert all((e != 0).any() for e in passes)


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("game", ["generation", "deletion"])
def test_inference_mode_around_it_changes_nothing(
    clf: xw.Classifier, x: Tensor, game: str, count: int
) -> None:
    settings, targets = Settings(game=game), list(range(count))
    plain = list(optimize(clf, x, targets, replace(settings, iterations=6)))
    with torch.inference_mode():
        image = x.clone()
        steps = []
        for step in optimize(clf, image, targets, replace(settings, iterations=3)):
            assert torch.is_inference_mode_enabled()
            steps.append(step)
        state = State.join([steps[-1].state[k] for k in range(count)])
        steps += optimize(clf, image, targets, replace(settings, iterations=3), start=state)
    assert torch.equal(steps[-1].masks, plain[-1].masks)
    assert torch.equal(steps[-1].scores, plain[-1].scores)


@pytest.mark.parametrize("mode", [torch.inference_mode, torch.no_grad])
def test_explain_within_a_mode_without_gradients(
    clf: xw.Classifier, mode: type[torch.no_grad]
) -> None:
    image = np.random.default_rng(0).random((12, 12, 3))
    plain = xw.explain(clf, image, iterations=4, progress=False)
    with mode():
        within = xw.explain(clf, image, iterations=4, progress=False)
        reference = torch.full((3, 12, 12), 0.1)
        xw.explain(clf, image, iterations=2, progress=False, reference=reference)
    np.testing.assert_array_equal(within.masks, plain.masks)


@pytest.mark.parametrize(("game", "name"), [("generation", "directional"), ("deletion", "paper")])
def test_an_explanation_names_the_defense_that_ran(
    clf: xw.Classifier, game: str, name: str
) -> None:
    image = np.random.default_rng(0).random((12, 12, 3))
    auto, none = (
        xw.explain(clf, image, iterations=1, progress=False, game=game, defense=defense)
        for defense in ("auto", "none")
    )
    assert (auto.settings["defense"], auto.diagnostics["defense"]) == ("auto", name)
    assert none.diagnostics["defense"] == "none"


def test_sparsity_makes_the_mask_small(clf: xw.Classifier, x: Tensor) -> None:
    means = [
        float(
            last(
                optimize(
                    clf,
                    x,
                    [0],
                    Settings(game="preservation", sparsity=weight, iterations=60, early_stop=False),
                )
            ).masks.mean()
        )
        for weight in (0.0, 1e-3, 1.0)
    ]
    assert means[0] > means[1] > means[2]


@pytest.fixture
def decided(clf: xw.Classifier) -> xw.Classifier:
    """The same net, but sure of its classes."""
    with torch.no_grad():
        clf.net[-1].weight.mul_(20)
    return clf


@pytest.mark.parametrize("game", GAMES)
def test_auto_sparsity_ends_at_a_comparable_score(
    decided: xw.Classifier, x: Tensor, game: str
) -> None:
    with torch.no_grad():
        image, reference = decided.scores(
            decided.logits(decided.net.eval(), torch.stack([x, 0 * x]))
        )
    target = int((image - reference).argmax())
    change = float((image - reference)[target])
    assert change > 0.1, "the image must speak for the class"
    grown, auto = (
        last(
            optimize(
                decided,
                x,
                [target],
                Settings(
                    game=game, defense="none", sparsity=sparsity, iterations=80, early_stop=False
                ),
            )
        )
        for sparsity in (0.0, "auto")
    )
    keeps = GAMES[game].keeps
    done = float(auto.scores) - float(reference[target] if keeps else image[target])
    assert (done if keeps else -done) >= KEPT * change - NOTHING - 1e-6
    assert float(auto.masks.mean()) < 0.8 * float(grown.masks.mean())


def test_auto_sparsity_without_evidence_in_the_image_keeps_what_growing_reached(
    decided: xw.Classifier, x: Tensor
) -> None:
    with torch.no_grad():
        image, reference = decided.scores(
            decided.logits(decided.net.eval(), torch.stack([x, 0 * x]))
        )
    target = int((image - reference).argmin())
    auto = last(
        optimize(decided, x, [target], Settings(defense="none", iterations=80, early_stop=False))
    )
    assert float(auto.scores) > 2 * float(reference[target]), "undefended, any class appears"
    assert float(auto.masks.mean()) < 0.9


def test_the_net_is_given_back_as_it_came(clf: xw.Classifier, x: Tensor) -> None:
    net = clf.net
    seen: list[int] = []
    net[0].register_forward_hook(lambda *_: seen.append(1))
    next(net.parameters()).requires_grad_(False)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    flags = [p.requires_grad for p in net.parameters()]
    hooks = [dict(module._forward_hooks) for module in net.modules()]
    steps = optimize(clf, x, [0], Settings(iterations=5))
    next(steps)
    steps.close()  # half-way out
    list(optimize(clf, x, [0], Settings(iterations=2)))
    assert all(module.training for module in net.modules())
    assert [p.requires_grad for p in net.parameters()] == flags
    assert [dict(module._forward_hooks) for module in net.modules()] == hooks
    assert net[1].inplace
    assert all(p.grad is None for p in net.parameters())
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"game": "chess"}, "game must be one of 'preservation'"),
        ({"defense": "sicilian"}, "defense must be one of"),
        ({"sparsity": -1.0}, "sparsity must be"),
        ({"sparsity": math.nan}, "sparsity must be"),
        ({"reference": "red"}, "reference must be one of"),
        ({"reference": torch.zeros(3, 5, 5)}, r"reference has shape \(3, 5, 5\)"),
        ({"similarity": "cosine"}, "similarity must be one of"),
        ({"device": "abacus"}, "device='abacus' cannot be used here"),
        ({"iterations": 0}, "iterations must be at least 1"),
        ({"targets": 4}, "target 4"),
    ],
)
def test_bad_arguments_are_refused_in_words(
    clf: xw.Classifier, wrong: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        xw.explain(clf, np.zeros((12, 12, 3)), progress=False, **wrong)  # type: ignore[arg-type]


def test_weights_that_are_not_finite_are_refused(clf: xw.Classifier, x: Tensor) -> None:
    with torch.no_grad():
        next(clf.net.parameters()).fill_(math.nan)
    with pytest.raises(ValueError, match="NaN or infinite"):
        list(optimize(clf, x, [0], Settings(iterations=1)))


def test_an_interrupt_returns_what_is_done(clf: xw.Classifier) -> None:
    def stop(step: Step) -> None:
        if step.iteration == 4:
            raise KeyboardInterrupt

    image = np.random.default_rng(0).random((12, 12, 3))
    ex = xw.explain(clf, image, targets=[0, 1], progress=False, on_step=stop)
    assert len(ex.trace) == 5
    assert ex.diagnostics["stopped"] == "interrupted"


def test_an_explanation_is_complete(clf: xw.Classifier) -> None:
    image = np.random.default_rng(0).random((12, 12, 3))
    ex = xw.explain(clf, image, targets=["b", 0], iterations=20, progress=False)
    assert ex.targets == (1, 0)
    assert ex.names == ("b", "a")
    assert ex.masks.shape == (2, 3, 12, 12)
    assert ex.trace.score.shape == (21, 2)
    assert ex.frames.iterations.tolist() == [*range(17), 18, 20]
    np.testing.assert_array_equal(
        ex.frames.masks[-1], np.floor(255 * ex.masks + 0.5).astype(np.uint8)
    )
    np.testing.assert_allclose(ex.scores, ex.trace.score[-1])
    by_name = {name: score for _, name, score in clf.predict(image, 4)}
    np.testing.assert_allclose(ex.image_scores, [by_name["b"], by_name["a"]], rtol=1e-4)
    assert ex.diagnostics["nonlinearities"] == 2
    assert ex.diagnostics["stopped"] == "iterations"


def test_keyframes_are_denser_at_the_start() -> None:
    kept = [i for i in range(1001) if is_keyframe(i)]
    assert kept[:20] == [*range(17), 18, 20, 22]
    assert all(after - before <= max(1, after / 8) for before, after in pairwise(kept))
    assert len(kept) < 80


def test_a_track_shows_its_last_iteration_even_between_keyframes(
    clf: xw.Classifier, x: Tensor
) -> None:
    history = History()
    for step in optimize(clf, x, [2], Settings(iterations=17)):
        history.add(step)
    track = history.track(2)
    assert track.frames[-1] == 17
    assert track.nearest(19) == 17
    np.testing.assert_array_equal(track.frame(17), track.mask)


@pytest.mark.parametrize("activation", ["sigmoid", "none"])
def test_nets_with_other_scores(clf: xw.Classifier, activation: str) -> None:
    net = clf.net if activation == "sigmoid" else nn.Sequential(clf.net, nn.Softmax(1))
    other = xw.Classifier(net, size=12, mean=0.5, std=0.5, activation=activation)  # type: ignore[arg-type]
    image = np.random.default_rng(0).random((12, 12, 3))
    for similarity in ("cross_entropy", "score", "logit"):
        ex = xw.explain(
            other, image, targets=[1], iterations=10, progress=False, similarity=similarity
        )
        assert ex.scores[0] > ex.trace.score[0, 0]


@pytest.mark.parametrize(
    ("reference", "color"), [("zero", 128), ("black", 0), ("white", 255), ("blur", None)]
)
def test_references_have_their_color(clf: xw.Classifier, reference: str, color: int | None) -> None:
    image = np.full((12, 12, 3), 0.25)
    ex = xw.explain(clf, image, iterations=1, progress=False, reference=reference)
    assert (ex.reference == (64 if color is None else color)).all()
