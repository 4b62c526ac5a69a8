"""What a net sees, what it says, and that it is left exactly as it was."""

from __future__ import annotations

import gc
import weakref
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

import xwidget as xw
from xwidget.classifier import Classifier
from xwidget.explanation import Explanation

IMAGENET = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}


class MeanColor(nn.Module):
    """Its logits are the mean red, green and blue of what it is given."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean((2, 3))


class Returns(nn.Module):
    """Returns what it was told to, whatever comes in."""

    def __init__(self, output: Any) -> None:
        super().__init__()
        self.output = output

    def forward(self, x: Tensor) -> Any:
        return self.output


def photo(height: int = 48, width: int = 64) -> Image.Image:
    rows, cols = np.mgrid[:height, :width]
    rgb = np.stack([rows * 255 / height, cols * 255 / width, (rows + cols) % 200], -1)
    return Image.fromarray(rgb.astype(np.uint8))


def small_net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(inplace=True),
        nn.Dropout(0.5),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4, 3),
    )


# What the net says


def test_predictions_come_best_first_with_names_and_scores() -> None:
    clf = Classifier(MeanColor(), size=2, categories=["red", "green", "blue"])
    pixels = np.broadcast_to(np.array([0.2, 1.0, 0.6]), (2, 2, 3)).copy()
    odds = np.exp([1.0, 0.6, 0.2])
    predictions = clf.predict(pixels, k=9)
    assert [(i, n) for i, n, _ in predictions] == [(1, "green"), (2, "blue"), (0, "red")]
    np.testing.assert_allclose([s for *_, s in predictions], odds / odds.sum(), rtol=1e-5)
    assert len(clf.predict(pixels, k=2)) == 2


def test_a_multi_label_net_scores_each_class_alone() -> None:
    clf = Classifier(MeanColor(), size=2, activation="sigmoid")
    scores = clf.classify(torch.zeros(3, 2, 2) + torch.tensor([0.0, 2.0, -2.0])[:, None, None])
    torch.testing.assert_close(scores, torch.tensor([0.5, 0.880797, 0.119203]))


def test_scores_that_are_none_are_shown_or_the_mistake_is() -> None:
    clf = Classifier(MeanColor(), size=2, activation="none")
    assert clf.predict(np.full((2, 2), 0.25))[0][2] == pytest.approx(0.25)
    with pytest.raises(ValueError, match="activation='softmax'"):
        clf.classify(torch.full((3, 2, 2), 7.0))
    with pytest.raises(ValueError, match="NaN"):
        clf.classify(torch.full((3, 2, 2), torch.nan))


@pytest.mark.parametrize(
    "wrap",
    [
        lambda t: t,
        lambda t: (t, None),
        lambda t: [t],
        lambda t: {"logits": t},
        lambda t: {"out": t, "aux": None},
        lambda t: SimpleNamespace(logits=t),
        lambda t: t[:, :, None, None],
    ],
)
def test_logits_are_found_in_whatever_a_net_returns(wrap: Any) -> None:
    logits = torch.tensor([[1.0, 2.0]])
    clf = Classifier(MeanColor(), size=1)
    assert torch.equal(clf.logits(Returns(wrap(logits)), torch.zeros(1, 3, 1, 1)), logits)


@pytest.mark.parametrize(
    ("output", "kind", "words"),
    [
        ({"boxes": torch.zeros(1, 4)}, TypeError, r"keys \['boxes'\]"),
        ("cat", TypeError, "returned a str"),
        (torch.zeros(3), ValueError, r"shape \(3,\)"),
        (torch.zeros(1, 21, 8, 8), ValueError, "Is it a classification net"),
        (torch.zeros(1, 5), ValueError, "5 outputs, but categories has 2 names"),
    ],
)
def test_what_is_no_logits_is_told(output: Any, kind: type[Exception], words: str) -> None:
    clf = Classifier(Returns(output), size=1, categories=["a", "b"])
    with pytest.raises(kind, match=words):
        clf.predict(np.zeros((1, 1)))


def test_classes_without_names_are_counted() -> None:
    assert Classifier(MeanColor(), size=2).categories == ("class 0", "class 1", "class 2")


def test_half_and_double_nets_are_given_their_own_type() -> None:
    for dtype, returned in [(torch.float64, torch.float64), (torch.bfloat16, torch.float32)]:
        clf = Classifier(nn.Sequential(nn.Flatten(), nn.Linear(12, 2)).to(dtype), size=2)
        assert clf.logits(clf.twin(), torch.zeros(1, 3, 2, 2)).dtype == returned
        assert len(clf.predict(np.zeros((2, 2)))) == 2


# Naming classes

CATS = ["tabby", "tiger cat", "tiger", "crane", "house finch", "crane"]


@pytest.fixture(scope="module")
def cats() -> Classifier:
    return Classifier(Returns(torch.eye(6)[2:3]), size=1, categories=CATS)


@pytest.mark.parametrize(
    ("target", "index"),
    [(0, 0), (np.int64(5), 5), ("tabby", 0), ("TIGER", 2), ("tiger_cat", 1), (" finch", 4)],
)
def test_a_class_is_found_by_index_by_name_or_by_part_of_it(
    cats: Classifier, target: int | str, index: int
) -> None:
    assert cats.index(target) == index


@pytest.mark.parametrize(
    ("target", "kind", "words"),
    [
        (6, ValueError, "0 to 5"),
        (-1, ValueError, "0 to 5"),
        (True, TypeError, "bool"),
        (2.0, TypeError, "float"),
        ("tig", ValueError, r"'tiger cat' \(1\), 'tiger' \(2\)"),
        ("crane", ValueError, r"'crane' \(3\), 'crane' \(5\)"),
        ("taby", ValueError, r"'tabby' \(0\)"),
        ("zzz", ValueError, "clf.categories"),
        ("", ValueError, "no class"),
    ],
)
def test_a_class_that_is_not_there_or_not_the_only_one(
    cats: Classifier, target: Any, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words):
        cats.index(target)


def test_targets_are_each_taken_once_in_order(cats: Classifier) -> None:
    x = torch.zeros(3, 1, 1)
    assert cats.select([4, "tabby", 0, "house finch", 1], x) == (4, 0, 1)
    assert cats.select(None, x) == (2,)
    assert cats.select("tabby", x) == (0,)
    assert cats.select(3, x) == (3,)
    assert cats.select(np.array([1, 2]), x) == (1, 2)
    assert cats.select(torch.tensor([5]), x) == (5,)
    with pytest.raises(ValueError, match="empty"):
        cats.select([], x)
    with pytest.raises(TypeError, match="targets is a dict"):
        cats.select({}, x)  # type: ignore[arg-type]


# Leaving the net alone


def test_neither_predicting_nor_a_twins_life_changes_anything_about_the_net() -> None:
    net = small_net().train()
    calls: list[str] = []
    net[0].register_forward_hook(lambda *_: calls.append("hook"))
    net[6].weight.requires_grad_(False)
    net(torch.randn(4, 3, 8, 8)).sum().backward()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    gradient = net[0].weight.grad.clone()
    modes = [module.training for module in net.modules()]
    flags = [parameter.requires_grad for parameter in net.parameters()]
    identities = [id(parameter) for parameter in net.parameters()]
    hooks = [len(module._forward_hooks) for module in net.modules()]
    clf = Classifier(net, size=8)

    clf.predict(photo())
    twin = clf.twin()
    twin.train()
    twin(torch.randn(4, 3, 8, 8))  # moves the twin's running statistics
    twin.requires_grad_(True)
    twin[2].inplace = False
    twin[2].register_forward_hook(lambda *_: None)
    twin.double()

    assert [module.training for module in net.modules()] == modes
    assert [parameter.requires_grad for parameter in net.parameters()] == flags
    assert [id(parameter) for parameter in net.parameters()] == identities
    assert [len(module._forward_hooks) for module in net.modules()] == hooks
    assert net[2].inplace
    assert torch.equal(net[0].weight.grad, gradient)
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name]), name
        assert value.dtype == before[name].dtype


def test_a_twin_computes_what_the_net_computes_in_eval_mode() -> None:
    net = small_net()
    x = torch.randn(2, 3, 8, 8)
    net(x)  # gives the batch norm something to remember
    twin = Classifier(net, size=8).twin()
    assert not twin.training
    assert torch.equal(twin(x), net.eval()(x))


def test_a_twin_shares_the_parameters_storage_and_so_follows_training() -> None:
    net = small_net().eval()
    twin = Classifier(net, size=8).twin()
    x = torch.randn(1, 3, 8, 8)
    before = twin(x)
    with torch.no_grad():
        net[6].bias += 1
    torch.testing.assert_close(twin(x), before + 1)
    pointers = [p.data_ptr() for p in net.parameters()]
    assert [p.data_ptr() for p in twin.parameters()] == pointers
    net[1].running_mean += 5
    torch.testing.assert_close(twin(x), before + 1)  # buffers are the twin's own


def test_gradients_reach_a_twins_input_and_nothing_else() -> None:
    net = small_net()
    x = torch.randn(1, 3, 8, 8, requires_grad=True)
    Classifier(net, size=8).twin()(x).sum().backward()
    assert x.grad is not None
    assert x.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in net.parameters())


def test_tied_parameters_and_shared_modules_stay_tied() -> None:
    net = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3))
    net[2].weight = net[0].weight
    net.append(net[1])
    twin = Classifier(net, size=1).twin()
    assert twin[2].weight is twin[0].weight
    assert twin[3] is twin[1]


def test_a_net_that_keeps_its_last_activation_has_a_twin_too() -> None:
    class Keeps(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(3, 2)

        def forward(self, x: Tensor) -> Tensor:
            self.last = self.layer(x.mean((2, 3)))
            return self.last

    net = Keeps()
    net(torch.ones(1, 3, 2, 2))
    kept = net.last
    Classifier(net, size=2).predict(np.zeros((2, 2)))
    assert net.last is kept
    assert kept.grad_fn is not None


@pytest.mark.parametrize("norm", [nn.utils.weight_norm, nn.utils.parametrizations.weight_norm])
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_weight_norm_old_and_new(norm: Any) -> None:
    net = nn.Sequential(nn.Flatten(), norm(nn.Linear(12, 2)))
    x = torch.randn(1, 3, 2, 2)
    torch.testing.assert_close(Classifier(net, size=2).twin()(x), net(x))


def test_wrappers_are_taken_off_the_twin() -> None:
    net = small_net()
    for wrapped in (nn.DataParallel(net), torch.compile(net)):
        assert type(Classifier(wrapped, size=8).twin()) is nn.Sequential


def test_a_net_made_in_inference_mode_has_a_differentiable_twin() -> None:
    with torch.inference_mode():
        net = small_net()
        twin = Classifier(net, size=8).twin()
    x = torch.randn(1, 3, 8, 8, requires_grad=True)
    twin(x).sum().backward()
    assert x.grad is not None


def test_a_net_that_is_not_ready_is_told() -> None:
    with pytest.raises(ValueError, match="lazy"):
        Classifier(nn.LazyLinear(2), size=2).twin()


def test_a_twin_on_another_device_leaves_the_net_where_it_is() -> None:
    net = small_net()
    twin = Classifier(net, size=8).twin("meta")
    assert {p.device.type for p in twin.parameters()} == {"meta"}
    assert {t.device.type for t in [*net.parameters(), *net.buffers()]} == {"cpu"}


def test_twins_are_freed_when_dropped() -> None:
    clf = Classifier(small_net(), size=8)
    twin = weakref.ref(clf.twin()[0])
    gc.collect()
    assert twin() is None


# What it is called


def test_the_repr_names_the_net_and_its_input() -> None:
    clf = Classifier(MeanColor(), size=(4, 6), categories=["a", "b", "c"], name="mine")
    assert repr(clf) == "<Classifier mine: 4×6 pixels, rgb in [0,1] as it is, 3 classes, softmax>"


@pytest.mark.parametrize(
    ("mean", "std", "words"),
    [
        (0.5, 0.25, "mean 0.5, std 0.25"),
        ((0.5,) * 3, (0.5,) * 3, "mean 0.5, std 0.5"),
        (
            (0.485, 0.456, 0.406),
            (0.229, 0.224, 0.225),
            "mean (0.485, 0.456, 0.406), std (0.229, 0.224, 0.225)",
        ),
        (0, 0.5, "mean 0, std 0.5"),
    ],
)
def test_the_repr_says_how_colors_are_prepared(mean: object, std: object, words: str) -> None:
    clf = Classifier(MeanColor(), size=4, mean=mean, std=std, name="mine")
    assert repr(clf) == f"<Classifier mine: 4×4 pixels, {words}, softmax>"


@pytest.mark.parametrize(
    ("first", "words"),
    [
        (nn.ReLU(), r"is of type ReLU; expected a Classifier: wrap it, xw\.Classifier\(net"),
        (
            Image.new("RGB", (8, 8)),
            r"of type Image; expected a Classifier, from xw\.load\(\.\.\.\)$",
        ),
        (
            Explanation.__new__(Explanation),
            r"is of type Explanation; .*shown by itself: .*plot\(\) or export_html\(\)$",
        ),
    ],
)
def test_what_is_no_classifier_is_told_so(first: object, words: str) -> None:
    for call in (xw.explain, xw.Inspector):
        with pytest.raises(TypeError, match=words):
            call(first, Image.new("RGB", (8, 8)))  # type: ignore[arg-type]
