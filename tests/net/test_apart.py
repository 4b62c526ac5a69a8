"""A copy of a net runs in its place: nothing of the net itself is run, changed or collected."""

from __future__ import annotations

import functools
import threading
import types
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import xwidget as xw

IMAGE = np.random.default_rng(0).random((16, 16, 3))


def layers() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4, 2),
    )


def score(net: nn.Module) -> float:
    return xw.Classifier(net, size=16).predict(IMAGE, k=1)[0][2]


def collected(net: nn.Module) -> int:
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in net.modules())


EXPECTED = score(layers().eval())


# Functions that use the net they are held by


class Caller:
    def __init__(self, net: nn.Module) -> None:
        self.net = net

    def __call__(self, x: Tensor) -> Tensor:
        return self.net[6](self.net[:6](x))


class Outer(nn.Sequential):
    """Its class is patched below."""


def calling(function: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    return lambda x: function(x)


old_forward: Callable[[Tensor], Tensor]


def through_globals(x: Tensor) -> Tensor:
    return old_forward(x)


def patch_global(net: nn.Module) -> None:
    global old_forward
    old_forward = net.forward
    net.forward = lambda x: through_globals(x)  # type: ignore[method-assign]


def patch_closure(net: nn.Module) -> None:
    old = net.forward
    net.forward = lambda x: old(x)  # type: ignore[method-assign]


def patch_default(net: nn.Module) -> None:
    def forward(x: Tensor, old: Any = net.forward) -> Any:
        return old(x)

    net.forward = forward  # type: ignore[method-assign]


def patch_class(net: nn.Module) -> None:
    old = nn.Sequential.forward
    net.__class__ = type("Patched", (Outer,), {"forward": lambda self, x: old(net, x)})


def patch_child(net: nn.Module) -> None:
    net[1].forward = torch.no_grad()(net[1].forward)


def hook_that_uses_it(net: nn.Module) -> None:
    net[2].register_forward_hook(lambda module, args, output: net[3](output))


def held(change: Callable[[Any], Any]) -> Callable[[nn.Module], None]:
    def patch(net: nn.Module) -> None:
        net.forward = change(net)  # type: ignore[method-assign]

    return patch


PATCHES: dict[str, Callable[[nn.Module], None]] = {
    "autocast": held(lambda net: torch.autocast("cpu", torch.bfloat16, False)(net.forward)),
    "compiled": held(lambda net: torch.compile(net.forward, backend="eager")),
    "compiled in place": lambda net: net.compile(backend="eager"),
    "no_grad taken back": held(lambda net: torch.enable_grad()(net.forward)),
    "closure": patch_closure,
    "default argument": patch_default,
    "global function": patch_global,
    "partial": held(lambda net: functools.partial(nn.Sequential.forward, net)),
    "callable object": held(Caller),
    "closure over an object": held(lambda net: calling(Caller(net))),
    "method": held(lambda net: types.MethodType(lambda s, x: nn.Sequential.forward(s, x), net)),
    "cached": held(lambda net: functools.cache(net.forward)),
    "class": patch_class,
    "hook": hook_that_uses_it,
}


@pytest.mark.parametrize("kind", PATCHES)
def test_a_function_that_uses_the_net_uses_the_copy_in_a_copy(kind: str) -> None:
    net = layers()
    PATCHES[kind](net)
    before = {name: value.clone() for name, value in net.state_dict().items()}
    clf = xw.Classifier(net, size=16)
    scores = [clf.predict(IMAGE, k=1)[0][2] for _ in range(3)]
    assert scores == pytest.approx([EXPECTED] * 3, abs=1e-6)
    ex = xw.explain(clf, IMAGE, [0], iterations=2, progress=False)
    assert ex.diagnostics["nonlinearities"] == 1
    assert clf.twin("meta")(torch.zeros(1, 3, 16, 16, device="meta")).device.type == "meta"
    assert all(module.training for module in net.modules())
    for name, value in net.state_dict().items():
        assert torch.equal(value, before[name]), name


def test_a_patched_part_of_a_net_is_the_copys_own() -> None:
    net = layers()
    patch_child(net)
    before = net[1].running_mean.clone()
    assert score(net) == pytest.approx(EXPECTED, abs=1e-6)
    assert torch.equal(net[1].running_mean, before)


class Hidden(nn.Module):
    """Runs a net that is no part of it."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.function = lambda x: inner(x)

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


def test_a_net_that_is_no_part_of_the_net_is_not_changed() -> None:
    inner = layers()
    before = inner[1].running_mean.clone()
    with pytest.raises(ValueError, match=r"no part of it.*self\.backbone = backbone"):
        score(Hidden(inner))
    with pytest.raises(ValueError, match="no part of it"):
        xw.explain(xw.Classifier(Hidden(inner), size=16), IMAGE, [0], progress=False)
    assert torch.equal(inner[1].running_mean, before)
    assert score(Hidden(inner.eval())) == pytest.approx(EXPECTED, abs=1e-6)


class Sneaky(nn.Module):
    """Leads to itself in a way that no search follows."""

    everywhere: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.body = layers()
        self.everywhere["net"] = self.body

    def forward(self, x: Tensor) -> Tensor:
        return type(self).everywhere["net"](x)


def test_what_a_copy_cannot_be_kept_apart_from_is_told_before_it_runs() -> None:
    net = Sneaky()
    before = net.body[1].running_mean.clone()
    for _ in range(2):
        with pytest.raises(ValueError, match=r"of the net itself.*types\.MethodType"):
            score(net)
    assert torch.equal(net.body[1].running_mean, before)


# Hooks of other tools


class Cam:
    """Keeps the last activation of a layer, as Grad-CAM tools do."""

    def __init__(self, layer: nn.Module) -> None:
        self.kept: dict[str, Tensor] = {}
        self.lock = threading.Lock()
        layer.register_forward_hook(self.hook)

    def hook(self, module: nn.Module, args: Any, output: Tensor) -> None:
        self.kept["it"] = output


seen_globally: dict[str, Tensor] = {}
last_seen: Tensor | None = None


def global_hook(module: nn.Module, args: Any, output: Tensor) -> None:
    global last_seen
    last_seen = seen_globally["it"] = output


def test_a_hooks_owner_that_keeps_an_activation_is_left_alone() -> None:
    net = layers()
    cam = Cam(net[0])
    net(torch.rand(2, 3, 16, 16))
    kept = cam.kept["it"]
    net[1].reset_running_stats()
    assert score(net) == pytest.approx(EXPECTED, abs=1e-6)
    assert cam.kept["it"] is kept
    assert kept.grad_fn is not None
    assert collected(xw.Classifier(net, size=16).twin()) == 0


def test_hooks_that_only_watch_collect_nothing() -> None:
    collection: list[Any] = []
    hooks: list[Callable[..., Any]] = [
        lambda module, args, output: collection.append(output),
        functools.partial(lambda store, *args: store.append(args), collection),
        lambda *args: global_hook(*args),
        global_hook,
    ]
    for hook in hooks:
        net = layers()
        net[2].register_forward_hook(hook)
        net[0].register_forward_pre_hook(lambda module, args: collection.append(args))
        clf = xw.Classifier(net, size=16)
        xw.explain(clf, IMAGE, [0], iterations=2, progress=False)
        assert clf.predict(IMAGE, k=1)[0][2] == pytest.approx(EXPECTED, abs=1e-6)
        assert collected(clf.twin()) == 0
        assert collected(net) == 2
    assert not collection
    assert not seen_globally
    assert last_seen is None


class Ablation:
    """A hook that does nothing until it is switched on."""

    def __init__(self, act: Callable[[Tensor], Any]) -> None:
        self.on = False
        self.act = act

    def hook(self, module: nn.Module, args: Any, output: Tensor) -> Any:
        return self.act(output) if self.on else None


def wiped(output: Tensor) -> None:
    output[:, 0] = 0


switch = {"on": False}


def global_switch(module: nn.Module, args: Any, output: Tensor) -> None:
    if switch["on"]:
        wiped(output)


def truth(net: nn.Module, x: Tensor) -> Tensor:
    with torch.no_grad():
        return net.eval()(x[None].clone()).softmax(1)[0]


@pytest.mark.parametrize("kind", ["returns", "writes", "closure", "global", "module"])
def test_a_hook_that_is_switched_on_later_counts_from_then_on(kind: str) -> None:
    net = layers()
    ablation = Ablation((lambda output: 0 * output) if kind == "returns" else wiped)
    state: dict[str, Any] = {"vector": None}

    def steered(module: nn.Module, args: Any, output: Tensor) -> None:
        if state["vector"] is not None:
            output.add_(state["vector"])

    def asked(module: nn.Module, args: Any, output: Tensor) -> None:
        if getattr(module, "wiped", False):
            wiped(output)

    hooks = {"closure": steered, "global": global_switch, "module": asked}
    net[2].register_forward_hook(hooks.get(kind, ablation.hook))
    clf = xw.Classifier(net, size=16)
    x = clf.prepare(IMAGE)
    plain = truth(net, x)
    torch.testing.assert_close(clf.classify(x), plain)
    ablation.on = switch["on"] = net[2].wiped = True
    state["vector"] = torch.full((1, 4, 1, 1), 3.0)
    wanted = truth(net, x)
    assert not torch.allclose(wanted, plain, atol=1e-3)
    torch.testing.assert_close(clf.classify(x), wanted)
    ablation.on = switch["on"] = net[2].wiped = False
    state["vector"] = None
    torch.testing.assert_close(clf.classify(x), plain)


def clamped(module: nn.Module, args: Any, output: Tensor) -> None:
    output.clamp_(max=6)


def clamped_by_data(module: nn.Module, args: Any, output: Tensor) -> None:
    output.data.clamp_(max=6)


def clamped_where_needed(module: nn.Module, args: Any, output: Tensor) -> Tensor | None:
    return output.clamp(max=20) if output.max() > 20 else None


@pytest.mark.parametrize("hook", [clamped, clamped_by_data, clamped_where_needed])
def test_a_hook_that_acts_on_large_values_only_is_kept(hook: Callable[..., Any]) -> None:
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)
    ).eval()
    net[1].register_forward_hook(hook)
    clf = xw.Classifier(net, size=16, std=1 / 255)
    x = clf.prepare(np.ones((16, 16, 3)))
    wanted = truth(net, x)
    torch.testing.assert_close(clf.classify(x), wanted)
    net[1]._forward_hooks.clear()
    assert not torch.allclose(truth(net, x), wanted, atol=1e-3)


def test_what_a_hook_that_only_watches_has_collected_is_not_copied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = layers()
    kept = [torch.zeros(5)]
    net[0].register_forward_hook(lambda *args: kept.append(args[2]))
    cam = Cam(net[1])
    cam.kept["before"] = torch.zeros(7)
    clf = xw.Classifier(net, size=16)
    clf.twin()
    sizes: list[torch.Size] = []
    real = Tensor.__deepcopy__
    monkeypatch.setattr(Tensor, "__deepcopy__", lambda t, m: sizes.append(t.shape) or real(t, m))
    kept.append(torch.zeros(6))
    twin = clf.twin()
    assert collected(twin) == 0
    assert not {(5,), (6,), (7,)} & {tuple(size) for size in sizes}
    assert len(kept) == 2


class Global:
    """Hooks that write to what they do not hold."""

    def hook(self, module: nn.Module, args: Any, output: Tensor) -> None:
        seen_globally["hook"] = output

    def __call__(self, module: nn.Module, args: Any, output: Tensor) -> None:
        seen_globally["call"] = output


@pytest.mark.parametrize("hook", [Global(), Global().hook], ids=["object", "method"])
def test_an_objects_hook_writes_to_nothing_global(hook: Callable[..., Any]) -> None:
    net = layers()
    net[0].register_forward_hook(hook)
    assert score(net) == pytest.approx(EXPECTED, abs=1e-6)
    assert not seen_globally


def test_a_copy_that_could_not_be_tried_says_nothing_of_the_next() -> None:
    net = layers()
    Cam(net[0])
    clf = xw.Classifier(net, size=16)
    clf.twin("meta")
    assert collected(clf.twin()) == 0


class Skip(nn.Module):
    """What its hook keeps is used further on, as fastai's U-net does."""

    def __init__(self) -> None:
        super().__init__()
        self.body = layers()
        self.body[0].register_forward_hook(self.keep)

    def keep(self, module: nn.Module, args: Any, output: Tensor) -> None:
        self.kept = output

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) + self.kept.mean((1, 2, 3))[:, None] * torch.tensor([1.0, 0.0])


def test_hooks_that_are_part_of_what_the_net_computes_come_along() -> None:
    skip = Skip()
    x = xw.Classifier(skip, size=16).prepare(IMAGE)
    assert score(skip) == pytest.approx(float(skip.eval()(x[None]).softmax(1).max()), abs=1e-6)
    doubled = layers().eval()
    doubled[0].register_forward_hook(lambda module, args, output: 2 * output)
    wanted = float(doubled(x[None]).softmax(1).max())
    assert wanted != pytest.approx(EXPECTED, abs=1e-4)
    assert score(doubled) == pytest.approx(wanted, abs=1e-6)


def test_hooks_on_gradients_are_none_of_an_explanations() -> None:
    net = layers()
    net[2].inplace = True
    net[1].register_full_backward_hook(lambda module, given, got: (None,))
    ex = xw.explain(xw.Classifier(net, size=16), IMAGE, [0], iterations=2, progress=False)
    assert np.isfinite(ex.masks).all()
    assert net[1]._backward_hooks


# Things that no one can copy


def test_what_cannot_be_copied_is_shared(tmp_path: Path) -> None:
    net = layers()
    net.lock, net.thread = threading.Lock(), threading.Thread()
    net.lines = (line for line in ["a generator"])
    net.random = torch.Generator()
    state = net.random.get_state()
    with (tmp_path / "log").open("w") as net.log:
        assert score(net) == pytest.approx(EXPECTED, abs=1e-6)
    assert next(net.lines) == "a generator"
    twin = xw.Classifier(net, size=16).twin()
    torch.rand(1, generator=twin.random)
    assert torch.equal(net.random.get_state(), state)


class Uncopyable(nn.ReLU):
    def __deepcopy__(self, memo: object) -> nn.Module:
        raise RuntimeError("not this one")


def test_a_module_that_cannot_be_copied_is_told() -> None:
    net = layers()
    net[2] = Uncopyable()
    with pytest.raises(TypeError, match=r"cannot be copied \(not this one\)"):
        score(net)


def test_a_weak_proxy_of_what_is_gone_is_no_hindrance() -> None:
    class Bar:
        pass

    gone = weakref.proxy(Bar())  # as progress bars of tqdm leave behind in a notebook
    net = layers()
    plain, wanted = net.forward, score(net)
    surroundings = {"bar": gone, "bars": [gone]}

    def forward(batch: Tensor) -> Tensor:
        assert surroundings
        return plain(batch)

    net.forward = forward  # type: ignore[method-assign]
    net.register_forward_hook(lambda module, inputs, output: None if surroundings else output)
    assert score(net) == pytest.approx(wanted)
