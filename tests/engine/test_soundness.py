"""Nets that would be explained wrongly without a word: explained right, or refused in words."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import xwidget as xw
from xwidget.engine.defense import DefenseError
from xwidget.engine.optimize import optimize
from xwidget.engine.settings import Settings
from xwidget.engine.step import Step
from xwidget.engine.watch import WeightsChangedError
from xwidget.net.outputs import agree

PHOTO = np.random.default_rng(0).random((16, 16, 3))
PHOTO[:8] *= 0.3
X = torch.tensor(PHOTO).permute(2, 0, 1).float()


class Net(nn.Module):
    """A small net with something done to what goes in, and to what comes out."""

    def __init__(
        self,
        before: Callable[[Tensor], Tensor] = lambda x: x,
        after: Callable[[Tensor], Tensor] = lambda z: z,
        norm: Callable[[int], nn.Module] = lambda channels: nn.Identity(),
    ) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.before, self.after = before, after
        self.body = nn.Sequential(
            nn.Conv2d(3, 6, 3),
            norm(6),
            nn.ReLU(),
            nn.Conv2d(6, 8, 3, stride=2),
            norm(8),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
            nn.Linear(32, 4),
        )
        self.body[-1].weight.data.mul_(5)

    def forward(self, x: Tensor) -> Tensor:
        return self.after(self.body(self.before(x)))


def classifier(net: nn.Module, **options: Any) -> xw.Classifier:
    return xw.Classifier(net, size=16, **options)


def explain(net: nn.Module, targets: Any = (0, 1), **options: Any) -> xw.Explanation:
    options = {"iterations": 6, "progress": False, **options}
    return xw.explain(classifier(net), PHOTO, list(targets), **options)


# Nets that do not repeat themselves


class Counting(Net):
    calls = 0

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return super().forward(x) * (1 + 0.1 * self.calls)


def numpys_noise(z: Tensor) -> Tensor:
    return z + torch.from_numpy(np.random.normal(size=tuple(z.shape))).float()  # noqa: NPY002


@pytest.mark.parametrize("defense", ["auto", "none"])
@pytest.mark.parametrize(
    "build",
    [
        lambda: Net(after=F.dropout),
        lambda: Net(after=lambda z: nn.Dropout(0.5)(z)),
        lambda: Net(after=lambda z: z + torch.rand_like(z)),
        lambda: Net(after=numpys_noise),
        lambda: Net(before=lambda x: x + 0.5 * torch.randn_like(x)),
        Counting,
    ],
    ids=["dropout", "made in forward", "rand", "numpy", "before", "counter"],
)
def test_a_net_that_does_not_repeat_itself_is_refused(
    build: Callable[[], nn.Module], defense: str
) -> None:
    with pytest.raises(DefenseError, match=r"not deterministic.*training=self\.training"):
        explain(build(), defense=defense)


# Rows of a batch that depend on each other

DEPENDENT: dict[str, Callable[[], Net]] = {
    "batch statistics": lambda: Net(norm=lambda n: nn.BatchNorm2d(n, track_running_stats=False)),
    "mean of the batch": lambda: Net(before=lambda x: x - x.mean()),
    "largest of the batch": lambda: Net(before=lambda x: x / (x.max() + 1e-3)),
    "first of the batch": lambda: Net(before=lambda x: x - 0.5 * x[:1]),
    "last of the batch": lambda: Net(before=lambda x: x - 0.5 * x[-1:]),
    "similar to the others": lambda: Net(after=lambda z: z - z.logsumexp(0, keepdim=True)),
}


@pytest.mark.parametrize("kind", DEPENDENT)
def test_rows_that_depend_on_each_other_are_explained_as_alone(kind: str) -> None:
    net = DEPENDENT[kind]()
    both = explain(net)
    assert both.diagnostics["plan"]["batch"] == 1
    assert both.diagnostics["independent"] is False
    clf = classifier(net)
    for k in (0, 1):
        alone = explain(net, [k])
        np.testing.assert_allclose(both.masks[k], alone.masks[0], atol=1e-5)
        shown = torch.lerp(torch.zeros_like(X), X, torch.tensor(both.masks[k]))
        assert both.scores[k] == pytest.approx(float(clf.classify(shown)[k]), abs=1e-4)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_rows_that_do_not_are_explained_together(dtype: torch.dtype) -> None:
    diagnostics = explain(Net().to(dtype)).diagnostics
    assert diagnostics["plan"]["batch"] is None
    assert diagnostics["independent"] is True


# Numbers that are none


def standardized(eps: float) -> Net:
    dims = (1, 2, 3)
    return Net(lambda x: (x - x.mean(dims, True)) / (x.std(dims, keepdim=True) + eps))


@pytest.mark.parametrize("game", ["generation", "deletion"])
def test_scores_of_a_flat_reference_that_are_none_are_told(game: str) -> None:
    for reference in ("drawn", "zero", "black", torch.zeros(3, 1, 1)):
        with pytest.raises(ValueError, match=r'reference alone.*reference="blur" or "noise"'):
            explain(standardized(0), game=game, reference=reference)
    for reference in ("blur", "noise"):
        runs = [explain(standardized(e), game=game, reference=reference) for e in (0, 1e-7)]
        np.testing.assert_allclose(runs[0].masks, runs[1].masks, atol=1e-2)


class FailsBetween(Net):
    """NaN scores, or a NaN gradient, for pictures of some brightness."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        mean = x.mean((1, 2, 3))
        bad = (mean > 0.06) & (mean < 0.2)
        return super().forward(x) + self.function(torch.where(bad, -1.0, 1.0))[:, None]


@pytest.mark.parametrize("game", ["generation", "preservation"])
def test_numbers_that_turn_into_none_on_the_way_end_a_run_in_words(game: str) -> None:
    net, steps = FailsBetween(torch.sqrt), []
    with pytest.raises(ValueError, match=r"by iteration \d+ the score of 'class \d'.*NaN"):
        explain(net, iterations=60, game=game, reference="zero", on_step=steps.append)
    assert steps
    assert all(bool(step.scores.isfinite().all()) for step in steps)


def test_a_control_that_is_not_finite_is_told_and_the_run_kept() -> None:
    class Rarely(Net):
        def forward(self, x: Tensor) -> Tensor:
            mean, z = x.mean((1, 2, 3)), super().forward(x)
            last = torch.where((mean > 0.001) & (mean < 0.2), torch.nan, z[:, 3] - 50)
            return torch.cat([z[:, :3], last[:, None]], 1)

    clf = classifier(Rarely(), activation="sigmoid")
    options: dict[str, Any] = {"iterations": 6, "reference": "zero", "progress": False}
    ex = xw.explain(clf, PHOTO, [0], **options)
    assert np.isfinite(ex.masks).all()
    assert ex.checks is not None
    control = ex.checks[0]["control"]
    assert (control.value, control.passed) == (None, None)
    assert "could not be made: on the way to class 3" in control.words
    with pytest.raises(ValueError, match="score of 'class 3'"):
        xw.explain(clf, PHOTO, [3], **options)


def test_a_gradient_that_turns_into_none_on_the_way_is_told() -> None:
    class Root(Net):
        def forward(self, x: Tensor) -> Tensor:  # at 0, its slope is infinite
            dark = x.mean((1, 2, 3)) < 0.05
            return super().forward(x) + torch.where(dark, 0 * x[:, 0, 0, 0], 1).sqrt()[:, None]

    with pytest.raises(ValueError, match="or its gradient was NaN or infinite"):
        explain(Root(), iterations=60, reference="zero")


def test_classes_that_a_net_rules_out_are_no_fault() -> None:
    net = Net(after=lambda z: z.masked_fill(torch.tensor([False, False, False, True]), -torch.inf))
    assert np.isfinite(explain(net).masks).all()
    assert classifier(net).classify(X)[3] == 0


# Scores that are none


@pytest.mark.parametrize("targets", [[0, 1], [0]])
def test_logits_are_not_taken_for_scores(targets: list[int]) -> None:
    clf = classifier(Net(), activation="none")
    with pytest.raises(ValueError, match=r"span .*'softmax' or 'sigmoid'.*regression"):
        xw.explain(clf, PHOTO, targets, iterations=2, progress=False)
    with pytest.raises(ValueError, match=r"this image span .*regression"):
        clf.predict(PHOTO)


def test_scores_past_0_and_1_by_rounding_are_cut_off() -> None:
    def rounded(z: Tensor) -> Tensor:
        return z * 0 + torch.tensor([1.0000001, -1e-7, 0.5, 0.5])

    clf = classifier(Net(after=rounded), activation="none")
    assert clf.classify(X).tolist() == [1, 0, 0.5, 0.5]
    assert xw.explain(clf, PHOTO, [0], iterations=2, progress=False).scores == 1


# Weights that change


def training(net: Net, change: Callable[[Tensor], Any]) -> Callable[[Step], None]:
    def step(step: Step) -> None:
        if step.iteration == 2:
            with torch.no_grad():
                change(net.body[-1].weight)

    return step


def test_weights_that_change_during_a_run_are_told() -> None:
    net = Net()
    with pytest.raises(WeightsChangedError, match=r"weights of Net changed.*copy\.deepcopy"):
        explain(net, on_step=training(net, lambda weight: weight.mul_(-1)))
    net = Net()
    with pytest.raises(ValueError, match=r"other scores now.*parameter\.data"):
        explain(net, on_step=training(net, lambda weight: weight.data.mul_(-1)))


def test_weights_that_change_inside_a_step_are_the_reason_and_not_what_comes_of_it() -> None:
    def train() -> None:
        with torch.no_grad():
            last = trained().body[-1]  # type: ignore[union-attr]
            last.bias.add_(1)
            last.weight.mul_(1.1)

    def meanwhile(z: Tensor) -> Tensor:
        thread = threading.Thread(target=train)
        thread.start()
        thread.join()
        return z

    net = Net(after=meanwhile)
    trained = weakref.ref(net)
    for defense in ("auto", "none"):
        with pytest.raises(WeightsChangedError):
            explain(net, defense=defense)


def test_a_run_does_not_go_on_with_other_weights() -> None:
    net, settings = Net(), Settings()
    clf = classifier(net)
    *_, step = optimize(clf, X, [0, 1], replace(settings, iterations=2), checked=False)
    *_, more = optimize(
        clf, X, [0, 1], replace(settings, iterations=2), start=step.state, checked=False
    )
    assert more.iteration == 4
    with torch.no_grad():
        net.body[-1].weight.mul_(-1)
    with pytest.raises(WeightsChangedError):
        next(optimize(clf, X, [0, 1], replace(settings, iterations=2), start=step.state))


def test_a_net_put_in_other_modes_or_given_gradients_meanwhile_is_the_same() -> None:
    net = Net()

    def elsewhere(step: Step) -> None:
        net.train(not net.training)
        net.requires_grad_(step.iteration % 2 == 0)
        net(X[None].clone().requires_grad_()).sum().backward()

    assert np.isfinite(explain(net, on_step=elsewhere).masks).all()


def test_rounding_is_told_from_a_difference() -> None:
    logits = torch.tensor([[1000.0, 1001.0, 1003.0]])
    assert agree(logits, logits * (1 + 1e-7))
    assert not agree(logits, logits + torch.tensor([0.0, 0.3, 0.0]))
    assert not agree(logits, logits * torch.nan)
    ruled_out = torch.tensor([[0.0, 1.0, -torch.inf]])
    assert agree(ruled_out, ruled_out.clone())
    assert not agree(ruled_out, torch.tensor([[0.0, 0.5, -torch.inf]]))
