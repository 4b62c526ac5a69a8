"""Nets that a method cannot work on, told by their modules."""

import functools
import math
from types import ModuleType

import numpy as np
import pytest
import torch
import torch.fx
from torch import nn
from torch.nn import functional

from xwidget.methods import METHODS
from xwidget.methods.fitting import closed, without_attention, without_rules

CNN = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten())


class Mixing(nn.Module):
    """Attention that only its own function tells of."""

    def __init__(self):
        super().__init__()
        self.query = nn.Linear(4, 4)

    def forward(self, x):
        return self.mixed(x)

    def mixed(self, x):
        return scaled(self.query(x)) @ x


def scaled(x):
    return (x @ x.transpose(-1, -2)).softmax(-1)


def test_a_net_without_attention_is_told_from_one_that_may_have_some():
    assert "no attention" in without_attention(CNN)
    for net in (Mixing(), nn.Sequential(CNN, nn.MultiheadAttention(4, 1))):
        assert without_attention(net) == ""
    own = nn.Sequential(nn.Linear(4, 4))
    own.forward = lambda x: torch.softmax(x @ x.mT, -1) @ x
    assert without_attention(own) == ""


def attending(decorate):
    """Return a net whose function, decorated, mixes by attention."""

    class Mixes(nn.Module):
        forward = decorate(lambda self, x: scaled(x) @ x)

    return Mixes()


def counted(function):
    @functools.wraps(function)
    def call(*args):
        return function(*args)

    return call


class Static(nn.Module):
    def forward(self, x):
        return self.mixed(x)

    @staticmethod
    def mixed(x):
        return scaled(x) @ x


class Elsewhere(nn.Module):
    def forward(self, x):
        return ops.mix(x)


class Opaque(nn.Module):
    def forward(self, x):
        return opaque(x)


class Plain(nn.Module):
    """No attention, however decorated; uses modules of other libraries."""

    @torch.no_grad()
    def forward(self, x):
        return self.root(functional.relu(x)) * np.sqrt(2.0) * math.pi

    @staticmethod
    @counted
    def root(x):
        return x.sqrt()


ops = ModuleType("ops")
ops.mix = scaled


class _Opaque:
    def __call__(self, x):
        return scaled(x)


opaque = _Opaque()


@pytest.mark.parametrize(
    "net",
    [
        attending(counted),
        attending(torch.no_grad()),
        attending(torch.autocast("cpu")),
        Static(),
        Elsewhere(),
        Opaque(),
    ],
    ids=lambda net: type(net).__name__,
)
def test_attention_behind_a_decorator_or_in_another_file_is_not_ruled_out(net):
    assert without_attention(net) == ""


def test_decorators_and_libraries_are_no_attention():
    assert "no attention" in without_attention(nn.Sequential(CNN, Plain()))


def test_lrp_has_no_rules_for_normalized_layers():
    assert without_rules(CNN) == ""
    assert "layer normalization" in without_rules(nn.Sequential(CNN, nn.LayerNorm(4)))


@pytest.mark.filterwarnings("ignore:.torch.jit.trace")
def test_nothing_is_looked_at_within_a_traced_net():
    traced = torch.jit.trace(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), torch.zeros(1, 3, 8, 8))
    assert closed(CNN) == ""
    assert all(
        "torch.jit" in METHODS[name].unfit(traced)
        for name in ("gradcam", "layercam", "guided_backprop", "lrp")
    )
    assert METHODS["rise"].unfit(traced) == ""


@pytest.mark.filterwarnings("ignore:.torch.jit")
@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.jit.trace(CNN, torch.zeros(1, 3, 8, 8)),
        lambda: torch.jit.script(CNN),
        lambda: nn.Sequential(torch.jit.script(nn.ReLU()), nn.Flatten()),
        lambda: torch.fx.symbolic_trace(CNN),
    ],
    ids=["traced", "scripted", "partly scripted", "fx"],
)
def test_every_method_can_be_asked_about_a_net_of_any_kind(make):
    net = make().eval()
    said = {name: method.unfit(net) for name, method in METHODS.items()}
    assert all(isinstance(why, str) for why in said.values())


@pytest.mark.parametrize(("name", "option"), [(n, o) for n in METHODS for o in METHODS[n].least])
def test_a_number_that_is_too_small_is_refused_before_anything_is_computed(name, option):
    method = METHODS[name]
    method.check({option: method.least[option]})
    with pytest.raises(ValueError, match=option):
        method.check({option: method.least[option] - 1})
    with pytest.raises((TypeError, ValueError), match=option):
        method.check({option: "x"})
    if method.takes[option] is None:
        method.check({option: None})


def test_every_option_that_counts_something_has_a_least():
    for method in METHODS.values():
        numbers = {k for k, v in method.takes.items() if type(v) is int}
        assert numbers <= set(method.least) <= set(method.takes)
