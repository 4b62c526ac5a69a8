"""Methods that look inside a net: CAMs and their layers, guided backpropagation, LRP."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from captum.attr import GuidedBackprop
from torch import Tensor, nn

import xwidget as xw
from tests.methods.nets import colors, picture


def given(clf: xw.Classifier, method: str, targets: object = 0, **more: object) -> xw.Attribution:
    return xw.attribute(clf, picture(), method, targets, progress=False, device="cpu", **more)  # type: ignore[arg-type]


def test_grad_cam_is_its_equation() -> None:
    clf = colors()
    found = given(clf, "gradcam", [0, 1], layer="relu")
    net = clf.net
    maps: list[Tensor] = []
    net.relu.register_forward_hook(lambda _, __, output: maps.append(output))  # type: ignore[union-attr]
    logits = net(clf.prepare(picture())[None])
    for place in (0, 1):
        (gradient,) = torch.autograd.grad(logits[0, place], maps[0], retain_graph=True)
        coarse = (gradient.mean((2, 3), keepdim=True) * maps[0]).sum(1, keepdim=True).relu()
        fine = F.interpolate(coarse, (32, 32), mode="bilinear", align_corners=False)[0, 0]
        assert np.allclose(found.values[place], (fine / fine.max()).detach(), atol=1e-6)


def test_a_layer_is_named_or_given_and_another_refused_in_words() -> None:
    clf = colors()
    named = given(clf, "gradcam", layer="colors")
    module = given(clf, "gradcam", layer=clf.net.colors)
    assert np.array_equal(named.values, module.values)
    with pytest.raises(ValueError, match="has no layer 'color'; did you mean 'colors'"):
        given(clf, "gradcam", layer="color")
    with pytest.raises(ValueError, match="layer 'head' of Colors puts out no feature maps"):
        given(clf, "gradcam", layer="head")
    with pytest.raises(ValueError, match="is no module of the net"):
        given(clf, "layercam", layer=nn.ReLU())
    with pytest.raises(TypeError, match="layer is a int"):
        given(clf, "gradcam", layer=3)


def test_maps_are_weighed_however_many_there_are_but_for_those_that_are_the_answer() -> None:
    clf = colors()  # two maps, and two classes
    for method in ("gradcam", "layercam"):
        by_default = given(clf, method, [0, 1])
        assert np.array_equal(by_default.values, given(clf, method, [0, 1], layer="relu").values)


@pytest.mark.filterwarnings("ignore:Colors returns scores")
def test_grad_cam_plus_plus_takes_powers_of_small_gradients_in_half_precision() -> None:
    clf, half = colors(), colors()
    for each in (clf, half):
        with torch.no_grad():
            each.net.head.weight.mul_(0.002)  # type: ignore[union-attr,operator]
    half.net.half()
    whole, small = (given(each, "gradcam++", [0, 1]).values for each in (clf, half))
    assert np.corrcoef(whole.ravel(), small.ravel())[0, 1] > 0.99


def test_a_net_without_maps_or_rectifiers_is_refused_in_words() -> None:
    flat = xw.Classifier(nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 2)), size=32)
    with pytest.raises(ValueError, match="no feature maps that a CAM could weigh"):
        given(flat, "gradcam")
    with pytest.raises(ValueError, match="no rectifier"):
        given(flat, "guided_backprop")
    with pytest.raises(ValueError, match="no attention that could be rolled out"):
        given(flat, "attention_rollout")


def test_a_wrapped_net_is_weighed_at_its_last_maps_not_at_its_picture() -> None:
    class Scaled(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x * 1.0

    wrapped = nn.Sequential(Scaled(), colors().net).eval()
    clf = xw.Classifier(wrapped, size=32, mean=0.5, std=0.5)
    assert np.array_equal(given(clf, "gradcam").values, given(colors(), "gradcam").values)


class Plain(nn.Module):
    """A net whose rectifiers are modules, or functions, or ReLU6 below its bound."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.kind = kind
        self.one, self.two = nn.Conv2d(3, 6, 3, padding=1), nn.Conv2d(6, 6, 3, padding=1)
        self.first, self.second = nn.ReLU(), nn.ReLU()
        self.head = nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        if self.kind == "modules":
            h = self.second(self.two(self.first(self.one(x))))
        elif self.kind == "functions":
            h = torch.relu_(self.two(F.relu(self.one(x))))
        else:
            h = F.relu6(self.two(F.relu6(self.one(x))))
        return self.head(h.mean((2, 3)))  # type: ignore[no-any-return]


@pytest.mark.filterwarnings("ignore:Setting backward hooks")
@pytest.mark.parametrize("kind", ["modules", "functions", "relu6"])
def test_guided_backprop_is_captums_whatever_calls_the_rectifier(kind: str) -> None:
    clf = xw.Classifier(Plain(kind).eval(), size=32, mean=0.5, std=0.5)
    found = given(clf, "guided_backprop", [1], signed=True)
    x = clf.prepare(picture())[None].requires_grad_()
    expected = GuidedBackprop(Plain("modules").eval()).attribute(x, target=1)
    assert np.allclose(found.values, expected.detach(), atol=1e-7)


class Residual(nn.Module):
    """Convolution, batch norm, a sum of branches, a gate, functional rectifiers and a mean."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8))
        self.one, self.two = nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 1)
        self.gate, self.head = nn.Conv2d(8, 8, 1), nn.Linear(8, 3)
        self.stem[1].running_mean.normal_()
        self.stem[1].running_var.uniform_(0.5, 2)

    def forward(self, x: Tensor) -> Tensor:
        h = F.relu(self.stem(x), inplace=True)
        branch = self.two(F.silu(self.one(h)))
        branch = branch * torch.sigmoid(self.gate(branch.mean((2, 3), keepdim=True)))
        branch += h
        return self.head(F.adaptive_avg_pool2d(F.relu(branch), 1).flatten(1))  # type: ignore[no-any-return]


@pytest.mark.parametrize("rules", ["plus", "gamma"])
def test_lrp_shares_out_the_logit_and_nothing_is_lost(rules: str) -> None:
    clf = xw.Classifier(Residual().eval(), size=32, mean=0.5, std=0.5)
    found = given(clf, "lrp", [0, 2], rules=rules)
    assert found.values.shape == ((2, 32, 32) if rules == "plus" else (2, 3, 32, 32))
    logits = clf.logits(clf.twin(), clf.prepare(picture())[None])[0, [0, 2]].tolist()
    assert found.values.reshape(2, -1).sum(1) == pytest.approx(logits, rel=0.05)
    assert found.checks == ("", "")
    assert found.scale == "in units of the logit; they add up to it"


def test_lrp_of_a_contrast_is_the_difference_of_its_classes() -> None:
    clf = xw.Classifier(Residual().eval(), size=32, mean=0.5, std=0.5, categories=["a", "b", "c"])
    found = given(clf, "lrp", [0, 2, ("a", "c"), ("c", "a")])
    first, second, one, other = found.values
    assert np.allclose(one, first - second, atol=1e-6)
    assert np.allclose(other, -one, atol=1e-6)
    assert abs(one - first).max() > 0.1 * abs(first).max()
    difference = xw.Score(lambda z: z[:, 0] - z[:, 2], name="difference", log_odds=True)
    assert np.allclose(given(clf, "lrp", [difference]).values[0], one, atol=1e-5)


@pytest.mark.parametrize("method", ["gradcam", "gradcam++", "layercam"])
def test_a_class_has_the_same_cam_beside_a_contrast(method: str) -> None:
    torch.manual_seed(0)
    net = nn.Sequential(  # with a map of each class at its end
        nn.Conv2d(3, 8, 4, 4), nn.ReLU(), nn.Conv2d(8, 3, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1)
    )
    net.append(nn.Flatten())
    clf = xw.Classifier(net.eval(), size=32, mean=0.5, std=0.5)
    alone = given(clf, method, 0)
    more = [(0, 1), lambda z: z[:, 2].sigmoid()]
    assert np.array_equal(alone.values, given(clf.extended(more), method, 0).values)


def test_lrp_refuses_what_it_has_no_rule_for() -> None:
    normed = nn.Sequential(
        nn.Conv2d(3, 4, 4, 4), nn.GroupNorm(2, 4), nn.ReLU(), nn.Flatten(), nn.Linear(256, 2)
    )
    with pytest.raises(ValueError, match="computes group normalization, for which LRP has no rule"):
        given(xw.Classifier(normed.eval(), size=32), "lrp")
    with pytest.raises(ValueError, match="rules='zplus'; expected 'plus' or 'gamma'"):
        given(colors(), "lrp", rules="zplus")


class Called(Residual):
    """The same, with a convolution called as a function."""

    def forward(self, x: Tensor) -> Tensor:
        h = F.relu(F.conv2d(x, self.stem[0].weight, self.stem[0].bias, padding=1))  # type: ignore[arg-type]
        return self.head(F.adaptive_avg_pool2d(h, 1).flatten(1))  # type: ignore[no-any-return]


@pytest.mark.filterwarnings("ignore:.torch.jit.trace")
def test_nets_that_cannot_be_looked_into_are_refused_in_words() -> None:
    called = xw.Classifier(Called().eval(), size=32, mean=0.5, std=0.5)
    with pytest.raises(ValueError, match="product of matrices outside of nn"):
        given(called, "lrp")
    traced = torch.jit.trace(Residual().eval(), torch.rand(1, 3, 32, 32))
    for method in ("lrp", "gradcam", "guided_backprop"):
        with pytest.raises(ValueError, match="was scripted or traced"):
            given(xw.Classifier(traced, size=32), method)
    blind = torch.no_grad()(Residual.forward)
    net = type("Blind", (Residual,), {"forward": blind})().eval()
    for method in ("gradcam", "integrated_gradients", "guided_backprop", "lrp"):
        with pytest.raises(ValueError, match="no gradient leads from what Blind returns"):
            given(xw.Classifier(net, size=32), method)

    with pytest.raises(ValueError, match="the layer is the net as a whole"):
        given(colors(), "gradcam", layer="")


GRADIENTS = (
    *("gradcam", "gradcam++", "layercam", "guided_backprop", "lrp"),
    *("integrated_gradients", "smoothgrad", "gradient_shap"),
)


class Overwriting(Residual):
    """The same, with a product whose factors are written over."""

    def forward(self, x: Tensor) -> Tensor:
        half = super().forward(x).sigmoid()
        squared = half * half
        return squared + half.mul_(2)


@pytest.mark.parametrize("method", GRADIENTS)
def test_a_net_that_writes_over_what_its_gradient_needs_is_refused_by_all_that_take_one(
    method: str,
) -> None:
    clf = xw.Classifier(Overwriting().eval(), size=32, mean=0.5, std=0.5)
    with pytest.raises(ValueError, match="it writes over values that the gradient needs"):
        given(clf, method)


def test_a_net_that_takes_blue_first_is_told_of_in_red_first() -> None:
    swapped = colors()

    def prepared(image: object) -> Tensor:
        rgb = torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1) / 255
        return (rgb.flip(0) - 0.5) / 0.5

    class Blue(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = swapped.net

        def forward(self, x: Tensor) -> Tensor:
            return self.net(x.flip(1))  # type: ignore[no-any-return]

    bgr = xw.Classifier(Blue().eval(), size=32, preprocess=prepared, mean=0.5, std=0.5)
    image = (picture() * 255).round().astype(np.uint8)
    one = xw.attribute(bgr, image, "integrated_gradients", 0, progress=False)
    other = xw.attribute(swapped, image, "integrated_gradients", 0, progress=False)
    assert np.allclose(one.values, other.values, atol=1e-5)
