"""Whether maps change where weights are random: of methods that look at the net, or do not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import nn

import xwidget as xw
from tests.metrics import nets
from xwidget import metrics
from xwidget.errors import Cancelled
from xwidget.metrics.correlation import correlation

SIZE = 12


@pytest.fixture
def subject() -> xw.Subject:
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.Conv2d(8, 8, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(8 * SIZE**2, 3),
    )
    image = np.random.default_rng(0).random((SIZE, SIZE, 3)).astype(np.float32)
    return xw.Subject(xw.Classifier(net.eval(), size=SIZE, mean=0.5, std=0.25), image)


def gradient(subject: xw.Subject, targets: Sequence[int]) -> xw.Attribution:
    """The gradient of the logit, added up over colors."""
    x = subject.x[None].clone().requires_grad_()
    logits = subject.clf.logits(subject.clf.twin(), x)
    (found,) = torch.autograd.grad(logits[0, targets[0]], x)
    return xw.Attribution.from_array(found[0].sum(0), targets[0], method="gradient")


def edges(subject: xw.Subject, targets: Sequence[int]) -> xw.Attribution:
    """Where the image changes: no one asks the net."""
    x = subject.x.mean(0)
    return xw.Attribution.from_array((x - x.roll(1, 1)).abs(), targets[0], method="edges")


def test_a_method_that_looks_at_the_weights_passes_and_one_that_does_not_fails(
    subject: xw.Subject,
) -> None:
    asked, blind = (metrics.randomization(subject, way, 1) for way in (gradient, edges))
    assert (asked.passes, blind.passes) == (True, False)
    assert abs(asked.similarity) < 0.4
    assert (blind.similarity, blind.overlap.tolist()) == (pytest.approx(1), [1])
    assert blind.words.startswith("Fails: the map by edges stays")
    assert "1.00, limit 0.50" in blind.words
    assert blind.describe() == {
        "similarity": blind.similarity,
        "passes": False,
        "words": blind.words,
    }
    assert "Passes: the map by gradient changes" in repr(asked)


def test_a_verdict_near_the_limit_is_said_to_be_narrow() -> None:
    def words(similarity: float) -> str:
        ranks = np.array([similarity])
        return metrics.Randomization("RISE", 1, np.ones(1), ranks, ranks, ranks, 1.0).words

    assert words(0.52).startswith("Fails narrowly: the map by RISE stays")
    assert words(0.48).startswith("Passes narrowly: ")
    assert words(0.6).endswith("Its order of the pixels owes little to what the net learned.")


def test_the_user_s_net_stays_as_it_is(subject: xw.Subject) -> None:
    net = subject.clf.net.train()
    before = {name: (value.clone(), value._version) for name, value in net.state_dict().items()}
    weights = [weight._version for weight in net.parameters()]
    metrics.randomization(subject, gradient, 1, cascading=True, stages=3)
    assert net.training
    assert [weight._version for weight in net.parameters()] == weights
    for name, value in net.state_dict().items():
        torch.testing.assert_close(value, before[name][0], rtol=0, atol=0)


def test_layers_are_randomized_one_after_another_from_the_last(subject: xw.Subject) -> None:
    changed: list[list[bool]] = []
    net = subject.clf.net

    def note(other: xw.Subject, targets: Sequence[int]) -> xw.Attribution:
        pairs = zip(net.parameters(), other.clf.net.parameters(), strict=True)
        changed.append([not torch.equal(one, two) for one, two in pairs if one.dim() > 1])
        for one, two in zip(net.parameters(), other.clf.net.parameters(), strict=True):
            torch.testing.assert_close(one.flatten().sort()[0], two.flatten().sort()[0])
        return edges(other, targets)

    found = metrics.randomization(subject, note, 1, cascading=True, stages=4)
    assert found.layers.tolist() == [0.25, 0.5, 0.75, 1]
    none, first, second, *_, last = changed
    assert none == [False, False, False], "the net as it is comes first"
    assert (first, second, last) == ([False, False, True], [False, True, True], [True] * 3)


def test_the_layers_in_front_of_the_random_ones_stay_as_they_are_statistics_too() -> None:
    torch.manual_seed(0)
    blocks = [
        nn.Sequential(nn.Conv2d(3 if not k else 6, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU())
        for k in range(3)
    ]
    for block in blocks:
        nn.init.normal_(block[1].weight)  # equal weights shuffled are what they were
    head = [nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(24, 3)]
    net = nn.Sequential(*blocks, *head).eval()
    image = np.random.default_rng(0).random((SIZE, SIZE, 3)).astype(np.float32)
    subject = xw.Subject(xw.Classifier(net, size=SIZE, mean=0.5, std=0.25), image)
    changed: list[str] = []

    def note(other: xw.Subject, targets: Sequence[int]) -> xw.Attribution:
        theirs = other.clf.net.state_dict()
        same = [torch.equal(value, theirs[name]) for name, value in net.state_dict().items()]
        names = [name for name, equal in zip(net.state_dict(), same, strict=True) if not equal]
        changed.append(names[0] if names else "none")
        return edges(other, targets)

    # Of seven layers with weights: the head alone, the last norm, the last convolution, ...
    metrics.randomization(subject, note, 1, cascading=True, stages=7)
    assert changed[:4] == ["none", "5.weight", "2.1.weight", "2.0.weight"]
    assert changed[-1] == "0.0.weight"


def test_the_seed_of_a_method_is_its_own(subject: xw.Subject) -> None:
    seeds: list[int] = []

    def note(other: xw.Subject, targets: Sequence[int], seed: int) -> xw.Attribution:
        seeds.append(seed)
        return gradient(other, targets)

    first = metrics.randomization(subject, note, 1, seed=5)
    assert seeds == [5, 5]
    other = metrics.randomization(subject, note, 1, seed=5, weights_seed=1)
    assert first.similarity != other.similarity
    named = metrics.randomization(subject, "rise", 1, masks=4, seed=5, device="cpu")
    again = metrics.randomization(
        subject,
        "rise",
        1,
        attribution=xw.attribute(
            subject, method="rise", targets=1, masks=4, seed=5, progress=False
        ),
        masks=4,
        seed=5,
    )
    assert named.ranks == again.ranks


def test_batch_norms_fit_the_new_weights(subject: xw.Subject) -> None:
    spread: list[float] = []

    def note(other: xw.Subject, targets: Sequence[int]) -> xw.Attribution:
        conv, norm = other.clf.net[0], other.clf.net[1]
        spread.append(float(norm(conv(other.x[None])).detach().std()))
        assert not norm.training
        assert norm.momentum == 0.1
        return edges(other, targets)

    metrics.randomization(subject, note, 1)
    assert 0.2 < spread[1] < 5


def test_a_map_whose_signs_change_alone_is_unchanged(subject: xw.Subject) -> None:
    def signed(other: xw.Subject, targets: Sequence[int]) -> xw.Attribution:
        weights = next(other.clf.net.parameters()).detach().flatten()
        signs = weights[: SIZE**2].sign().view(SIZE, SIZE)
        values = signs.numpy() * edges(other, targets).values[0]
        return xw.Attribution.from_array(values, targets[0], method="signs", signed=True)

    found = metrics.randomization(subject, signed, 1)
    assert abs(found.ranks[0]) < 0.4
    assert found.magnitudes[0] == pytest.approx(1)
    assert not found.passes
    assert "The size of its values owes little" in found.words


def test_a_map_that_is_the_same_everywhere_says_so(subject: xw.Subject) -> None:
    flat = np.full((SIZE, SIZE), 0.5)

    def vanishing(other: xw.Subject, targets: Sequence[int]) -> xw.Attribution:
        found = edges(other, targets).values[0] if other is subject else flat
        return xw.Attribution.from_array(found, targets[0], method="vanishing")

    gone = metrics.randomization(subject, vanishing, 1)
    assert gone.passes
    assert "shows nothing where the net's weights are random" in gone.words
    assert gone.describe()["similarity"] is None
    never = metrics.randomization(
        subject, lambda _, targets: xw.Attribution.from_array(flat, targets[0], method="flat"), 1
    )
    assert not never.passes
    assert never.words == "Not checked: the map by flat is the same everywhere."


def test_a_method_is_named_with_its_options(subject: xw.Subject) -> None:
    pytest.importorskip("captum")
    found = metrics.randomization(subject, "integrated_gradients", 1, steps=4)
    assert (found.method, found.passes) == ("Integrated Gradients", True)
    with pytest.raises(ValueError, match="no method 'gradcom'"):
        metrics.randomization(subject, "gradcom")


def test_a_run_is_made_again_with_its_settings_and_may_be_called_off(subject: xw.Subject) -> None:
    ex = xw.explain(subject, targets=[1], game="deletion", iterations=4, progress=False)
    told: list[float] = []
    found = metrics.randomization(subject, ex, on_progress=told.append)
    assert (found.target, found.method) == (1, ex.attribution.method)
    assert told == sorted(told)
    assert (len(told), told[-1]) == (6, 1)
    told.clear()
    metrics.randomization(subject, ex, on_progress=told.append, iterations=2)
    assert told[3] == 0.5, "of two runs of two iterations: the net's own comes first"
    with pytest.raises(Cancelled, match="after 0 of 1 maps"):
        metrics.randomization(subject, ex, on_progress=told.append, cancel=lambda: len(told) > 10)
    assert len(told) == 11


def test_a_contrast_is_checked_like_a_class(subject: xw.Subject) -> None:
    why = ("class 1", "class 0")
    ex = xw.explain(subject, targets=[why], iterations=2, progress=False)
    asked = metrics.randomization(subject, gradient, why)
    again = metrics.randomization(subject, ex, why)
    assert (asked.target, asked.passes) == (3, True), "after the three classes"
    assert again.method == ex.attribution.method
    with pytest.raises(ValueError, match="3"):
        subject.clf.index(3)


def test_a_known_map_is_not_made_again(subject: xw.Subject) -> None:
    asked: list[xw.Subject] = []

    def note(other: xw.Subject, targets: Sequence[int]) -> xw.Attribution:
        asked.append(other)
        return gradient(other, targets)

    known = gradient(subject, [1])
    found = metrics.randomization(subject, note, 1, attribution=known)
    assert len(asked) == 1
    assert found.similarity == metrics.randomization(subject, gradient, 1).similarity


def test_what_cannot_be_checked_is_refused(subject: xw.Subject) -> None:
    with pytest.raises(TypeError, match="expected a Subject"):
        metrics.randomization(subject.clf, gradient)  # type: ignore[arg-type]
    for seed in ("x", 1.5, -1, 2**70):
        with pytest.raises((TypeError, ValueError), match="weights_seed must be"):
            metrics.randomization(subject, gradient, weights_seed=seed)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="cancel must be a function"):
        metrics.randomization(subject, gradient, cancel=3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="expected a method's name"):
        metrics.randomization(subject, 3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="returned a ndarray"):
        metrics.randomization(subject, lambda *_: np.ones((SIZE, SIZE)))
    with pytest.raises(ValueError, match="class 0 is not among them"):
        metrics.randomization(subject, lambda s, _: gradient(s, [1]), 0)
    small = xw.Attribution.from_array(np.ones((4, 4)), 1)
    with pytest.raises(ValueError, match=r"\(4, 4\) pixels, the net's input \(12, 12\)"):
        metrics.randomization(subject, gradient, 1, attribution=small)
    with pytest.raises(ValueError, match="no weights that could be random"):
        metrics.randomization(nets.subject(), lambda *_: nets.corner(), 0)


def test_the_correlation_is_spearman_s_with_equal_values_at_their_mean_rank() -> None:
    generator = np.random.default_rng(0)
    one, other = generator.integers(0, 5, (2, 9, 9)).astype(float)
    expected = spearmanr(one.ravel(), other.ravel()).statistic
    assert correlation(one, other) == pytest.approx(expected)
    assert correlation(one, -one) == pytest.approx(-1)
    assert np.isnan(correlation(one, np.zeros((9, 9))))
