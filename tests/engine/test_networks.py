"""Whatever net a user brings: defended as it should be, or refused with the reason and the way out;
and left as it was.
"""

from __future__ import annotations

import copy
import threading
import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import torchvision
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

import xwidget as xw
from xwidget.engine.defense import DefenseError, Guard
from xwidget.engine.strategies import DEFENSES

IMAGE = np.random.default_rng(0).random((16, 16, 3))
DEFENDED = ["paper", "directional", "clamp"]


def layers(activation: nn.Module | None = None) -> list[nn.Module]:
    """Return a small net: SiLU (or what is given) and ReLU."""
    torch.manual_seed(0)
    return [
        nn.Conv2d(3, 6, 3, padding=1),
        nn.BatchNorm2d(6),
        nn.SiLU() if activation is None else activation,
        nn.Conv2d(6, 6, 3, stride=2),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(6, 4),
    ]


def body(activation: nn.Module | None = None) -> nn.Sequential:
    return nn.Sequential(*layers(activation)).eval()


class Calls(nn.Module):
    """A module that calls a function."""

    def __init__(self, function: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Any:
        return self.function(x)


def explain(net: nn.Module, defense: str = "directional", **options: Any) -> xw.Explanation:
    targets = options.pop("targets", [0, 1])
    clf = xw.Classifier(net, **{"size": 16, **options})
    return xw.explain(clf, IMAGE, targets, defense=defense, iterations=2, progress=False)


def gradient(forward: Callable[[Tensor], Tensor], at: Tensor) -> Tensor:
    e = at.clone().requires_grad_()
    loss = F.cross_entropy(forward(e).float(), torch.arange(len(e)), reduction="sum")
    (result,) = torch.autograd.grad(loss, e)
    return result


def forward_of(net: nn.Module) -> Callable[[Tensor], Tensor]:
    clf = xw.Classifier(net, size=16)
    twin = clf.twin()
    return lambda batch: clf.logits(twin, batch)


def images(seed: int) -> Tensor:
    return torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(seed))


X, E = images(0)[:1].expand(2, -1, -1, -1).contiguous(), images(1)


# Nets that are right: as many nonlinearities as there are, and the gradient of the plain net


class Checkpointed(nn.Module):
    def __init__(self, reentrant: bool) -> None:
        super().__init__()
        self.body, self.reentrant = body(), reentrant

    def forward(self, x: Tensor) -> Tensor:
        return self.body[5:](checkpoint(self.body[:5], x, use_reentrant=self.reentrant))


class IgnoredReturn(nn.Module):
    """Activates in place and goes on with what it passed in, not with what came back."""

    def __init__(self) -> None:
        super().__init__()
        self.body = body()

    def forward(self, x: Tensor) -> Tensor:
        h = self.body[:2](x)
        F.silu(h, inplace=True)
        h = self.body[3](h)
        view = h.flatten(2)
        h.relu_()
        return self.body[7](view.mean(2))


def exported() -> nn.Module:
    shapes = ({0: torch.export.Dim("batch")},)
    return torch.export.export(body(), (torch.rand(2, 3, 16, 16),), dynamic_shapes=shapes).module()


def exported_in_place() -> nn.Module:
    shapes = ({0: torch.export.Dim("batch")},)
    net = body(nn.SiLU(inplace=True))
    return torch.export.export(net, (torch.rand(2, 3, 16, 16),), dynamic_shapes=shapes).module()


@torch.compile(backend="aot_eager")
def compiled_silu(x: Tensor) -> Tensor:
    return F.silu(x)


LIKE_BODY = {
    "exported": exported,
    "exported in place": exported_in_place,
    "traced by fx": lambda: torch.fx.symbolic_trace(body()),
    "compiled": lambda: torch.compile(body()),
    "compiled inside": lambda: body(torch.compile(nn.SiLU(), backend="aot_eager")),
    "compiled function": lambda: body(Calls(compiled_silu)),
    "parallel": lambda: nn.DataParallel(body()),
    "parallel inside": lambda: body(nn.DataParallel(nn.SiLU())),
    "checkpointed": lambda: Checkpointed(reentrant=False),
    "in place, return value ignored": IgnoredReturn,
}


@pytest.mark.parametrize("defense", DEFENDED)
@pytest.mark.parametrize("kind", LIKE_BODY)
def test_a_net_in_another_form_is_defended_alike(kind: str, defense: str) -> None:
    if (kind, defense) == ("checkpointed", "clamp"):
        pytest.skip("refused, see below")
    plain = forward_of(body())
    guards = [Guard(f, X, DEFENSES[defense]) for f in (forward_of(LIKE_BODY[kind]()), plain)]
    assert [guard.nonlinearities for guard in guards] == [2, 2]
    torch.testing.assert_close(guards[0](E), guards[1](E), rtol=1e-5, atol=1e-6)
    other, wanted = (gradient(guard, E) for guard in guards)
    torch.testing.assert_close(other, wanted, rtol=1e-4, atol=1e-9)
    assert not torch.allclose(wanted, gradient(plain, E)), "nothing was filtered"


def vit() -> nn.Module:
    net = torchvision.models.VisionTransformer(16, 4, 2, 2, 8, 16, num_classes=4)
    nn.init.normal_(net.heads.head.weight)  # zero to begin with: no gradient at all
    return net


def swin(v2: bool) -> nn.Module:
    kind = torchvision.models.swin_transformer
    blocks = {"block": kind.SwinTransformerBlockV2, "downsample_layer": kind.PatchMergingV2}
    return torchvision.models.SwinTransformer(
        [2, 2], 8, [2, 1], [2, 2], [2, 2], num_classes=4, **(blocks if v2 else {})
    )


class Autocast(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = body()

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            return self.body(x)


class Encoder(nn.Module):
    """A transformer's encoder, whose fast path for inference hides its activation."""

    def __init__(self, batch_first: bool) -> None:
        super().__init__()
        self.patches, self.head = nn.Conv2d(3, 8, 4, 4), nn.Linear(8, 4)
        self.encoder = nn.TransformerEncoderLayer(8, 2, 12, 0.0, batch_first=batch_first)
        self.tokens = 1 if batch_first else 0

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x).flatten(2)
        tokens = tokens.mT if self.tokens else tokens.permute(2, 0, 1)
        return self.head(self.encoder(tokens).mean(self.tokens))


class Windows(nn.Module):
    """Folds windows into the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 6, 3), nn.Linear(6, 4)

    def forward(self, x: Tensor) -> Tensor:
        windows = x.unfold(2, 8, 8).unfold(3, 8, 8).permute(0, 2, 3, 1, 4, 5).flatten(0, 2)
        return self.head(F.relu(self.conv(windows)).mean((2, 3)).unflatten(0, (len(x), 4)).mean(1))


class Temperature(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body, self.scale = body(), nn.Parameter(torch.tensor(2.0))

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) * self.scale.clamp(max=10)


# How many nonlinearities each calls.
KINDS: dict[str, tuple[Callable[[], nn.Module], int]] = {
    "ViT": (vit, 2),
    "Swin": (lambda: swin(v2=False), 3),
    # In each block one of the features, two of the position biases, one of the temperature.
    "Swin V2": (lambda: swin(v2=True), 12),
    "autocast": (Autocast, 2),
    "bfloat16": (lambda: body().bfloat16(), 2),
    "half": (lambda: body().half(), 2),
    "double": (lambda: body().double(), 2),
    "encoder": (lambda: Encoder(batch_first=True), 1),
    "encoder, tokens first": (lambda: Encoder(batch_first=False), 1),
    "windows": (Windows, 1),
    "a parameter clamped": (Temperature, 3),
    "googlenet": (
        lambda: torchvision.models.googlenet(num_classes=4, init_weights=False),
        57,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_net_is_met_checked_and_at_the_image_undefended(kind: str) -> None:
    torch.manual_seed(0)
    build, expected = KINDS[kind]
    net = build().eval()
    forward = forward_of(net)
    image = torch.nn.functional.interpolate(X, scale_factor=2 if kind == "googlenet" else 1)
    plain = gradient(forward, image)
    assert plain.count_nonzero() > 0
    for defense in ("paper", "directional"):
        guard = Guard(forward, image, DEFENSES[defense])
        assert guard.nonlinearities == expected
        assert torch.equal(gradient(guard, image), plain)
        e = torch.randn_like(image)
        assert not torch.equal(gradient(guard, e), gradient(forward, e)), "nothing was filtered"
        outside = guard.outside(e)
        assert outside.shape == (2,)
        assert (outside > 0).all()
        assert (outside < 1).all()


@pytest.mark.parametrize("kind", ["encoder", "encoder, tokens first", "windows", "Swin"])
def test_what_is_folded_into_the_batch_has_bounds_of_its_own(kind: str) -> None:
    torch.manual_seed(0)
    forward = forward_of(KINDS[kind][0]().eval())
    together, alone = (Guard(forward, x, DEFENSES["paper"]) for x in (X, X[:1]))
    for row in range(2):
        e = X.clone()
        e[row] = E[row]
        outside = together.outside(e)
        torch.testing.assert_close(outside[row], alone.outside(E[row : row + 1])[0])
        assert outside[1 - row] < 0.1 * outside[row], "rounding only"
    torch.testing.assert_close(gradient(together, E)[:1], gradient(alone, E[:1]))


@pytest.mark.parametrize("kind", ["encoder", "encoder, tokens first", "windows", "Swin"])
def test_rows_of_two_pictures_folded_into_the_batch_have_bounds_of_their_own(kind: str) -> None:
    torch.manual_seed(0)
    forward = forward_of(KINDS[kind][0]().eval())
    pictures = images(2)
    together = Guard(forward, pictures.repeat_interleave(2, 0), DEFENSES["paper"], pictures=2)
    e = images(3).repeat(2, 1, 1, 1)
    outside = together.outside(e)
    for n, picture in enumerate(pictures):
        rows = slice(2 * n, 2 * n + 2)
        alone = Guard(forward, picture.expand(2, -1, -1, -1), DEFENSES["paper"])
        torch.testing.assert_close(outside[rows], alone.outside(e[rows]))


def test_windows_folded_into_the_batch_are_defended_as_one_by_one() -> None:
    torch.manual_seed(0)
    folded = Windows()

    def one_by_one(x: Tensor) -> Tensor:
        corners = [x[:, :, i : i + 8, j : j + 8] for i in (0, 8) for j in (0, 8)]
        return sum(folded.head(F.relu(folded.conv(c)).mean((2, 3))) for c in corners) / 4

    guards = [Guard(forward, X, DEFENSES["paper"]) for forward in (folded, one_by_one)]
    assert [guard.nonlinearities for guard in guards] == [1, 4]
    torch.testing.assert_close(gradient(guards[0], E), gradient(guards[1], E))
    torch.testing.assert_close(guards[0].outside(E), guards[1].outside(E))


def test_as_many_tokens_as_images_are_told_apart() -> None:
    torch.manual_seed(0)
    forward = forward_of(Encoder(batch_first=False).eval())
    images = torch.randn(16, 3, 16, 16)  # of 16 tokens each
    together = Guard(forward, X[:1].expand(16, -1, -1, -1), DEFENSES["paper"])
    alone = Guard(forward, X[:1], DEFENSES["paper"])
    wanted = torch.stack([alone.outside(image[None])[0] for image in images])
    torch.testing.assert_close(together.outside(images).mean(), wanted.mean())
    torch.testing.assert_close(
        torch.autograd.functional.jacobian(lambda e: together(e)[:, 0].sum(), images),
        torch.cat(
            [
                torch.autograd.functional.jacobian(lambda e: alone(e)[:, 0].sum(), image[None])
                for image in images
            ]
        ),
    )


@pytest.mark.parametrize("wrap", ["tuple", "list", "dict", "object", "named tuple"])
def test_logits_are_found_in_whatever_a_net_returns(wrap: str) -> None:
    named = torchvision.models.GoogLeNetOutputs
    wrappers: dict[str, Callable[[Tensor], Any]] = {
        "tuple": lambda z: (z, z * 0),
        "list": lambda z: [z],
        "dict": lambda z: {"aux": z * 0, "logits": z},
        "object": lambda z: SimpleNamespace(logits=z, loss=None),
        "named tuple": lambda z: named(z, None, None),
    }
    wrapped = nn.Sequential(body(), Calls(wrappers[wrap]))
    np.testing.assert_allclose(explain(wrapped).masks, explain(body()).masks, atol=1e-5)


@pytest.mark.parametrize("name", ["googlenet", "inception_v3"])
def test_auxiliary_heads_of_a_net_in_train_mode_are_left_out(name: str) -> None:
    net = torchvision.models.get_model(name, num_classes=4, init_weights=False).train()
    side = 32 if name == "googlenet" else 75
    clf = xw.Classifier(net, size=side)
    ex = xw.explain(clf, IMAGE, [0], iterations=1, progress=False)
    assert ex.diagnostics["nonlinearities"] == {"googlenet": 57, "inception_v3": 94}[name]
    assert all(module.training for module in net.modules())


def test_a_net_for_grey_pictures_has_one_mask_value_for_all_colors() -> None:
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 14 * 14, 3))
    masks = explain(net, mean=[0.5], std=[0.5]).masks
    assert np.ptp(masks, axis=1).max() < 1e-6
    assert np.ptp(masks) > 0


def test_a_float64_image_is_as_good_as_a_float32_one() -> None:
    clf = xw.Classifier(body(), size=16)
    x = [clf.prepare(IMAGE.astype(kind)) for kind in (np.float64, np.float32)]
    assert x[0].dtype == x[1].dtype == torch.float32
    torch.testing.assert_close(x[0], x[1])


# Nets that are refused, each with its reason and the way out


class MemoryEfficientSwish(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        s = torch.sigmoid(x)
        return gradient * s * (1 + x * (1 - s))


class Recurrent(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv, self.lstm = nn.Conv2d(3, 4, 4, 4), nn.LSTM(4, 4, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.lstm(F.relu(self.conv(x)).flatten(2).mT)[0][:, -1]


def scripted(net: nn.Module) -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.jit.script(net)


def scripted_swish() -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        swish = torch.jit.script(_swish)
    return body(Calls(lambda x: swish(x)))


def _swish(x: Tensor) -> Tensor:
    return x * torch.sigmoid(x)


def quantized(kind: str) -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tools = torch.ao.quantization
        if kind == "dynamic":
            return tools.quantize_dynamic(body(), {nn.Linear})
        net = nn.Sequential(tools.QuantStub(), *layers(nn.ReLU()), tools.DeQuantStub()).eval()
        net.qconfig = tools.get_default_qconfig("onednn")
        tools.prepare(net, inplace=True)
        net(X)
        return tools.convert(net)


def with_nan() -> nn.Module:
    net = body()
    net[0].weight.data[0, 0, 0, 0] = float("nan")
    return net


def exported_for_one() -> nn.Module:
    return torch.export.export(body(), (torch.rand(1, 3, 16, 16),)).module()


class OnTwoDevices(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body, self.scale = body(), torch.ones(1, device="meta")

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x * self.scale)


def half_by_half() -> nn.Module:
    net = body()
    net[7].half()
    return net


def too_large() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 32), nn.ReLU(), nn.Flatten(), nn.Linear(4, 3))


class Overflowing(nn.Module):
    """Finite scores, but no finite gradient: the square root's at 0."""

    def __init__(self) -> None:
        super().__init__()
        self.body = body()

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x) + (x * 0).sqrt().mean((1, 2, 3))[:, None]


# What is refused however it is defended, then: what its message says, and whether without a defense
# it is explained.
REFUSED: dict[str, tuple[Callable[[], nn.Module], str, bool]] = {
    "scripted": (lambda: scripted(body()), r"2 of the net's 2 .*ScriptModule.*plain", True),
    "scripted inside": (lambda: body(scripted(nn.SiLU())), r"1 of the net's 2 .*silu", True),
    "scripted function": (scripted_swish, r"1 of the net's 2 .*sigmoid", True),
    "recurrent": (Recurrent, r"out of reach.*LSTM", True),
    "function of its own": (
        lambda: body(Calls(MemoryEfficientSwish.apply)),
        r"1 of the net's 2 .*nn\.SiLU",
        True,
    ),
    "reentrant checkpoints": (lambda: Checkpointed(True), r"use_reentrant=False", False),
    "linear": (lambda: nn.Sequential(nn.Flatten(), nn.Linear(768, 3)), "nothing to defend", True),
    "quantized": (lambda: quantized("static"), r"no gradient.*float net", False),
    "quantized on the go": (lambda: quantized("dynamic"), r"no gradient.*float net", False),
    "under no_grad": (lambda: Calls(torch.no_grad()(body())), r"no gradient", False),
    "NaN": (with_nan, "NaN or infinite; check its weights", False),
    "no finite gradient": (Overflowing, r"gradient .*NaN or infinite", False),
    "one class": (lambda: nn.Sequential(body(), nn.Linear(4, 1)), "activation='sigmoid'", False),
    "two devices": (OnTwoDevices, r"meta.*buffers or parameters", False),
    "no weights": (lambda: body().to("meta"), r"load its weights", False),
    "mixed dtypes": (half_by_half, r"net\.float\(\)", False),
    "too small an image": (too_large, r"\(16 x 16\).*stride.*size=32", False),
    "gray": (lambda: nn.Conv2d(1, 3, 16), r"1 channels.*mean=\[0\.5\]", False),
    "more arguments": (lambda: nn.Bilinear(3, 3, 3), r"argument.*small nn\.Module", False),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_right_is_refused_in_words(kind: str) -> None:
    build, words, undefended = REFUSED[kind]
    net = build()
    targets = [0] if kind == "one class" else [0, 1]
    for defense in ("directional", "paper", "clamp"):
        with pytest.raises(ValueError, match=f"(?s){words}"):
            explain(net, defense, targets=targets)
    if undefended:
        assert np.isfinite(explain(net, "none", targets=targets).masks).all()
    else:
        with pytest.raises(ValueError, match=f"(?s){words}"):
            explain(net, "none", targets=targets)


def test_a_checkpointed_net_is_not_clamped() -> None:
    with pytest.raises(DefenseError, match=r"computes activations again.*directional"):
        explain(Checkpointed(reentrant=False), "clamp")


def test_a_graph_exported_for_one_image_is_given_one_at_a_time() -> None:
    ex = explain(exported_for_one(), targets=[1, 2])
    assert ex.diagnostics["nonlinearities"] == 2
    assert ex.diagnostics["plan"]["batch"] == 1
    np.testing.assert_allclose(ex.masks, explain(body(), targets=[1, 2]).masks, atol=1e-4)


def test_a_graph_that_refuses_eval_mode_is_run_in_the_mode_it_is_in() -> None:
    class Frozen(nn.Sequential):
        def eval(self) -> Frozen:
            raise NotImplementedError("Calling eval() is not supported yet.")

    assert explain(Frozen(*body())).diagnostics["nonlinearities"] == 2


def test_an_image_with_nan_is_refused() -> None:
    image = IMAGE.copy()
    image[3, 3, 0] = np.nan
    with pytest.raises(ValueError, match="1 of the image's 768 values"):
        xw.explain(xw.Classifier(body(), size=16), image, [0], progress=False)


def test_running_out_of_memory_is_told_as_it_is() -> None:
    def exhausted(x: Tensor) -> Tensor:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(torch.cuda.OutOfMemoryError):
        explain(Calls(exhausted))


# What a run leaves behind


@pytest.mark.parametrize("defense", ["paper", "clamp", "none"])
@pytest.mark.parametrize("kind", ["plain", *(k for k in LIKE_BODY if "exported" not in k)])
def test_the_users_net_is_left_as_it_was(kind: str, defense: str) -> None:
    net = LIKE_BODY[kind]() if kind != "plain" else body(nn.SiLU(inplace=True))
    net.train()
    parameters = [(p.data_ptr(), p.requires_grad, p.clone()) for p in net.parameters()]
    state = copy.deepcopy(net.state_dict())
    modes = [(m, m.training, len(m._forward_hooks), type(m)) for m in net.modules()]
    try:
        explain(net, defense)
    except DefenseError:
        assert (kind, defense) == ("checkpointed", "clamp")
    for parameter, (place, required, values) in zip(net.parameters(), parameters, strict=True):
        assert parameter.data_ptr() == place
        assert parameter.requires_grad == required
        assert parameter.grad is None
        assert torch.equal(parameter, values)
    assert all(torch.equal(net.state_dict()[name], value) for name, value in state.items())
    assert modes == [(m, m.training, len(m._forward_hooks), type(m)) for m in net.modules()]


def test_compiling_goes_on_as_it_did_when_runs_of_two_threads_overlap() -> None:
    from torch._dynamo import eval_frame

    before = eval_frame._stance
    inside, both = threading.Event(), threading.Event()

    def wait(x: Tensor) -> Tensor:
        inside.set()
        assert both.wait(10)
        return body()(x)

    slow = xw.Classifier(Calls(wait), size=16)
    thread = threading.Thread(target=lambda: slow.classify(X[0]))
    thread.start()
    assert inside.wait(10)
    assert eval_frame._stance.stance == "force_eager"
    xw.Classifier(body(), size=16).classify(X[0])
    assert eval_frame._stance.stance == "force_eager", "the first run still goes on"
    both.set()
    thread.join()
    assert eval_frame._stance == before
