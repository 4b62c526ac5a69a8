"""The front door: a method by name; what it leaves as it was, and how it is heard and stopped."""

from __future__ import annotations

import re
import sys
from contextlib import nullcontext

import numpy as np
import pytest
import torch
from torch import nn

import xwidget as xw
from tests.methods.nets import PATCHES, colors, inside, picture
from xwidget.methods import METHODS, Cancelled, missing

#: Options that make each method quick enough for a test.
FEW = {
    "integrated_gradients": {"steps": 12},
    "smoothgrad": {"samples": 12},
    "gradient_shap": {"samples": 12},
    "rise": {"masks": 300},
    "lime": {"samples": 100},
    "occlusion": {"window": 8, "stride": 4},
}
#: Methods that a net of convolutions has.
OF_A_CNN = [name for name in METHODS if name != "attention_rollout"]


@pytest.fixture(scope="module")
def clf() -> xw.Classifier:
    return colors()


def found(clf: xw.Classifier, name: str, **more: object) -> xw.Attribution:
    options = {"targets": [0, 1], "progress": False, "device": "cpu", **FEW.get(name, {}), **more}
    return xw.attribute(clf, picture(), name, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", OF_A_CNN)
def test_the_most_relevant_pixels_are_those_that_the_net_looks_at(
    clf: xw.Classifier, name: str
) -> None:
    each = found(clf, name)
    assert each.method == METHODS[name].label
    assert each.signed == METHODS[name].signed
    assert each.values.dtype == np.float32
    assert each.values.shape in ((2, 32, 32), (2, 3, 32, 32))
    assert each.scale
    for place, target in enumerate(PATCHES):
        assert inside(each.relevance[place], target, margin=4) > 0.9


@pytest.mark.parametrize("name", OF_A_CNN)
def test_what_is_divided_by_something_says_so(clf: xw.Classifier, name: str) -> None:
    each = found(clf, name)
    most = each.values.reshape(2, -1).max(1)
    scaled = any(words in each.scale for words in ("divided by the", "scaled so that"))
    assert scaled == bool(np.allclose(most, 1))


@pytest.mark.parametrize("name", OF_A_CNN)
def test_a_seed_repeats_the_values_and_no_source_of_random_numbers_is_touched(
    clf: xw.Classifier, name: str
) -> None:
    torch.manual_seed(5)
    np.random.seed(5)  # noqa: NPY002
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    first = found(clf, name, seed=3)
    torch.rand(7)
    np.random.rand(7)  # noqa: NPY002
    again = found(clf, name, seed=3)
    assert np.array_equal(first.values, again.values)
    torch.manual_seed(5)
    np.random.seed(5)  # noqa: NPY002
    found(clf, name, seed=4)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002


@pytest.mark.parametrize("name", ["smoothgrad", "gradient_shap", "rise", "lime"])
def test_another_seed_draws_anew(clf: xw.Classifier, name: str) -> None:
    one, other = (found(clf, name, seed=seed).values for seed in (0, 1))
    assert not np.array_equal(one, other)


def state(net: nn.Module) -> list[object]:
    hooks = [
        (len(m._forward_hooks), len(m._forward_pre_hooks), len(m._backward_hooks), m.training)
        for m in net.modules()
    ]
    needs = [(p.requires_grad, p.grad is None, p._version) for p in net.parameters()]
    return [hooks, needs, [type(m) for m in net.modules()]]


class Stop(Exception):
    """What a test raises in the middle of the work."""


@pytest.mark.parametrize("name", OF_A_CNN)
@pytest.mark.parametrize("ends", ["well", "interrupted", "cancelled"])
def test_the_net_stays_as_it_was_however_the_work_ends(name: str, ends: str) -> None:
    clf = colors()
    net = clf.net
    net.train()
    next(net.parameters()).requires_grad_(False)
    weights = {key: value.clone() for key, value in net.state_dict().items()}
    before = state(net)

    def hear(share: float) -> None:
        if ends == "interrupted":
            raise Stop

    stops = {"interrupted": pytest.raises(Stop), "cancelled": pytest.raises(Cancelled)}
    cancel = (lambda: True) if ends == "cancelled" else None
    options = {**FEW.get(name, {}), "targets": [0, 1]}
    with stops.get(ends, nullcontext()):
        xw.attribute(
            clf, picture(), name, progress=False, on_progress=hear, cancel=cancel, **options
        )
    assert state(net) == before
    after = net.state_dict()
    assert all(torch.equal(value, after[key]) for key, value in weights.items())


@pytest.mark.parametrize("name", OF_A_CNN)
def test_progress_grows_to_one(clf: xw.Classifier, name: str) -> None:
    shares: list[float] = []
    found(clf, name, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert all(0 < share <= 1 for share in shares)
    passes = [share for share in shares[:-1] if share == 1]
    assert len(passes) <= 1, "less was expected than was done"
    assert shares[-2] > 0.8, "more was expected than was done"


def test_a_cancel_is_heard_between_two_batches(clf: xw.Classifier) -> None:
    shares: list[float] = []
    with pytest.raises(Cancelled, match="given up"):
        found(
            clf,
            "integrated_gradients",
            steps=100,
            on_progress=shares.append,
            cancel=lambda: len(shares) >= 3,
        )
    assert len(shares) == 3


def test_names_and_labels_are_taken_and_others_refused_in_words(clf: xw.Classifier) -> None:
    assert set(xw.methods()) == set(METHODS)
    assert found(clf, "Grad-CAM").method == "Grad-CAM"
    with pytest.raises(ValueError, match="no method 'gradcm'; did you mean 'gradcam'"):
        found(clf, "gradcm")
    with pytest.raises(TypeError, match="method is a int"):
        found(clf, 3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="no option 'step'; did you mean 'steps'"):
        found(clf, "integrated_gradients", step=3)
    with pytest.raises(ValueError, match="noise=2; expected a number in"):
        found(clf, "smoothgrad", noise=2)
    with pytest.raises(TypeError, match="expected a Classifier"):
        xw.attribute(clf.net, picture())  # type: ignore[arg-type]


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setitem(sys.modules, "captum", None)
    return "captum"


def test_a_missing_library_is_named_with_the_command(clf: xw.Classifier, without: str) -> None:
    assert missing("smoothgrad") == 'pip install "xwidget[methods]"'
    assert missing("gradcam") == ""
    with pytest.raises(ModuleNotFoundError, match=r"SmoothGrad needs captum.*xwidget\[methods\]"):
        found(clf, "smoothgrad")


def test_a_subject_stands_for_classifier_and_image(clf: xw.Classifier) -> None:
    subject = xw.Subject(clf, picture())
    one = xw.attribute(subject, method="gradcam", targets="blue", progress=False)
    assert one.targets == (1,)
    assert one.digest == subject.digest
    with torch.inference_mode():
        other = xw.attribute(clf, picture(), "gradcam", 1, progress=False)
    assert np.array_equal(one.values, other.values)


def test_every_method_says_what_it_is() -> None:
    for name, each in METHODS.items():
        assert re.fullmatch(r"[A-Z].*[^.]\.", each.about), name
        assert re.match(r"[A-Z][a-z]+ (et al\.|& [A-Z][a-z]+), .*\b(19|20)\d\d\b", each.source), (
            name
        )
        said = (each.attribute.__doc__ or "").split("Parameters\n    ----------\n")[1]
        headings = re.findall(r"^    (\w[\w, ]*)$", said.split("\n    Raises")[0], re.MULTILINE)
        documented = [option for heading in headings for option in heading.split(", ")]
        assert documented == ["task", *each.takes], name
