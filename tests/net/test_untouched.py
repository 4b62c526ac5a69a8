"""The user's net is as it was, whatever its modules do when they are copied, switched or run."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import xwidget as xw

IMAGE = np.random.default_rng(0).random((16, 16, 3))


class Seen:
    """What there is to see of a net: its values, where they are, its modes and hooks."""

    def __init__(self, net: nn.Module) -> None:
        tensors = [*net.parameters(), *net.buffers()]
        self.net = net
        self.values = [tensor.detach().clone() for tensor in tensors]
        self.rest = self.described()

    def described(self) -> Any:
        tensors = [*self.net.parameters(), *self.net.buffers()]
        places = [(id(t), t.data_ptr(), t._version, t.requires_grad) for t in tensors]
        modules = [
            (id(m), m.training, len(m._forward_hooks), len(m._backward_hooks))
            for m in self.net.modules()
        ]
        return places, modules

    def check(self) -> None:
        tensors = [*self.net.parameters(), *self.net.buffers()]
        for now, before in zip(tensors, self.values, strict=True):
            assert torch.equal(now, before)
        assert self.described() == self.rest


def used(net: nn.Module) -> xw.Explanation:
    """Ask for scores and an explanation; check that they, and the net, are as they were."""
    seen = Seen(net)
    clf = xw.Classifier(net, size=16)
    scores = [clf.predict(IMAGE, k=1)[0][2] for _ in range(5)]
    ex = xw.explain(clf, IMAGE, [0], iterations=3, progress=False)
    scores.append(clf.predict(IMAGE, k=1)[0][2])
    assert scores == [scores[0]] * 6
    seen.check()
    return ex


def layers(last: nn.Module | None = None) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        last or nn.Linear(4, 4),
    )


# Modes


class Merging(nn.Linear):
    """Its weights take an update in with the change to eval mode, as LoRA's do."""

    def __init__(self, write: Callable[[Tensor, Tensor], Any]) -> None:
        super().__init__(4, 4)
        self.update = nn.Parameter(torch.full((4, 4), 0.3).triu())
        self.merged = False
        self.write = write

    def train(self, mode: bool = True) -> Merging:
        super().train(mode)
        if self.merged is mode:
            with torch.no_grad():
                self.write(self.weight, -self.update if mode else self.update)
            self.merged = not mode
        return self

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight if self.merged else self.weight + self.update, self.bias)


def by_numpy(weight: Tensor, change: Tensor) -> None:
    weight.detach().numpy()[:] += change.numpy()


WRITES: dict[str, Callable[[Tensor, Tensor], Any]] = {
    "data": lambda weight, change: weight.data.add_(change),
    "in place": lambda weight, change: weight.add_(change),
    "several": lambda weight, change: torch._foreach_add_([weight], [change]),
    "copied": lambda weight, change: weight.copy_(weight + change),
    "numpy": by_numpy,
}


@pytest.mark.parametrize("write", WRITES)
def test_weights_that_are_merged_with_a_change_of_mode_are_merged_in_a_copy(write: str) -> None:
    net = layers(Merging(WRITES[write]))
    x = xw.Classifier(net, size=16).prepare(IMAGE)[None]
    wanted = float(copy.deepcopy(net).eval()(x).softmax(1)[0, 0])
    assert used(net).image_scores[0] == pytest.approx(wanted, abs=1e-6)


def test_weights_that_a_modes_setter_or_an_instances_function_merges_are_merged_in_a_copy() -> None:
    class Set(nn.Linear):
        def __setattr__(self, name: str, value: Any) -> None:
            if name == "training" and not value and "weight" in self._parameters:
                self.weight.data.mul_(2)
            super().__setattr__(name, value)

    used(layers(Set(4, 4)))
    net = layers()
    plain = net[5].train
    net[5].train = lambda mode=True: (net[5].weight.data.mul_(2), plain(mode))[1]  # type: ignore[assignment, misc]
    used(net)
    used(layers(Merging(WRITES["data"])).eval())


def test_weights_that_no_change_of_mode_writes_to_stay_shared() -> None:
    class Frozen(nn.Sequential):
        def train(self, mode: bool = True) -> Frozen:
            super().train(mode)
            self[1].eval()
            return self

    net = Frozen(*layers())
    twin = xw.Classifier(net, size=16).twin()
    for mine, its in zip(net.parameters(), twin.parameters(), strict=True):
        assert mine.data_ptr() == its.data_ptr()
    used(net)


# Copies that are none


class Body(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout(0.5), nn.ReLU())
        self.net[0].register_full_backward_hook(lambda module, given, got: None)

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


class Same(Body):
    def __deepcopy__(self, memo: Any) -> Same:
        return self


class Shallow(Body):
    def __deepcopy__(self, memo: Any) -> Shallow:
        return copy.copy(self)


class Reduced(Body):
    def __reduce__(self) -> Any:
        return _back, (id(self),)

    def __init__(self) -> None:
        super().__init__()
        KEPT[id(self)] = self


class Linked(Body):
    """Takes its layers from where they are kept."""

    def __init__(self) -> None:
        super().__init__()
        KEPT["layers"] = self.net

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_modules": {}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self.net = KEPT["layers"]


class SharedTensors(Body):
    def __deepcopy__(self, memo: Any) -> SharedTensors:
        new = SharedTensors()
        new.net[1]._buffers = self.net[1]._buffers
        new.net[0].weight = self.net[0].weight
        return new


KEPT: dict[Any, Any] = {}


def _back(key: int) -> Any:
    return KEPT[key]


@pytest.mark.parametrize("body", [Same, Shallow, Reduced, Linked, SharedTensors])
@pytest.mark.parametrize("training", [True, False])
def test_a_module_that_gives_itself_for_its_copy_is_copied(
    body: Callable[[], Body], training: bool
) -> None:
    tail = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 4)
    used(nn.Sequential(body(), *tail).train(training))
    net = body()
    net.add_module("tail", nn.Sequential(*tail))
    net.forward = lambda x: net.tail(net.net(x))  # type: ignore[method-assign]
    used(net.train(training))


# Passes that write


class Writing(nn.Module):
    """Writes to its own weights in every pass."""

    def __init__(self, write: Callable[[Tensor], Any], least: int = 1) -> None:
        super().__init__()
        self.body = layers()
        self.write, self.least = write, least

    def forward(self, x: Tensor) -> Tensor:
        if len(x) >= self.least:
            with torch.no_grad():
                self.write(self.body[5].weight)
        return self.body(x)


PASSES: dict[str, Callable[[Tensor], Any]] = {
    "renormed": lambda w: F.embedding(torch.arange(4), w, max_norm=0.3),
    "data": lambda w: w.data.div_(w.data.norm()),
    "in place": lambda w: w.round_(decimals=1),
    "several": lambda w: torch._foreach_round_([w]),
    "out": lambda w: torch.round(w, decimals=1, out=w),
}


@pytest.mark.parametrize("write", PASSES)
@pytest.mark.parametrize("least", [1, 2])
def test_a_net_that_writes_to_its_weights_as_it_runs_writes_to_a_copys(
    write: str, least: int
) -> None:
    used(Writing(PASSES[write], least))


class Elsewhere(nn.Module):
    """Leads to itself in a way that no search follows, for batches of some size only."""

    everywhere: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self, act: Callable[[Any, Tensor], Tensor], least: int) -> None:
        super().__init__()
        self.body = layers()
        self.act, self.least = act, least
        self.everywhere["net"] = self.body

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.everywhere["net"], x) if len(x) >= self.least else self.body(x)


def normalized(net: Any, x: Tensor) -> Tensor:
    gray = x[:, :1].expand(-1, 4, -1, -1)
    return F.batch_norm(gray, net[1].running_mean, net[1].running_var, training=True).mean((2, 3))


@pytest.mark.parametrize("act", [lambda net, x: net(x), normalized])
def test_the_net_itself_is_not_run_for_any_size_of_a_batch(
    act: Callable[[Any, Tensor], Tensor],
) -> None:
    net = Elsewhere(act, 2).train()
    seen = Seen(net)
    clf = xw.Classifier(net, size=16)
    twin = clf.twin()
    x = clf.prepare(IMAGE)[None]
    clf.logits(twin, x)
    for _ in range(2):
        with pytest.raises(ValueError, match="of the net itself"):
            clf.logits(twin, x.expand(3, -1, -1, -1))
    clf.logits(twin, x)
    seen.check()


# Nets that cannot run


@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("categories", [None, list("abcd")])
def test_a_part_without_weights_is_told_before_it_runs(padding: int, categories: Any) -> None:
    net = layers()
    net[0] = nn.Conv2d(3, 4, 3, padding=padding, device="meta")
    clf = xw.Classifier(net, size=16, categories=categories)
    with pytest.raises(ValueError, match='on the "meta" device'):
        clf.predict(IMAGE)


def test_what_a_patched_forward_leads_to_and_cannot_be_copied_is_told() -> None:
    net = layers()
    local = threading.local()
    local.net = net
    net.forward = lambda x: local.net[3:](local.net[:3](x))  # type: ignore[method-assign]
    with pytest.raises(TypeError, match=r"Sequential holds something that cannot be copied.*local"):
        xw.Classifier(net, size=16).predict(IMAGE)
